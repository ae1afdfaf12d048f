"""What people are told of their own sign-in, and what ends with an account or an appointment."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from services.identity.application.messages import Message
from services.identity.application.sessions import Logins, Sessions, SubjectTaken
from services.identity.application.sign_in_attempts import Attempts
from services.identity.application.sign_in_owners import Owners
from services.identity.application.sign_in_secrets import Ceremonies, LoginSecrets
from services.identity.domain.account import Account
from services.identity.domain.login import Login
from services.identity.domain.login_rules import owner_is_told
from services.identity.domain.operator import Operator
from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.context import Context
from shared.eventstore.log import FactRecord
from shared.eventstore.privacy import Keyring

_NOT_ME: Final = (
    "如非本人操作，请立即登录并结束所有会话、更换密码，或联系客服。",
    "If this was not you, sign in now, end all sessions and change your password, or write to us.",
)
_TRIES: Final = 5
_TOLD: Final[dict[type[Any], tuple[str, str]]] = {
    Login.PasswordSet: ("您的登录密码已设置或更换。", "The password of your account was set or changed."),
    Login.TotpAdded: ("您的账号新增了动态口令设备。", "A device for one-time passwords was added to your account."),
    Login.TotpRemoved: (
        "您的账号已移除动态口令设备。",
        "The device for one-time passwords was removed from your account.",
    ),
    Login.PasskeyAdded: ("您的账号新增了通行密钥。", "A passkey was added to your account."),
    Login.PasskeyRemoved: ("您的账号已移除一个通行密钥。", "A passkey was removed from your account."),
    Login.RecoveryCodesMade: (
        "您的账号已生成新的恢复码，原恢复码作废。",
        "New recovery codes were made for your account; those before them are worth nothing.",
    ),
    Login.RecoveryCodeUsed: (
        "您的账号使用了一个恢复码，剩余 {left} 个。",
        "A recovery code of your account was used; {left} are left.",
    ),
    Login.OidcLinked: (
        "本机构负责人为您登记了身份提供方账号；您在“登录与安全”中本人确认之前，该账号不能用于登录。",
        "The owner of your office named an account of its identity provider for you; it signs nobody in until you "
        "confirm it yourself under sign-in and security.",
    ),
    Login.OidcConfirmed: (
        "您已确认本机构身份提供方账号，今后可用其登录。",
        "You confirmed your account of your office's identity provider; it signs you in from now on.",
    ),
    Login.OidcUnlinked: (
        "您的操作员账号已与身份提供方解除关联。",
        "Your office's identity provider signs you in no more.",
    ),
    Login.SignInsDelayed: (
        "有人多次以错误的密码尝试登录您的账号，来自该处的后续尝试已被延迟；您已用过的设备和通行密钥不受影响。",
        "Somebody tried to sign in to your account with wrong passwords; further tries from there are delayed. Devices "
        "that you used before and passkeys are not.",
    ),
}


class SignInReactions(Logins):
    """Reacts to what happened to logins, and to the end of those whose logins they were."""

    def __init__(self, sessions: Sessions, keyring: Keyring, owners: Owners) -> None:
        super().__init__(sessions.store, sessions.clock)
        self._owners = owners
        self._secrets = LoginSecrets(sessions.store, keyring)

    def messages(self, record: FactRecord) -> Iterable[Message]:
        """Notices to every contact of the owner; factors and sessions of whoever is gone end."""
        fact: Any = record.fact
        if isinstance(fact, Account.Closed | Account.Lapsed):
            self._end(f"account:{record.originator_id}", record)
        elif isinstance(fact, Operator.Revoked):
            self._end(f"operator:{fact.operator_id}", record)
        elif type(fact) in _TOLD and not getattr(fact, "renewed", False):
            left = getattr(fact, "left", "")
            yield from self._notices(record, *(text.format(left=left) for text in _TOLD[type(fact)]))

    def _notices(self, record: FactRecord, zh: str, en: str) -> Iterable[Message]:
        login = self.get(Login, record.originator_id)
        for number, address in enumerate(self._owners.addresses_of(login.standing.subject)):
            yield Message(
                message_id=f"{record.originator_id}-{record.originator_version}-{number}",
                channel=address.channel,
                to=address.to,
                subject="登录安全提醒 Your sign-in",
                text=f"{zh}{_NOT_ME[0]}\n{en} {_NOT_ME[1]}\n",
                sent_at=record.recorded_at,
                account_id=address.account_id,
                template="sign-in-changed",
                parameters=(("what", zh),),
            )

    def _end(self, subject: str, record: FactRecord) -> None:
        """Whoever is gone signs in no more; what was kept of factors is destroyed. Repeated, it changes nothing."""
        context = Context.system("end_login", record.recorded_at, rules=("AC-24",))
        for _ in range(_TRIES):  # the login may change at this very moment
            login = self.login_of(subject)
            if login.version == 1 or not login.end("holder_gone"):
                break
            with suppress(ChangedMeanwhile):
                self.save(login, by=context, answer={})
                break
        self._secrets.shred(subject)


class SessionsOver(Protocol):
    """Where sessions that are over are found."""

    def list_sessions_over(self, now: datetime) -> list[UUID]:
        """Sessions that are over by time or by "end all" and were not ended yet."""
        ...


class SignInUpkeep:
    """What falls due of sign-ins by date."""

    def __init__(self, sessions: Sessions, keyring: Keyring, over: SessionsOver) -> None:
        self._sessions = sessions
        self._over = over
        self._attempts = Attempts(sessions.store, keyring)
        self._ceremonies = Ceremonies(sessions.store, keyring)

    def due(self, now: datetime) -> int:
        """End what is over, tell of guesses, and forget what served or was forgotten."""
        lapsed = self._sessions.lapse_sessions(self._over.list_sessions_over(now), now)
        self._note_delays(now)
        self._sessions.forget_activity(now)
        self._attempts.sweep(now)
        self._ceremonies.sweep(now)
        return lapsed

    def _note_delays(self, now: datetime) -> None:
        """Who guesses waits for no fact: a name that somebody has would take longer than one that nobody has."""
        context = Context.system("note_delays", now, rules=("X-SIGN-4",))
        for subject, misses in self._attempts.untold():
            login = self._sessions.login_of(subject)
            is_there = self._sessions.holders.of(subject) is not None
            if is_there and owner_is_told(login.standing.delayed_at, misses, now):
                login.note_delay(misses, now)
                try:
                    self._sessions.save(login, by=context, answer={})
                except (ChangedMeanwhile, SubjectTaken):
                    continue  # the login changed at this very moment: next time
            self._attempts.told(subject, misses)
