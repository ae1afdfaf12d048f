"""What identity answers to the registry's office, which reviews claims, and to the ministry, which hears appeals."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity import ID_TYPES
from shared.contracts.rpc.identity_claim_views import ClaimPictureV1, ClaimStepV1
from shared.contracts.rpc.identity_claims import (
    A_CLAIM,
    A_COMMAND,
    A_MOMENT,
    A_PICTURE,
    APPEALS,
    CLAIM_KINDS,
    CLAIM_STATES,
    SIDES,
)
from shared.contracts.rpc.identity_people import issuing_country

LINES = ("review", "appeals", "overdue", "more_evidence", "decided")
_ACCOUNT = "01930f3a-0000-7000-8000-0000000000b1"


class ClaimLineV1(Contract):
    """A claim in line, masked: place, clock, whether somebody has it in hand."""

    claim_id = shapes.identifier()
    kind = shapes.one_of(CLAIM_KINDS)
    state = shapes.one_of(CLAIM_STATES)
    id_type = shapes.one_of(ID_TYPES)
    name = shapes.text(100, shortest=0)
    id_number = shapes.text(60, shortest=0)
    opened_at = shapes.instant()
    handed_in_at = shapes.instant(allow_none=True)
    position = shapes.integer(1, allow_none=True)
    due_on = shapes.day(allow_none=True)
    unknown_year = shapes.integer(1949, 2200, allow_none=True)
    overdue_on = shapes.day(allow_none=True)
    waiting = shapes.integer(0, metadata={"description": "Other claims to the document that wait for this one."})
    in_hand = shapes.flag()
    mine = shapes.flag()
    reason = shapes.text(500, shortest=0)
    decided_at = shapes.instant(allow_none=True)
    decided_how = shapes.one_of(("", "knowledge", "review"))
    late = shapes.flag()
    appeal = shapes.one_of(APPEALS)
    appellant = shapes.one_of(SIDES)
    appeal_until = shapes.day(allow_none=True)
    appeal_reason = shapes.text(500, shortest=0)
    version = shapes.integer(1)

    example: ClassVar[dict[str, Any]] = {
        "claim_id": A_CLAIM,
        "kind": "contested_document",
        "state": "in_review",
        "id_type": "1",
        "name": "张*",
        "id_number": "1101**********002X",
        "opened_at": A_MOMENT,
        "handed_in_at": A_MOMENT,
        "position": 1,
        "due_on": "2026-10-23",
        "unknown_year": None,
        "overdue_on": None,
        "waiting": 0,
        "in_hand": False,
        "mine": False,
        "reason": "",
        "decided_at": None,
        "decided_how": "",
        "late": False,
        "appeal": "",
        "appellant": "",
        "appeal_until": None,
        "appeal_reason": "",
        "version": 7,
    }


class ClaimLinesV1(Contract):
    """One line of claims: what is overdue stands first, then who came first."""

    claims = fields.List(fields.Nested(ClaimLineV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"claims": [ClaimLineV1.example]}


class ListIdentityClaimsV1(Request):
    """The claims that wait, are late, are appealed, or were decided."""

    service = "identity"
    method = "list_identity_claims"
    answer = ClaimLinesV1

    line = shapes.one_of(LINES, required=False, load_default="review")
    offset = shapes.integer(0, 100_000, required=False, load_default=0)
    limit = shapes.integer(1, 200, required=False, load_default=50)

    example: ClassVar[dict[str, Any]] = {"line": "review", "offset": 0, "limit": 50}


class ClaimHolderV1(Contract):
    """The account that has the document, masked, and what speaks for it."""

    account_id = shapes.identifier()
    state = shapes.text(20)
    opened_at = shapes.instant()
    name = shapes.text(100, shortest=0)
    id_number = shapes.text(60, shortest=0)
    same_name = shapes.flag()
    records = shapes.integer(0)
    decided_before = shapes.flag(metadata={"description": "An office gave it the document after looking at papers."})

    example: ClassVar[dict[str, Any]] = {
        "account_id": _ACCOUNT,
        "state": "active",
        "opened_at": A_MOMENT,
        "name": "张*",
        "id_number": "1101**********002X",
        "same_name": True,
        "records": 1,
        "decided_before": False,
    }


class KnownStudyV1(Contract):
    """Studies that are known under the claimed document and name."""

    school_name = shapes.text(80)
    level = shapes.text(12)
    entry_year = shapes.integer(1900, 2200)

    example: ClassVar[dict[str, Any]] = {"school_name": "北京大学", "level": "本科", "entry_year": 2026}


class ClaimVoucherV1(Contract):
    """A classmate who vouches, masked, and the school of both."""

    name = shapes.text(100, shortest=0)
    school_name = shapes.text(80)
    vouched_at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {"name": "李*", "school_name": "北京大学", "vouched_at": A_MOMENT}


class ReviewedClaimV1(ClaimLineV1):
    """A claim with both sides: what each says, what is known, which pictures there are."""

    statement = shapes.text(500, shortest=0)
    appeal_statement = shapes.text(500, shortest=0)
    holder = fields.Nested(ClaimHolderV1, required=True, allow_none=True)
    studies = fields.List(fields.Nested(KnownStudyV1), required=True, validate=Length(max=20))
    vouchers = fields.List(fields.Nested(ClaimVoucherV1), required=True, validate=Length(max=20))
    evidence = fields.List(fields.Nested(ClaimPictureV1), required=True, validate=Length(max=100))
    steps = fields.List(fields.Nested(ClaimStepV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {
        **ClaimLineV1.example,
        "statement": "",
        "appeal_statement": "",
        "holder": ClaimHolderV1.example,
        "studies": [KnownStudyV1.example],
        "vouchers": [ClaimVoucherV1.example],
        "evidence": [ClaimPictureV1.example],
        "steps": [ClaimStepV1.example],
    }


class GetIdentityClaimV1(Request):
    """One claim with both sides, for whoever reviews; the look is recorded."""

    service = "identity"
    method = "get_identity_claim"
    answer = ReviewedClaimV1

    claim_id = shapes.identifier()
    after_version = shapes.integer(0, required=False, load_default=0)

    example: ClassVar[dict[str, Any]] = {"claim_id": A_CLAIM, "after_version": 0}


class ClaimFileV1(Contract):
    """Where a sealed picture lies and what opens it; for the front door alone."""

    digest = shapes.digest()
    key = shapes.text(64)

    example: ClassVar[dict[str, Any]] = {"digest": "5f1c" * 16, "key": "b" * 44}


class SeeClaimEvidenceV1(Request):
    """A reviewer who has the claim in hand looks at one of its pictures; the look is recorded first."""

    service = "identity"
    method = "see_claim_evidence"
    answer = ClaimFileV1

    claim_id = shapes.identifier()
    evidence_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"claim_id": A_CLAIM, "evidence_id": A_PICTURE}


class TakeIdentityClaimV1(Command):
    """A reviewer has the claim in hand, so that no two work on one."""

    service = "identity"
    method = "take_identity_claim"
    answer = SavedV1

    claim_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "claim_id": A_CLAIM}


class DocumentComparedV1(SavedV1):
    """Whether what was typed is what was asked for; nothing else of it is told or kept."""

    number_equal = shapes.flag()
    name_equal = shapes.flag()

    example: ClassVar[dict[str, Any]] = {**SavedV1.example, "number_equal": True, "name_equal": False}


class CompareClaimDocumentV1(Command):
    """The reviewer types number and name as the pictures show them (AC-9).

    Most of both is hidden from a reviewer, and a picture with another number in the middle looks like the right one:
    nothing is granted before they were found to agree.
    """

    service = "identity"
    method = "compare_claim_document"
    answer = DocumentComparedV1

    claim_id = shapes.identifier()
    id_number = shapes.text(60, metadata={"description": "As the document in the pictures shows it."})
    issuing_country = issuing_country()
    name = shapes.text(100)

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND, "claim_id": A_CLAIM, "id_number": "11010519491231002X", "name": "张三",
    }  # fmt: skip


class PutBackIdentityClaimV1(Command):
    """The reviewer puts it back into the line, where it was."""

    service = "identity"
    method = "put_back_identity_claim"
    answer = SavedV1

    claim_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "claim_id": A_CLAIM}


class AskMoreEvidenceV1(Command):
    """What was shown is not enough; the asker is told what else has to be seen."""

    service = "identity"
    method = "ask_more_evidence"
    answer = SavedV1

    claim_id = shapes.identifier()
    reason = shapes.text(500)

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND, "claim_id": A_CLAIM, "reason": "证件反面文字不清晰，请重新拍摄",
    }  # fmt: skip


class DecideIdentityClaimV1(Command):
    """Grant or deny a claim, with the reason that both sides are told (AC-11)."""

    service = "identity"
    method = "decide_identity_claim"
    answer = SavedV1

    claim_id = shapes.identifier()
    grants = shapes.flag()
    reason = shapes.text(500)

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND, "claim_id": A_CLAIM, "grants": True, "reason": "手持照片与证件一致",
    }  # fmt: skip


class DecideClaimAppealV1(Command):
    """The ministry's word on an appeal, which is the last; never by the first decider (AC-10)."""

    service = "identity"
    method = "decide_claim_appeal"
    answer = SavedV1

    claim_id = shapes.identifier()
    reverses = shapes.flag()
    reason = shapes.text(500)

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND, "claim_id": A_CLAIM, "reverses": False, "reason": "维持原决定",
    }  # fmt: skip
