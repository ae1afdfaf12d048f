"""What enrollment answers about transfers 转学 (R41-22..24)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Range

from shared.codes.tables import LEVELS
from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_cases import A_STATUS, AN_ID, StepV1
from shared.contracts.rpc.enrollment_evidence import A_DIGEST, asked_paper, evidence, opened_paper, papers

A_TRANSFER = "019b0000-0000-7000-8000-0000000000e1"
NEW_STATUS = "019b0000-0000-7000-8000-0000000000a2"
REASONS = ("illness", "hardship", "special_need")
TRANSFER_STATES = (
    "requested", "source_agreed", "target_reviewed", "approved", "completed", "filed", "rejected", "withdrawn", "lapsed"
)  # fmt: skip


def score() -> fields.Float:
    """A score of the entrance examination."""
    return fields.Float(required=False, load_default=None, allow_none=True, validate=Range(0, 1000))


class RequestTransferV1(Command):
    """The student, or the school for its student, asks for a transfer; every bar is named at once (R41-22)."""

    service = "enrollment"
    method = "request_transfer"
    answer = SavedV1

    status_id = shapes.identifier()
    to_school = shapes.school_code()
    to_school_name = shapes.text(60)
    to_level = shapes.one_of(LEVELS)
    to_major_code = shapes.text(8)
    to_major_name = shapes.text(50)
    reason_kind = shapes.one_of((*REASONS, "other"))
    reason = shapes.text(2000, shortest=2)
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": A_STATUS,
        "to_school": "4133010335",
        "to_school_name": "浙江大学",
        "to_level": "本科",
        "to_major_code": "010101",
        "to_major_name": "哲学",
        "reason_kind": "illness",
        "reason": "患病需在原籍治疗",
        "evidence": [A_DIGEST],
    }


class AgreeToTransferV1(Command):
    """The school the student leaves agrees, and states the score of the entrance examination (R41-23)."""

    service = "enrollment"
    method = "agree_to_transfer"
    answer = SavedV1

    transfer_id = shapes.identifier()
    score = score()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "transfer_id": A_TRANSFER, "score": 655.0}


class ReviewTransferV1(Command):
    """The receiving school decides at its president's meeting; within one province that approves it (R41-23)."""

    service = "enrollment"
    method = "review_transfer"
    answer = SavedV1

    transfer_id = shapes.identifier()
    decision_no = shapes.text(60)
    decided_on = shapes.day()
    target_score = score()
    standard_met = shapes.flag(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "Graduate students: admission standards met, a supervisor agrees."},
    )
    evidence = evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "transfer_id": A_TRANSFER,
        "decision_no": "校长办公会〔2023〕5号",
        "decided_on": "2023-05-10",
        "target_score": 650.0,
        "standard_met": None,
        "evidence": [A_DIGEST],
    }


class ConfirmTransferV1(Command):
    """One of two provinces confirms its own side; the second word approves it (R41-24)."""

    service = "enrollment"
    method = "confirm_transfer"
    answer = SavedV1

    transfer_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "transfer_id": A_TRANSFER}


class CompletedTransferV1(Contract):
    """The transfer as it stands now, and the new status."""

    id = shapes.identifier()
    version = shapes.integer(1)
    status_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"id": A_TRANSFER, "version": 5, "status_id": NEW_STATUS}


class CompleteTransferV1(Command):
    """The receiving school closes the old status and opens the new one, in one step (A8-9)."""

    service = "enrollment"
    method = "complete_transfer"
    answer = CompletedTransferV1

    transfer_id = shapes.identifier()
    effective_on = shapes.day()
    student_no = shapes.text(15, required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "transfer_id": A_TRANSFER,
        "effective_on": "2023-06-01",
        "student_no": "3220010001",
    }


class FileTransferV1(Command):
    """The receiving school files a completed transfer with its province (R41-24)."""

    service = "enrollment"
    method = "file_transfer"
    answer = SavedV1

    transfer_id = shapes.identifier()
    number = shapes.text(60)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "transfer_id": A_TRANSFER,
        "number": "浙转备〔2023〕88号",
    }


