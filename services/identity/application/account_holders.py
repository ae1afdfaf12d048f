"""The holders of accounts: people who sign in by contact or document number."""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.identity.application.holders import Holder
from services.identity.application.secrets import contact_spellings, document_spellings
from services.identity.domain.account import Account
from services.identity.domain.rules import AccountStanding

if TYPE_CHECKING:  # identity itself asks for holders
    from services.identity.application.identity import Identity

SUBJECT: Final = "account:"


class AccountHolders:
    """Finds the people behind living, proven accounts."""

    def __init__(self, identity: "Identity") -> None:
        self._identity = identity

    def named(self, name: str) -> Holder | None:
        """Whoever has this contact or document number; known or not, it is the same two look-ups."""
        contacts = {self._identity.secrets.contact_key(*spelling) for spelling in contact_spellings(name)}
        documents = {self._identity.keyring.id_key(*spelling) for spelling in document_spellings(name)}
        found: dict[UUID, AccountStanding] = {}
        for scope, keys in (("account.contact", contacts), ("account.document", documents)):
            owning = self._identity.owning(Account, scope, keys or {""})
            found |= {account_id: standing for account_id, _, standing in owning.values()}
        # one number may be a document of two kinds with two owners: then it names nobody
        return _holder(*found.popitem()) if len(found) == 1 else None

    def of(self, subject: str) -> Holder | None:
        """The person of `account:<uuid>`, while the account lives."""
        if not subject.startswith(SUBJECT):
            return None
        account_id = UUID(subject.removeprefix(SUBJECT))
        found = self._identity.standings(Account, [account_id]).get(account_id)
        return _holder(account_id, found[1]) if found else None


def _holder(account_id: UUID, standing: AccountStanding) -> Holder | None:
    if standing.state != "active":
        return None
    return Holder(f"{SUBJECT}{account_id}", str(standing.person_id), "student", "person", "all", "")
