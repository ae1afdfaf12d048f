"""The pure rules of heard records: whose they are, what a number must agree with, how often one may guess."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

from services.identity.domain.rules import AccountStanding
from shared.rules.refused import Refused

BOUND_BY_ITSELF_SINCE: Final = 2001  # (AC-17)

Difference = Literal["none", "name", "document", "both", "country"]


class NotYours(Refused):
    """Only what is bound to a person can be disowned by that person."""

    rule = "AC-21"
    status = 404


@dataclass(frozen=True)
class RecordStanding:
    """What decides about a heard record: whose document and name it carries, and to whom it is bound."""

    status_id: UUID
    id_key: str
    name_key: str
    person_id: UUID | None = None
    school_code: str = ""
    year: int = 0  # of entry, or of graduation
    numbers: tuple[str, ...] = ()  # student and exam number, or the keyed hashes of a certificate's two numbers
    disowned: bool = False

    def bound_to(self, person_id: UUID) -> RecordStanding:
        return replace(self, person_id=person_id, disowned=False)

    def corrected(self, id_key: str, name_key: str) -> RecordStanding:
        return replace(self, id_key=id_key, name_key=name_key)

    def disowned_by(self, person_id: UUID) -> RecordStanding:
        return replace(self, person_id=None, disowned=True)

    @property
    def pair(self) -> tuple[str, str]:
        return self.id_key, self.name_key


def is_same_person(account: AccountStanding, record: RecordStanding) -> bool:
    """AC-14, AC-19: document and name are both those of one verified identity."""
    return record.pair in account.identities


def can_be_bound(account: AccountStanding, record: RecordStanding, *, asked: bool = False) -> bool:
    """A record of the same person that is not yet hers.

    A record bound to an account that has been closed moves to the one living account of the same document: there is
    never a second living one. What was disowned stays nobody's until it is asked for.
    """
    if account.state != "active" or (record.disowned and not asked):
        return False
    return is_same_person(account, record) and record.person_id != account.person_id


def differs_in(
    pairs: tuple[tuple[str, str], ...], record: tuple[str, str], without_country: tuple[str, ...] = ()
) -> Difference:
    """In what a record differs from all identities of a person; it depends on nothing but equality.

    `without_country` are the person's passports as a school wrote them that did not keep the issuing country.
    """
    id_key, name_key = record
    if record in pairs:
        return "none"
    same_name = name_key in {name for _, name in pairs}
    if id_key in without_country:
        return "country" if same_name else "both"
    if id_key in {document for document, _ in pairs}:
        return "name"
    return "document" if same_name else "both"


def may_disown(record: RecordStanding, person_id: UUID) -> None:
    """Refuse where the record is not this person's: whose it is, is not told."""
    if record.person_id != person_id:
        raise NotYours()
