"""What enrollment answers about changes, study records, other papers and the archive of a status."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1

AN_ID = "019b0000-0000-7000-8000-000000000001"
ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"

CHANGES = ("留级", "降级", "跳级", "休学", "复学", "转专业", "保留学籍", "延长学习年限")
CAUSES = ("", "因病", "创业", "其他", "应征入伍", "交流学习")
RECORDS = ("学业考试", "社会实践", "奖励", "处分")
PAPERS = ("肄业证书", "学习证明")
PAPER_NUMBER = r"[0-9A-Za-z\u4e00-\u9fff〔〕()()\[\]-]{2,40}"


def _maybe_day(about: str) -> fields.Date:
    return shapes.day(required=False, load_default=None, allow_none=True, metadata={"description": about})


class RecordChangeV1(Command):
    """A school records its decision about an open status: leave, return, grade, major, more time (A12-4, A12-9)."""

    service = "enrollment"
    method = "record_change"
    answer = SavedV1

    status_id = shapes.identifier()
    kind = shapes.one_of(CHANGES)
    decision_no = shapes.text(60)
    decided_on = shapes.day()
    effective_on = shapes.day(metadata={"description": "From when it holds; not before the last change."})
    cause = shapes.one_of(
        CAUSES,
        required=False,
        load_default="",
        metadata={"description": "休学: 因病 创业 其他; 保留学籍: 应征入伍 交流学习."},
    )
    return_by = _maybe_day("Until when the student is away: required for leave and for an exchange.")
    applied_on = _maybe_day("复学: when the student applied; while away, and not after the day of return.")
    discharged_on = _maybe_day("复学 after military service: the day of discharge (R41-27).")
    grade = shapes.integer(
        1950,
        2099,
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "The class to study with, by its year of entry; moves by one where it is not named."},
    )
    major_code = shapes.text(8, required=False, load_default=None, allow_none=True)
    major_name = shapes.text(50, required=False, load_default=None, allow_none=True)
    expected_graduation_date = _maybe_day(
        "Where it does not follow from the change by itself; 延长学习年限 needs it: a later day than the present one."
    )
    retroactive = shapes.flag(
        required=False,
        load_default=False,
        metadata={"description": "Holds from before a change recorded already; only where no state is moved."},
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "kind": "休学",
        "decision_no": "校学〔2024〕7号",
        "decided_on": "2024-03-01",
        "effective_on": "2024-03-01",
        "cause": "因病",
        "return_by": "2025-03-01",
        "applied_on": None,
        "discharged_on": None,
        "grade": None,
        "major_code": None,
        "major_name": None,
        "expected_graduation_date": None,
        "retroactive": False,
    }


class DeclareLeaveLimitV1(Command):
    """A school says how many terms of leave a student may have in all (A12-4); until then it is four."""

    service = "enrollment"
    method = "declare_leave_limit"
    answer = SavedV1

    school_code = shapes.school_code()
    terms = shapes.integer(1, 12)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "school_code": "4111010001", "terms": 4}


class WithdrawChangeV1(Command):
    """A school takes its last change back, before anything followed on it (X-UNDO-1)."""

    service = "enrollment"
    method = "withdraw_change"
    answer = SavedV1

    status_id = shapes.identifier()
    version = shapes.integer(2, metadata={"description": "The version of the change, as its recording answered."})
    reason = shapes.text(200, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "version": 3,
        "reason": "误录他人",
    }


class AnnotateRecordV1(Command):
    """A school notes an exam, a practice, a reward or a punishment; told with the next year (A12-5)."""

    service = "enrollment"
    method = "annotate_record"
    answer = SavedV1

    status_id = shapes.identifier()
    kind = shapes.one_of(RECORDS)
    text = shapes.text(200, metadata={"description": "Names no number of anybody (A25-1)."})
    dated = shapes.day()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "kind": "奖励",
        "text": "校级三好学生",
        "dated": "2024-06-01",
    }


class IssuePaperV1(Command):
    """A school notes a leaving certificate or a study statement: no qualification (A12-7, A15-2, R41-33)."""

    service = "enrollment"
    method = "issue_paper"
    answer = SavedV1

    status_id = shapes.identifier()
    kind = shapes.one_of(PAPERS)
    number = shapes.pattern(PAPER_NUMBER)
    issued_on = shapes.day()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "kind": "肄业证书",
        "number": "肄2025001",
        "issued_on": "2025-01-10",
    }


class ArchiveEntryV1(Contract):
    """One change, study record, paper, correction or ending of a status."""

    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    effective_on = shapes.day()
    recorded_at = fields.String(required=True)
    decision_no = fields.String(required=True, allow_none=True)
    decided_on = shapes.day(allow_none=True)
    due_on = shapes.day(
        allow_none=True, metadata={"description": "Unknown where no calendar is published yet (A13-3)."}
    )
    late = fields.Boolean(required=True)
    withdrawn_on = shapes.day(allow_none=True)
    content = fields.Dict(keys=fields.String(), required=True)
    example: ClassVar[dict[str, Any]] = {
        "version": 3,
        "kind": "休学",
        "effective_on": "2024-03-01",
        "recorded_at": "2024-03-04T02:00:00+00:00",
        "decision_no": "校学〔2024〕7号",
        "decided_on": "2024-03-01",
        "due_on": "2024-03-22",
        "late": False,
        "withdrawn_on": None,
        "content": {"state": "on_leave", "cause": "因病", "return_by": "2025-03-01"},
    }


class ArchivedIdentityV1(Contract):
    """One version of what identifies the student, in full for the student alone (A19-2, A25-1)."""

    identity_version = fields.Integer(required=True)
    valid_from = shapes.day()
    recorded_at = fields.String(required=True)
    name = fields.String(required=True)
    id_type = fields.String(required=True)
    id_number = fields.String(required=True)
    birth_date = fields.String(required=True)
    sex = fields.String(required=True)
    ethnicity = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {
        "identity_version": 1,
        "valid_from": "2022-09-01",
        "recorded_at": "2022-09-10T04:00:00+00:00",
        "name": "王*",
        "id_type": "1",
        "id_number": "1101**********002X",
        "birth_date": "2004",
        "sex": "男",
        "ethnicity": "汉族",
    }


class ArchivedYearV1(Contract):
    """One academic year of a status."""

    academic_year = fields.Integer(required=True)
    result = fields.String(required=True)
    registered_on = shapes.day()
    due_on = shapes.day(allow_none=True)
    late = fields.Boolean(required=True)
    example: ClassVar[dict[str, Any]] = {
        "academic_year": 2023,
        "result": "registered",
        "registered_on": "2023-09-05",
        "due_on": "2023-10-01",
        "late": False,
    }


class ArchiveV1(Contract):
    """Everything that is kept of a status: identity, registration, years, changes, records, papers, ending (A14-1)."""

    status_id = shapes.identifier()
    state = fields.String(required=True)
    archived = fields.Boolean(
        required=True, metadata={"description": "Left: it changes through a correction case only (A14-2)."}
    )
    left_on = shapes.day(allow_none=True)
    illegal_entry = fields.Boolean(required=True)
    contested_in = fields.String(required=True)
    registration = fields.Dict(keys=fields.String(), required=True)
    identities = fields.List(fields.Nested(ArchivedIdentityV1), required=True)
    years = fields.List(fields.Nested(ArchivedYearV1), required=True)
    changes = fields.List(fields.Nested(ArchiveEntryV1), required=True)
    records = fields.List(fields.Nested(ArchiveEntryV1), required=True)
    papers = fields.List(fields.Nested(ArchiveEntryV1), required=True)
    corrections = fields.List(fields.Nested(ArchiveEntryV1), required=True)
    endings = fields.List(fields.Nested(ArchiveEntryV1), required=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "status_id": ANOTHER_ID,
        "state": "on_leave",
        "archived": False,
        "left_on": None,
        "illegal_entry": False,
        "contested_in": "",
        "registration": {"exam_no": "22110108150001", "school_code": "4111010001", "level": "本科"},
        "identities": [ArchivedIdentityV1.example],
        "years": [ArchivedYearV1.example],
        "changes": [ArchiveEntryV1.example],
        "records": [],
        "papers": [],
        "corrections": [],
        "endings": [],
        "version": 3,
    }


class GetArchiveV1(Request):
    """Ask for everything that is kept of one status (A14-1)."""

    service = "enrollment"
    method = "get_archive"
    answer = ArchiveV1

    status_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"status_id": ANOTHER_ID, "after_version": 3}


class AwayStudentV1(Contract):
    """A student who has not come back in time."""

    status_id = shapes.identifier()
    name = fields.String(required=True)
    exam_no = fields.String(required=True)
    student_no = fields.String(required=True, allow_none=True)
    school_code = fields.String(required=True)
    level = fields.String(required=True)
    major_name = fields.String(required=True)
    state = fields.String(required=True)
    since = shapes.day()
    return_by = shapes.day()
    example: ClassVar[dict[str, Any]] = {
        "status_id": ANOTHER_ID,
        "name": "王*",
        "exam_no": "22110108150001",
        "student_no": "2200010001",
        "school_code": "4111010001",
        "level": "本科",
        "major_name": "哲学",
        "state": "on_leave",
        "since": "2024-03-01",
        "return_by": "2025-03-01",
    }


class OverdueReturnsV1(Contract):
    """Students beyond their day of return, the longest overdue first; `next` continues the list."""

    students = fields.List(fields.Nested(AwayStudentV1), required=True, validate=Length(max=200))
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"students": [AwayStudentV1.example], "next": None}


class ListOverdueReturnsV1(Request):
    """Ask who is on leave or reserved beyond the day of return; the school decides what follows (A12-6)."""

    service = "enrollment"
    method = "list_overdue_returns"
    answer = OverdueReturnsV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    after = shapes.pattern(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9a-f-]{36}", required=False, load_default=None, allow_none=True
    )
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {"school_code": "4111010001", "province": None, "after": None, "limit": 50}
