"""What enrollment answers about endings without a certificate: two persons for each (A12-6, A24-2, A26-2)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1

AN_ID = "019b0000-0000-7000-8000-000000000001"
ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"
A_PROPOSAL = "019b0000-0000-7000-8000-000000000003"
A_DIGEST = "ab" * 32

ENDINGS = ("退学", "取消学籍", "开除学籍", "死亡")
STATES = ("proposed", "confirmed", "declined", "lapsed")


def _evidence() -> fields.List[Any]:
    return fields.List(
        shapes.digest(),
        required=False,
        load_default=list,
        validate=Length(max=10),
        metadata={"description": "Digests of files."},
    )


class ProposeCancellationV1(Command):
    """A school proposes to close a status for good; a second person confirms (A12-6, A24-2)."""

    service = "enrollment"
    method = "propose_cancellation"
    answer = SavedV1

    status_id = shapes.identifier()
    kind = shapes.one_of(ENDINGS)
    decision_no = shapes.text(60)
    decided_on = shapes.day(metadata={"description": "Recorded 15 working days later it is marked late (A13-2)."})
    effective_on = shapes.day()
    reason = shapes.text(200, shortest=0, required=False, load_default="")
    proof = shapes.text(
        100,
        shortest=0,
        required=False,
        load_default="",
        metadata={"description": "Title or number of the paper that proves it; required for a death."},
    )
    asked_on = shapes.day(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "When the student asked to leave: evidence, no decision."},
    )
    evidence = _evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "kind": "退学",
        "decision_no": "校学〔2025〕9号",
        "decided_on": "2025-09-26",
        "effective_on": "2025-09-26",
        "reason": "本人申请",
        "proof": "",
        "asked_on": "2025-09-20",
        "evidence": [A_DIGEST],
    }


class DeclareIllegalEntryV1(Command):
    """A province or the ministry declares that somebody entered against the rules; a second person confirms (A26-2)."""

    service = "enrollment"
    method = "declare_illegal_entry"
    answer = SavedV1

    status_id = shapes.identifier()
    decision_no = shapes.text(60)
    decided_on = shapes.day()
    reason = shapes.text(200)
    evidence = _evidence()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "decision_no": "教学函〔2025〕3号",
        "decided_on": "2025-09-26",
        "reason": "冒名顶替入学",
        "evidence": [A_DIGEST],
    }


class CancellationConfirmedV1(SavedV1):
    """The proposal as it was confirmed, and the status that was closed with it."""

    status_id = shapes.identifier()
    late = fields.Boolean(required=True)
    example: ClassVar[dict[str, Any]] = {"id": A_PROPOSAL, "version": 2, "status_id": ANOTHER_ID, "late": False}


class ConfirmCancellationV1(Command):
    """A second person confirms: the status is closed in the same moment, and nobody reopens it (A13-4, A24-2)."""

    service = "enrollment"
    method = "confirm_cancellation"
    answer = CancellationConfirmedV1

    cancellation_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "cancellation_id": A_PROPOSAL}


class DeclineCancellationV1(Command):
    """A proposal is given up, with the reason; the status is as it was."""

    service = "enrollment"
    method = "decline_cancellation"
    answer = SavedV1

    cancellation_id = shapes.identifier()
    reason = shapes.text(200, shortest=2)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "cancellation_id": A_PROPOSAL, "reason": "材料不全"}


class CancellationV1(Contract):
    """A proposal to close a status, and what became of it."""

    cancellation_id = shapes.identifier()
    status_id = shapes.identifier()
    school_code = fields.String(required=True)
    training = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    decision_no = fields.String(required=True)
    decided_on = shapes.day()
    effective_on = shapes.day()
    reason = fields.String(required=True)
    proof = fields.String(required=True)
    illegal_entry = fields.Boolean(required=True)
    asked_on = shapes.day(allow_none=True)
    proposed_by = fields.String(required=True)
    proposed_on = shapes.day()
    due_on = shapes.day(
        allow_none=True, metadata={"description": "Unknown where no calendar is published yet (A13-3)."}
    )
    remind_on = shapes.day(allow_none=True)
    reminded_on = shapes.day(allow_none=True)
    overdue_on = shapes.day(
        required=False, allow_none=True, metadata={"description": "When the province was told that it is late."}
    )
    decided_by = fields.String(required=True, allow_none=True)
    closed_on = shapes.day(allow_none=True)
    late = fields.Boolean(required=True)
    outcome = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "cancellation_id": A_PROPOSAL,
        "status_id": ANOTHER_ID,
        "school_code": "4111010001",
        "training": "regular",
        "kind": "退学",
        "state": "proposed",
        "decision_no": "校学〔2025〕9号",
        "decided_on": "2025-09-26",
        "effective_on": "2025-09-26",
        "reason": "本人申请",
        "proof": "",
        "illegal_entry": False,
        "asked_on": "2025-09-20",
        "proposed_by": "registrar-1",
        "proposed_on": "2025-09-28",
        "due_on": "2025-10-23",
        "remind_on": "2025-10-16",
        "reminded_on": None,
        "overdue_on": None,
        "decided_by": None,
        "closed_on": None,
        "late": False,
        "outcome": None,
        "version": 1,
    }


class GetCancellationV1(Request):
    """Ask for one proposal."""

    service = "enrollment"
    method = "get_cancellation"
    answer = CancellationV1

    cancellation_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"cancellation_id": A_PROPOSAL, "after_version": 1}


class CancellationsV1(Contract):
    """Proposals, the newest first; `next` continues the list."""

    cancellations = fields.List(fields.Nested(CancellationV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"cancellations": [CancellationV1.example], "next": None}


class ListCancellationsV1(Request):
    """Ask for the proposals of a school or a province: those that wait, or those of any state."""

    service = "enrollment"
    method = "list_cancellations"
    answer = CancellationsV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    state = shapes.one_of(
        (*STATES, "overdue"),
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "`overdue`: proposed, and beyond the fifteen working days (A13-2)."},
    )
    declared_by = shapes.one_of(
        ("school", "authority"),
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "An authority declares illegal entries (A26-2), a school everything else."},
    )
    before = shapes.identifier(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": None,
        "state": "proposed",
        "declared_by": None,
        "before": None,
        "limit": 50,
    }
