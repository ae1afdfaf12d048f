"""What identity answers an office about itself: who of its people looked at which records."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request
from shared.contracts.looks import SHOWN
from shared.contracts.rpc.identity_offices import OFFICE_CODE

_LOOK = "01930f3a-0000-7000-8000-00000000ee01"
_STATUS = "01930f3a-0000-7000-8000-0000000000a1"
_AT = "2026-10-20T02:00:00+00:00"


class OfficeLookV1(Contract):
    """One look that somebody of an office took; whom it showed stands there by the records' ids alone."""

    look_id = shapes.identifier()
    service = shapes.text(20, metadata={"description": "The service that was asked."})
    seen_at = shapes.instant()
    sub = shapes.text(80, metadata={"description": "Who looked."})
    role = shapes.text(40)
    use_case = shapes.text(80)
    shown = shapes.one_of(SHOWN)
    purpose = shapes.text(200, shortest=0)
    alone = shapes.flag(metadata={"description": "One named person was asked for, not a list."})
    number = shapes.integer(1, metadata={"description": "How many records were shown."})
    record_ids = fields.List(
        fields.UUID(), required=True, validate=Length(1, 50), metadata={"description": "The first of these."}
    )

    example: ClassVar[dict[str, Any]] = {
        "look_id": _LOOK,
        "service": "enrollment",
        "seen_at": _AT,
        "sub": "pku-registrar-1",
        "role": "registrar",
        "use_case": "get_status",
        "shown": "masked",
        "purpose": "get_status",
        "alone": True,
        "number": 1,
        "record_ids": [_STATUS],
    }


class OfficeLooksV1(Contract):
    """Looks of an office's people, the newest first; ask on with `before` = `next`."""

    looks = fields.List(fields.Nested(OfficeLookV1), required=True, validate=Length(max=100))
    next = shapes.instant(allow_none=True)

    example: ClassVar[dict[str, Any]] = {"looks": [OfficeLookV1.example], "next": None}


class ListLooksOfOfficeV1(Request):
    """An office, its province, the ministry or an auditor asks who of the office looked at whose records (A24-3)."""

    service = "identity"
    method = "list_looks_of_office"
    answer = OfficeLooksV1

    code = shapes.pattern(OFFICE_CODE)
    before = shapes.instant(required=False, allow_none=True, load_default=None)
    limit = shapes.integer(1, 100, required=False, load_default=50, dump_default=50)

    example: ClassVar[dict[str, Any]] = {"code": "4111010001", "before": None, "limit": 50}
