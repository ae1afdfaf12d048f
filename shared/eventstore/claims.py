"""Uniqueness: what an aggregate holds alone, for good or for a period, and how holdings follow from facts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """One holder for `key` within `scope`: always, or during [first day, first day after; None = open).

    With `contested_in` (the id of a case) the claim is recorded but binds nobody: a conflict must be recordable.
    """

    scope: str
    key: str
    during: tuple[date, date | None] | None = None
    contested_in: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """The holder gives `key` up: wholly, or (a period) from the day `on`, which is the first day it is free."""

    scope: str
    key: str
    on: date | None = None


Entry = tuple[UUID, Claim | Release]


def slot_of(scope: str, key: str) -> UUID:
    """The 128-bit name of (scope, key): short to index, and readable out of a violated constraint."""
    return UUID(bytes=blake2b(f"{scope}\0{key}".encode(), digest_size=16).digest())


@dataclass(frozen=True, slots=True)
class Holding:
    """A claim, its slot and its holder: one row of a claims table."""

    slot: UUID
    originator_id: UUID
    claim: Claim


@dataclass(frozen=True, slots=True)
class Giving:
    """A release, its slot and its holder."""

    slot: UUID
    originator_id: UUID
    on: date | None


class Settlement:
    """Claims and releases in the order of their facts, folded to the rows to remove and the rows to add.

    Fed with the facts of one transaction it says what to write; fed with a whole log it says what must be stored.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._held: dict[tuple[UUID, UUID], list[Claim]] = {}
        self._given: dict[tuple[UUID, UUID, date | None], None] = {}
        for originator_id, entry in entries:
            self.add(originator_id, entry)

    def add(self, originator_id: UUID, entry: Claim | Release) -> None:
        place = (slot_of(entry.scope, entry.key), originator_id)
        if isinstance(entry, Claim):
            self._held.setdefault(place, []).append(entry)
            return
        self._given[*place, entry.on] = None
        kept = [cut for claim in self._held.pop(place, ()) if (cut := _after_release(claim, entry.on)) is not None]
        if kept:
            self._held[place] = kept

    @property
    def given(self) -> list[Giving]:
        """The releases, in a fixed order so that two transactions cannot wait for each other."""
        return [Giving(*place) for place in sorted(self._given, key=_release_order)]

    @property
    def held(self) -> list[Holding]:
        """The claims that stand after all releases, in the same fixed order."""
        rows = [Holding(*place, claim) for place, claims in self._held.items() for claim in claims]
        return sorted(rows, key=lambda holding: holding.slot.int)

    def __bool__(self) -> bool:
        return bool(self._held or self._given)


def _release_order(place: tuple[UUID, UUID, date | None]) -> tuple[int, date]:
    return place[0].int, place[2] or date.max


def _after_release(claim: Claim, on: date | None) -> Claim | None:
    if on is None:
        return None
    if claim.during is None:
        return claim
    start, end = claim.during
    if on <= start:
        return None
    return replace(claim, during=(start, on if end is None else min(end, on)))
