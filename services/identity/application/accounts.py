"""Opening an account, after its owner has seen what will be kept; and ending it."""

import hmac
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from services.identity.application.account_codes import CONTACT, PERSON, AccountCodes
from services.identity.application.allowances import ChangedTooOften, network_of
from services.identity.application.code_counts import Asker
from services.identity.application.secrets import checked_contact, checked_document, mask_contact
from services.identity.domain.account import Account, ContactOfAnother, DocumentTaken
from shared.access.by import By
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.rules.refused import MalformedValue, Refused

CONFIRM_WITHIN: Final = timedelta(minutes=30)
NAMES: Final = "rename"  # under what the names are counted that one document had in a day, in whichever account
NAMES_A_DAY: Final = 3
TAKEN_A_DAY: Final = 20  # as often one network is told which of document and contact serves whom


class NotConfirmed(Refused):
    """Its owner has not confirmed user name, name and document number, or changed them since."""

    rule = "AC-3"
    status = 422


class ChannelNotOffered(Refused):
    """Here nobody is reached by this channel."""

    rule = "AC-2"
    status = 422
    zh = "本系统未开通此联系方式，请改用其他方式。"
    en = "This kind of contact is not served here; choose another."


class NotYetActivated(Refused):
    """This document and contact were registered before, and the contact was not proven yet."""

    rule = "AC-5"
    zh = "该账号已注册但尚未激活，可重新发送验证码。"
    en = "This account was opened before and waits for its code; have the code sent again."


class AlreadyRegistered(Refused):
    """Document and contact are those of one living account: its owner signs in or recovers it."""

    rule = "AC-5"
    zh = "您已注册，请直接登录；忘记用户名或密码的，请找回。"
    en = "You are registered: sign in, or recover user name or password."


class Taken(Refused):
    """Document or contact serve an account already; which, and whose, this network was told often enough today."""

    rule = "AC-1"
    zh = "该证件或联系方式已用于某个账号。已有账号的，请登录或找回；证件被他人使用的，请提出申诉。"
    en = (
        "This document or this contact serves an account already. If it is yours, sign in or recover it; if somebody "
        "else uses your document, claim it."
    )


class OpenedTooOften(Refused):
    """From this network accounts were asked for often enough in this hour, whatever became of it."""

    rule = "AC-13"
    status = 429


