"""What enrollment answers about one student status: what it is, and its years."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Contract

ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"


class YearV1(Contract):
    """One academic year of a status."""

    academic_year = fields.Integer(required=True)
    result = fields.String(required=True)
    registered_on = shapes.day()
    late = fields.Boolean(required=True)
    due_on = fields.String(required=False)
    cause = fields.String(required=False, allow_none=True, metadata={"description": "Of the deferral (R41-12)."})
    deferred_on = fields.String(required=False, allow_none=True)
    changes = fields.List(fields.String(), required=False, metadata={"description": "Told with this year (A12-4)."})
    annotations = fields.List(fields.String(), required=False, metadata={"description": "Told with it (A12-5)."})
    example: ClassVar[dict[str, Any]] = {
        "academic_year": 2023,
        "result": "registered",
        "registered_on": "2023-09-05",
        "late": False,
        "due_on": "2023-10-01",
        "cause": None,
        "deferred_on": None,
        "changes": ["转专业"],
        "annotations": ["奖励:三好学生"],
    }


class YearStateV1(Contract):
    """Where one year of a status stands, whether it has a result or not; AWAY is a year that was not due."""

    academic_year = fields.Integer(required=True)
    state = shapes.one_of(("DUE", "REGISTERED", "DEFERRED", "OVERDUE", "CLOSED_BY_STATUS", "AWAY"))
    due_on = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {"academic_year": 2024, "state": "DUE", "due_on": "2024-10-01"}


class StatusV1(Contract):
    """A student status with its years; the name is masked for everybody but the person and the own school."""

    status_id = shapes.identifier()
    exam_no = fields.String(required=True)
    student_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    school_code = fields.String(required=True)
    school_name = fields.String(required=True)
    level = fields.String(required=True)
    major_name = fields.String(required=True)
    study_form = fields.String(required=True)
    entry_date = shapes.day()
    expected_graduation_date = shapes.day()
    state = fields.String(required=True)
    years = fields.List(fields.Nested(YearV1), required=True)
    every_year = fields.List(fields.Nested(YearStateV1), required=False)
    asked_on = shapes.day(required=False, allow_none=True, metadata={"description": "To check the own data (A11-1)."})
    checked = fields.String(required=False, metadata={"description": "confirmed, disputed, or neither (A11-2)."})
    contested_in = fields.String(required=False, metadata={"description": "The conflict over this identity (A8-9)."})
    identity_version = fields.Integer(required=False, metadata={"description": "1 before any correction (A19-2)."})
    continues = shapes.identifier(required=False, allow_none=True)
    continued_at = fields.String(required=False, allow_none=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "status_id": ANOTHER_ID,
        "exam_no": "22110108150001",
        "student_no": "2200010001",
        "name": "王*",
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "major_name": "哲学",
        "study_form": "普通全日制",
        "entry_date": "2022-09-01",
        "expected_graduation_date": "2026-07-01",
        "state": "active",
        "years": [YearV1.example],
        "every_year": [YearStateV1.example],
        "asked_on": "2022-10-20",
        "checked": "confirmed",
        "contested_in": "",
        "identity_version": 1,
        "continues": None,
        "continued_at": None,
        "version": 2,
    }
