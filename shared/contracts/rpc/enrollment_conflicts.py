"""What enrollment answers about conflicts: two statuses, or two people, on one identity (A8-9)."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_cases import A_STATUS, AN_ID, RecordValuesV1, StepV1
from shared.contracts.rpc.enrollment_evidence import A_DIGEST, asked_paper, evidence, opened_paper, papers

A_CONFLICT = "019b0000-0000-7000-8000-0000000000c1"
ANOTHER_STATUS = "019b0000-0000-7000-8000-0000000000a2"
CONFLICT_STATES = ("noticed", "open", "decided", "withdrawn")  # noticed: told of a refused registration, no case
OUTCOMES = ("first_keeps", "second_keeps", "both_keep", "first_corrected", "second_corrected")
ENDINGS = ("取消学籍", "退学", "撤回注册")


class OpenConflictV1(Command):
    """A school whose registration was refused, or its province, contests the status in the way."""

    service = "enrollment"
    method = "open_conflict"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = shapes.pattern(r"[0-9A-Za-z]{4,18}")
    statement = shapes.text(2000, shortest=2)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "school_code": "4133010335",
        "entry_year": 2022,
        "exam_no": "22330108150001",
        "statement": "新生本人持身份证报到,系统提示已有学籍",
        "evidence": [A_DIGEST],
    }


class OpenConflictOfStatusV1(Command):
    """Two statuses stand on record under one document, and one side says so."""

    service = "enrollment"
    method = "open_conflict_of_status"
    answer = SavedV1

    status_id = shapes.identifier()
    statement = shapes.text(2000, shortest=2)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": A_STATUS,
        "statement": "两名学生使用同一证件号码",
        "evidence": [A_DIGEST],
    }


class ContestedRegistrationV1(Contract):
    """The conflict as it stands now, and the contested status."""

    id = shapes.identifier()
    version = shapes.integer(1)
    status_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"id": A_CONFLICT, "version": 2, "status_id": ANOTHER_STATUS}


class RegisterContestedV1(Command):
    """The refused registration is recorded, contested: it binds nobody until the conflict is decided."""

    service = "enrollment"
    method = "register_contested"
    answer = ContestedRegistrationV1

    conflict_id = shapes.identifier()
    recheck = shapes.one_of(("合格", "不合格"))
    student_no = shapes.text(15, required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "conflict_id": A_CONFLICT,
        "recheck": "合格",
        "student_no": "2200010001",
    }


class AnswerConflictV1(Command):
    """Either school says what it knows, with its evidence."""

    service = "enrollment"
    method = "answer_conflict"
    answer = SavedV1

    conflict_id = shapes.identifier()
    statement = shapes.text(2000, shortest=2)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "conflict_id": A_CONFLICT,
        "statement": "本校学生自2022年9月在校",
        "evidence": [A_DIGEST],
    }


class WithdrawConflictV1(Command):
    """Taken back by the side that opened it, before its own status is on record."""

    service = "enrollment"
    method = "withdraw_conflict"
    answer = SavedV1

    conflict_id = shapes.identifier()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "conflict_id": A_CONFLICT, "reason": "证件号码录入有误"}


class DecideConflictV1(Command):
    """The province of both schools, or the ministry between two provinces, decides; all that follows is recorded."""

    service = "enrollment"
    method = "decide_conflict"
    answer = SavedV1

    conflict_id = shapes.identifier()
    outcome = shapes.one_of(OUTCOMES)
    ending = shapes.one_of(
        ENDINGS,
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "How the status that does not stand ends."},
    )
    ends_on = shapes.day(
        required=False, load_default=None, allow_none=True, metadata={"description": "The day of a withdrawal."}
    )
    values = fields.Nested(
        RecordValuesV1,
        required=False,
        load_default=dict,
        metadata={"description": "The right document of whoever is corrected."},
    )
    decision_no = shapes.text(60)
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "conflict_id": A_CONFLICT,
        "outcome": "second_keeps",
        "ending": "取消学籍",
        "ends_on": None,
        "values": {},
        "decision_no": "京教学〔2022〕31号",
        "reason": "经查证系冒名顶替",
    }


class ConflictV1(Contract):
    """A conflict as both sides see it."""

    conflict_id = shapes.identifier()
    first_status_id = shapes.identifier()
    first_school = fields.String(required=True)
    second_status_id = shapes.identifier(allow_none=True)
    second_school = fields.String(required=True)
    two_people = fields.Boolean(required=True, metadata={"description": "The names differ."})
    state = shapes.one_of(CONFLICT_STATES)
    turn = fields.String(required=True, metadata={"description": "province or ministry, while it is open."})
    opened_on = shapes.day()
    due_on = shapes.day(allow_none=True)
    unknown_year = fields.Integer(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    answered_by = fields.List(fields.String(), required=True, metadata={"description": "Schools that have answered."})
    evidence = papers()
    paper = opened_paper()
    names = fields.List(fields.String(), required=True)
    outcome = fields.String(required=True, allow_none=True)
    ending = fields.String(required=True, allow_none=True)
    decision_no = fields.String(required=True, allow_none=True)
    decided_on = shapes.day(allow_none=True)
    late = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StepV1), required=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "conflict_id": A_CONFLICT,
        "first_status_id": A_STATUS,
        "first_school": "4111010001",
        "second_status_id": ANOTHER_STATUS,
        "second_school": "4133010335",
        "two_people": False,
        "state": "open",
        "turn": "ministry",
        "opened_on": "2022-09-10",
        "due_on": "2022-09-30",
        "unknown_year": None,
        "overdue": False,
        "answered_by": ["4111010001"],
        "evidence": [A_DIGEST],
        "paper": None,
        "names": ["王**", "王**"],
        "outcome": None,
        "ending": None,
        "decision_no": None,
        "decided_on": None,
        "late": False,
        "reason": None,
        "steps": [StepV1.example | {"step": "Opened", "role": "registrar"}],
        "version": 3,
    }


class GetConflictV1(Request):
    """Ask for one conflict; with `paper` because one of its papers is about to be seen (A24-3, A25-1)."""

    service = "enrollment"
    method = "get_conflict"
    answer = ConflictV1

    conflict_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    paper = asked_paper()
    example: ClassVar[dict[str, Any]] = {"conflict_id": A_CONFLICT, "after_version": 0, "paper": None}


class ConflictsV1(Contract):
    """Conflicts, oldest first, without their steps."""

    conflicts = fields.List(fields.Nested(ConflictV1), required=True)
    example: ClassVar[dict[str, Any]] = {"conflicts": [ConflictV1.example]}


class ListConflictsV1(Request):
    """The conflicts in which a school, or the schools of a province, stand on either side."""

    service = "enrollment"
    method = "list_conflicts"
    answer = ConflictsV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    state = shapes.one_of(CONFLICT_STATES, required=False, load_default=None, allow_none=True)
    after = shapes.identifier(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": None,
        "state": "open",
        "after": None,
        "limit": 50,
    }
