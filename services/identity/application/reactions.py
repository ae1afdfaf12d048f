"""What the world must see of a fact: messages go out, keys are destroyed, waiting records are bound."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.identity.application.identity import Identity
from services.identity.domain.account import Account
from services.identity.domain.records import QualificationRecord, StudentRecord
from shared.codes.clock import SHANGHAI
from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.context import Context
from shared.eventstore.log import FactRecord
from shared.eventstore.privacy import CannotOpen

_PURPOSES = {
    "prove": ("激活学籍账号", "to activate your student-status account"),
    "sign_in": ("登录学籍账号", "to sign in to your student-status account"),
}


@dataclass(frozen=True)
class Message:
    """A message to one person; the same id is never delivered twice."""

    message_id: str
    channel: str
    to: str
    subject: str
    text: str
    sent_at: datetime


class Messenger(Protocol):
    """Brings mail and short messages to people; a later one may speak SMTP or to an SMS office."""

    def deliver(self, message: Message) -> None:
        """Deliver, once per message id; raises OSError where the message could not be handed over."""
        ...


class Reactions:
    """Reacts to facts in the order of the log; every reaction may be repeated and then changes nothing."""

    def __init__(self, identity: Identity, messenger: Messenger) -> None:
        self.identity = identity
        self.messenger = messenger

    def react(self, records: Sequence[FactRecord]) -> None:
        """Do what a run of facts asks for."""
        waiting: set[str] = set()
        for record in records:
            fact = record.fact
            if isinstance(fact, Account.CodeIssued):
                self._send_code(record)
            elif isinstance(fact, Account.Closed | Account.Lapsed):
                self.identity.keys.shred(str(record.originator_id))
            elif isinstance(fact, Account.ContactProven):
                waiting.add(self.identity.get(Account, record.originator_id).standing.id_key)
            elif isinstance(fact, StudentRecord.Opened | StudentRecord.Corrected | QualificationRecord.Opened):
                waiting.add(fact.id_key)
        if waiting:
            self._bind(waiting)

    def _bind(self, id_keys: set[str]) -> None:
        """An account and a record that were written at the same moment did not see each other; here they meet."""
        context = Context.system("bind_records", self.identity.clock.now())
        for account in self.identity.active_accounts(id_keys).values():
            with suppress(ChangedMeanwhile):
                self.identity.bind_records(account, context)

    def _send_code(self, record: FactRecord) -> None:
        fact: Any = record.fact
        account_id = record.originator_id
        try:
            to = self.identity.contact_of(account_id, fact.sealed_contact)
        except CannotOpen:
            return  # the account was closed before its message went out: there is nobody to write to
        code = self.identity.secrets.code_of(account_id, fact.salt)
        zh, en = _PURPOSES[fact.purpose]
        until = fact.expires_at.astimezone(SHANGHAI)
        self.messenger.deliver(
            Message(
                message_id=f"{account_id}-{record.originator_version}",
                channel=fact.channel,
                to=to,
                subject="验证码 Verification code",
                text=(
                    f"验证码：{code}，用于{zh}，{until:%H:%M}（北京时间）前有效。请勿告诉他人。\n"
                    f"Code: {code}, {en}; valid until {until:%H:%M} (Beijing time). Tell it to nobody.\n"
                ),
                sent_at=fact.issued_at,
            )
        )
