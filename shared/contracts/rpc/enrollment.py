"""What enrollment answers: admission lists, freshman results, annual registration."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.codes.tables import ADMISSION_TYPES
from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_statuses import StatusV1

AN_ID = "019b0000-0000-7000-8000-000000000001"
ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"
A_DIGEST = "ab" * 32
CHANGES = ("留级", "降级", "跳级", "休学", "复学", "转学", "转专业", "保留学籍")


class SubmitAdmissionBatchV1(Command):
    """A province submits an admission list as a file of the blob store (A7)."""

    service = "enrollment"
    method = "submit_admission_batch"
    answer = SavedV1

    digest = shapes.digest()
    filename = shapes.pattern(r"[^/\\\x00-\x1f]{1,200}")
    province = shapes.province()
    entry_year = shapes.academic_year()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "digest": A_DIGEST,
        "filename": "admissions.csv",
        "province": "11",
        "entry_year": 2022,
    }


class ReviewAdmissionBatchV1(Command):
    """The province's education authority passes the review of a checked list (A7-1)."""

    service = "enrollment"
    method = "review_admission_batch"
    answer = SavedV1

    batch_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "batch_id": ANOTHER_ID}


class ReturnAdmissionBatchV1(Command):
    """The review returns a list with its reason; nothing of it becomes a basis."""

    service = "enrollment"
    method = "return_admission_batch"
    answer = SavedV1

    batch_id = shapes.identifier()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "batch_id": ANOTHER_ID, "reason": "两所院校代码有误"}


class ReleaseAdmissionBatchV1(Command):
    """The ministry's re-check makes a reviewed list the basis of registration (A7-2)."""

    service = "enrollment"
    method = "release_admission_batch"
    answer = SavedV1

    batch_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "batch_id": ANOTHER_ID}


class SubmitFreshmanResultsV1(Command):
    """A school submits the outcome of entry and recheck of its freshmen as one file (A8)."""

    service = "enrollment"
    method = "submit_freshman_results"
    answer = SavedV1

    digest = shapes.digest()
    filename = shapes.pattern(r"[^/\\\x00-\x1f]{1,200}")
    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "digest": A_DIGEST,
        "filename": "freshmen.csv",
        "school_code": "4111010001",
        "entry_year": 2022,
    }


class SubmitYearResultsV1(Command):
    """A school submits one academic year of its students as one file (A12)."""

    service = "enrollment"
    method = "submit_year_results"
    answer = SavedV1

    digest = shapes.digest()
    filename = shapes.pattern(r"[^/\\\x00-\x1f]{1,200}")
    school_code = shapes.school_code()
    entry_year = shapes.academic_year(metadata={"description": "the year whose admissions the file names"})
    academic_year = shapes.academic_year(metadata={"description": "start year: 2023 is 2023-2024"})
    starts_on = shapes.day(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "the school's own first day of the year (A13-1); declares it if nobody has yet"},
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "digest": A_DIGEST,
        "filename": "year-2023.csv",
        "school_code": "4111010001",
        "entry_year": 2022,
        "academic_year": 2023,
        "starts_on": "2023-09-01",
    }


class RegisterStudentV1(Command):
    """A school registers one freshman after the recheck (A8-1, A8-2)."""

    service = "enrollment"
    method = "register_student"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = shapes.pattern(r"[0-9A-Za-z]{4,18}")
    recheck = shapes.one_of(("合格", "不合格"))
    student_no = shapes.text(15, required=False, load_default=None, allow_none=True)
    college = shapes.text(24, required=False, allow_none=True)
    department = shapes.text(24, required=False, allow_none=True)
    class_no = shapes.text(24, required=False, allow_none=True)
    admission_type = shapes.one_of(ADMISSION_TYPES, required=False, allow_none=True)
    joint_partner = shapes.school_code(required=False, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "school_code": "4111010001",
        "entry_year": 2022,
        "exam_no": "22110108150001",
        "recheck": "合格",
        "student_no": "2200010001",
    }


class DecideEntryV1(Command):
    """A school records that an admitted person abandoned, deferred or lost the right to enter (A8-4)."""

    service = "enrollment"
    method = "decide_entry"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = shapes.pattern(r"[0-9A-Za-z]{4,18}")
    outcome = shapes.one_of(("abandoned", "deferred", "cancelled"))
    cause = shapes.one_of(("illness", "army", "startup", "other"), required=False)
    until = shapes.day(
        required=False,
        allow_none=True,
        metadata={
            "description": "the last day of a deferral; else a year and a month after the day of entry, and for"
            " military service until two years after discharge"
        },
    )
    discharged_on = shapes.day(
        required=False,
        metadata={"description": "of somebody deferred for military service: when it ended (R41-27)"},
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "school_code": "4111010001",
        "entry_year": 2022,
        "exam_no": "22110108150002",
        "outcome": "deferred",
    }


