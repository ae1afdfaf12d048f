"""What identity answers to whoever claims a document or a changed identity (AC-8..11, AC-19)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity import CHANNELS, CODE, ID_TYPES, CodeAskedV1
from shared.contracts.rpc.identity_people import issuing_country

OPEN_KINDS = ("contested_document", "not_me")
OWN_KINDS = ("wrong_number", "renewed_document", "changed_name", "linked_identity")
CLAIM_KINDS = (*OPEN_KINDS, *OWN_KINDS)
CLAIM_STATES = (
    "opened", "open", "evidence_uploaded", "proven", "queued", "in_review", "more_evidence", "granted", "denied",
    "withdrawn", "lapsed",
)  # fmt: skip
EVIDENCE_ROLES = ("holding", "front", "back", "paper")
APPEALS = ("", "open", "upheld", "reversed")
SIDES = ("", "claimant", "holder")
BEARER = r"xc1_[A-Za-z0-9_-]{43}"
A_CLAIM = "01930f3a-0000-7000-8000-0000000000d1"
A_PICTURE = "01930f3a-0000-7000-8000-0000000000e1"
A_COMMAND = "01930f3a-0000-7000-8000-000000000001"
A_SECRET = "xc1_" + "q" * 43
A_MOMENT = "2026-10-20T02:00:00+00:00"
_DOCUMENT = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}


def secret(**options: Any) -> fields.String:
    """What lets a side come back to a claim; whoever asked while signed in needs none."""
    about = "Shown once, when the contact was proven, and sent there. Not needed by the signed-in asker."
    return shapes.pattern(f"(?:{BEARER})?", required=False, load_default="", metadata={"description": about}, **options)


class ClaimOpenedV1(Contract):
    """A claim was opened and a code is on its way to its contact: the same whoever holds the document."""

    id = shapes.identifier()
    version = shapes.integer(1)
    resend_after = shapes.integer(0, 86400)
    valid_for = shapes.integer(0, 86400)

    example: ClassVar[dict[str, Any]] = {"id": A_CLAIM, "version": 1, "resend_after": 60, "valid_for": 600}


class OpenIdentityClaimV1(Command):
    """Somebody without an account says: this document is mine (AC-9), or: I never studied there."""

    service = "identity"
    method = "open_identity_claim"
    answer = ClaimOpenedV1

    kind = shapes.one_of(OPEN_KINDS)
    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    channel = shapes.one_of(CHANNELS)
    contact = shapes.text(120, shortest=5)
    statement = shapes.text(500, shortest=0, required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND,
        "kind": "contested_document",
        **_DOCUMENT,
        "channel": "mail",
        "contact": "zhangsan@example.edu.cn",
        "statement": "",
    }


class AskIdentityChangeV1(Command):
    """A signed-in student: the own number was typed wrong, or document or name are others now (AC-8, AC-19)."""

    service = "identity"
    method = "ask_identity_change"
    answer = SavedV1

    kind = shapes.one_of(OWN_KINDS)
    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    statement = shapes.text(500, shortest=0, required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND, "kind": "wrong_number", **_DOCUMENT, "statement": "注册时输错一位",
    }  # fmt: skip


class SendClaimCodeV1(Command):
    """Send the code that proves a claim's contact; the same answer whether one goes out or not."""

    service = "identity"
    method = "send_claim_code"
    answer = CodeAskedV1

    claim_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "claim_id": A_CLAIM}


class ClaimProvenV1(Contract):
    """The contact is proven; the secret to come back with is shown here and never again."""

    id = shapes.identifier()
    secret = shapes.pattern(BEARER, metadata={"description": "A bearer secret: never log or store it."})
    waits_for = shapes.text(
        40, allow_none=True, metadata={"description": "Another claim to the document is decided by this day (AC-10)."}
    )

    example: ClassVar[dict[str, Any]] = {"id": A_CLAIM, "secret": A_SECRET, "waits_for": None}


class ProveClaimContactV1(Command):
    """Prove a claim's contact with the code that came there."""

    service = "identity"
    method = "prove_claim_contact"
    answer = ClaimProvenV1

    claim_id = shapes.identifier()
    code = shapes.pattern(CODE)

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "claim_id": A_CLAIM, "code": "204816"}


