"""Uniqueness: what an aggregate holds alone, for good or for a period, and how holdings follow from facts."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from hashlib import blake2b
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID


class Claim(NamedTuple):
    """One holder for `key` within `scope`: always, or during [first day, first day after; None = open).

    With `contested_in` (the id of a case) the claim is recorded but binds nobody: a conflict must be recordable.
    """

    scope: str
    key: str
    during: tuple[date, date | None] | None = None
    contested_in: str | None = None


class Release(NamedTuple):
    """The holder gives `key` up: wholly, or (a period) from the day `on`, which is the first day it is free."""

    scope: str
    key: str
    on: date | None = None


Entry = tuple[UUID, Claim | Release]


def slot_of(scope: str, key: str) -> bytes:
    """The 128-bit name of (scope, key), stored as a uuid: short to index, readable out of a violated constraint."""
    hashed = _scope(scope).copy()
    hashed.update(key.encode())
    return hashed.digest()


@cache
def _scope(scope: str) -> blake2b:
    """The hash of a scope, to be gone on with: there are few scopes and millions of keys."""
    return blake2b(f"{scope}\0".encode(), digest_size=16)


class Holding(NamedTuple):
    """A claim, its slot and its holder: one row of a claims table."""

    slot: bytes
    originator_id: UUID
    claim: Claim


class Giving(NamedTuple):
    """A release, its slot and its holder."""

    slot: bytes
    originator_id: UUID
    on: date | None


class Settlement:
    """Claims and releases in the order of their facts, folded to the rows to remove and the rows to add.

    Fed with the facts of one transaction it says what to write; fed with a whole log it says what must be stored.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._claimed: list[Holding] = []
        self._given: list[Giving] = []
        self._before: list[int] = []  # for each release, how many claims came before it
        for originator_id, entry in entries:
            self.add(originator_id, entry)

    def add(self, originator_id: UUID, entry: Claim | Release) -> None:
        slot = slot_of(entry[0], entry[1])
        if isinstance(entry, Claim):
            self._claimed.append(Holding(slot, originator_id, entry))
        else:
            self._given.append(Giving(slot, originator_id, entry.on))
            self._before.append(len(self._claimed))

    @property
    def given(self) -> list[Giving]:
        """The releases, in a fixed order so that two transactions cannot wait for each other."""
        return sorted(dict.fromkeys(self._given), key=_release_order)

    @property
    def held(self) -> list[Holding]:
        """The claims that stand after all releases, in the same fixed order."""
        rows = self._after_releases() if self._given else self._claimed
        return sorted(rows, key=itemgetter(0))

    def __bool__(self) -> bool:
        return bool(self._claimed or self._given)

    def _after_releases(self) -> list[Holding]:
        releases: dict[tuple[bytes, UUID], list[tuple[int, date | None]]] = {}
        for given, before in zip(self._given, self._before, strict=True):
            releases.setdefault((given.slot, given.originator_id), []).append((before, given.on))
        rows = []
        for place, holding in enumerate(self._claimed):
            claim: Claim | None = holding.claim
            for before, on in releases.get((holding.slot, holding.originator_id), ()):
                if before > place and claim is not None:
                    claim = _after_release(claim, on)
            if claim is not None:
                rows.append(holding._replace(claim=claim))
        return rows


def _release_order(given: Giving) -> tuple[bytes, bytes, date]:
    return given.slot, given.originator_id.bytes, given.on or date.max


def _after_release(claim: Claim, on: date | None) -> Claim | None:
    if on is None:
        return None
    if claim.during is None:
        return claim
    start, end = claim.during
    if on <= start:
        return None
    return claim._replace(during=(start, on if end is None else min(end, on)))
