"""Sessions: that somebody signed in, how, until when, and that it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.rules.refused import Refused

TOKEN: Final = "session.token"  # noqa: S105 -- the scope in which a token's hash is unique, not a token
COMMAND: Final = "session.command"
STEP_UP_HOLDS: Final = timedelta(minutes=10)
_STUDENT: Final = (timedelta(minutes=30), timedelta(hours=12))
_STAFF: Final = (timedelta(minutes=15), timedelta(hours=8))


class SessionOver(Refused):
    """The session ended, or its token was replaced by another."""

    rule = "X-SIGN-6"
    status = 401


@dataclass(frozen=True)
class SessionStanding:
    """What decides about a session: whose it is, how it was begun, when it is over."""

    subject: str
    sub: str
    staff: bool
    amr: tuple[str, ...]
    epoch: int
    salt: str
    token_key: str
    command: str
    begun_at: datetime
    ends_at: datetime
    stepped_up_until: datetime | None = None
    rotation: int = 0
    ended: str = ""


class Session(Aggregate, stored_as="identity.Session"):
    """One sign-in of one person on one device. The log holds the hash of its token, never the token."""

    Standing = SessionStanding
    standing: SessionStanding

    class Begun(Aggregate.Created):
        """Somebody signed in; `amr` says with what, `command` is empty where no command asked."""

        session_id: UUID
        subject: str
        sub: str
        role: str
        staff: bool
        amr: tuple[str, ...]
        epoch: int
        salt: str
        token_key: str
        command: str
        begun_at: datetime
        ends_at: datetime
        stepped_up_until: datetime | None

    class SteppedUp(Aggregate.Event):
        """A strong factor was shown again; the token changed with it."""

        method: str
        old_token_key: str
        token_key: str
        until: datetime

    class Ended(Aggregate.Event):
        """Signed out, ended from another device, over by time, or ended with its holder's rights."""

        cause: str
        token_key: str
        command: str

    @event(Begun)
    def __init__(
        self,
        session_id: UUID,
        subject: str,
        sub: str,
        role: str,
        staff: bool,
        amr: tuple[str, ...],
        epoch: int,
        salt: str,
        token_key: str,
        command: str,
        begun_at: datetime,
        ends_at: datetime,
        stepped_up_until: datetime | None,
    ) -> None:
        self.standing = SessionStanding(
            subject, sub, staff, tuple(amr), epoch, salt, token_key, command, begun_at, ends_at, stepped_up_until
        )

    @staticmethod
    def create_id(session_id: UUID) -> UUID:
        """Chosen by the caller, who makes the token from it."""
        return session_id

    def step_up(self, *, method: str, token_key: str, now: datetime) -> None:
        """Note that a strong factor was shown, and change the token."""
        if self.standing.ended:
            raise SessionOver
        until = min(now + STEP_UP_HOLDS, self.standing.ends_at)
        self._stepped_up(method=method, old_token_key=self.standing.token_key, token_key=token_key, until=until)

    def end(self, cause: str) -> bool:
        """End it once; what is over stays as it ended."""
        if self.standing.ended:
            return False
        self._ended(cause=cause, token_key=self.standing.token_key, command=self.standing.command)
        return True

    @event(SteppedUp)
    def _stepped_up(self, method: str, old_token_key: str, token_key: str, until: datetime) -> None:
        standing = self.standing
        self.standing = replace(
            standing,
            amr=(*standing.amr, *(() if method in standing.amr else (method,))),
            token_key=token_key,
            stepped_up_until=until,
            rotation=standing.rotation + 1,
        )

    @event(Ended)
    def _ended(self, cause: str, token_key: str, command: str) -> None:
        self.standing = replace(self.standing, ended=cause)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """A living session holds its token, and the command that began it: asked twice, it is the same session."""
        if isinstance(fact, cls.Begun):
            yield Claim(TOKEN, fact.token_key)
            if fact.command:
                yield Claim(COMMAND, fact.command)
        elif isinstance(fact, cls.SteppedUp):
            yield Release(TOKEN, fact.old_token_key)
            yield Claim(TOKEN, fact.token_key)
        elif isinstance(fact, cls.Ended):
            yield Release(TOKEN, fact.token_key)


def idle_limit(staff: bool) -> timedelta:
    """How long a session lives without being used."""
    return (_STAFF if staff else _STUDENT)[0]


def absolute_limit(staff: bool) -> timedelta:
    """How long a session lives at most."""
    return (_STAFF if staff else _STUDENT)[1]


def is_over(session: SessionStanding, seen_at: datetime, now: datetime) -> bool:
    """Whether a session ended, ran out, or was left alone for too long."""
    return bool(session.ended) or now >= session.ends_at or now >= seen_at + idle_limit(session.staff)


def is_stepped_up(session: SessionStanding, now: datetime) -> bool:
    """Whether a strong factor was shown within the last minutes."""
    return session.stepped_up_until is not None and now < session.stepped_up_until
