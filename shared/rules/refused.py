"""What a refusal carries: a code, the rule, the reason in both languages, the field and details."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any, ClassVar, Self

from shared.codes.malformed import Malformed
from shared.rules.rulebook import RULES

Content = dict[str, Any]


def upper_snake(name: str) -> str:
    """`NoAdmissionBasis` -> `NO_ADMISSION_BASIS`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()


class _Gaps(Formatter):
    """Fills a template and leaves a placeholder that has no detail as it is: a refusal must never fail itself."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), f"{{{key}}}")


class Refused(Exception):
    """The registry says no, names the rule and the reason. Subclasses name what is wrong."""

    rule: ClassVar[str] = ""
    status: ClassVar[int] = 409
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""

    def __init__(self, *, field: str | None = None, **detail: object) -> None:
        words = {name: str(value) for name, value in detail.items()}
        super().__init__(
            {
                "code": upper_snake(type(self).__name__),
                "rule": self.rule,
                "zh": _Gaps().vformat(self.zh or RULES[self.rule].zh, (), words),
                "en": _Gaps().vformat(self.en or RULES[self.rule].en, (), words),
                "field": field,
                "status": self.status,
                "detail": words,
            }
        )

    @property
    def code(self) -> str:
        """The refusal's name on the wire, for instance NO_ADMISSION_BASIS."""
        return str(self.as_dict()["code"])

    def as_dict(self) -> Content:
        """Everything that travels: code, rule, zh, en, field, status, detail."""
        content: Content = self.args[0]
        return dict(content)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Refused":
        """A refusal that was received: the same content, whatever class it had where it was said."""
        refusal = Refused.__new__(Refused)
        # nameko writes every leaf of an exception's arguments as text: "409", "None"
        field = content.get("field")
        refusal.args = (
            {
                **{key: str(content.get(key, "")) for key in ("code", "rule", "zh", "en")},
                "field": None if field in (None, "None") else str(field),
                "status": int(content.get("status", 409)),
                "detail": {str(key): str(value) for key, value in dict(content.get("detail") or {}).items()},
            },
        )
        return refusal

    def __str__(self) -> str:
        content = self.as_dict()
        return f"{content['code']} ({content['rule']}): {content['en']}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Refused.from_dict, (self.as_dict(),)


class NotFound(Refused):
    """What was asked for is not kept here."""

    rule = "X-FOUND-1"
    status = 404


class MalformedValue(Refused):
    """A value is not written as it must be."""

    rule = "X-CODE-1"
    status = 422
    zh = "{reason_zh}"
    en = "{reason_en}"

    @classmethod
    def because(cls, malformed: Malformed, field: str | None = None) -> Self:
        """The refusal that follows from a malformed value."""
        refusal = cls(field=field, reason_zh=malformed.zh, reason_en=malformed.en)
        if malformed.rule:
            refusal.args[0]["rule"] = malformed.rule
        refusal.args[0]["detail"] = {}
        return refusal
