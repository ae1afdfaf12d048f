"""What decides about signing in: the factors of one subject, and from which epoch on its sessions count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Passkey:
    """A public key that somebody's authenticator made for us."""

    key: str  # SHA-256 of the credential's id
    credential_id: str
    public_key: str
    sign_count: int
    sealed_label: str
    added_at: datetime


@dataclass(frozen=True)
class LoginStanding:
    """What decides about signing in: which factors there are, and from which epoch on sessions count."""

    subject: str
    epoch: int = 0
    kept: UUID | None = None  # the one session of an earlier epoch that goes on
    password: str | None = None  # the name of the secret, not the secret
    totp: str | None = None
    totp_step: int = 0  # the last time step whose one-time password was used
    passkeys: tuple[Passkey, ...] = ()
    oidc: tuple[str, ...] = ()  # accounts of a provider that the subject proved to be its own
    delayed_at: datetime | None = None
    ended: bool = False
    recovery: str | None = None  # the name of the secret that holds the digests of the recovery codes
    recovery_left: tuple[int, ...] = ()  # the numbers of the codes that were not used yet
    oidc_waiting: tuple[str, ...] = ()  # those of which only the office's owner said so: they sign nobody in
    oidc_issuers: tuple[tuple[str, str], ...] = ()  # by link: whose account it is

    @property
    def has_second(self) -> bool:
        """Whether something is to be shown beside a password or a code."""
        return bool(self.totp or self.passkeys)

    @property
    def is_strong(self) -> bool:
        """Whether a second factor, or one that is two in itself, is there."""
        return bool(self.totp or self.passkeys or self.oidc)

    def is_linked_to(self, issuers: Collection[str]) -> bool:
        """Whether an account of one of these providers signs the subject in; one that left the settings signs nobody
        in any more."""
        return any(link in self.oidc and issuer in issuers for link, issuer in self.oidc_issuers)

    def passkey(self, key: str) -> Passkey | None:
        return next((passkey for passkey in self.passkeys if passkey.key == key), None)


def without_link(standing: LoginStanding, link: str) -> LoginStanding:
    """An account of a provider stands for the subject no more, whether it waited or not."""
    return replace(
        standing,
        oidc=tuple(each for each in standing.oidc if each != link),
        oidc_waiting=tuple(each for each in standing.oidc_waiting if each != link),
        oidc_issuers=tuple(each for each in standing.oidc_issuers if each[0] != link),
    )


def without_needless_codes(standing: LoginStanding) -> LoginStanding:
    """Recovery codes go with the last factor that they stood for."""
    return standing if standing.has_second else replace(standing, recovery=None, recovery_left=())
