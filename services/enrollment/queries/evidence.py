"""Papers that a record rests on: named to whoever reads the record, shown to whoever must see them (A25-1)."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from shared.access.by import By
from shared.access.decide import Decision, Resource, require, require_person
from shared.rules.refused import NotFound


def name_of(record: UUID | str, digest: str) -> str:
    """What a paper is called within its record: whoever holds the paper finds its name, nobody finds it by the name."""
    return sha256(f"{record}:{digest}".encode()).hexdigest()


def names_of(record: UUID | str, digests: Iterable[str]) -> list[str]:
    """The papers of a record, told to whoever may read the record and not see them."""
    return [name_of(record, digest) for digest in digests]


def opened(
    paper: str | None,
    digests: Iterable[str],
    record: UUID,
    *,
    by: By,
    decision: Decision,
    resource: Resource,
    in_turn: bool,
    use_case: str,
) -> tuple[str | None, By, Decision]:
    """The digest of the paper that is asked for, and as what the look at it is recorded.

    A scan cannot be masked: whoever has to decide sees it, and anybody else unmasks the person by it, for a reason and
    right after a strong factor. Where no paper is asked for, the look is the one at the record.
    """
    if paper is None:
        return None, by, decision
    require_person(by.actor, "unmask_person")
    found = next((digest for digest in digests if paper in (digest, name_of(record, digest))), None)
    if found is None:
        raise NotFound(kind="evidence")
    if not in_turn:
        decision = require(by.actor, "unmask_person", resource, reason=by.purpose)
    return found, replace(by, use_case=use_case), decision
