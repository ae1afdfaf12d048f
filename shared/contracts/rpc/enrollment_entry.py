"""What enrollment answers about entry: reports, deferrals, rechecks, preparatory students, joint training (A8, R41)."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_admissions import exam_no, onwards, page_size

AN_ID = "019b0000-0000-7000-8000-000000000001"
A_STATUS = "019b0000-0000-7000-8000-0000000000a1"
A_PHASE = "019b0000-0000-7000-8000-0000000000c1"
RESULTS = ("合格", "不合格")
ITEMS = ("procedure", "admission", "person", "health", "talent")
FOLLOWS = ("nothing", "cancel_entry", "cancel_status", "may_defer")
_NAMED: dict[str, Any] = {"school_code": "4111010001", "entry_year": 2022, "exam_no": "22110108150001"}


class ReportFreshmanV1(Command):
    """A freshman reported; the first check was passed, or failed and the entry is cancelled (R41-8, R41-9)."""

    service = "enrollment"
    method = "report_freshman"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    reported_on = shapes.day()
    check = shapes.one_of(RESULTS)
    excused = shapes.flag(required=False, load_default=False, metadata={"description": "leave or force majeure"})
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "reported_on": "2022-09-03",
        "check": "合格",
        "excused": False,
    }


class ReadmitDeferredV1(Command):
    """Somebody deferred asks to enter: with the next intake where the review is passed, else not at all (R41-10)."""

    service = "enrollment"
    method = "readmit_deferred"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year(metadata={"description": "of the admission, not of the new intake"})
    exam_no = exam_no()
    applied_on = shapes.day()
    review = shapes.one_of(RESULTS)
    entry_date = shapes.day(
        required=False, load_default=None, allow_none=True, metadata={"description": "the first day of the new intake"}
    )
    discharged_on = shapes.day(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "from military service: entry is kept until two years later (R41-27)"},
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "applied_on": "2023-08-20",
        "review": "合格",
        "entry_date": "2023-09-01",
        "discharged_on": None,
    }


class RecheckItemsV1(Contract):
    """The five items of the recheck: true where nothing was found."""

    procedure = shapes.flag()
    admission = shapes.flag()
    person = shapes.flag()
    health = shapes.flag()
    talent = shapes.flag()
    example: ClassVar[dict[str, Any]] = dict.fromkeys(ITEMS, True)


class RecheckedV1(Contract):
    """What was saved, and what follows: nothing, a cancellation by two persons, or a deferral that may be granted."""

    id = shapes.identifier()
    version = fields.Integer(required=True)
    follows = shapes.one_of(FOLLOWS)
    example: ClassVar[dict[str, Any]] = {"id": A_STATUS, "version": 2, "follows": "nothing"}


class RecheckStudentV1(Command):
    """The recheck of the first three months; `defer` turns ill health into a deferred entry (R41-11)."""

    service = "enrollment"
    method = "recheck_student"
    answer = RecheckedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    items = fields.Nested(RecheckItemsV1, required=True)
    rechecked_on = shapes.day()
    defer = shapes.flag(required=False, load_default=False)
    until = shapes.day(required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "items": RecheckItemsV1.example,
        "rechecked_on": "2022-10-20",
        "defer": False,
        "until": None,
    }


class AnnotateJointTrainingV1(Command):
    """A student is trained jointly with another school: an annotation, never a second status (A8-10)."""

    service = "enrollment"
    method = "annotate_joint_training"
    answer = SavedV1

    status_id = shapes.identifier()
    partner_code = shapes.school_code()
    partner_name = shapes.text(80)
    starts_on = shapes.day()
    ends_on = shapes.day(required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": A_STATUS,
        "partner_code": "4133010335",
        "partner_name": "浙江大学",
        "starts_on": "2023-09-01",
        "ends_on": "2024-07-01",
    }


class RecheckPreparatoryV1(Command):
    """The admitting school's recheck before the preparatory phase (A8-5, A8-8)."""

    service = "enrollment"
    method = "recheck_preparatory"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    result = shapes.one_of(RESULTS)
    rechecked_on = shapes.day()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "result": "合格",
        "rechecked_on": "2022-09-10",
    }


