"""People as rows: their identities, and which of two accounts speaks for them."""

from typing import Any, ClassVar

import msgspec

from services.identity.domain.account import Account
from services.identity.domain.identities import Identities, KnownIdentity
from shared.eventstore.projection import Projection, Row, on


class PersonIdentities(Projection):
    """Of each account: every document and name that was verified as its person's, oldest first."""

    table: ClassVar[str] = "person_identities"
    key: ClassVar[tuple[str, ...]] = ("account_id",)
    columns: ClassVar[tuple[str, ...]] = ("account_id", "person_id", "state", "known")

    @on(Account.Opened)
    def opened(self, row: Row | None, fact: Account.Opened) -> Row:
        first = msgspec.to_builtins(KnownIdentity(fact.id_key, fact.name_key, fact.id_type))
        sealed = {"sealed": fact.sealed_person, "sealed_for": str(fact.originator_id)}
        known = [first | sealed]
        return {"account_id": fact.originator_id, "person_id": fact.person_id, "state": "open", "known": known}

    @on(Account.IdentityAdded)
    def added(self, row: Row | None, fact: Account.IdentityAdded) -> Row | None:
        if row is None:
            return None
        added = KnownIdentity(fact.id_key, fact.name_key, fact.id_type, fact.kind, fact.source)
        sealed = msgspec.to_builtins(added) | {"sealed": fact.sealed, "sealed_for": str(fact.sealed_for)}
        return {**row, "known": _entries(identities_of(row["known"]).with_(added), [*row["known"], sealed])}

    @on(Account.IdentitiesTakenBack)
    def taken_back(self, row: Row | None, fact: Account.IdentitiesTakenBack) -> Row | None:
        return row and {**row, "known": _entries(identities_of(row["known"]).without(fact.source), row["known"])}

    @on(Account.Superseded)
    def superseded(self, row: Row | None, fact: Account.Superseded) -> Row | None:
        return row and {**row, "state": "superseded"}

    @on(Account.Restored)
    def restored(self, row: Row | None, fact: Account.Restored) -> Row | None:
        return row and {**row, "state": "open"}

    @on(Account.Closed, Account.Lapsed)
    def ended(self, row: Row | None, fact: Account.Closed | Account.Lapsed) -> Row | None:
        return row and {**row, "state": "ended", "known": []}


def identities_of(known: list[dict[str, Any]]) -> Identities:
    """The identities as the domain knows them."""
    return Identities(msgspec.convert(known, tuple[KnownIdentity, ...]))


def _entries(identities: Identities, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each identity with what was sealed when it came."""
    sealed = {(one["id_key"], one["name_key"], one["source"]): one for one in before}
    return [
        sealed[(one.id_key, one.name_key, str(one.source) if one.source else None)] | msgspec.to_builtins(one)
        for one in identities.known
    ]
