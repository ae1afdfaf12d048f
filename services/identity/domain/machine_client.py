"""Machine clients: other systems of an office, which look and never change anything, by short-lived tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, changed
from shared.rules.refused import MalformedValue, Refused

CLIENT_ID: Final = "machine.client"
LONGEST_OVERLAP: Final = timedelta(days=7)


class MachineClientEnded(Refused):
    """A client that was revoked or whose time is over gets neither secrets nor tokens."""

    rule = "X-SCOPE-1"
    zh = "该机器客户端已撤销或已过期"
    en = "this machine client was revoked, or its time is over"


@dataclass(frozen=True)
class Secret:
    """What a secret is checked against; the secret itself is kept nowhere."""

    salt: str
    digest: str


@dataclass(frozen=True)
class MachineClientStanding:
    """What decides about a machine client."""

    client_id: str
    office: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...]  # none: from anywhere
    expires_on: date  # the last day
    secret: Secret
    old_secret: Secret | None = None
    old_until: datetime | None = None
    revoked: bool = False

    def is_alive(self, today: date) -> bool:
        return not self.revoked and today <= self.expires_on

    def secrets_on(self, now: datetime) -> tuple[Secret, ...]:
        """The secrets that are right now: two while a new one takes over."""
        if self.old_secret is not None and self.old_until is not None and now < self.old_until:
            return (self.secret, self.old_secret)
        return (self.secret,)

    def lets_in(self, address: str) -> bool:
        """Whether a call may come from this address."""
        try:
            asked = ip_address(address)
        except ValueError:
            return not self.networks
        return not self.networks or any(asked in ip_network(network) for network in self.networks)


def is_right(known: tuple[Secret, ...], digests: tuple[str, ...]) -> bool:
    """Whether one of the secrets was shown; every one is compared, whatever the others said."""
    compared = [compare_digest(secret.digest, digest) for secret, digest in zip(known, digests, strict=True)]
    return any(compared)


def checked_networks(networks: Iterable[str]) -> tuple[str, ...]:
    """Networks in their one spelling; one that reaches everywhere is no restriction and is refused."""
    checked = []
    for text in networks:
        try:
            network = ip_network(text.strip())
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise MalformedValue(field="networks", reason_zh="不是有效的网段", reason_en="this is no network")
        checked.append(str(network))
    return tuple(dict.fromkeys(checked))


class MachineClient(Aggregate, stored_as="identity.MachineClient"):
    """Another system of one office: what it may look at, from where, until when, and that it asked for tokens."""

    Standing: ClassVar[type] = MachineClientStanding
    standing: MachineClientStanding

    class Registered(Aggregate.Created):
        """The office's owner registers it; its secret is shown once."""

        client_id: str
        office: str
        name: str
        scopes: tuple[str, ...]
        networks: tuple[str, ...]
        expires_on: date
        salt: str
        digest: str

    class SecretRotated(Aggregate.Event):
        """A new secret; the old one stays right for a while, so that nothing stands still."""

        salt: str
        digest: str
        old_until: datetime

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            aggregate.standing = changed(
                standing,
                secret=Secret(self.salt, self.digest),
                old_secret=standing.secret,
                old_until=self.old_until,
            )

    class Revoked(Aggregate.Event):
        """It gets no token any more; those it has end within minutes."""

        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, revoked=True)

    class TokensIssued(Aggregate.Event):
        """How many tokens it was given within one span of minutes: no more than one such fact for each."""

        client_id: str
        since: datetime
        count: int

        def apply(self, aggregate: Any) -> None:
            """It binds no decision: it is there for whoever watches."""

    @event(Registered)
    def __init__(
        self,
        *,
        client_id: str,
        office: str,
        name: str,
        scopes: tuple[str, ...],
        networks: tuple[str, ...],
        expires_on: date,
        salt: str,
        digest: str,
    ) -> None:
        self.standing = MachineClientStanding(
            client_id, office, tuple(scopes), tuple(networks), expires_on, Secret(salt, digest)
        )

    def rotate(self, *, salt: str, digest: str, now: datetime, today: date, overlap: timedelta) -> None:
        """Give it a new secret."""
        if not self.standing.is_alive(today):
            raise MachineClientEnded
        self.trigger_event(self.SecretRotated, salt=salt, digest=digest, old_until=now + min(overlap, LONGEST_OVERLAP))

    def revoke(self, reason: str) -> None:
        """End it for good."""
        if self.standing.revoked:
            raise MachineClientEnded
        self.trigger_event(self.Revoked, reason=reason)

    def count_tokens(self, since: datetime, count: int) -> None:
        """Keep how many tokens it was given."""
        self.trigger_event(self.TokensIssued, client_id=self.standing.client_id, since=since, count=count)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim]:
        """An id is one client's for good."""
        if isinstance(fact, cls.Registered):
            yield Claim(CLIENT_ID, fact.client_id)
