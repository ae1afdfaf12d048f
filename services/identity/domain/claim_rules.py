"""The pure rules of claims: which step leads where, what proof each kind needs, whose turn it is and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args
from uuid import UUID

from services.identity.domain.claim_refusals import (
    AppealRefused,
    ClaimStepRefused,
    EvidenceIncomplete,
    KnowledgeNotEnough,
    NotTaken,
    OwnClaim,
    TakenByAnother,
    TextRefused,
    TooManyFiles,
)
from services.identity.domain.rules import RESEND_AFTER, TRIES_A_CODE, IssuedCode
from shared.codes.clock import shanghai_date
from shared.codes.working_days import CalendarNotPublished, add_working_days
from shared.rules.free_texts import names_person

ClaimKind = Literal[
    "contested_document", "not_me", "wrong_number", "renewed_document", "changed_name", "linked_identity"
]
ClaimState = Literal[
    "opened", "open", "evidence_uploaded", "proven", "queued", "in_review", "more_evidence", "granted", "denied",
    "withdrawn", "lapsed",
]  # fmt: skip
EvidenceRole = Literal["holding", "front", "back", "paper"]

KINDS: Final[tuple[str, ...]] = get_args(ClaimKind)
STATES: Final[tuple[str, ...]] = get_args(ClaimState)
ROLES_OF_EVIDENCE: Final[tuple[str, ...]] = get_args(EvidenceRole)
# asked by somebody who has no account, or not under this document; all others by a signed-in student about herself
WITHOUT_ACCOUNT: Final = ("contested_document", "not_me")

# What each sealed text of a claim is: it opens at its own place only
PERSON: Final = "claim:person"
CONTACT: Final = "claim:contact"
STATEMENT: Final = "claim:statement"
APPEAL: Final = "claim:appeal"
FILE_KEY: Final = "claim:evidence"

REVIEW_DAYS: Final = 3  # working days, AC-11
APPEAL_DAYS: Final = 10  # working days, for the ministry
APPEAL_WITHIN: Final = timedelta(days=30)
PROVE_WITHIN: Final = timedelta(hours=24)
HAND_IN_WITHIN: Final = timedelta(days=14)
SETTLE_AFTER: Final = timedelta(days=1)  # the last message is out by then
TAKEN_FOR: Final = timedelta(hours=24)
MOST_FILES: Final = 8
TRIES_A_DAY: Final = 5  # AC-13, for who reads one contact
TRIES_OF_ALL_A_DAY: Final = 20  # at one document and name, whoever asks
VOUCHERS_NEEDED: Final = 2
UNKNOWN: Final = "尚未公布 / not published yet"
LONGEST_REASON: Final = 500

_CARDS: Final = frozenset(("1", "9", "C"))  # documents whose reverse says something too
_ENDS: Final = frozenset(("granted", "denied", "withdrawn", "lapsed"))

# From which states each step leads on, and where to; what is not here is refused
STEPS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "prove_contact": (("opened",), "open"),
    "try_knowledge": (("open", "evidence_uploaded", "queued"), "proven"),
    "add_evidence": (("open", "evidence_uploaded", "queued", "more_evidence"), "evidence_uploaded"),
    "ask_classmates": (("open", "evidence_uploaded", "more_evidence"), ""),
    "vouch": (("open", "evidence_uploaded", "queued", "in_review", "more_evidence"), ""),
    "take_vouch_back": (("open", "evidence_uploaded", "queued", "in_review", "more_evidence"), ""),
    "hand_in": (("evidence_uploaded", "more_evidence"), "in_review"),
    # another claim to the document is decided first
    "queue": (("open", "evidence_uploaded", "queued"), "queued"),
    "come_up": (("queued",), "in_review"),
    "send_back": (("queued",), "evidence_uploaded"),
    "take": (("in_review",), "in_review"),
    "put_back": (("in_review",), "in_review"),
    "ask_more": (("in_review",), "more_evidence"),
    "grant": (("in_review", "proven"), "granted"),
    "deny": (("in_review",), "denied"),
    "withdraw": (
        ("opened", "open", "evidence_uploaded", "proven", "queued", "in_review", "more_evidence"), "withdrawn",
    ),
    "lapse": (("opened", "open", "evidence_uploaded", "proven", "more_evidence"), "lapsed"),
    "appeal": (("granted", "denied"), ""),  # the state stays; the appeal has one of its own
    "take_up_appeal": (("granted", "denied"), ""),
    "decide_appeal": (("granted", "denied"), ""),
    "settle": (("granted", "denied", "withdrawn", "lapsed"), ""),
}  # fmt: skip
_HOLDS_CONTESTED: Final = frozenset(("proven", "in_review", "more_evidence"))


@dataclass(frozen=True)
class Voucher:
    """A classmate who vouches, or did."""

    vouch_id: UUID
    person_id: UUID
    taken_back: bool = False


@dataclass(frozen=True)
class ClaimStanding:
    """What decides about a claim: its kind and step, whose turn it is, who has had a hand in it."""

    kind: str
    id_type: str
    id_key: str
    name_key: str
    contact_key: str
    opened_at: datetime
    since: datetime  # of the present step
    state: str = "open"
    person_id: UUID | None = None  # of a signed-in asker
    account_id: UUID | None = None
    salt: str = ""  # of the secret with which the asker comes back
    contact_proven: bool = False
    code: IssuedCode | None = None
    last_code_at: datetime | None = None
    roles: tuple[str, ...] = ()
    files: int = 0
    files_before: int = 0  # when more was asked for
    reviewer: str = ""
    taken_at: datetime | None = None
    due_on: date | None = None
    unknown_year: int | None = None
    overdue: bool = False
    decided_by: str = ""
    decided_how: str = ""  # knowledge | review
    appeal_until: date | None = None
    appeal: str = ""  # "" | open | upheld | reversed
    appellant: str = ""  # claimant | holder
    other_account_id: UUID | None = None  # superseded by this claim
    settled: bool = False
    appeal_waits: bool = False  # another claim to the document is decided first
    knows: bool = False  # named all of the own studies right
    rank: int | None = None  # in the line of the document
    keys: tuple[tuple[str, str], ...] = ()  # scope and key of what it holds beside the document
    classmates_salt: str = ""  # of the code to hand to them
    vouchers: tuple[Voucher, ...] = ()
    compared_by: str = ""  # who typed what the pictures show, and found number and name to be those asked for
    misread: tuple[str, ...] = ()  # by whom, each time that they were not

    @property
    def holds_contested(self) -> bool:
        """Whether no other claim to the document may be decided now (AC-10)."""
        return self.state in _HOLDS_CONTESTED or (self.appeal == "open" and not self.appeal_waits)

    @property
    def is_vouched_for(self) -> bool:
        """Whether as many classmates vouch as make up for the picture of the person."""
        return sum(not each.taken_back for each in self.vouchers) >= VOUCHERS_NEEDED

    @property
    def needed(self) -> tuple[str, ...]:
        """The pictures without which nobody reviews it."""
        return needed_roles(self.kind, self.id_type, vouched=self.is_vouched_for)

    @property
    def has_ended(self) -> bool:
        return self.state in _ENDS

    @property
    def loser(self) -> str:
        """Which side may appeal: whoever did not get what was asked for, or lost what it had."""
        if self.state == "denied":
            return "claimant"
        return "holder" if self.state == "granted" and self.other_account_id else ""


@dataclass(frozen=True)
class Deadline:
    """A last day, or the year whose calendar is not published yet."""

    on: date | None
    unknown_year: int | None = None


def deadline(start: date, working_days: int) -> Deadline:
    """The last of `working_days` after `start`; a year without a published calendar is said, not guessed."""
    try:
        return Deadline(add_working_days(start, working_days))
    except CalendarNotPublished as unknown:
        return Deadline(None, unknown.year)


def may_step(claim: ClaimStanding, step: str) -> None:
    """Refuse what does not follow from where the claim stands."""
    if claim.settled or claim.state not in STEPS[step][0]:
        raise ClaimStepRefused(step=step, state=claim.state)


def needed_roles(kind: str, id_type: str, *, vouched: bool = False) -> tuple[str, ...]:
    """Which pictures a reviewer must have: both sides of a card (AC-8), and the person who holds it, or two classmates
    who know her (AC-9)."""
    document = ("front", "back") if id_type in _CARDS else ("front",)
    if vouched and kind == "contested_document":
        return document
    beside = {"contested_document": ("holding",), "not_me": ("holding",), "changed_name": ("paper",)}
    return (*document, *beside.get(kind, ("paper",) if kind == "linked_identity" else ()))


_ROLE_WORDS: Final = {
    "holding": ("手持证件照", "the person holding the document"),
    "front": ("证件正面", "the front of the document"),
    "back": ("证件反面", "the back of the document"),
    "paper": ("变更证明", "the paper that proves the change"),
}


def may_hand_in(claim: ClaimStanding) -> None:
    """Everything a reviewer needs is there, and something new if more was asked for."""
    may_step(claim, "hand_in")
    missing = [role for role in claim.needed if role not in claim.roles]
    if not missing and claim.state == "more_evidence" and claim.files == claim.files_before:
        missing = ["paper"]
    if missing:
        words = [_ROLE_WORDS[role] for role in missing]
        raise EvidenceIncomplete(
            field="role",
            missing=" ".join(missing),
            missing_zh="、".join(zh for zh, _ in words),
            missing_en=", ".join(en for _, en in words),
        )


def may_add_evidence(claim: ClaimStanding) -> None:
    may_step(claim, "add_evidence")
    if claim.files >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)


def may_try_knowledge(claim: ClaimStanding) -> None:
    """What one knows of one's own studies proves it at once, and only where a document is contested."""
    may_step(claim, "try_knowledge")
    if claim.kind != "contested_document":
        raise KnowledgeNotEnough()


