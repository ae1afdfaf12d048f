"""What enrollment answers about admission data: the ministry's re-check, corrections and supplements (A7, A10)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_evidence import A_DIGEST, asked_paper, opened_paper, papers

AN_ID = "019b0000-0000-7000-8000-000000000001"
A_FIX = "019b0000-0000-7000-8000-0000000000f1"
AN_ADMISSION = "019b0000-0000-7000-8000-0000000000b1"
FIX_KINDS = ("correction", "supplement")
FIX_STATES = ("requested", "proposed", "declined", "applied", "refused")
OUTCOMES = ("listed", "reported", "registered", "abandoned", "deferred", "cancelled")
MOST = 200


def exam_no() -> fields.String:
    """An examination number, in whatever layout its province or school gives it."""
    return shapes.pattern(r"[0-9A-Za-z]{4,18}")


def values_by_column(**options: Any) -> fields.Dict:
    """Values by the column codes of the admission list, as texts."""
    options.setdefault("required", True)
    return fields.Dict(
        keys=shapes.pattern(r"[A-Z]{2,8}"),
        values=fields.String(validate=Length(0, 200)),
        validate=Length(0, 40),
        **options,
    )


def page_size() -> fields.Integer:
    """How many rows a page holds at most."""
    return shapes.integer(1, MOST, required=False, load_default=50)


def onwards() -> fields.UUID:
    """The last id of the page before."""
    return shapes.identifier(required=False, load_default=None, allow_none=True)


class RecheckAdmissionBatchV1(Command):
    """The ministry passes the re-check of a reviewed list; its release follows (A7-2)."""

    service = "enrollment"
    method = "recheck_admission_batch"
    answer = SavedV1

    batch_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "batch_id": A_FIX}


class RequestAdmissionFixV1(Command):
    """A school reports wrong or missing admission data to the admissions office (A10-1)."""

    service = "enrollment"
    method = "request_admission_fix"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    kind = shapes.one_of(FIX_KINDS)
    values = values_by_column(metadata={"description": "what is wrong as it should be; of a missing person the row"})
    reason = shapes.text(500, shortest=2)
    evidence = fields.List(shapes.digest(), required=True, validate=Length(0, 20))
    province = shapes.province(required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "school_code": "4111010001",
        "entry_year": 2022,
        "exam_no": "22110108150001",
        "kind": "correction",
        "values": {"XM": "王小明"},
        "reason": "录取数据姓名有误",
        "evidence": [A_DIGEST],
        "province": None,
    }


class ProposeAdmissionFixV1(Command):
    """The admissions office sends a verified correction or supplement to the ministry (A10-2)."""

    service = "enrollment"
    method = "propose_admission_fix"
    answer = SavedV1

    fix_id = shapes.identifier()
    values = values_by_column(metadata={"description": "as verified; empty where the school's values are right"})
    opinion = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "fix_id": A_FIX,
        "values": {},
        "opinion": "经核实,情况属实",
    }


class DeclineAdmissionFixV1(Command):
    """The admissions office sends a request back: the admission data are right (A10-2)."""

    service = "enrollment"
    method = "decline_admission_fix"
    answer = SavedV1

    fix_id = shapes.identifier()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "fix_id": A_FIX, "reason": "与报名信息一致"}


class DecideAdmissionFixV1(Command):
    """The ministry accepts or refuses a proposal; until then nobody is registered from the admission (A10-3)."""

    service = "enrollment"
    method = "decide_admission_fix"
    answer = SavedV1

    fix_id = shapes.identifier()
    accept = shapes.flag()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "fix_id": A_FIX, "accept": True, "reason": "同意"}


class AdmissionFixV1(Contract):
    """One correction or supplement; its values are masked for everybody but the office whose turn it is."""

    fix_id = shapes.identifier()
    kind = fields.String(required=True)
    state = fields.String(required=True)
    admission_id = shapes.identifier(allow_none=True)
    school_code = fields.String(required=True)
    province = fields.String(required=True)
    entry_year = fields.Integer(required=True)
    exam_no = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), required=True)
    reason = fields.String(required=True)
    opinion = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    evidence = papers()
    paper = opened_paper()
    requested_on = shapes.day()
    proposed_on = shapes.day(allow_none=True)
    decided_on = shapes.day(allow_none=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "fix_id": A_FIX,
        "kind": "correction",
        "state": "requested",
        "admission_id": AN_ADMISSION,
        "school_code": "4111010001",
        "province": "11",
        "entry_year": 2022,
        "exam_no": "22110108150001",
        "values": {"XM": "王**"},
        "reason": "录取数据姓名有误",
        "opinion": None,
        "decision": None,
        "evidence": [A_DIGEST],
        "paper": None,
        "requested_on": "2022-09-10",
        "proposed_on": None,
        "decided_on": None,
        "version": 1,
    }


class AdmissionFixesV1(Contract):
    """A page of corrections and supplements."""

    fixes = fields.List(fields.Nested(AdmissionFixV1), required=True)
    example: ClassVar[dict[str, Any]] = {"fixes": [AdmissionFixV1.example]}


class GetAdmissionFixV1(Request):
    """Ask for one correction or supplement; with `paper` because one of its papers is about to be seen (A25-1)."""

    service = "enrollment"
    method = "get_admission_fix"
    answer = AdmissionFixV1

    fix_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    paper = asked_paper()
    example: ClassVar[dict[str, Any]] = {"fix_id": A_FIX, "after_version": 1, "paper": None}


class ListAdmissionFixesV1(Request):
    """Ask for the corrections of a school, a province or the nation; a school finds its results here (A10-3)."""

    service = "enrollment"
    method = "list_admission_fixes"
    answer = AdmissionFixesV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    state = shapes.one_of(FIX_STATES, required=False, load_default=None, allow_none=True)
    after = onwards()
    limit = page_size()
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": None,
        "state": "applied",
        "after": None,
        "limit": 50,
    }


class AdmissionV1(Contract):
    """One admission: whether it is a basis of registration, and what became of the right to enter."""

    admission_id = shapes.identifier()
    exam_no = fields.String(required=True)
    name = fields.String(required=True)
    entry_year = fields.Integer(required=True)
    entry_date = shapes.day(allow_none=True)
    school_code = fields.String(required=True)
    level = fields.String(required=True)
    major_name = fields.String(required=True)
    study_form = fields.String(required=True)
    outcome = fields.String(required=True)
    cause = fields.String(required=True)
    reported_on = shapes.day(allow_none=True)
    deferred_until = shapes.day(allow_none=True)
    leave_until = shapes.day(
        allow_none=True, metadata={"description": "leave to report later, or time given anew (R41-8)"}
    )
    discharged_on = shapes.day(allow_none=True)
    withdrawal_by = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "who asks that the outcome be taken back; another person decides (A24-2)"},
    )
    withdrawal_reason = fields.String(required=True, allow_none=True)
    withdrawal_until = shapes.day(allow_none=True)
    admission_type = fields.String(required=True)
    special_plan = fields.Boolean(required=True)
    special_kind = fields.String(required=True)
    preparatory = fields.String(required=True)
    training_school = fields.String(required=True)
    joint_partner = fields.String(required=True)
    fix_id = shapes.identifier(allow_none=True)
    basis_version = fields.Integer(required=True)
    released = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "admission_id": AN_ADMISSION,
        "exam_no": "22110108150001",
        "name": "王**",
        "entry_year": 2022,
        "entry_date": "2022-09-01",
        "school_code": "4111010001",
        "level": "本科",
        "major_name": "哲学",
        "study_form": "普通全日制",
        "outcome": "reported",
        "cause": "",
        "reported_on": "2022-09-03",
        "deferred_until": None,
        "leave_until": None,
        "discharged_on": None,
        "withdrawal_by": None,
        "withdrawal_reason": None,
        "withdrawal_until": None,
        "admission_type": "普通",
        "special_plan": False,
        "special_kind": "",
        "preparatory": "",
        "training_school": "",
        "joint_partner": "",
        "fix_id": None,
        "basis_version": 1,
        "released": True,
        "version": 2,
    }


class AdmissionsV1(Contract):
    """A page of admissions."""

    admissions = fields.List(fields.Nested(AdmissionV1), required=True)
    example: ClassVar[dict[str, Any]] = {"admissions": [AdmissionV1.example]}


class GetAdmissionV1(Request):
    """A school asks for one admission by its number."""

    service = "enrollment"
    method = "get_admission"
    answer = AdmissionV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    example: ClassVar[dict[str, Any]] = {"school_code": "4111010001", "entry_year": 2022, "exam_no": "22110108150001"}


class ListAdmissionsV1(Request):
    """Ask for the admissions to a school in one year, by what became of them."""

    service = "enrollment"
    method = "list_admissions"
    answer = AdmissionsV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    outcome = shapes.one_of(
        (*OUTCOMES, "pending_fix", "pending_withdrawal"), required=False, load_default=None, allow_none=True
    )
    after = onwards()
    limit = page_size()
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "entry_year": 2022,
        "outcome": "deferred",
        "after": None,
        "limit": 50,
    }