class RejectTransferV1(Command):
    """Whoever's turn it is says no, with the reason."""

    service = "enrollment"
    method = "reject_transfer"
    answer = SavedV1

    transfer_id = shapes.identifier()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "transfer_id": A_TRANSFER, "reason": "不具备培养能力"}


class WithdrawTransferV1(Command):
    """Whoever asked for a transfer takes it back before it is carried out."""

    service = "enrollment"
    method = "withdraw_transfer"
    answer = SavedV1

    transfer_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "transfer_id": A_TRANSFER}


class TransferV1(Contract):
    """A transfer: from where to where, where it stands, whose turn it is."""

    transfer_id = shapes.identifier()
    status_id = shapes.identifier()
    new_status_id = shapes.identifier(allow_none=True)
    name = fields.String(required=True)
    from_school = fields.String(required=True)
    to_school = fields.String(required=True)
    to_school_name = fields.String(required=True)
    to_level = fields.String(required=True)
    to_major_name = fields.String(required=True)
    reason_kind = fields.String(required=True)
    state = shapes.one_of(TRANSFER_STATES)
    turn = fields.String(required=True)
    crosses_provinces = fields.Boolean(required=True)
    confirmed_by = fields.List(fields.String(), required=True)
    evidence = papers()
    paper = opened_paper()
    requested_role = fields.String(required=True)
    requested_on = shapes.day()
    decision_no = fields.String(required=True, allow_none=True)
    publicity_until = shapes.day(allow_none=True)
    unknown_year = fields.Integer(required=True, allow_none=True)
    effective_on = shapes.day(allow_none=True)
    due_on = shapes.day(allow_none=True)
    filed_on = shapes.day(allow_none=True)
    late = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)
    rejected_for = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StepV1), required=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "transfer_id": A_TRANSFER,
        "status_id": A_STATUS,
        "new_status_id": None,
        "name": "王**",
        "from_school": "4111010001",
        "to_school": "4133010335",
        "to_school_name": "浙江大学",
        "to_level": "本科",
        "to_major_name": "哲学",
        "reason_kind": "illness",
        "state": "requested",
        "turn": "source_school",
        "crosses_provinces": True,
        "confirmed_by": [],
        "evidence": [A_DIGEST],
        "paper": None,
        "requested_role": "student",
        "requested_on": "2023-05-01",
        "decision_no": None,
        "publicity_until": None,
        "unknown_year": None,
        "effective_on": None,
        "due_on": None,
        "filed_on": None,
        "late": False,
        "overdue": False,
        "rejected_for": None,
        "reason": None,
        "steps": [StepV1.example | {"step": "Requested"}],
        "version": 1,
    }


class GetTransferV1(Request):
    """Ask for one transfer; with `paper` because one of its papers is about to be seen (A24-3, A25-1)."""

    service = "enrollment"
    method = "get_transfer"
    answer = TransferV1

    transfer_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    paper = asked_paper()
    example: ClassVar[dict[str, Any]] = {"transfer_id": A_TRANSFER, "after_version": 0, "paper": None}


class TransfersV1(Contract):
    """Transfers, oldest first, without their steps."""

    transfers = fields.List(fields.Nested(TransferV1), required=True)
    example: ClassVar[dict[str, Any]] = {"transfers": [TransferV1.example]}


class ListTransfersV1(Request):
    """The transfers out of and into a school, or the schools of a province."""

    service = "enrollment"
    method = "list_transfers"
    answer = TransfersV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    state = shapes.one_of(TRANSFER_STATES, required=False, load_default=None, allow_none=True)
    overdue = shapes.flag(required=False, load_default=False)
    after = shapes.identifier(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4133010335",
        "province": None,
        "state": "requested",
        "overdue": False,
        "after": None,
        "limit": 50,
    }
