"""What enrollment answers of school years: when they begin, who is missing, which schools are late."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1

AN_ID = "019b0000-0000-7000-8000-000000000001"
A_STATUS = "019b0000-0000-7000-8000-000000000002"
SCHOOL = "4111010001"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MAY_BE_LEFT_OUT: dict[str, Any] = {"required": False, "load_default": None, "allow_none": True}


class DeclareSchoolYearV1(Command):
    """A school says when an academic year begins; results are due one month later (A13-1)."""

    service = "enrollment"
    method = "declare_school_year"
    answer = SavedV1

    school_code = shapes.school_code()
    academic_year = shapes.academic_year(metadata={"description": "start year: 2023 is 2023-2024"})
    starts_on = shapes.day(metadata={"description": "the school's own first day"})
    by_credits = shapes.flag(
        **_MAY_BE_LEFT_OUT,
        metadata={"description": "whether the school teaches by credits from then on (A12-8); as before if absent"},
    )
    reason = shapes.text(
        200,
        **_MAY_BE_LEFT_OUT,
        metadata={"description": "why the first day moves later though the year has begun, which it does once (A13-1)"},
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "school_code": SCHOOL,
        "academic_year": 2023,
        "starts_on": "2023-09-01",
        "by_credits": True,
        "reason": None,
    }


class DeclareReportingDayV1(Command):
    """A school says until when the freshmen of a year report (R41-8)."""

    service = "enrollment"
    method = "declare_reporting_day"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    last_day = shapes.day()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "school_code": SCHOOL,
        "entry_year": 2023,
        "last_day": "2023-09-15",
    }


class SchoolYearV1(Contract):
    """One academic year of a school, and how many students were missing when they were counted last."""

    academic_year = fields.Integer(required=True)
    starts_on = fields.String(required=True)
    due_on = fields.String(required=True)
    state = shapes.one_of(("declared", "open", "overdue", "complete"))
    reminded_on = fields.String(required=True, allow_none=True)
    found_on = fields.String(required=True, allow_none=True)
    completed_on = fields.String(required=True, allow_none=True)
    missing = fields.Integer(required=True, allow_none=True)
    by_credits = fields.Boolean(required=True)
    changes = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "The kinds of change to offer: by credits, moves between classes may be recorded and need"
            " not be (A12-8)."
        },
    )
    put_off = fields.String(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "Why the first day was moved later after the year had begun; None if it was not."},
    )
    example: ClassVar[dict[str, Any]] = {
        "academic_year": 2023,
        "starts_on": "2023-09-01",
        "due_on": "2023-10-01",
        "state": "overdue",
        "reminded_on": "2023-09-24",
        "found_on": "2023-10-02",
        "completed_on": None,
        "missing": 12,
        "by_credits": True,
        "changes": ["休学", "复学", "转学", "转专业", "保留学籍"],
        "put_off": None,
    }


class ReportingDayV1(Contract):
    """Until when the freshmen of a year report."""

    entry_year = fields.Integer(required=True)
    last_day = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {"entry_year": 2023, "last_day": "2023-09-15"}


class SchoolV1(Contract):
    """What a school has said of its own calendar."""

    school_code = fields.String(required=True)
    years = fields.List(fields.Nested(SchoolYearV1), required=True)
    reporting = fields.List(fields.Nested(ReportingDayV1), required=True)
    leave_terms = fields.Integer(
        required=False,
        allow_none=True,
        metadata={"description": "Terms of leave in all that the school grants; None where it has not said."},
    )
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "school_code": SCHOOL,
        "years": [SchoolYearV1.example],
        "reporting": [ReportingDayV1.example],
        "leave_terms": 4,
        "version": 4,
    }


class GetSchoolV1(Request):
    """Ask what a school has said of its calendar."""

    service = "enrollment"
    method = "get_school"
    answer = SchoolV1

    school_code = shapes.school_code()
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"school_code": SCHOOL, "after_version": 0}


class MissingStudentV1(Contract):
    """A student who is due in a year and has no result of it; the name is masked."""

    status_id = shapes.identifier()
    name = fields.String(required=True)
    exam_no = fields.String(required=True)
    student_no = fields.String(required=True, allow_none=True)
    entry_year = fields.Integer(required=True)
    level = fields.String(required=True)
    major_name = fields.String(required=True)
    state = fields.String(required=True)
    settled_year = fields.Integer(required=True)
    expected_graduation_date = shapes.day(required=False)
    past_graduation = fields.Boolean(
        required=False,
        metadata={
            "description": "Graduation was expected before the year began and has not been recorded: the time of study"
            " is extended (延长学习年限), or the status ended, before anything else."
        },
    )
    example: ClassVar[dict[str, Any]] = {
        "status_id": A_STATUS,
        "name": "王*",
        "exam_no": "22110108150001",
        "student_no": "2200010001",
        "entry_year": 2022,
        "level": "本科",
        "major_name": "哲学",
        "state": "active",
        "settled_year": 2022,
        "expected_graduation_date": "2026-07-01",
        "past_graduation": False,
    }


class MissingStudentsV1(Contract):
    """One page of the students without a result, and how many there are in all."""

    school_code = fields.String(required=True)
    academic_year = fields.Integer(required=True)
    declared = fields.Boolean(
        required=True, metadata={"description": "If not, `due_on` is what is usual in the country."}
    )
    due_on = fields.String(required=True)
    missing = fields.Integer(required=True)
    past_graduation = fields.Integer(
        required=False, metadata={"description": "How many of them were expected to graduate before the year began."}
    )
    students = fields.List(fields.Nested(MissingStudentV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "school_code": SCHOOL,
        "academic_year": 2023,
        "declared": True,
        "due_on": "2023-10-01",
        "missing": 1,
        "past_graduation": 0,
        "students": [MissingStudentV1.example],
        "next": None,
    }


class ListMissingStudentsV1(Request):
    """Ask for a school's students without a result of a year, page by page."""

    service = "enrollment"
    method = "list_missing_students"
    answer = MissingStudentsV1

    school_code = shapes.school_code()
    academic_year = shapes.academic_year()
    after = shapes.pattern(
        rf"(?:[0-9]{{4}}\|[0-9A-Za-z]{{1,18}}\|{_UUID})?",
        required=False,
        load_default="",
        metadata={"description": "`next` of the page before"},
    )
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": SCHOOL,
        "academic_year": 2023,
        "after": f"2022|22110108150001|{A_STATUS}",
        "limit": 50,
    }