def is_in_hand(claim: ClaimStanding, sub: str, now: datetime) -> bool:
    """Whether another reviewer works on it; a claim that was left lying is free after a day."""
    return claim.taken_at is not None and claim.reviewer != sub and now < claim.taken_at + TAKEN_FOR


def may_take(claim: ClaimStanding, sub: str, now: datetime) -> None:
    may_step(claim, "take")
    if sub == str(claim.person_id):
        raise OwnClaim()
    if is_in_hand(claim, sub, now):
        raise TakenByAnother()


def may_decide(claim: ClaimStanding, step: str, sub: str) -> None:
    """Who decides has taken it, and never asked for it."""
    may_step(claim, step)
    if sub == str(claim.person_id):
        raise OwnClaim()
    if claim.reviewer != sub:
        raise NotTaken()


def may_appeal(claim: ClaimStanding, side: str, today: date) -> None:
    """Once, by the side that lost, within thirty days (AC-10)."""
    may_step(claim, "appeal")
    until = claim.appeal_until
    if claim.appeal or side != claim.loser or until is None or today > until:
        raise AppealRefused(until=until or "-")


def may_decide_appeal(claim: ClaimStanding, sub: str) -> None:
    """Another person than the first decider and than either side."""
    may_step(claim, "decide_appeal")
    if claim.appeal != "open" or claim.appeal_waits:
        raise ClaimStepRefused(step="decide_appeal", state=claim.appeal or claim.state)
    if sub in (claim.decided_by, str(claim.person_id)):
        raise OwnClaim()


