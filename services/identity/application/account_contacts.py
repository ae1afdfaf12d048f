"""The owner's own changes: further contacts, another contact, the name while nothing has verified it."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec

from services.identity.application.account_codes import CONTACT, PERSON, WrongCode
from services.identity.application.accounts import NAMES, NAMES_A_DAY, Accounts
from services.identity.application.allowances import CodesTooOften, TriesUsedUp
from services.identity.application.code_counts import Asker
from services.identity.application.messages import Message
from services.identity.application.secrets import mask_contact
from services.identity.domain.account import Account, ContactOfAnother
from shared.access.by import By
from shared.codes.id_documents import mask_id_number
from shared.codes.malformed import Malformed
from shared.codes.names import normalise_name
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import CannotOpen
from shared.rules.refused import MalformedValue

CHANGE = "change_own_contact"
NAMED_A_DAY = 10
_SHOWN = 20


class AccountContacts(Accounts):
    """Contacts are added, replaced and given up by their owner alone, after a strong factor was shown (AC-7, AC-24)."""

    def name_contact(self, *, by: By, **named: Any) -> Answer:
        """Send a code to a further contact, which `replaces` one or none."""
        return self._name_contact(by=self.secrets.blinded(by), **named)

    @command
    def _name_contact(self, *, command_id: UUID, channel: str, contact: str, replaces: str, by: By) -> Answer:
        account = self.account_for(by, CHANGE)
        contact = self._offered(channel, contact)
        key = self.secrets.contact_key(channel, contact)
        if not self.allowances.spend("name", str(account.id), by.recorded_at, at_most=NAMED_A_DAY):
            raise CodesTooOften()  # or others' contacts could be found out one by one
        holder = self.owners("account.contact", [key]).get(key)
        if holder is not None and holder != account.id:
            raise ContactOfAnother(field="contact", account=self.masked_name_of(holder))
        sealed = self.keys.seal(str(account.id), contact, CONTACT)
        account.name_contact(
            contact_key=key, channel=channel, sealed_contact=sealed, replaces=replaces, now=by.recorded_at
        )
        if not self.issue_code(account, "contact", Asker.of_account(account.id), by.recorded_at, to=key):
            raise CodesTooOften(retry_after=60)
        return self.save(account, by=Context.of(by, rules=("AC-6", "AC-7")))

    def prove_new_contact(self, *, by: By, **named: Any) -> Answer:
        """The code that came to the further contact: from now on it serves the account."""
        answer = self._prove_new_contact(by=self.secrets.blinded(by), **named)
        if not answer["added"]:
            raise WrongCode
        return {name: value for name, value in answer.items() if name != "added"}

    @command
    def _prove_new_contact(self, *, command_id: UUID, code: str, by: By) -> Answer:
        """One try, recorded before its outcome is told; the session does not make guesses cheaper."""
        account = self.account_for(by, CHANGE)
        out = account.standing.code_of("contact", "")
        digest = self.secrets.digest_of(account.id, out.salt if out else "", code)
        added = account.try_code(purpose="contact", digest=digest, now=by.recorded_at)
        answer = {"id": account.id, "version": account.version, "added": added}
        return self.save(account, by=Context.of(by, rules=("AC-6", "X-PROOF-1")), answer=answer)

    @command
    def remove_contact(self, *, command_id: UUID, contact_id: str, by: By) -> Answer:
        """Give a contact up; the last one stays."""
        account = self.account_for(by, CHANGE)
        account.remove_contact(contact_id, by.recorded_at)
        return self.save(account, by=Context.of(by, rules=("AC-2",)))

    def change_my_name(self, *, by: By, **named: Any) -> Answer:
        """Correct the own name while no record has verified it; type and number never change here (AC-7)."""
        return self._change_my_name(by=self.secrets.blinded(by), **named)

    @command
    def _change_my_name(self, *, command_id: UUID, name: str, by: By) -> Answer:
        account = self.account_for(by, CHANGE)
        try:
            name = normalise_name(name)
        except Malformed as malformed:
            raise MalformedValue.because(malformed, field="name") from None
        # the right name binds the records of the document: it must not be found by trying, not by a new account either
        if not self.allowances.spend(NAMES, account.standing.id_key, by.recorded_at, at_most=NAMES_A_DAY):
            raise TriesUsedUp()
        person = msgspec.json.encode({**self.person_of(account), "name": name}).decode()
        account.change_name(
            name_key=self.keyring.name_key(name),
            sealed_person=self.keys.seal(str(account.id), person, PERSON),
            is_verified=self.finder.has_bound_records(account.standing.person_id),
            now=by.recorded_at,
        )
        answer = self.save(account, by=Context.of(by, rules=("AC-7",)))
        # records under the right name wait for their owner; whatever stands in the way now, the worker binds
        with suppress(ChangedMeanwhile):
            self.bind_records(account.standing, Context.of(by, rules=("AC-14",)))
        return answer

    def get_my_account(self, *, by: By) -> Answer:
        """The own account as it stands: masked where somebody might look over a shoulder."""
        account = self.account_for(by, "read_own_account")
        person, standing = self.person_of(account), account.standing
        return {
            "id": account.id,
            "version": account.version,
            "name": person["name"],
            "id_type": person["id_type"],
            "id_number": mask_id_number(person["id_number"]),
            "opened_at": standing.opened_at,
            "contacts": [
                {
                    "contact_id": each.key,
                    "channel": each.channel,
                    "contact": mask_contact(each.channel, self.contact_of(account.id, account.contacts[each.key][1])),
                    "user_name": each.key == standing.contact_key,
                }
                for each in standing.contacts
            ],
            "waits_for_code": standing.named is not None,
            "undelivered": [
                {"channel": fact.channel, "cause": fact.cause, "at": fact.at} for fact in account.undelivered[-_SHOWN:]
            ],
        }

    def note_undelivered(self, message: Message, cause: str) -> None:
        """Let the owner of an account read that a message was given up."""
        account = self.find(Account, message.account_id) if message.account_id else None
        now = self.clock.now()
        if account is not None and account.note_undelivered(
            message_id=message.message_id, channel=message.channel, cause=cause, now=now
        ):
            self.save(account, by=Context.system("note_undelivered", now, rules=("X-PROOF-1",)))

    def contacts_of(self, account: Account) -> list[tuple[str, str]]:
        """Channel and address of every proven contact; none once the account has ended."""
        try:
            return [
                (each.channel, self.contact_of(account.id, account.contacts[each.key][1]))
                for each in account.standing.contacts
            ]
        except CannotOpen:
            return []