class OverdueSchoolV1(Contract):
    """A school whose month is over with students missing, or which has not said when this year begins."""

    school_code = fields.String(required=True)
    academic_year = fields.Integer(required=True)
    state = shapes.one_of(("overdue", "undeclared"))
    starts_on = fields.String(required=True, allow_none=True)
    due_on = fields.String(required=True, allow_none=True)
    days_overdue = fields.Integer(required=True, allow_none=True)
    found_on = fields.String(required=True, allow_none=True, metadata={"description": "When it was counted last."})
    missing = fields.Integer(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "school_code": SCHOOL,
        "academic_year": 2023,
        "state": "overdue",
        "starts_on": "2023-09-01",
        "due_on": "2023-10-01",
        "days_overdue": 3,
        "found_on": "2023-10-04",
        "missing": 12,
    }


class OverdueSchoolsV1(Contract):
    """One page of late schools."""

    schools = fields.List(fields.Nested(OverdueSchoolV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"schools": [OverdueSchoolV1.example], "next": None}


class ListOverdueSchoolsV1(Request):
    """Ask which schools are late: a school for itself, a province for its own, the ministry for all (A13-1)."""

    service = "enrollment"
    method = "list_overdue_schools"
    answer = OverdueSchoolsV1

    school_code = shapes.school_code(**_MAY_BE_LEFT_OUT)
    province = shapes.province(**_MAY_BE_LEFT_OUT)
    academic_year = shapes.academic_year(**_MAY_BE_LEFT_OUT)
    after = shapes.pattern(
        r"(?:[0-9]{10}\|[0-9]{4})?",
        required=False,
        load_default="",
        metadata={"description": "`next` of the page before"},
    )
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": None,
        "province": "11",
        "academic_year": 2023,
        "after": f"{SCHOOL}|2023",
        "limit": 50,
    }


class YearReminderV1(Contract):
    """A school that was told, a week before the month was over, how many students are missing."""

    school_code = fields.String(required=True)
    academic_year = fields.Integer(required=True)
    due_on = fields.String(required=True)
    reminded_on = fields.String(required=True)
    missing = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "school_code": SCHOOL,
        "academic_year": 2023,
        "due_on": "2023-10-01",
        "reminded_on": "2023-09-24",
        "missing": 12,
    }


class YearRemindersV1(Contract):
    """One page of reminders of years that are still open, the first due first."""

    reminders = fields.List(fields.Nested(YearReminderV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"reminders": [YearReminderV1.example], "next": None}


class ListYearRemindersV1(Request):
    """Ask which schools were reminded and are not done yet."""

    service = "enrollment"
    method = "list_year_reminders"
    answer = YearRemindersV1

    school_code = shapes.school_code(**_MAY_BE_LEFT_OUT)
    province = shapes.province(**_MAY_BE_LEFT_OUT)
    after = shapes.pattern(
        r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}\|[0-9]{10}\|[0-9]{4})?",
        required=False,
        load_default="",
        metadata={"description": "`next` of the page before"},
    )
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": SCHOOL,
        "province": None,
        "after": f"2023-10-01|{SCHOOL}|2023",
        "limit": 50,
    }