class SettleYearV1(Command):
    """A school registers or defers one academic year of one student (A12)."""

    service = "enrollment"
    method = "settle_year"
    answer = SavedV1

    status_id = shapes.identifier()
    academic_year = shapes.academic_year()
    result = shapes.one_of(("registered", "deferred"))
    starts_on = shapes.day(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "the school's own first day of the year (A13-1); declares it if nobody has yet"},
    )
    cause = shapes.one_of(
        ("", "unpaid_tuition", "absence", "other"),
        required=False,
        load_default="",
        metadata={"description": "of a deferral (R41-12)"},
    )
    tuition = shapes.one_of(
        ("", "paid", "unpaid", "loan", "aid"),
        required=False,
        load_default="",
        metadata={"description": "who owes it is not registered; who applied for a loan or aid is (R41-12)"},
    )
    changes = fields.List(
        shapes.one_of(CHANGES),
        required=False,
        load_default=(),
        validate=Length(max=len(CHANGES)),
        metadata={"description": "changes of the year; each is on record already, named or not (A12-4)"},
    )
    records = fields.List(
        shapes.text(200),
        required=False,
        load_default=(),
        validate=Length(max=20),
        metadata={"description": "study records to be told beside those on record, such as 奖励:三好学生 (A12-5)"},
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "academic_year": 2023,
        "result": "registered",
        "starts_on": "2023-09-01",
        "cause": "",
        "tuition": "paid",
        "changes": ["转专业"],
        "records": ["奖励:三好学生"],
    }


class BatchV1(Contract):
    """Where one submitted file stands: its progress, its result and the file of refused rows."""

    batch_id = shapes.identifier()
    kind = fields.String(required=True)
    state = shapes.one_of(
        (
            "submitted",
            "planning",
            "planned",
            "lapsed",
            "running",
            "finished",
            "refused",
            "undoing",
            "undone",
            "reviewed",
            "rechecked",
            "released",
            "returned",
        )
    )
    filename = fields.String(required=True)
    rows = fields.Integer(required=True, allow_none=True)
    done = fields.Integer(metadata={"description": "rows of the present step (planning, commit, undo) so far"})
    accepted = fields.Integer(required=True)
    unchanged = fields.Integer(metadata={"description": "rows that say what the registry says already"})
    refused = fields.Integer(required=True)
    changed = fields.Integer(metadata={"description": "of the refused: rows whose world changed since the plan"})
    undone = fields.Integer()
    kept = fields.Integer(metadata={"description": "rows that an undo had to leave as they are"})
    plan_id = shapes.identifier(required=False, allow_none=True)
    expires_at = shapes.instant(required=False, allow_none=True)
    mode = fields.String(allow_none=True)
    errors_digest = fields.String(required=True, allow_none=True)
    reason = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    submitted_before = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={"description": "batch_id, rule, zh, en: the same file was handed in before (X-FILE-17); not refused"},
    )
    started_at = shapes.instant(required=False, allow_none=True)
    rate_per_second = fields.Float(allow_none=True)
    remaining_seconds = fields.Float(allow_none=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "batch_id": ANOTHER_ID,
        "kind": "admission_list",
        "state": "finished",
        "filename": "admissions.csv",
        "rows": 500,
        "done": 500,
        "accepted": 487,
        "unchanged": 1,
        "refused": 12,
        "changed": 0,
        "undone": 0,
        "kept": 0,
        "plan_id": None,
        "expires_at": None,
        "mode": None,
        "errors_digest": A_DIGEST,
        "reason": None,
        "submitted_before": None,
        "started_at": "2022-09-10T04:00:00+00:00",
        "rate_per_second": 8000.0,
        "remaining_seconds": 0.0,
        "version": 2,
    }


class GetBatchV1(Request):
    """Ask where a submitted file stands; with `refused_rows` because its refused rows are about to be read (A24-3)."""

    service = "enrollment"
    method = "get_batch"
    answer = BatchV1

    batch_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    refused_rows = shapes.flag(required=False, load_default=False)
    example: ClassVar[dict[str, Any]] = {"batch_id": ANOTHER_ID, "after_version": 2, "refused_rows": False}


class GetStatusV1(Request):
    """Ask for one student status."""

    service = "enrollment"
    method = "get_status"
    answer = StatusV1

    status_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"status_id": ANOTHER_ID, "after_version": 0}


class FindStatusV1(Request):
    """A school finds one own student by examination number and entry year."""

    service = "enrollment"
    method = "find_status"
    answer = StatusV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = shapes.pattern(r"[0-9A-Za-z]{4,18}")
    example: ClassVar[dict[str, Any]] = {"school_code": "4111010001", "entry_year": 2022, "exam_no": "22110108150001"}
