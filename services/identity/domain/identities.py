"""The verified identities of one person: which documents and names are hers, which of them she goes by now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal
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


@dataclass(frozen=True)
class Identities:
    """All that are known of one person, oldest first; the values change, this never does."""

    known: tuple[KnownIdentity, ...]

    @property
    def live(self) -> tuple[KnownIdentity, ...]:
        """Without those that turned out to be errors."""
        return tuple(one for one in self.known if one.corrected_by is None)

    @property
    def current(self) -> KnownIdentity:
        """The one the person goes by now: the newest that is not an earlier one."""
        return [one for one in self.live if one.kind != _GONE_BY_NOW][-1]

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
        return self if added.pair in self.pairs else Identities((*known, added))

    def without(self, source: UUID) -> Identities:
        """As if this claim or merge had never been."""
        return Identities(
            tuple(
                replace(one, corrected_by=None) if one.corrected_by == source else one
                for one in self.known
                if one.source != source
            )
        )


def may_add(identities: Identities, added: KnownIdentity, *, held: bool) -> None:
    """Refuse what is known already, and what cannot have come about as it is said (AC-19)."""
    if added.pair in identities.pairs and held:
        raise IdentityKnown()
    now = identities.current
    fits = {
        "renewed": added.id_key not in identities.id_keys and added.name_key == now.name_key,
        "changed_name": added.id_key in identities.id_keys and added.name_key != now.name_key,
        "corrected": added.pair != now.pair and added.source is not None,
    }
    if not fits.get(added.kind, True):
        raise IdentityDoesNotFit(field="kind", kind=added.kind)
