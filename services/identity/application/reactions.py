"""What the world must see of an account's facts: codes go out, keys are destroyed, waiting records are bound."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from services.identity.application.identity import Identity
from services.identity.application.messages import Message
from services.identity.domain.account import Account
from shared.codes.clock import SHANGHAI
from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.context import Context
from shared.eventstore.log import FactRecord
from shared.eventstore.privacy import CannotOpen

_PURPOSES = {
    "prove": ("激活学籍账号", "to activate your student-status account"),
    "sign_in": ("登录学籍账号", "to sign in to your student-status account"),
}


class AccountReactions:
    """Reacts to what happened to accounts."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def messages(self, record: FactRecord) -> Iterable[Message]:
        """The messages a fact asks for; the key of an account that ended is destroyed."""
        if isinstance(record.fact, Account.CodeIssued):
            yield from self._code(record)
        elif isinstance(record.fact, Account.Closed | Account.Lapsed):
            self.identity.keys.shred(str(record.originator_id))

    def bind(self, records: Sequence[FactRecord]) -> None:
        """An account and a record that were written at the same moment did not see each other; here they meet."""
        waiting: set[str] = set()
        for record in records:
            waiting.update(self.identity.documents_touched(record))
        if not waiting:
            return
        context = Context.system("bind_records", self.identity.clock.now())
        for account in self.identity.active_accounts(waiting).values():
            with suppress(ChangedMeanwhile):
                self.identity.bind_records(account, context)

    def _code(self, record: FactRecord) -> Iterable[Message]:
        fact: Any = record.fact
        account_id = record.originator_id
        try:
            to = self.identity.contact_of(account_id, fact.sealed_contact)
        except CannotOpen:
            return  # the account was closed before its message went out: there is nobody to write to
        code = self.identity.secrets.code_of(account_id, fact.salt)
        zh, en = _PURPOSES[fact.purpose]
        until = fact.expires_at.astimezone(SHANGHAI)
        yield Message(
            message_id=f"{account_id}-{record.originator_version}",
            channel=fact.channel,
            to=to,
            subject="验证码 Verification code",
            text=(
                f"验证码：{code}，用于{zh}，{until:%H:%M}（北京时间）前有效。请勿告诉他人。\n"
                f"Code: {code}, {en}; valid until {until:%H:%M} (Beijing time). Tell it to nobody.\n"
            ),
            sent_at=fact.issued_at,
            account_id=account_id,
            useful_until=fact.expires_at,
            template=f"code-{fact.purpose}",
            parameters=(("code", code), ("until", f"{until:%H:%M}")),
        )
