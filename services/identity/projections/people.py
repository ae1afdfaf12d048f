"""People as rows: their identities, and which of two accounts speaks for them."""

from typing import Any, ClassVar

from services.identity.domain.account import Account
from services.identity.domain.identities import Identities, KnownIdentity
from services.identity.domain.merge import Merge
from shared.eventstore.projection import Projection, Row, on


class PersonIdentities(Projection):
    """Of each account: every document and name that was verified as its person's, oldest first."""

    table: ClassVar[str] = "person_identities"
    key: ClassVar[tuple[str, ...]] = ("account_id",)
    columns: ClassVar[tuple[str, ...]] = ("account_id", "person_id", "state", "known")

    @on(Account.Opened)
    def opened(self, row: Row | None, fact: Account.Opened) -> Row:
        first = KnownIdentity(fact.id_key, fact.name_key, fact.id_type).as_row()
        sealed = {"sealed": fact.sealed_person, "sealed_for": str(fact.originator_id)}
        known = [first | sealed]
        return {"account_id": fact.originator_id, "person_id": fact.person_id, "state": "open", "known": known}

    @on(Account.IdentityAdded)
    def added(self, row: Row | None, fact: Account.IdentityAdded) -> Row | None:
        if row is None:
            return None
        added = KnownIdentity(fact.id_key, fact.name_key, fact.id_type, fact.kind, fact.source)
        sealed = added.as_row() | {"sealed": fact.sealed, "sealed_for": str(fact.sealed_for)}
        return {**row, "known": _entries(Identities.from_rows(row["known"]).with_(added), [*row["known"], sealed])}

    @on(Account.NameChanged)
    def renamed(self, row: Row | None, fact: Account.NameChanged) -> Row | None:
        if row is None:
            return None
        before = Identities.from_rows(row["known"])
        place = [one is before.current for one in before.known].index(True)
        known = [dict(one) for one in row["known"]]
        known[place] |= {"name_key": fact.name_key, "sealed": fact.sealed_person}
        return {**row, "known": known}

    @on(Account.IdentitiesTakenBack)
    def taken_back(self, row: Row | None, fact: Account.IdentitiesTakenBack) -> Row | None:
        return row and {
            **row,
            "known": _entries(Identities.from_rows(row["known"]).without(fact.source, tuple(fact.along)), row["known"]),
        }

    @on(Account.Superseded)
    def superseded(self, row: Row | None, fact: Account.Superseded) -> Row | None:
        return row and {**row, "state": "superseded"}

    @on(Account.Restored)
    def restored(self, row: Row | None, fact: Account.Restored) -> Row | None:
        return row and {**row, "state": "open"}

    @on(Account.Closed, Account.Lapsed)
    def ended(self, row: Row | None, fact: Account.Closed | Account.Lapsed) -> Row | None:
        return row and {**row, "state": "ended", "known": []}


class MergeRegister(Projection):
    """Every merge of two accounts, and how far it is."""

    table: ClassVar[str] = "merge_register"
    key: ClassVar[tuple[str, ...]] = ("merge_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "merge_id", "surviving_account", "other_account", "surviving_person", "other_person", "state", "proposed_by",
        "proposed_on", "confirmed_by", "settled_on",
    )  # fmt: skip

    @on(Merge.Proposed)
    def proposed(self, row: Row | None, fact: Merge.Proposed) -> Row:
        return {
            "merge_id": fact.originator_id,
            "surviving_account": fact.account_id,
            "other_account": fact.other_account_id,
            "surviving_person": fact.person_id,
            "other_person": fact.other_person_id,
            "state": "proposed",
            "proposed_by": fact.proposed_by,
            "proposed_on": fact.proposed_on,
            "confirmed_by": None,
            "settled_on": None,
        }

    @on(Merge.Confirmed, Merge.SplitRefused)
    def confirmed(self, row: Row | None, fact: Merge.Confirmed | Merge.SplitRefused) -> Row | None:
        return row and {**row, "state": "confirmed", "confirmed_by": fact.confirmed_by, "settled_on": fact.settled_on}

    @on(Merge.Refused)
    def refused(self, row: Row | None, fact: Merge.Refused) -> Row | None:
        return row and {**row, "state": "refused", "confirmed_by": fact.confirmed_by, "settled_on": fact.settled_on}

    @on(Merge.SplitProposed)
    def split_proposed(self, row: Row | None, fact: Merge.SplitProposed) -> Row | None:
        proposed = {"proposed_by": fact.proposed_by, "proposed_on": fact.proposed_on}
        return row and {**row, "state": "split_proposed", **proposed, "confirmed_by": None, "settled_on": None}

    @on(Merge.Split)
    def split(self, row: Row | None, fact: Merge.Split) -> Row | None:
        return row and {**row, "state": "split", "confirmed_by": fact.confirmed_by, "settled_on": fact.settled_on}


def _entries(identities: Identities, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each identity with what was sealed when it came."""
    sealed = {(one["id_key"], one["name_key"], one["source"]): one for one in before}
    return [
        sealed[(one.id_key, one.name_key, str(one.source) if one.source else None)] | one.as_row()
        for one in identities.known
    ]
