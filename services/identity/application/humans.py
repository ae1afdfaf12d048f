"""Which documents are one human being's, as far as identity knows: two operators are two humans (A24-2)."""

from collections.abc import Iterable
from uuid import UUID

from services.identity.domain.account import Account
from services.identity.domain.operator import OPERATOR_ID, Operator
from shared.access.by import By
from shared.eventstore.application import Application


def documents_of(house: Application, person_key: str) -> tuple[str, ...]:
    """A document and every other one of whoever holds it: a renewed one, one of another kind."""
    holder = house.owners("account.document", [person_key]).get(person_key)
    return tuple(dict.fromkeys((person_key, *documents_of_accounts(house, [holder] if holder else []))))


def documents_of_accounts(house: Application, accounts: Iterable[UUID]) -> list[str]:
    """Every document that was verified as these accounts' people's."""
    found = house.standings(Account, accounts).values()
    return [key for _, standing in found for key in standing.all_identities.id_keys]


def documents_of_operator(house: Application, by: By) -> frozenset[str]:
    """The documents of the operator who acts; none of whoever is no operator of an office."""
    found = house.owning(Operator, OPERATOR_ID, [by.sub]).get(by.sub) if by.sub else None
    if found is None:
        return frozenset()
    return frozenset((*found[2].documents, *documents_of(house, found[2].person_key)))
