"""Finding the own account again: user name or password, by name, document and a code to a proven contact (AC-12)."""

from typing import Any, Final
from uuid import UUID

from services.identity.application.account_codes import WrongCode
from services.identity.application.account_contacts import AccountContacts
from services.identity.application.allowances import TriesUsedUp, network_of
from services.identity.domain.account import Account
from shared.access.by import By
from shared.eventstore.application import Answer, command

TRIES_A_DAY: Final = 5
PURPOSES: Final = ("user_name", "password")


class AccountRecovery(AccountContacts):
    """No secret questions; the same words and the same work for who has an account and who has none."""

    def request_recovery_code(self, *, by: By, **named: Any) -> Answer:
        """Send a recovery code to the owner's contact on the channel that was chosen."""
        return self._request_recovery_code(by=self.secrets.blinded(by), **named)

    @command
    def _request_recovery_code(
        self, *, command_id: UUID, purpose: str, id_type: str, id_number: str, name: str, channel: str, by: By
    ) -> Answer:
        account_id = self.account_named(id_type, id_number, name, by.recorded_at)
        self.may_ask("recover", self.asked_for(id_type, id_number, name), by)
        return self.issue_silently(account_id, purpose, "AC-12", by, channel=channel)

    def recover_user_name(
        self, *, command_id: UUID, id_type: str, id_number: str, name: str, code: str, by: By
    ) -> Answer:
        """The user names, for who knows name and document and holds the contact."""
        account = self.recovered("user_name", command_id, id_type, id_number, name, code, by)
        return {"user_names": [contact for _, contact in self.contacts_of(account)]}

    def recovered(
        self, purpose: str, command_id: UUID, id_type: str, id_number: str, name: str, code: str, by: By
    ) -> Account:
        """The account that was proven; five tries a day, counted before the outcome is told (AC-13)."""
        account_id = self.account_named(id_type, id_number, name, by.recorded_at)
        if self.answered(command_id, self.secrets.blinded(by).request_hash) is None:
            slot = f"{network_of(by.address)}\0{self.keyring.id_key(id_type, id_number)}"
            if not self.allowances.spend("recovery", slot, by.recorded_at, at_most=TRIES_A_DAY):
                raise TriesUsedUp()
        tried = self.try_code(
            command_id=command_id, account_id=account_id, purpose=purpose, code=code, by=self.secrets.blinded(by)
        )
        account = self.proven(tried, by)
        if account.id != account_id:
            raise WrongCode
        return account
