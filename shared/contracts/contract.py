"""What every contract is: a versioned marshmallow schema with a docstring and an example that round-trips."""

import re
from typing import Any, ClassVar

from marshmallow import EXCLUDE, RAISE, Schema, fields
from marshmallow.validate import Range

_VERSIONED = re.compile(r"(?P<name>[A-Z][A-Za-z0-9]*?)V(?P<version>[1-9][0-9]*)")


class Contract(Schema):
    """Something said between two parties; a field nobody agreed on is an error."""

    class Meta:
        unknown = RAISE

    example: ClassVar[dict[str, Any]] = {}

    @classmethod
    def wire_name(cls) -> str:
        """`StudentRegisteredV1` -> `student_registered.v1`."""
        match = _VERSIONED.fullmatch(cls.__name__)
        if match is None:
            raise TypeError(f"{cls.__name__} does not end in its version")
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", match["name"]).lower()
        return f"{name}.v{match['version']}"


class Request(Contract):
    """A question or a command to one method of one service."""

    service: ClassVar[str] = ""
    method: ClassVar[str] = ""
    answer: ClassVar[type[Contract]]


class Command(Request):
    """A request that changes something; asked twice with one command_id it acts once."""

    command_id = fields.UUID(
        required=True, metadata={"description": "Chosen by the caller; the same id and request get the same answer."}
    )


class PublicFact(Contract):
    """A fact that one service tells all others; readers skip fields they do not know."""

    class Meta:
        unknown = EXCLUDE

    publisher: ClassVar[str] = ""
    subject: ClassVar[str] = ""  # the field whose value facts are ordered by
    consumers: ClassVar[tuple[str, ...]] = ()  # services that must hear it; anyone else may
    type: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.type = cls.wire_name()


class SavedV1(Contract):
    """What was saved: the aggregate's id and its version now, to be handed to a query as `after_version`."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=Range(1, 2**31 - 1))

    example: ClassVar[dict[str, Any]] = {"id": "01930f3a-0000-7000-8000-000000000001", "version": 1}
