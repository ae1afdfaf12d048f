"""What enrollment answers about cases: filed, reviewed, decided; every step told (A19)."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.codes.tables import DURATIONS, ID_TYPES, LEVELS, STUDY_FORMS
from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_evidence import A_DIGEST, asked_paper, evidence, opened_paper, papers

AN_ID = "019b0000-0000-7000-8000-000000000001"
A_CASE = "019b0000-0000-7000-8000-0000000000d1"
A_STATUS = "019b0000-0000-7000-8000-0000000000a1"
CASE_KINDS = ("correction", "change", "cancellation")
CASE_STATES = ("filed", "school_review", "province_review", "applied", "rejected", "not_accepted", "withdrawn")


class RecordValuesV1(Contract):
    """What shall stand in the record; only what is asked for is given."""

    name = shapes.text(100, required=False)
    sex = shapes.one_of(("男", "女"), required=False)
    birth_date = shapes.pattern(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]", required=False)
    id_type = shapes.one_of(ID_TYPES, required=False)
    id_number = shapes.text(18, required=False)
    ethnicity = shapes.text(20, required=False)
    major_code = shapes.pattern(r"[0-9]{4}(?:[0-9]{2})?(?:T|K|TK)?", required=False)
    major_name = shapes.text(50, required=False)
    level = shapes.one_of(LEVELS, required=False)
    study_form = shapes.one_of(STUDY_FORMS, required=False)
    duration = shapes.one_of(DURATIONS, required=False)
    example: ClassVar[dict[str, Any]] = {"name": "王小明"}


class FileCaseV1(Command):
    """A school files about a record of its student, with proof (A19-1); or about a wrong closing (A13-4)."""

    service = "enrollment"
    method = "file_case"
    answer = SavedV1

    status_id = shapes.identifier()
    kind = shapes.one_of(CASE_KINDS)
    values = fields.Nested(RecordValuesV1, required=True)
    statement = shapes.text(2000, shortest=2)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": A_STATUS,
        "kind": "correction",
        "values": RecordValuesV1.example,
        "statement": "录取数据姓名有误",
        "evidence": [A_DIGEST],
    }


class FileOwnCaseV1(Command):
    """A student files about the own record, with proof (A19-1)."""

    service = "enrollment"
    method = "file_own_case"
    answer = SavedV1

    status_id = shapes.identifier()
    kind = shapes.one_of(CASE_KINDS)
    values = fields.Nested(RecordValuesV1, required=True)
    statement = shapes.text(2000, shortest=2)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": A_STATUS,
        "kind": "change",
        "values": RecordValuesV1.example,
        "statement": "已在公安机关更名",
        "evidence": [A_DIGEST],
    }


class BeginCaseReviewV1(Command):
    """The school takes a case up; whoever filed it does not."""

    service = "enrollment"
    method = "begin_case_review"
    answer = SavedV1

    case_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "case_id": A_CASE}


class RefuseCaseV1(Command):
    """Proof or content seem false: the case is not accepted (A19-3)."""

    service = "enrollment"
    method = "refuse_case"
    answer = SavedV1

    case_id = shapes.identifier()
    reason = shapes.text(500, shortest=2)
    incident_id = shapes.identifier(required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "case_id": A_CASE,
        "reason": "户口簿复印件涉嫌伪造",
        "incident_id": None,
    }


class NameCaseValuesV1(Command):
    """After a dispute the school names what shall stand in the record; another person decides."""

    service = "enrollment"
    method = "name_case_values"
    answer = SavedV1

    case_id = shapes.identifier()
    values = fields.Nested(RecordValuesV1, required=True)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "case_id": A_CASE,
        "values": RecordValuesV1.example,
        "evidence": [A_DIGEST],
    }


class ReviewCaseV1(Command):
    """The school's word: applied at once where it may decide alone, else passed on to the province (A19-1)."""

    service = "enrollment"
    method = "review_case"
    answer = SavedV1

    case_id = shapes.identifier()
    agrees = shapes.flag()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "case_id": A_CASE,
        "agrees": True,
        "reason": "材料齐全,与原件一致",
    }


class DecideCaseV1(Command):
    """The province's word about a key field, an archive or a wrong closing (A19-1, A14-2, A13-4)."""

    service = "enrollment"
    method = "decide_case"
    answer = SavedV1

    case_id = shapes.identifier()
    agrees = shapes.flag()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "case_id": A_CASE,
        "agrees": True,
        "reason": "同意更正",
    }


