"""What identity answers to whoever follows a claim: where it stands, until when it is decided, every step."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request
from shared.contracts.rpc.identity_claims import (
    A_CLAIM,
    A_MOMENT,
    A_PICTURE,
    A_SECRET,
    APPEALS,
    CLAIM_KINDS,
    CLAIM_STATES,
    EVIDENCE_ROLES,
    SIDES,
    secret,
)


class ClaimStepV1(Contract):
    """One step of a claim, with its time and what was said with it."""

    step = shapes.text(40)
    role = shapes.text(40, shortest=0)
    reason = shapes.text(500, shortest=0)
    taken_at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {"step": "Taken", "role": "operator", "reason": "", "taken_at": A_MOMENT}


class ClaimPictureV1(Contract):
    """A picture of a claim, as it was drawn anew."""

    evidence_id = shapes.identifier()
    role = shapes.one_of(EVIDENCE_ROLES)
    size = shapes.integer(1)
    width = shapes.integer(1)
    height = shapes.integer(1)
    added_at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {
        "evidence_id": A_PICTURE, "role": "front", "size": 81234, "width": 1600, "height": 1000, "added_at": A_MOMENT,
    }  # fmt: skip


class ClaimV1(Contract):
    """A claim as its asker sees it: where it stands in the line, until when it is decided, every step."""

    claim_id = shapes.identifier()
    kind = shapes.one_of(CLAIM_KINDS)
    state = shapes.one_of(CLAIM_STATES)
    opened_at = shapes.instant()
    queued_at = shapes.instant(
        allow_none=True, metadata={"description": "Since when it waits for other claims to the document (AC-10)."}
    )
    handed_in_at = shapes.instant(allow_none=True)
    position = shapes.integer(
        1,
        allow_none=True,
        metadata={"description": "Place in the line, and while `queued` among those that wait for one document."},
    )
    due_on = shapes.day(allow_none=True, metadata={"description": "Decided by this day: three working days (AC-11)."})
    unknown_year = shapes.integer(
        1949, 2200, allow_none=True, metadata={"description": "The year whose holidays are not published yet."}
    )
    overdue_on = shapes.day(allow_none=True, metadata={"description": "The office is late; the ministry knows."})
    more_until = shapes.day(allow_none=True, metadata={"description": "Until when more is to be shown."})
    waits_for = shapes.text(
        40, allow_none=True, metadata={"description": "By when the claim that is decided first is decided (AC-10)."}
    )
    reason = shapes.text(500, shortest=0)
    decided_at = shapes.instant(allow_none=True)
    decided_how = shapes.one_of(("", "knowledge", "review"))
    late = shapes.flag()
    appeal = shapes.one_of(APPEALS)
    appellant = shapes.one_of(SIDES)
    appeal_until = shapes.day(allow_none=True)
    appeal_reason = shapes.text(500, shortest=0)
    may_appeal = shapes.flag()
    needed = fields.List(shapes.one_of(EVIDENCE_ROLES), required=True, validate=Length(max=8))
    most_files = shapes.integer(0, 100)
    vouchers = shapes.integer(0, 20, metadata={"description": "Classmates who vouch; two replace a picture (AC-9)."})
    evidence = fields.List(fields.Nested(ClaimPictureV1), required=True, validate=Length(max=100))
    steps = fields.List(fields.Nested(ClaimStepV1), required=True, validate=Length(max=200))
    version = shapes.integer(1)

    example: ClassVar[dict[str, Any]] = {
        "claim_id": A_CLAIM,
        "kind": "contested_document",
        "state": "in_review",
        "opened_at": A_MOMENT,
        "queued_at": None,
        "handed_in_at": A_MOMENT,
        "position": 3,
        "due_on": "2026-10-23",
        "unknown_year": None,
        "overdue_on": None,
        "more_until": None,
        "waits_for": None,
        "reason": "",
        "decided_at": None,
        "decided_how": "",
        "late": False,
        "appeal": "",
        "appellant": "",
        "appeal_until": None,
        "appeal_reason": "",
        "may_appeal": False,
        "needed": ["front", "back", "holding"],
        "most_files": 8,
        "vouchers": 0,
        "evidence": [ClaimPictureV1.example],
        "steps": [ClaimStepV1.example],
        "version": 7,
    }


class ViewIdentityClaimV1(Request):
    """The asker comes back to see where the claim stands."""

    service = "identity"
    method = "view_identity_claim"
    answer = ClaimV1

    claim_id = shapes.identifier()
    secret = secret()

    example: ClassVar[dict[str, Any]] = {"claim_id": A_CLAIM, "secret": A_SECRET}


class OwnClaimsV1(Contract):
    """The claims of one person, newest first."""

    claims = fields.List(fields.Nested(ClaimV1), required=True, validate=Length(max=50))

    example: ClassVar[dict[str, Any]] = {"claims": [ClaimV1.example]}


class ListOwnClaimsV1(Request):
    """A signed-in student asks for the own claims."""

    service = "identity"
    method = "list_own_claims"
    answer = OwnClaimsV1

    example: ClassVar[dict[str, Any]] = {}
