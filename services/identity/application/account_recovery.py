"""Finding the own account again: user name or password, by name, document and a code to a proven contact (AC-12)."""

from typing import Any, Final
from uuid import UUID

from services.identity.application.account_codes import WrongCode
from services.identity.application.account_contacts import AccountContacts
from services.identity.application.allowances import TriesUsedUp
from services.identity.domain.account import Account
from shared.access.by import By
from shared.eventstore.application import Answer, command

TRIES_A_DAY: Final = 5
PURPOSES: Final = ("user_name", "password")


class AccountRecovery(AccountContacts):
    """No secret questions; the same words and the same work for who has an account and who has none."""

    def request_recovery_code(self, *, by: By, **named: Any) -> Answer:
        """Send a recovery code to the owner's contact on the channel that was chosen."""
        asked = self._request_recovery_code(by=self.secrets.blinded(by), **named)
        return self.answered_with(named["command_id"], asked)

    @command
    def _request_recovery_code(
        self, *, command_id: UUID, purpose: str, channel: str, by: By, known_device: str = "", **document: str
    ) -> Answer:
        meant = self.meant(**document, now=by.recorded_at)
        asker = self.counts.asker(meant.account_id, known_device, by)
        self.counts.may_ask("recover", meant.key, asker, by.recorded_at)
        request = self.request_key(command_id)
        return self.issue_silently(
            meant.account_id, purpose, "AC-12", by, asker, meant=meant.key, channel=channel, request=request
        )

    def recover_user_name(self, *, command_id: UUID, by: By, **proof: str) -> Answer:
        """The user names, for who knows name and document and holds the contact."""
        account = self.recovered("user_name", command_id, by, **proof)
        return {"user_names": [contact for _, contact in self.contacts_of(account)]}

    def recovered(
        self,
        purpose: str,
        command_id: UUID,
        by: By,
        *,
        code: str,
        request: str,
        known_device: str = "",
        **document: str,
    ) -> Account:
        """The account that was proven; five tries a day from one place, counted before the outcome is told (AC-13)."""
        meant = self.meant(**document, now=by.recorded_at)
        blinded = self.secrets.blinded(by)
        if self.answered(command_id, blinded.request_hash) is None:
            place = self.counts.asker(meant.account_id, known_device, by).place
            if not self.allowances.spend("recovery", f"{place}\0{meant.key}", by.recorded_at, at_most=TRIES_A_DAY):
                raise TriesUsedUp()
        tried = self.try_code(
            command_id=command_id,
            account_id=meant.account_id,
            purpose=purpose,
            code=code,
            by=blinded,
            request=request,
        )
        account = self.proven(tried, by)
        if account.id != meant.account_id:
            raise WrongCode
        return account
