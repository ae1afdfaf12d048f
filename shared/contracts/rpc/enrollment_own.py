"""What enrollment answers to students about their own records, and to schools about who has checked theirs (A11)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_cases import (
    A_STATUS,
    AN_ID,
    CaseV1,
    RecordValuesV1,
    StepV1,
)
from shared.contracts.rpc.enrollment_evidence import A_DIGEST, evidence
from shared.contracts.rpc.enrollment_statuses import YearV1
from shared.contracts.rpc.enrollment_transfers import TransferV1

CHANNELS = ("online", "sms", "email", "paper")
DISPUTABLE = (
    "name", "sex", "birth_date", "id_type", "id_number", "ethnicity", "major_code", "major_name", "level",
    "study_form", "duration", "other",
)  # fmt: skip
CHECKS = ("unasked", "silent", "confirmed", "disputed")


class AskToCheckV1(Command):
    """A school asks one student to check the own data; the time is recorded (A11-1)."""

    service = "enrollment"
    method = "ask_to_check"
    answer = SavedV1

    status_id = shapes.identifier()
    channel = shapes.one_of(CHANNELS)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "status_id": A_STATUS, "channel": "online"}


class AskedClassV1(Contract):
    """How many were asked now, and whether there are more to ask."""

    asked = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    example: ClassVar[dict[str, Any]] = {"asked": 1000, "more": True}


class AskClassToCheckV1(Command):
    """A school asks the next students of an entry year who were not asked yet; give it again while there are more."""

    service = "enrollment"
    method = "ask_class_to_check"
    answer = AskedClassV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    channel = shapes.one_of(CHANNELS)
    limit = shapes.integer(1, 1000, required=False, load_default=1000)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "school_code": "4111010001",
        "entry_year": 2022,
        "channel": "online",
        "limit": 1000,
    }


class ConfirmOwnStatusV1(Command):
    """A student found the own data right (A11-2)."""

    service = "enrollment"
    method = "confirm_own_status"
    answer = SavedV1

    status_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "status_id": A_STATUS}


class DisputeOwnStatusV1(Command):
    """A student found something wrong; a case is opened in the same moment (A11-2)."""

    service = "enrollment"
    method = "dispute_own_status"
    answer = SavedV1

    status_id = shapes.identifier()
    disputed = fields.List(
        shapes.one_of(DISPUTABLE), required=True, validate=Length(1, 12), metadata={"description": "What is wrong."}
    )
    values = fields.Nested(
        RecordValuesV1,
        required=False,
        load_default=dict,
        metadata={"description": "What is right, where the student can tell."},
    )
    statement = shapes.text(2000, shortest=2)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": A_STATUS,
        "disputed": ["name"],
        "values": RecordValuesV1.example,
        "statement": "姓名中的生僻字被替换",
        "evidence": [A_DIGEST],
    }


class OwnConflictV1(Contract):
    """Somebody else claims the same identity: where, and until when it is decided; not who."""

    conflict_id = shapes.identifier()
    side = fields.String(required=True)
    other_school = fields.String(required=True)
    two_people = fields.Boolean(required=True)
    state = fields.String(required=True)
    opened_on = shapes.day()
    due_on = shapes.day(allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    decided_on = shapes.day(allow_none=True)
    steps = fields.List(fields.Nested(StepV1), required=True)
    example: ClassVar[dict[str, Any]] = {
        "conflict_id": "019b0000-0000-7000-8000-0000000000c1",
        "side": "first",
        "other_school": "4133010335",
        "two_people": False,
        "state": "open",
        "opened_on": "2022-09-10",
        "due_on": "2022-09-30",
        "outcome": None,
        "decided_on": None,
        "steps": [StepV1.example | {"step": "Opened", "role": "registrar"}],
    }


class OwnStatusV1(Contract):
    """A student status in full, as its own student sees it: data, years, cases, transfers, conflict."""

    status_id = shapes.identifier()
    person = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    exam_no = fields.String(required=True)
    student_no = fields.String(required=True, allow_none=True)
    school_code = fields.String(required=True)
    school_name = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    study_form = fields.String(required=True)
    major_code = fields.String(required=True)
    major_name = fields.String(required=True)
    duration = fields.String(required=True)
    entry_date = shapes.day()
    expected_graduation_date = shapes.day()
    admission_type = fields.String(required=True)
    state = fields.String(required=True)
    since = shapes.day(allow_none=True)
    left_on = shapes.day(allow_none=True)
    grade = fields.Integer(required=True, allow_none=True)
    college = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    class_no = fields.String(required=True, allow_none=True)
    asked_on = shapes.day(allow_none=True)
    checked = fields.String(required=True)
    contested_in = fields.String(required=True)
    identity_version = fields.Integer(required=True)
    continues = shapes.identifier(allow_none=True)
    continued_at = fields.String(required=True, allow_none=True)
    illegal_entry = fields.Boolean(required=True)
    years = fields.List(fields.Nested(YearV1), required=True)
    cases = fields.List(fields.Nested(CaseV1), required=True)
    transfers = fields.List(fields.Nested(TransferV1), required=True)
    conflict = fields.Nested(OwnConflictV1, required=True, allow_none=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "status_id": A_STATUS,
        "person": {
            "name": "王明",
            "id_type": "1",
            "id_number": "11010519491231002X",
            "birth_date": "1949-12-31",
            "sex": "女",
            "ethnicity": "汉族",
        },
        "exam_no": "22110108150001",
        "student_no": "2200010001",
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "category": "普通高等教育",
        "study_form": "普通全日制",
        "major_code": "010101",
        "major_name": "哲学",
        "duration": "4",
        "entry_date": "2022-09-01",
        "expected_graduation_date": "2026-07-01",
        "admission_type": "普通",
        "state": "active",
        "since": "2022-09-01",
        "left_on": None,
        "grade": 2022,
        "college": None,
        "department": None,
        "class_no": None,
        "asked_on": "2022-10-20",
        "checked": "",
        "contested_in": "",
        "identity_version": 1,
        "continues": None,
        "continued_at": None,
        "illegal_entry": False,
        "years": [YearV1.example],
        "cases": [],
        "transfers": [],
        "conflict": None,
        "version": 2,
    }


class OwnStatusesV1(Contract):
    """All statuses of a student, the newest first."""

    statuses = fields.List(fields.Nested(OwnStatusV1), required=True)
    example: ClassVar[dict[str, Any]] = {"statuses": [OwnStatusV1.example]}


class ListOwnStatusesV1(Request):
    """A student asks for everything kept about the own statuses (A11-2, A21-1)."""

    service = "enrollment"
    method = "list_own_statuses"
    answer = OwnStatusesV1

    example: ClassVar[dict[str, Any]] = {}


class CheckCountsV1(Contract):
    """How many of a class were not asked, are silent, confirmed, disputed."""

    unasked = fields.Integer(required=True)
    silent = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    disputed = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {"unasked": 0, "silent": 12, "confirmed": 480, "disputed": 8}


class CheckedStudentV1(Contract):
    """One student of the class, masked."""

    status_id = shapes.identifier()
    exam_no = fields.String(required=True)
    student_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    asked_on = shapes.day(allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "status_id": A_STATUS,
        "exam_no": "22110108150001",
        "student_no": "2200010001",
        "name": "王*",
        "asked_on": "2022-10-20",
    }


class ChecksV1(Contract):
    """The counts of a class, and the students asked for."""

    counts = fields.Nested(CheckCountsV1, required=True)
    students = fields.List(fields.Nested(CheckedStudentV1), required=True)
    example: ClassVar[dict[str, Any]] = {"counts": CheckCountsV1.example, "students": [CheckedStudentV1.example]}


class ListChecksV1(Request):
    """Who of an entry year was not asked, is silent, confirmed or disputed (A11-1)."""

    service = "enrollment"
    method = "list_checks"
    answer = ChecksV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    checked = shapes.one_of(CHECKS)
    after = shapes.identifier(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "entry_year": 2022,
        "checked": "silent",
        "after": None,
        "limit": 50,
    }