class Accounts(AccountCodes):
    """Accounts begin and end."""

    def preview_account(self, *, id_type: str, id_number: str, name: str, channel: str, contact: str, by: By) -> Answer:
        """What will be kept, in full, for the one who just typed it to confirm; nothing is kept yet (AC-3)."""
        number, name = checked_document(id_type, id_number, name, by.recorded_at)
        contact = self._offered(channel, contact)
        until = by.recorded_at + CONFIRM_WITHIN
        return {
            "user_name": contact,
            "channel": channel,
            "name": name,
            "id_type": id_type,
            "id_number": number,
            "confirmation": self._confirmation((id_type, number, name, channel, contact), until),
            "valid_until": until.isoformat(),
        }

    def open_account(self, *, by: By, **named: Any) -> Answer:
        """Open an account; it lives once its contact is proven."""
        return self._open_account(by=self.secrets.blinded(by), **named)

    @command
    def _open_account(
        self,
        *,
        command_id: UUID,
        id_type: str,
        id_number: str,
        name: str,
        channel: str,
        contact: str,
        confirmation: str,
        expires_on: date | None = None,
        by: By,
    ) -> Answer:
        number, name = checked_document(id_type, id_number, name, by.recorded_at)
        contact = self._offered(channel, contact)
        self._require_confirmed(confirmation, (id_type, number, name, channel, contact), by.recorded_at)
        id_key, contact_key = self.keyring.id_key(id_type, number), self.secrets.contact_key(channel, contact)
        network = network_of(by.address)
        if network and not self.counts.network_may("opening", network, by.recorded_at):
            raise OpenedTooOften(field="id_number")
        # asked before a key is made for the subject; the claims themselves decide
        self._require_free(id_key, contact_key, network, by.recorded_at)
        # an account's name binds the records of its document: it must not be found out by closing and opening anew
        if self.allowances.spent(NAMES, id_key, by.recorded_at) >= NAMES_A_DAY:
            raise ChangedTooOften(field="id_number")
        account_id = uuid7()
        expires = {"expires_on": expires_on} if expires_on else {}
        said = {"name": name, "id_type": id_type, "id_number": number, **expires}
        person = msgspec.json.encode(said).decode()
        account = Account(
            account_id=account_id,
            person_id=uuid7(),
            id_type=id_type,
            id_key=id_key,
            name_key=self.keyring.name_key(name),
            contact_key=contact_key,
            channel=channel,
            sealed_person=self.keys.seal(str(account_id), person, PERSON),
            sealed_contact=self.keys.seal(str(account_id), contact, CONTACT),
            opened_at=by.recorded_at,
        )
        try:
            return self.save(account, by=Context.of(by, rules=("AC-1", "AC-2", "AC-3")))
        except Refused:
            self.keys.shred(str(account_id))
            raise

    @command
    def send_contact_code(self, *, command_id: UUID, account_id: UUID, by: By) -> Answer:
        """Send the code that proves an account's contact (AC-5)."""
        asker = Asker.opener(account_id, by)
        self.counts.may_ask("prove", str(account_id), asker, by.recorded_at)
        return self.issue_silently(account_id, "prove", "AC-5", by, asker, meant=str(account_id))

    def resend_activation(self, *, by: By, **named: Any) -> Answer:
        """The same by contact, for whoever lost the page on which the account was opened."""
        asked = self._resend_activation(by=self.secrets.blinded(by), **named)
        return self.answered_with(named["command_id"], asked)

    @command
    def _resend_activation(self, *, command_id: UUID, channel: str, contact: str, by: By) -> Answer:
        key = self.secrets.contact_key(channel, checked_contact(channel, contact))
        asker = self.counts.asker(None, "", by)
        self.counts.may_ask("activate", key, asker, by.recorded_at)
        account_id = self.owners("account.contact", [key]).get(key)
        return self.issue_silently(account_id, "prove", "AC-5", by, asker, meant=key)

    @command
    def close_account(self, *, command_id: UUID, by: By) -> Answer:
        """Close the own account: document and contacts are free at once, the worker destroys its key.

        It is never refused; that it was done counts like a correction of the name, which an account that is opened
        anew would be otherwise.
        """
        account = self.account_for(by, "close_own_account")
        for id_key in account.standing.held:
            self.allowances.spend(NAMES, id_key, by.recorded_at, at_most=NAMES_A_DAY)
        account.close()
        return self.save(account, by=Context.of(by, rules=("AC-1",)))

    def lapse_accounts(self, ids: Iterable[UUID], now: datetime) -> int:
        """Release what accounts hold that nobody proved in time; part of `due(now)`."""
        lapsed = 0
        for account_id in ids:
            account = self.find(Account, account_id)
            if account is not None and account.lapse(now):
                with suppress(ChangedMeanwhile):
                    self.save(account, by=Context.system("lapse_accounts", now, rules=("AC-1",)))
                    lapsed += 1
        return lapsed

    def masked_name_of(self, account_id: UUID) -> str:
        """The user name of an account as others may see it (AC-6)."""
        account = self.get(Account, account_id)
        return mask_contact(account.channel, self.contact_of(account_id, account.sealed_contact))

    def _offered(self, channel: str, contact: str) -> str:
        if channel not in self.channels:
            raise ChannelNotOffered(field="channel")
        return checked_contact(channel, contact)

    def _require_free(self, id_key: str, contact_key: str, network: str, now: datetime) -> None:
        """Say what to do next where document or contact serve an account already; to one network so often a day."""
        by_document = self.owners("account.document", [id_key]).get(id_key)
        by_contact = self.owners("account.contact", [contact_key]).get(contact_key)
        if by_document is None and by_contact is None:
            return
        if network and not self.allowances.spend("taken", network, now, at_most=TAKEN_A_DAY):
            raise Taken(field="id_number")
        if by_document is not None and by_document == by_contact:
            standing = self.standings(Account, [by_document])[by_document][1]
            raise NotYetActivated() if standing.state == "opened" else AlreadyRegistered()
        if by_document is not None:
            raise DocumentTaken(scope="account.document")
        if by_contact is not None:
            raise ContactOfAnother(field="contact", account=self.masked_name_of(by_contact))

    def _confirmation(self, kept: tuple[str, ...], until: datetime) -> str:
        """Proof that these very words were shown: signed, nothing of them can be read from it."""
        seconds = str(int(until.timestamp()))
        return f"{seconds}.{self.secrets.signature('account-preview', seconds, *kept)}"

    def _require_confirmed(self, confirmation: str, kept: tuple[str, ...], now: datetime) -> None:
        seconds, _, _ = confirmation.partition(".")
        if not seconds.isdecimal() or len(seconds) > 12:
            raise MalformedValue(
                field="confirmation", reason_zh="核对凭证格式不符", reason_en="this is no confirmation"
            )
        until = datetime.fromtimestamp(int(seconds), UTC)
        right = hmac.compare_digest(confirmation.encode(), self._confirmation(kept, until).encode())
        if not right or now >= until:
            raise NotConfirmed(field="confirmation")
