"""Logins: how one person or operator proves to be it. Secrets stand outside of the log; here stands that they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from services.identity.domain.login_rules import (
    MOST_PASSKEYS,
    AlreadyLinked,
    FactorUnknown,
    LastStrongFactor,
    LoginEnded,
    NothingToRecover,
    PasskeyRefused,
    TooManyPasskeys,
    sign_count_is_plausible,
    step_is_fresh,
)
from services.identity.domain.login_standing import LoginStanding as LoginStanding  # noqa: PLC0414 -- re-exported
from services.identity.domain.login_standing import Passkey as Passkey  # noqa: PLC0414 -- re-exported
from services.identity.domain.login_standing import without_link, without_needless_codes
from shared.eventstore.aggregate import UNSTAMPED, Aggregate, Claim, Release

SUBJECT: Final = "login.subject"
PASSKEY: Final = "login.passkey"
OIDC: Final = "login.oidc"
_HELD: Final = (("Opened", SUBJECT, "subject"), ("PasskeyAdded", PASSKEY, "key"), ("OidcLinked", OIDC, "link"))
_GIVEN_UP: Final = (
    ("PasskeyRemoved", PASSKEY, "key"),
    ("OidcUnlinked", OIDC, "link"),
    ("Ended", PASSKEY, "keys"),
    ("Ended", OIDC, "links"),
)


class Login(Aggregate, stored_as="identity.Login"):
    """The factors of one subject: `account:<uuid>` or `operator:<id>`."""

    Standing = LoginStanding
    standing: LoginStanding

    class Opened(Aggregate.Created):
        subject: str

    class PasswordSet(Aggregate.Event):
        """A password was set or replaced, or its hash was renewed; the hash itself stands outside of the log."""

        secret_id: str
        renewed: bool

    class TotpAdded(Aggregate.Event):
        """A device for one-time passwords was proven with its first one."""

        secret_id: str
        step: int

    class TotpUsed(Aggregate.Event):
        """The one-time password of a time step was used; none of it or before it is taken again."""

        step: int

    class TotpRemoved(Aggregate.Event):
        """The device for one-time passwords is not taken any more."""

    class PasskeyAdded(Aggregate.Event):
        """An authenticator made a key for us."""

        key: str
        credential_id: str
        public_key: str
        sign_count: int
        sealed_label: str
        added_at: datetime

    class PasskeyUsed(Aggregate.Event):
        """A passkey signed; a count that does not rise afterwards tells of a copy."""

        key: str
        sign_count: int

    class PasskeyRemoved(Aggregate.Event):
        """A passkey is not taken any more."""

        key: str

    class RecoveryCodesMade(Aggregate.Event):
        """New recovery codes were shown to their owner once; those before them are worth nothing."""

        secret_id: str
        count: int

    class RecoveryCodeUsed(Aggregate.Event):
        """A recovery code stood for a second factor, once."""

        number: int
        left: int

    class OidcLinked(Aggregate.Event):
        """The office's owner said which account of its identity provider this operator is.

        It waits until the operator has proved it; none waited in the oldest facts.
        """

        link: str
        waits: bool = False
        issuer: str = ""

    class OidcConfirmed(Aggregate.Event):
        """The operator signed in at the provider with the account that waited, in a session of the own."""

        link: str

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            left = tuple(each for each in standing.oidc_waiting if each != self.link)
            aggregate.standing = replace(standing, oidc=(*standing.oidc, self.link), oidc_waiting=left)

    class OidcUnlinked(Aggregate.Event):
        """The identity provider's account stands for nobody any more."""

        link: str

    class SignInsDelayed(Aggregate.Event):
        """So many tries failed from one place that further ones wait; the owner is told once a day at most."""

        misses: int
        at: datetime

    class SessionsEnded(Aggregate.Event):
        """All sessions of earlier epochs are over, but for the one that is kept."""

        cause: str
        kept: UUID | None

    class Ended(Aggregate.Event):
        """The subject is gone: no factor and no session of it counts any more."""

        cause: str
        keys: tuple[str, ...]
        links: tuple[str, ...]

    @event(Opened)
    def __init__(self, subject: str) -> None:
        self.standing = LoginStanding(subject)

    @classmethod
    def at(cls, login_id: UUID, version: int, standing: LoginStanding) -> Login:
        """The login as its standing says: all that decides stands there, and no history is read for it."""
        login = cls.__new__(cls)
        login.__base_init__(login_id, version, UNSTAMPED)
        login.standing = standing
        return login

    # --- decide ---

    def set_password(self, secret_id: str, *, renewed: bool = False) -> str | None:
        """Set or replace the password; answers the secret that is to be deleted."""
        self._living()
        old = self.standing.password
        self._password_set(secret_id=secret_id, renewed=renewed)
        return old

    def add_totp(self, secret_id: str, step: int) -> str | None:
        """Take one-time passwords of this seed from now on; answers the secret that is to be deleted."""
        self._living()
        old = self.standing.totp
        self._totp_added(secret_id=secret_id, step=step)
        return old

    def use_totp(self, step: int) -> bool:
        """Spend a time step; false where it was spent before."""
        if self.standing.ended or not step_is_fresh(self.standing.totp_step, step):
            return False
        self._totp_used(step=step)
        return True

    def remove_totp(self, *, staff: bool, issuers: Collection[str] = ()) -> str:
        """Take no one-time passwords any more; answers the secret that is to be deleted.

        Staff keep a strong factor: a passkey, or an account at one of the providers that there are (`issuers`).
        """
        old = self.standing.totp
        if old is None:
            raise FactorUnknown
        if staff and not (self.standing.passkeys or self.standing.is_linked_to(issuers)):
            raise LastStrongFactor
        self._totp_removed()
        return old

    def make_recovery_codes(self, secret_id: str, count: int) -> str | None:
        """Take these codes in a second factor's place, each once; answers the secret that is to be deleted."""
        self._living()
        if not self.standing.has_second:
            raise NothingToRecover
        old = self.standing.recovery
        self._recovery_codes_made(secret_id=secret_id, count=count)
        return old

    def use_recovery_code(self, number: int) -> bool:
        """Spend a code; false where it was spent before."""
        left = self.standing.recovery_left
        if self.standing.ended or number not in left:
            return False
        self._recovery_code_used(number=number, left=len(left) - 1)
        return True

    def add_passkey(self, passkey: Passkey) -> None:
        """Take this passkey from now on."""
        self._living()
        if len(self.standing.passkeys) >= MOST_PASSKEYS:
            raise TooManyPasskeys
        self._passkey_added(**vars(passkey))

    def use_passkey(self, key: str, sign_count: int) -> None:
        """Note that it signed; a count that went back is that of a copy and is refused."""
        passkey = self.standing.passkey(key)
        if self.standing.ended or passkey is None or not sign_count_is_plausible(passkey.sign_count, sign_count):
            raise PasskeyRefused
        self._passkey_used(key=key, sign_count=sign_count)

    def remove_passkey(self, key: str, *, staff: bool, issuers: Collection[str] = ()) -> None:
        """Take this passkey no more; staff keep a strong factor."""
        if self.standing.passkey(key) is None:
            raise FactorUnknown
        others = len(self.standing.passkeys) > 1 or self.standing.totp or self.standing.is_linked_to(issuers)
        if staff and not others:
            raise LastStrongFactor
        self._passkey_removed(key=key)

    def link(self, link: str, *, issuer: str) -> None:
        """Let an account of the office's identity provider wait for this operator's proof."""
        self._living()
        if link in self.standing.oidc or link in self.standing.oidc_waiting:
            raise AlreadyLinked
        self._oidc_linked(link=link, waits=True, issuer=issuer)

    def confirm_link(self, link: str) -> None:
        """The operator has the account: it signs in from now on."""
        self._living()
        if link not in self.standing.oidc_waiting:
            raise FactorUnknown
        self.trigger_event(self.OidcConfirmed, link=link)

    def unlink(self, link: str) -> None:
        if link not in (*self.standing.oidc, *self.standing.oidc_waiting):
            raise FactorUnknown
        self._oidc_unlinked(link=link)

    def note_delay(self, misses: int, at: datetime) -> None:
        self._sign_ins_delayed(misses=misses, at=at)

    def end_sessions(self, cause: str, kept: UUID | None = None) -> None:
        self._sessions_ended(cause=cause, kept=kept)

    def end(self, cause: str) -> bool:
        """Give up everything; answers whether there was anything."""
        if self.standing.ended:
            return False
        keys = tuple(passkey.key for passkey in self.standing.passkeys)
        self._ended(cause=cause, keys=keys, links=(*self.standing.oidc, *self.standing.oidc_waiting))
        return True

    def _living(self) -> None:
        if self.standing.ended:
            raise LoginEnded

    # --- record ---

    @event(PasswordSet)
    def _password_set(self, secret_id: str, renewed: bool) -> None:
        self.standing = replace(self.standing, password=secret_id)

    @event(TotpAdded)
    def _totp_added(self, secret_id: str, step: int) -> None:
        self.standing = replace(self.standing, totp=secret_id, totp_step=step)

    @event(TotpUsed)
    def _totp_used(self, step: int) -> None:
        self.standing = replace(self.standing, totp_step=step)

    @event(TotpRemoved)
    def _totp_removed(self) -> None:
        self.standing = without_needless_codes(replace(self.standing, totp=None))

    @event(PasskeyAdded)
    def _passkey_added(
        self, key: str, credential_id: str, public_key: str, sign_count: int, sealed_label: str, added_at: datetime
    ) -> None:
        added = Passkey(key, credential_id, public_key, sign_count, sealed_label, added_at)
        self.standing = replace(self.standing, passkeys=(*self.standing.passkeys, added))

    @event(PasskeyUsed)
    def _passkey_used(self, key: str, sign_count: int) -> None:
        used = tuple(
            replace(each, sign_count=sign_count) if each.key == key else each for each in self.standing.passkeys
        )
        self.standing = replace(self.standing, passkeys=used)

    @event(PasskeyRemoved)
    def _passkey_removed(self, key: str) -> None:
        left = tuple(passkey for passkey in self.standing.passkeys if passkey.key != key)
        self.standing = without_needless_codes(replace(self.standing, passkeys=left))

    @event(RecoveryCodesMade)
    def _recovery_codes_made(self, secret_id: str, count: int) -> None:
        self.standing = replace(self.standing, recovery=secret_id, recovery_left=tuple(range(count)))

    @event(RecoveryCodeUsed)
    def _recovery_code_used(self, number: int, left: int) -> None:
        unused = tuple(each for each in self.standing.recovery_left if each != number)
        self.standing = replace(self.standing, recovery_left=unused)

    @event(OidcLinked)
    def _oidc_linked(self, link: str, waits: bool, issuer: str) -> None:
        place = "oidc_waiting" if waits else "oidc"
        links: dict[str, Any] = {place: (*getattr(self.standing, place), link)}
        self.standing = replace(self.standing, **links, oidc_issuers=(*self.standing.oidc_issuers, (link, issuer)))

    @event(OidcUnlinked)
    def _oidc_unlinked(self, link: str) -> None:
        self.standing = without_link(self.standing, link)

    @event(SignInsDelayed)
    def _sign_ins_delayed(self, misses: int, at: datetime) -> None:
        self.standing = replace(self.standing, delayed_at=at)

    @event(SessionsEnded)
    def _sessions_ended(self, cause: str, kept: UUID | None) -> None:
        self.standing = replace(self.standing, epoch=self.standing.epoch + 1, kept=kept)

    @event(Ended)
    def _ended(self, cause: str, keys: tuple[str, ...], links: tuple[str, ...]) -> None:
        self.standing = LoginStanding(self.standing.subject, epoch=self.standing.epoch + 1, ended=True)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """A subject has one login; a passkey and an account of a provider belong to one."""
        for kind, scope, name in _HELD:
            if isinstance(fact, getattr(cls, kind)):
                yield Claim(scope, getattr(fact, name))
        for kind, scope, name in _GIVEN_UP:
            if isinstance(fact, getattr(cls, kind)):
                named = getattr(fact, name)
                yield from (Release(scope, key) for key in ((named,) if isinstance(named, str) else named))