class KnowledgeProvenV1(Contract):
    """All that was named was right: granted, or queued where another claim to the document is decided first."""

    id = shapes.identifier()
    version = shapes.integer(1)
    state = shapes.one_of(CLAIM_STATES)

    example: ClassVar[dict[str, Any]] = {"id": A_CLAIM, "version": 6, "state": "granted"}


class ProveByKnowledgeV1(Command):
    """Prove a contested document by what one knows of the own studies: five tries a day (AC-9, AC-13)."""

    service = "identity"
    method = "prove_by_knowledge"
    answer = KnowledgeProvenV1

    claim_id = shapes.identifier()
    secret = secret()
    school = shapes.text(80, metadata={"description": "The school's ten digits, or its name."})
    entry_year = shapes.integer(1949, 2100)
    level = shapes.text(12)
    student_no = shapes.text(15, shortest=0, required=False, load_default="")
    major = shapes.text(
        50,
        shortest=0,
        required=False,
        load_default="",
        metadata={"description": "Asked where the school never told a student number."},
    )

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND,
        "claim_id": A_CLAIM,
        "secret": A_SECRET,
        "school": "北京大学",
        "entry_year": 2026,
        "level": "本科",
        "student_no": "2600010001",
        "major": "哲学",
    }


class EvidenceRoomV1(Contract):
    """How many pictures there are, how many there may be, and which are needed."""

    files = shapes.integer(0, 100)
    most = shapes.integer(0, 100)
    needed = fields.List(shapes.one_of(EVIDENCE_ROLES), required=True, validate=Length(max=8))

    example: ClassVar[dict[str, Any]] = {"files": 0, "most": 8, "needed": ["front", "back", "holding"]}


class CheckEvidenceRoomV1(Request):
    """Whether one more picture may come: asked before a byte of it is kept."""

    service = "identity"
    method = "check_evidence_room"
    answer = EvidenceRoomV1

    claim_id = shapes.identifier()
    secret = secret()

    example: ClassVar[dict[str, Any]] = {"claim_id": A_CLAIM, "secret": A_SECRET}


class AddClaimEvidenceV1(Command):
    """One picture for a claim, sealed by the front door; identity draws it anew and keeps nothing else of it (AC-8)."""

    service = "identity"
    method = "add_claim_evidence"
    answer = SavedV1

    claim_id = shapes.identifier()
    secret = secret()
    role = shapes.one_of(EVIDENCE_ROLES)
    digest = shapes.digest()
    key = shapes.text(64, metadata={"description": "Opens the file as it came; kept nowhere."})
    original = shapes.digest(metadata={"description": "Of the file as it came, so that a repeat is known."})

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND,
        "claim_id": A_CLAIM,
        "secret": A_SECRET,
        "role": "front",
        "digest": "5f1c" * 16,
        "key": "b" * 44,
        "original": "a7b2" * 16,
    }


class HandInIdentityClaimV1(Command):
    """Everything is there: the review begins, or the claim waits until those before it are decided (AC-10, AC-11)."""

    service = "identity"
    method = "hand_in_identity_claim"
    answer = SavedV1

    claim_id = shapes.identifier()
    secret = secret()

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "claim_id": A_CLAIM, "secret": A_SECRET}


class WithdrawIdentityClaimV1(Command):
    """The asker takes a claim back."""

    service = "identity"
    method = "withdraw_identity_claim"
    answer = SavedV1

    claim_id = shapes.identifier()
    secret = secret()

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "claim_id": A_CLAIM, "secret": A_SECRET}


class AppealIdentityClaimV1(Command):
    """The side that lost asks the ministry for another decision, once and within thirty days (AC-10)."""

    service = "identity"
    method = "appeal_identity_claim"
    answer = SavedV1

    claim_id = shapes.identifier()
    secret = secret()
    statement = shapes.text(500)

    example: ClassVar[dict[str, Any]] = {
        "command_id": A_COMMAND, "claim_id": A_CLAIM, "secret": A_SECRET, "statement": "该证件一直由我本人使用",
    }  # fmt: skip
