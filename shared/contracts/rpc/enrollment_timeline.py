"""What enrollment answers about the past: what was valid on a day, as it was known at an instant."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request

AN_ID = "019b0000-0000-7000-8000-000000000001"


class StatementV1(Contract):
    """One fact that said something of a status from a day on."""

    fact = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    valid_from = fields.String(required=True)
    recorded_at = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {
        "fact": "Changed",
        "kind": "休学",
        "valid_from": "2024-03-01",
        "recorded_at": "2024-03-05T01:00:00+00:00",
    }


class YearAsOfV1(Contract):
    """What an academic year's result was then."""

    academic_year = fields.Integer(required=True)
    result = fields.String(required=True)
    registered_on = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {
        "academic_year": 2023,
        "result": "registered",
        "registered_on": "2023-09-08",
    }


class StatusAsOfV1(Contract):
    """A status on a day, as known at an instant, and what was said of it until then."""

    status_id = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    school_code = fields.String(required=True)
    level = fields.String(required=True)
    training = fields.String(required=True)
    grade = fields.Integer(required=True)
    major_code = fields.String(required=True)
    major_name = fields.String(required=True)
    identity_version = fields.Integer(required=True)
    expected_graduation_date = fields.String(required=True)
    years = fields.List(fields.Nested(YearAsOfV1), required=True)
    statements = fields.List(fields.Nested(StatementV1), required=True)
    example: ClassVar[dict[str, Any]] = {
        "status_id": AN_ID,
        "name": "张*",
        "state": "on_leave",
        "school_code": "4111010001",
        "level": "本科",
        "training": "regular",
        "grade": 2022,
        "major_code": "010101",
        "major_name": "哲学",
        "identity_version": 1,
        "expected_graduation_date": "2026-07-01",
        "years": [YearAsOfV1.example],
        "statements": [StatementV1.example],
    }


class GetStatusAsOfV1(Request):
    """One student status on a day (`valid_on`), as the registry knew it at an instant (`recorded_at`)."""

    service = "enrollment"
    method = "get_status_as_of"
    answer = StatusAsOfV1

    status_id = shapes.identifier()
    valid_on = shapes.day()
    recorded_at = shapes.instant()
    example: ClassVar[dict[str, Any]] = {
        "status_id": AN_ID,
        "valid_on": "2024-04-01",
        "recorded_at": "2024-06-30T16:00:00+00:00",
    }


class CountV1(Contract):
    """How many statuses share a state and a property."""

    state = fields.String(required=True)
    of = fields.String(required=True)
    count = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {"state": "active", "of": "本科", "count": 2741}


class CountsV1(Contract):
    """Numbers of a day."""

    total = fields.Integer(required=True)
    divided_by = fields.String(required=True)
    counts = fields.List(fields.Nested(CountV1), required=True)
    example: ClassVar[dict[str, Any]] = {"total": 2741, "divided_by": "level", "counts": [CountV1.example]}


class CountStatusesV1(Request):
    """How many statuses of a school, a province or the nation were in which state on a day, as known at an instant."""

    service = "enrollment"
    method = "count_statuses"
    answer = CountsV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    valid_on = shapes.day()
    recorded_at = shapes.instant()
    divided_by = shapes.one_of(
        ("level", "training", "grade", "major_name", "school_code"), required=False, load_default="level"
    )
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": None,
        "valid_on": "2024-04-01",
        "recorded_at": "2024-06-30T16:00:00+00:00",
        "divided_by": "level",
    }


class YearCountsV1(Contract):
    """How many students had which result of an academic year."""

    registered = fields.Integer(required=True)
    deferred = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {"registered": 2690, "deferred": 31}


class CountYearsV1(Request):
    """How many students of a school, a province or the nation were registered for an academic year (A12, A13).

    `recorded_at` one month after the schools' start tells what was done in time.
    """

    service = "enrollment"
    method = "count_years"
    answer = YearCountsV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    academic_year = shapes.academic_year()
    valid_on = shapes.day()
    recorded_at = shapes.instant()
    example: ClassVar[dict[str, Any]] = {
        "school_code": None,
        "province": "11",
        "academic_year": 2023,
        "valid_on": "2023-10-01",
        "recorded_at": "2023-10-01T16:00:00+00:00",
    }
