"""How a page asks a service: what a reader typed becomes a contract's fields, a refusal becomes a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from marshmallow import ValidationError

from gateway.platform import platform
from shared.contracts.contract import Request
from shared.rules.refused import MalformedValue, Refused

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a service answered to a page, or why it refused."""

    answer: Values
    refusal: Values | None = None

    @property
    def status(self) -> int:
        """The status of the page that shows it."""
        return self.refusal["status"] if self.refusal else 200


class NotFilledIn(MalformedValue):
    """What a reader left out or typed in another form than was asked for."""

    zh = "请检查所填内容：有的项目没有填写，或格式不符。"
    en = "Please check what you entered: something is missing or is not written as it must be."


def asked(contract: type[Request], values: Mapping[str, Any]) -> Outcome:
    """Put a reader's question to its service; whatever does not fit the contract is asked of nobody."""
    try:
        return Outcome(platform().ask(contract, contract().load(dict(values))))
    except ValidationError as malformed:
        field = next(iter(malformed.messages_dict), None)
        return Outcome({}, NotFilledIn(field=field).as_dict())
    except Refused as refused:
        return Outcome({}, refused.as_dict())


def typed(*names: str) -> dict[str, str]:
    """What stands in the named fields of the form, without the blanks around it; empty fields are left out."""
    found = {name: request.form.get(name, "").strip() for name in names}
    return {name: value for name, value in found.items() if value}
