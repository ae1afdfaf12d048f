"""The holders of accounts: people who sign in by contact or document number."""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.identity.application.holders import Holder
from services.identity.application.secrets import contact_spellings, document_spellings
from services.identity.domain.account import Account

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
        found = {
            *self._identity.owners("account.contact", contacts or {""}).values(),
            *self._identity.owners("account.document", documents or {""}).values(),
        }
        # one number may be a document of two kinds with two owners: then it names nobody
        return self._holder(found.pop() if len(found) == 1 else None)

    def of(self, subject: str) -> Holder | None:
        """The person of `account:<uuid>`, while the account lives."""
        if not subject.startswith(SUBJECT):
            return None
        return self._holder(UUID(subject.removeprefix(SUBJECT)))

    def _holder(self, account_id: UUID | None) -> Holder | None:
        wanted = account_id or UUID(int=0)  # nobody's: who is not there takes as long to be found
        _, standing = self._identity.standings(Account, [wanted]).get(wanted, (0, None))
        if standing is None or standing.state != "active":
            return None
        return Holder(f"{SUBJECT}{wanted}", str(standing.person_id), "student", "person", "all", "")
