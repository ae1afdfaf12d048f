"""What enrollment answers of rechecks that are due: by school and day of entry, in numbers (R41-11)."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request

SCHOOL = "4111010001"
_MAY_BE_LEFT_OUT: dict[str, Any] = {"required": False, "load_default": None, "allow_none": True}
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


class RecheckTermV1(Contract):
    """Those who entered a school on one day, and how many were without a recheck when they were counted last."""

    school_code = fields.String(required=True)
    entry_date = fields.String(required=True)
    entry_year = fields.Integer(required=True)
    due_on = fields.String(required=True)
    state = shapes.one_of(("reminded", "overdue", "complete"))
    reminded_on = fields.String(required=True, allow_none=True)
    found_on = fields.String(required=True, allow_none=True, metadata={"description": "When it was told last."})
    missing = fields.Integer(required=True, allow_none=True)
    days_overdue = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "school_code": SCHOOL,
        "entry_date": "2023-09-01",
        "entry_year": 2023,
        "due_on": "2023-12-01",
        "state": "overdue",
        "reminded_on": "2023-11-24",
        "found_on": "2023-12-04",
        "missing": 12,
        "days_overdue": 3,
    }


class RecheckTermsV1(Contract):
    """One page of terms, the first due first."""

    terms = fields.List(fields.Nested(RecheckTermV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"terms": [RecheckTermV1.example], "next": None}


class ListRecheckTermsV1(Request):
    """Ask which schools were reminded of rechecks or are late: a school, a province, or the ministry for all."""

    service = "enrollment"
    method = "list_recheck_terms"
    answer = RecheckTermsV1

    school_code = shapes.school_code(**_MAY_BE_LEFT_OUT)
    province = shapes.province(**_MAY_BE_LEFT_OUT)
    entry_year = shapes.academic_year(**_MAY_BE_LEFT_OUT)
    state = shapes.one_of(("reminded", "overdue", "complete"), required=False, load_default="overdue")
    after = shapes.pattern(
        rf"(?:{_DAY}\|[0-9]{{10}}\|{_DAY})?",
        required=False,
        load_default="",
        metadata={"description": "`next` of the page before"},
    )
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": None,
        "province": "11",
        "entry_year": 2023,
        "state": "overdue",
        "after": f"2023-12-01|{SCHOOL}|2023-09-01",
        "limit": 50,
    }
