"""The pure rules of the line in which claims to one document wait, and of classmates who vouch (AC-9, AC-10)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.identity.domain.claim_refusals import (
    AccountTooYoung,
    ClaimStepRefused,
    ClassmatesNotAsked,
    EvidenceIncomplete,
    VouchedAlready,
    VouchRefused,
)
from services.identity.domain.claim_rules import ClaimStanding, may_hand_in, may_step

KNOWS, KNOWN, ANYBODY = 0, 1, 2  # whose turn comes first
PLACES: Final = 10  # of each rank: who floods the line with what costs nothing takes nobody else's place
FROM_ONE_NETWORK: Final = 3  # claims to one document a day
FROM_ONE_NETWORK_TO_ALL: Final = 50
VOUCHES_A_YEAR: Final = 3
VOUCH_TRIES_A_DAY: Final = 5
MOST_VOUCHERS: Final = 5
OLD_ENOUGH: Final = timedelta(days=30)


def rank_of(claim: ClaimStanding) -> int:
    """Who has proven something goes before anonymous claims to the same document."""
    if claim.knows:
        return KNOWS
    return KNOWN if claim.person_id is not None or claim.is_vouched_for else ANYBODY


def places_of(id_key: str, rank: int) -> list[str]:
    """The places of one rank in the line of a document, each held by one claim."""
    return [f"place|{id_key}|{rank}|{number}" for number in range(1, PLACES + 1)]


def all_places_of(id_key: str) -> list[str]:
    return [place for rank in (KNOWS, KNOWN, ANYBODY) for place in places_of(id_key, rank)]


def asker_key(claim: ClaimStanding) -> str:
    """Held by the one claim of a contact to a document that waits or is decided."""
    return f"asker|{claim.id_key}|{claim.contact_key}"


def is_place(key: str) -> bool:
    return key.startswith("place|")


def is_complete(claim: ClaimStanding) -> bool:
    """Whether a reviewer has everything that is needed."""
    return all(role in claim.roles for role in claim.needed)


def may_queue(claim: ClaimStanding) -> None:
    """What a decision needs is there: pictures, or the knowledge of the own studies."""
    may_step(claim, "queue")
    if not claim.knows and claim.state != "queued":
        may_hand_in(claim)


def may_come_up(claim: ClaimStanding, *, proven: bool) -> None:
    """Its turn comes with what decides it."""
    may_step(claim, "come_up")
    if not (claim.knows if proven else is_complete(claim)):
        raise EvidenceIncomplete(field="role", missing="", missing_zh="", missing_en="")


def may_take_up_appeal(claim: ClaimStanding) -> None:
    """An appeal that waited for another claim to be decided."""
    may_step(claim, "take_up_appeal")
    if claim.appeal != "open" or not claim.appeal_waits:
        raise ClaimStepRefused(step="take_up_appeal", state=claim.appeal or claim.state)


# --- classmates ---


def may_ask_classmates(claim: ClaimStanding) -> None:
    may_step(claim, "ask_classmates")
    if claim.kind != "contested_document":
        raise ClassmatesNotAsked()


def may_be_voucher(opened_at: datetime, now: datetime) -> None:
    """An account of yesterday vouches for nobody."""
    if now < opened_at + OLD_ENOUGH:
        raise AccountTooYoung(days=OLD_ENOUGH.days)


def may_vouch(claim: ClaimStanding, person_id: UUID) -> None:
    """Once for each claim, and never for oneself."""
    may_step(claim, "vouch")
    if person_id in [each.person_id for each in claim.vouchers]:
        raise VouchedAlready()
    if person_id == claim.person_id or len(claim.vouchers) >= MOST_VOUCHERS:
        raise VouchRefused()


def may_take_vouch_back(claim: ClaimStanding, vouch_id: UUID, person_id: UUID) -> None:
    """The own word, until the claim is decided."""
    may_step(claim, "take_vouch_back")
    if not [
        each
        for each in claim.vouchers
        if (each.vouch_id, each.person_id) == (vouch_id, person_id) and not each.taken_back
    ]:
        raise ClaimStepRefused(step="take_vouch_back", state=claim.state)


def vouches_of_year(person_id: UUID, year: int) -> list[str]:
    """The keys under which the vouches of one person in one year are held."""
    return [f"{person_id}|{year}|{number}" for number in range(1, VOUCHES_A_YEAR + 1)]