class WithdrawCaseV1(Command):
    """Whoever filed a case takes it back before it is decided."""

    service = "enrollment"
    method = "withdraw_case"
    answer = SavedV1

    case_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "case_id": A_CASE}


class StepV1(Contract):
    """One step that somebody took, and when."""

    step = fields.String(required=True)
    role = fields.String(required=True)
    taken_at = shapes.instant()
    example: ClassVar[dict[str, Any]] = {
        "step": "Filed",
        "role": "student",
        "taken_at": "2026-10-20T02:00:00+00:00",
    }


class CaseV1(Contract):
    """A case: what it asks for, where it stands, whose turn it is, until when; masked but for those concerned."""

    case_id = shapes.identifier()
    status_id = shapes.identifier()
    school_code = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True, metadata={"description": "Who decides: school or province."})
    fields_asked = fields.List(fields.String(), required=True)
    step = shapes.one_of(CASE_STATES)
    turn = fields.String(required=True, metadata={"description": "school, province, or nobody's any more."})
    filed_role = fields.String(required=True)
    filed_on = shapes.day()
    due_on = shapes.day(allow_none=True)
    unknown_year = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Whose working days are not published yet."}
    )
    overdue = fields.Boolean(required=True)
    decided_on = shapes.day(allow_none=True)
    late = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    continued_by = shapes.identifier(allow_none=True)
    evidence = papers()
    paper = opened_paper()
    name = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    statement = fields.String(required=True)
    steps = fields.List(fields.Nested(StepV1), required=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "case_id": A_CASE,
        "status_id": A_STATUS,
        "school_code": "4111010001",
        "kind": "change",
        "level": "province",
        "fields_asked": ["name"],
        "step": "filed",
        "turn": "school",
        "filed_role": "student",
        "filed_on": "2026-10-20",
        "due_on": "2026-11-03",
        "unknown_year": None,
        "overdue": False,
        "decided_on": None,
        "late": False,
        "reason": None,
        "continued_by": None,
        "evidence": [A_DIGEST],
        "paper": None,
        "name": "王**",
        "values": {"name": "王**"},
        "statement": "",
        "steps": [StepV1.example],
        "version": 1,
    }


class GetCaseV1(Request):
    """Ask for one case; with `paper` because one of its papers is about to be seen (A24-3, A25-1)."""

    service = "enrollment"
    method = "get_case"
    answer = CaseV1

    case_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    paper = asked_paper()
    example: ClassVar[dict[str, Any]] = {"case_id": A_CASE, "after_version": 0, "paper": None}


class CasesV1(Contract):
    """Cases, oldest first, without their steps."""

    cases = fields.List(fields.Nested(CaseV1), required=True)
    example: ClassVar[dict[str, Any]] = {"cases": [CaseV1.example]}


class ListCasesV1(Request):
    """The cases of a school or a province; of the nation for the ministry."""

    service = "enrollment"
    method = "list_cases"
    answer = CasesV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    state = shapes.one_of(CASE_STATES, required=False, load_default=None, allow_none=True)
    overdue = shapes.flag(required=False, load_default=False)
    after = shapes.identifier(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": None,
        "state": "filed",
        "overdue": False,
        "after": None,
        "limit": 50,
    }


class IdentityVersionV1(Contract):
    """One version of who a student is and what is studied; masked but for whoever decides an open case."""

    version = fields.Integer(required=True)
    case_id = shapes.identifier(allow_none=True)
    fields_changed = fields.List(fields.String(), required=True)
    person = fields.Dict(keys=fields.String(), required=True)
    level = fields.String(required=True)
    study_form = fields.String(required=True)
    major_code = fields.String(required=True)
    major_name = fields.String(required=True)
    duration = fields.String(required=True)
    recorded_at = shapes.instant()
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "case_id": None,
        "fields_changed": [],
        "person": {"name": "王**"},
        "level": "本科",
        "study_form": "普通全日制",
        "major_code": "010101",
        "major_name": "哲学",
        "duration": "4",
        "recorded_at": "2026-10-20T02:00:00+00:00",
    }


class IdentityVersionsV1(Contract):
    """All versions, the first first."""

    versions = fields.List(fields.Nested(IdentityVersionV1), required=True)
    example: ClassVar[dict[str, Any]] = {"versions": [IdentityVersionV1.example]}


class ListIdentityVersionsV1(Request):
    """What stood in a record before each correction (A19-2); for its school, its province, the ministry, auditors."""

    service = "enrollment"
    method = "list_identity_versions"
    answer = IdentityVersionsV1

    status_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"status_id": A_STATUS}