def has_lapsed(claim: ClaimStanding, now: datetime) -> bool:
    """Nobody went on with it: the contact was not proven in a day, the proof not handed in within two weeks."""
    if claim.state not in STEPS["lapse"][0]:
        return False
    within = PROVE_WITHIN if claim.state == "opened" else HAND_IN_WITHIN
    return now >= claim.since + within


def is_overdue(claim: ClaimStanding, today: date) -> bool:
    """The office let its time pass, and that has not been said yet."""
    waits = claim.state == "in_review" or claim.appeal == "open"
    return waits and not claim.overdue and claim.due_on is not None and today > claim.due_on


def can_be_settled(claim: ClaimStanding, now: datetime) -> bool:
    """Nothing can follow any more: what was sealed for the claim may be destroyed."""
    if claim.settled or not claim.has_ended or claim.appeal == "open" or now < claim.since + SETTLE_AFTER:
        return False
    return bool(claim.appeal) or not claim.loser or claim.appeal_until is None or _is_over(claim.appeal_until, now)


def _is_over(day: date, now: datetime) -> bool:
    return shanghai_date(now) > day


def code_may_go_out(claim: ClaimStanding, now: datetime) -> bool:
    """One code a minute, while the contact is not proven; the day's count is kept by destination."""
    if claim.state != "opened":
        return False
    return claim.last_code_at is None or now >= claim.last_code_at + RESEND_AFTER


def code_can_be_tried(claim: ClaimStanding, now: datetime) -> bool:
    code = claim.code
    return claim.state == "opened" and code is not None and now < code.expires_at and code.tries < TRIES_A_CODE


def tries_of_day(id_key: str, name_key: str, day: date) -> list[str]:
    """The keys under which the tries of one day are held: as many as all may make, and each by one claim only."""
    return [f"{id_key}|{name_key}|{day}|{number}" for number in range(1, TRIES_OF_ALL_A_DAY + 1)]


def tries_left(of_contact: int, of_all: int) -> int:
    """How many more whoever reads one contact may make: strangers use up their own, and not what the owner may."""
    return max(0, min(TRIES_A_DAY - of_contact, TRIES_OF_ALL_A_DAY - of_all))


def clean_reason(text: str, *, field: str = "reason", empty: bool = False) -> str:
    """A text that both sides are told."""
    text = " ".join(text.split())
    if len(text) > LONGEST_REASON or not (text or empty) or names_person(text):
        raise TextRefused(field=field, longest=LONGEST_REASON)
    return text