class AnnotatePreparatoryV1(Command):
    """The school that the programme names annotates the preparatory status (A8-6, A8-8)."""

    service = "enrollment"
    method = "annotate_preparatory"
    answer = SavedV1

    school_code = shapes.school_code(metadata={"description": "the school that annotates"})
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    starts_on = shapes.day()
    ends_on = shapes.day(required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "starts_on": "2022-09-15",
        "ends_on": "2023-07-01",
    }


class CompletePreparatoryV1(Command):
    """The preparatory phase was completed; the student enters the admitting school with a later intake (A8-7)."""

    service = "enrollment"
    method = "complete_preparatory"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    completed_on = shapes.day()
    entry_date = shapes.day()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "completed_on": "2023-07-01",
        "entry_date": "2023-09-01",
    }


class EndPreparatoryV1(Command):
    """The preparatory phase was broken off: no study follows from the admission (A8-7)."""

    service = "enrollment"
    method = "end_preparatory"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    cause = shapes.text(200, shortest=2)
    ended_on = shapes.day()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "cause": "本人申请退出",
        "ended_on": "2023-03-01",
    }


class PreparatoryV1(Contract):
    """A preparatory student: a kind of status of its own, without academic years."""

    preparatory_id = shapes.identifier()
    exam_no = fields.String(required=True)
    name = fields.String(required=True)
    entry_year = fields.Integer(required=True)
    level = fields.String(required=True)
    major_name = fields.String(required=True)
    kind = fields.String(required=True)
    admitting_school = fields.String(required=True)
    training_school = fields.String(required=True)
    state = fields.String(required=True)
    cause = fields.String(required=True)
    starts_on = shapes.day()
    ends_on = shapes.day(allow_none=True)
    ended_on = shapes.day(allow_none=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "preparatory_id": A_PHASE,
        "exam_no": "22110108150001",
        "name": "阿**",
        "entry_year": 2022,
        "level": "本科",
        "major_name": "哲学",
        "kind": "minority",
        "admitting_school": "4111010001",
        "training_school": "4115010126",
        "state": "annotated",
        "cause": "",
        "starts_on": "2022-09-15",
        "ends_on": "2023-07-01",
        "ended_on": None,
        "version": 1,
    }


class PreparatoriesV1(Contract):
    """A page of preparatory students."""

    students = fields.List(fields.Nested(PreparatoryV1), required=True)
    example: ClassVar[dict[str, Any]] = {"students": [PreparatoryV1.example]}


class ListPreparatoryV1(Request):
    """Ask for the preparatory students that a school admitted or trains."""

    service = "enrollment"
    method = "list_preparatory"
    answer = PreparatoriesV1

    school_code = shapes.school_code()
    state = shapes.one_of(("annotated", "completed", "ended"), required=False, load_default=None, allow_none=True)
    after = onwards()
    limit = page_size()
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4115010126",
        "state": "annotated",
        "after": None,
        "limit": 50,
    }


class RecheckV1(Contract):
    """A registered freshman and the recheck of the first three months."""

    status_id = shapes.identifier()
    exam_no = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    entry_date = shapes.day()
    due_on = shapes.day()
    result = fields.String(required=True, allow_none=True)
    failed = fields.List(fields.String(), required=True)
    rechecked_on = shapes.day(allow_none=True)
    late = fields.Boolean(required=True)
    follows = shapes.one_of(FOLLOWS)
    example: ClassVar[dict[str, Any]] = {
        "status_id": A_STATUS,
        "exam_no": "22110108150001",
        "name": "王**",
        "state": "active",
        "entry_date": "2022-09-01",
        "due_on": "2022-12-01",
        "result": "不合格",
        "failed": ["person"],
        "rechecked_on": "2022-10-20",
        "late": False,
        "follows": "cancel_status",
    }


class RechecksV1(Contract):
    """A page of rechecks."""

    students = fields.List(fields.Nested(RecheckV1), required=True)
    example: ClassVar[dict[str, Any]] = {"students": [RecheckV1.example]}


class ListRechecksV1(Request):
    """Ask for the freshmen of a school whose recheck failed, passed, is missing, or missing beyond its last day."""

    service = "enrollment"
    method = "list_rechecks"
    answer = RechecksV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    wanted = shapes.one_of(("failed", "missing", "overdue", "passed"))
    after = onwards()
    limit = page_size()
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "entry_year": 2022,
        "wanted": "failed",
        "after": None,
        "limit": 50,
    }
