"""What a merge does to two accounts and their records, and how a split takes it back; nothing is loaded or saved."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from services.identity.domain.account import Account
from services.identity.domain.identities import KnownIdentity
from services.identity.domain.records import HeardRecord


def merge_accounts(survivor: Account, other: Account, merge_id: UUID, reason: str) -> None:
    """The survivor takes every document and name that the other holds; the other falls silent and forgets nothing."""
    held = set(other.standing.held)
    brought = [one for one in other.standing.all_identities.live if one.id_key in held]
    other.supersede(by_account=survivor.id, claim_id=merge_id, frees_contacts=True)
    for one in brought:
        if one.pair not in survivor.standing.identities:
            _link(survivor, one, other.sealed_as(one.pair), merge_id, reason)


def split_accounts(survivor: Account, other: Account, merge_id: UUID, reason: str, taken: Collection[str] = ()) -> None:
    """Everything as if the merge had never been; what was added to the other's documents meanwhile goes with them.

    Of the other's contacts those come back that nobody has `taken` meanwhile.
    """
    before = other.standing.restored()
    theirs = set(before.held)
    late = [
        one
        for one in survivor.standing.all_identities.live
        if one.id_key in theirs and one.source != merge_id and one.pair not in before.identities
    ]
    survivor.take_back_identities(merge_id, along=tuple(before.held))
    other.restore(claim_id=merge_id, taken=taken)
    for one in late:
        _link(other, one, survivor.sealed_as(one.pair), one.source, reason)


def move_records(records: Iterable[HeardRecord], person_id: UUID, on: date) -> tuple[UUID, ...]:
    """All of the other person's records are the survivor's; answer which."""
    moved = []
    for record in records:
        record.give_to(person_id, on)
        moved.append(record.id)
    return tuple(moved)


def part_records(
    records: Iterable[HeardRecord], survivor: Account, other: Account, moved: tuple[UUID, ...], on: date
) -> list[HeardRecord]:
    """Of the survivor's records those that are the other's again: by document; where that says nothing, as before."""
    mine, theirs = survivor.standing.identities, other.standing.identities
    given = []
    for record in records:
        pair = record.standing.pair
        if pair not in mine and (pair in theirs or record.id in moved):
            record.give_to(other.standing.person_id, on)
            given.append(record)
    return given


def _link(account: Account, one: KnownIdentity, sealed: tuple[str, UUID], source: UUID | None, reason: str) -> None:
    account.add_identity(
        kind="linked",
        id_type=one.id_type,
        id_key=one.id_key,
        name_key=one.name_key,
        sealed=sealed[0],
        sealed_for=sealed[1],
        reason=reason,
        claim_id=source,
    )
