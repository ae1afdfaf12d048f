"""What identity tells everybody about schools: code, names, province, what became of them; nobody who works there."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request

SCHOOL_STATES = ("open", "not_yet", "ended")


class FoundSchoolV1(Contract):
    """One school by its permanent code, as it is called today, as it was called before, and what became of it."""

    code = shapes.school_code()
    name = shapes.text(80)
    former_names = fields.List(shapes.text(80), required=True, validate=Length(max=50))
    province = shapes.province()
    province_name = shapes.text(20)
    state = shapes.one_of(SCHOOL_STATES)
    successor = shapes.school_code(allow_none=True, metadata={"description": "The school that took its place."})
    successor_name = shapes.text(80, allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "code": "4111010023",
        "name": "北京医科大学",
        "former_names": ["北京医学院"],
        "province": "11",
        "province_name": "北京",
        "state": "ended",
        "successor": "4111010001",
        "successor_name": "北京大学",
    }


class SchoolsV1(Contract):
    """Schools, those whose name fits best first; ask on with `offset` = `next`."""

    schools = fields.List(fields.Nested(FoundSchoolV1), required=True, validate=Length(max=100))
    next = shapes.integer(1, 100_000, allow_none=True)

    example: ClassVar[dict[str, Any]] = {"schools": [FoundSchoolV1.example], "next": None}


class ListSchoolsV1(Request):
    """Anybody looks for a school by a part of one of its names, or of its code."""

    service = "identity"
    method = "list_schools"
    answer = SchoolsV1

    text = shapes.text(
        40,
        shortest=0,
        required=False,
        load_default="",
        metadata={"description": "Part of a name of today or before, or the beginning of the code."},
    )
    province = shapes.province(required=False, allow_none=True, load_default=None)
    offset = shapes.integer(0, 100_000, required=False, load_default=0)
    limit = shapes.integer(1, 100, required=False, load_default=20)

    example: ClassVar[dict[str, Any]] = {"text": "北京", "province": "11", "offset": 0, "limit": 20}
