"""What the world must see of an account's facts: codes and notices go out, keys are destroyed, records are bound."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from services.identity.application.identity import Identity
from services.identity.application.messages import Message
from services.identity.domain.account import Account
from shared.codes.clock import SHANGHAI
from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.context import Context
from shared.eventstore.log import FactRecord
from shared.eventstore.privacy import CannotOpen, KeyNotHere

_PURPOSES = {
    "step_up": ("确认账号的敏感操作", "to confirm a sensitive change of your student-status account"),
    "prove": ("激活学籍账号", "to activate your student-status account"),
    "sign_in": ("登录学籍账号", "to sign in to your student-status account"),
    "contact": ("将此联系方式用于学籍账号", "to have this contact serve your student-status account"),
    "user_name": ("找回学籍账号的用户名", "to recover the user name of your student-status account"),
    "password": ("重设学籍账号的密码", "to set a new password for your student-status account"),
}
_ANY_PURPOSE = ("学籍账号", "for your student-status account")  # one unknown word must not stop the worker
_NOT_ME = (
    "如非本人操作，请立即登录，结束其他会话并更改密码；无法登录的，请凭证件找回账号。",
    "If this was not you: sign in at once, end the other sessions and change the password; if you cannot, recover the "
    "account with your document.",
)
_ADDED = ("您的学籍账号新增了一个联系方式。", "A further contact now serves your student-status account.")
_REPLACED = ("您的学籍账号更换了联系方式。", "A contact of your student-status account was replaced by another.")
_REMOVED = ("您的学籍账号移除了一个联系方式。", "A contact was removed from your student-status account.")
_RENAMED = ("您的学籍账号姓名已更改。", "The name of your student-status account was changed.")


class AccountReactions:
    """Reacts to what happened to accounts."""

    def __init__(self, identity: Identity, origin: str = "") -> None:
        self.identity = identity
        self._origin = origin  # of the pages that a link leads to

    def messages(self, record: FactRecord) -> Iterable[Message]:
        """The messages a fact asks for; the key of an account that ended is destroyed."""
        fact = record.fact
        if isinstance(fact, Account.CodeIssued):
            yield from self._code(record)
        elif isinstance(fact, Account.ContactAdded):
            yield from self.notices(record, _REPLACED if fact.replaces else _ADDED, but=fact.contact_key)
        elif isinstance(fact, Account.ContactRemoved) and fact.at is not None:
            yield from self.notices(record, _REMOVED)
        elif isinstance(fact, Account.NameChanged):
            yield from self.notices(record, _RENAMED)
        elif isinstance(fact, Account.Closed | Account.Lapsed):
            self.identity.keys.shred(str(record.originator_id))

    def notices(
        self, record: FactRecord, words: tuple[str, str], *, but: str = "", of: UUID | None = None
    ) -> Iterable[Message]:
        """A notice to every contact that the owner had before this fact, so that a thief's change is seen."""
        account_id = of or record.originator_id
        account = self.identity.find(Account, account_id)
        if account is None:
            return
        fact: Any = record.fact
        gone = getattr(fact, "replaces", "") or getattr(fact, "contact_key", "")
        told = dict.fromkeys(key for key in (*account.standing.contact_keys, gone) if key and key != but)
        for number, key in enumerate(told):
            channel, sealed = account.contacts[key]
            to = self._address(account_id, sealed)
            if to is None:
                return
            yield Message(
                message_id=f"{record.originator_id}-{record.originator_version}-{number}",
                channel=channel,
                to=to,
                subject="账号变动提醒 Your account was changed",
                text=f"{words[0]}{_NOT_ME[0]}\n{words[1]} {_NOT_ME[1]}\n",
                sent_at=record.recorded_at,
                account_id=account_id,
                template="account-changed",
                parameters=(("what", words[0]),),
            )

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
        to = self._address(account_id, fact.sealed_contact)
        if to is None:
            return  # the account was closed before its message went out: there is nobody to write to
        code = self.identity.secrets.code_of(account_id, fact.salt)
        zh, en = _PURPOSES.get(fact.purpose, _ANY_PURPOSE)
        until = fact.expires_at.astimezone(SHANGHAI)
        yield Message(
            message_id=f"{account_id}-{record.originator_version}",
            channel=fact.channel,
            to=to,
            subject="验证码 Verification code",
            text=(
                f"验证码：{code}，用于{zh}，{until:%H:%M}（北京时间）前有效。请勿告诉他人。\n"
                f"Code: {code}, {en}; valid until {until:%H:%M} (Beijing time). Tell it to nobody.\n"
                f"{self._link(account_id, code) if fact.purpose == 'prove' and fact.channel == 'mail' else ''}"
            ),
            sent_at=fact.issued_at,
            account_id=account_id,
            useful_until=fact.expires_at,
            template=f"code-{fact.purpose}",
            parameters=(("code", code), ("until", f"{until:%H:%M}")),
        )

    def _address(self, account_id: UUID, sealed: str) -> str | None:
        """Where a message goes; None where its owner is gone. Empty, to be tried again, where only a wrapping key is
        not here that another process has already."""
        try:
            return self.identity.contact_of(account_id, sealed)
        except KeyNotHere:
            return ""
        except CannotOpen:
            return None

    def _link(self, account_id: UUID, code: str) -> str:
        """The code stands behind #: it reaches no server's log and no other site."""
        if not self._origin:
            return ""
        return f"也可打开此链接 or open this link:\n{self._origin}/activate#{account_id}.{code}\n"
