"""Accounts as rows."""

from typing import ClassVar

from services.identity.domain.account import Account
from shared.eventstore.projection import Projection, Row, on


class AccountRegister(Projection):
    """Every account and where it stands; nothing that could name its owner."""

    table: ClassVar[str] = "account_register"
    key: ClassVar[tuple[str, ...]] = ("account_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "account_id", "person_id", "id_key", "name_key", "channel", "state", "opened_at",
    )  # fmt: skip

    @on(Account.Opened)
    def opened(self, row: Row | None, fact: Account.Opened) -> Row:
        return {
            "account_id": fact.originator_id,
            "person_id": fact.person_id,
            "id_key": fact.id_key,
            "name_key": fact.name_key,
            "channel": fact.channel,
            "state": "opened",
            "opened_at": fact.opened_at,
        }

    @on(Account.ContactProven)
    def contact_proven(self, row: Row | None, fact: Account.ContactProven) -> Row | None:
        return row and {**row, "state": "active"}

    @on(Account.Closed)
    def closed(self, row: Row | None, fact: Account.Closed) -> Row | None:
        return row and {**row, "state": "closed"}

    @on(Account.Lapsed)
    def lapsed(self, row: Row | None, fact: Account.Lapsed) -> Row | None:
        return row and {**row, "state": "lapsed"}

    @on(Account.Superseded)
    def superseded(self, row: Row | None, fact: Account.Superseded) -> Row | None:
        return row and {**row, "state": "superseded"}

    @on(Account.Restored)
    def restored(self, row: Row | None, fact: Account.Restored) -> Row | None:
        return row and {**row, "state": fact.state}
