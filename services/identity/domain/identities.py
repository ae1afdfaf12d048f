"""The verified identities of one person: which documents and names are hers, which of them she goes by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from uuid import UUID

from shared.rules.refused import Refused

IdentityKind = Literal["opened", "renewed", "changed_name", "linked", "corrected"]
ENDED: Final = frozenset(("closed", "lapsed", "superseded"))  # an account in this state holds no document
_GONE_BY_NOW: Final = "linked"  # an earlier identity: it never becomes the one that a person goes by


class IdentityKnown(Refused):
    """This document and name are the account's own already."""

    rule = "AC-19"
    zh = "该身份已属于此账号。"
    en = "This identity belongs to the account already."


class IdentityDoesNotFit(Refused):
    """What is added does not fit the way in which it is said to have come about."""

    rule = "AC-19"
    status = 422
    zh = "所述变更方式与姓名、证件不符。"
    en = "Name and document do not fit the kind of change."


@dataclass(frozen=True)
class KnownIdentity:
    """One document and one name, both as keyed hashes, and how they came to be known as this person's."""

    id_key: str
    name_key: str
    id_type: str = ""
    kind: IdentityKind = "opened"
    source: UUID | None = None  # the claim or the merge that it rests on
    corrected_by: UUID | None = None  # it was an error: this source says so, and it is nobody's by it

    @property
    def pair(self) -> tuple[str, str]:
        return self.id_key, self.name_key

    def as_row(self) -> dict[str, Any]:
        """In plain values, for a read table."""
        ids = {name: str(value) if (value := getattr(self, name)) else None for name in ("source", "corrected_by")}
        return {name: getattr(self, name) for name in ("id_key", "name_key", "id_type", "kind")} | ids

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> KnownIdentity:
        source, corrected_by = (UUID(row[name]) if row[name] else None for name in ("source", "corrected_by"))
        return cls(row["id_key"], row["name_key"], row["id_type"], row["kind"], source, corrected_by)


@dataclass(frozen=True)
class Identities:
    """All that are known of one person, oldest first; the values change, this never does."""

    known: tuple[KnownIdentity, ...]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Identities:
        return cls(tuple(KnownIdentity.from_row(row) for row in rows))

    @property
    def live(self) -> tuple[KnownIdentity, ...]:
        """Without those that turned out to be errors."""
        return tuple(one for one in self.known if one.corrected_by is None)

    @property
    def current(self) -> KnownIdentity:
        """The one the person goes by now: the newest that is not an earlier one."""
        going_by = [one for one in self.live if one.kind != _GONE_BY_NOW]
        return going_by[-1] if going_by else self.known[0]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Document and name of each, every pair once."""
        return tuple(dict.fromkeys(one.pair for one in self.live))

    @property
    def id_keys(self) -> tuple[str, ...]:
        """Every document once."""
        return tuple(dict.fromkeys(one.id_key for one in self.live))

    def with_(self, added: KnownIdentity) -> Identities:
        """One more; a correction says that the current one was an error."""
        known = self.known
        if added.kind == "corrected":
            wrong = self.current
            known = tuple(replace(one, corrected_by=added.source) if one is wrong else one for one in known)
        return self if added.kind == _GONE_BY_NOW and added.pair in self.pairs else Identities((*known, added))

    def renamed(self, name_key: str) -> Identities:
        """The one the person goes by had another name all the time: it was never verified, so nothing is kept of it."""
        now = self.current
        return Identities(tuple(replace(one, name_key=name_key) if one is now else one for one in self.known))

    def without(self, source: UUID, along: tuple[str, ...] = ()) -> Identities:
        """As if this claim or merge had never been, nor anything said of the documents that go `along`."""
        return Identities(
            tuple(
                replace(one, corrected_by=None) if one.corrected_by == source else one
                for one in self.known
                if one.source != source and one.id_key not in along
            )
        )


def may_add(identities: Identities, added: KnownIdentity) -> None:
    """Refuse what is known already, and what cannot have come about as it is said (AC-19)."""
    now = identities.current
    known = identities.pairs if added.kind == _GONE_BY_NOW else (now.pair,)
    if added.pair in known:
        raise IdentityKnown()
    fits = {
        "renewed": added.id_key not in identities.id_keys and added.name_key == now.name_key,
        "changed_name": added.id_key == now.id_key and added.name_key != now.name_key,
        "corrected": added.pair != now.pair and added.source is not None,
    }
    if not fits.get(added.kind, True):
        raise IdentityDoesNotFit(field="kind", kind=added.kind)
