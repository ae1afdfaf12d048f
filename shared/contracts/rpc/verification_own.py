"""What verification answers to students about who verified their reports."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request


class ShownToStrangerV1(Contract):
    """Somebody with the code was answered: when, with which outcome, which lines of the report they were shown."""

    report_id = shapes.identifier()
    answered_at = shapes.instant()
    outcome = shapes.text(40)
    shown = fields.List(fields.String(), required=True, validate=Length(max=100))

    example: ClassVar[dict[str, Any]] = {
        "report_id": "01930f3a-0000-7000-8000-0000000000d1",
        "answered_at": "2030-10-20T01:02:03+00:00",
        "outcome": "valid",
        "shown": ["name", "school_name"],
    }


class MyVerificationsV1(Contract):
    """The answers that strangers got to the codes of one's own reports, the newest first; who they were nobody asks."""

    verifications = fields.List(fields.Nested(ShownToStrangerV1), required=True, validate=Length(max=500))

    example: ClassVar[dict[str, Any]] = {"verifications": [ShownToStrangerV1.example]}


class ListMyVerificationsV1(Request):
    """A student asks when the own reports were verified (complaints 10, 21); evidence rows are the source (A6-2)."""

    service = "verification"
    method = "list_my_verifications"
    answer = MyVerificationsV1

    example: ClassVar[dict[str, Any]] = {}
