"""Sessions on the server: begun at sign-in, asked at every request, ended at once."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

from services.identity.application.holders import EveryHolder as EveryHolder  # noqa: PLC0414 -- re-exported
from services.identity.application.holders import Holder, Holders
from services.identity.domain.login import SUBJECT, Login, LoginStanding
from services.identity.domain.session import (
    COMMAND,
    STEP_UP_HOLDS,
    TOKEN,
    Session,
    SessionOver,
    SessionStanding,
    absolute_limit,
    is_over,
    is_stepped_up,
)
from shared.access.assertion import Assertion, NotSignedIn, Signer
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import SHANGHAI, Clock
from shared.eventstore.application import Answer, Application, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import NotFound, Refused

PREFIX: Final = "xs1_"
ASSERTED_FOR: Final = timedelta(minutes=5)
SEEN_EVERY: Final = timedelta(minutes=1)
SWEEP: Final = 500
PROOF_HOLDS: Final = timedelta(minutes=10)  # a command whose session was not begun, for the answer to it was lost
_DEVICE: Final = 120


class CommandTaken(Refused):
    """The session of this command was begun by another thread meanwhile."""

    rule = "X-CONFLICT-1"


class SubjectTaken(Refused):
    """The login of this subject was opened by another thread meanwhile."""

    rule = "X-CONFLICT-1"


class Logins(Application):
    """Where the login of a subject is found, or opened when it is needed first."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        TOKEN: ChangedMeanwhile,
        COMMAND: CommandTaken,
        SUBJECT: SubjectTaken,
    }

    def login_standing(self, subject: str) -> LoginStanding:
        """How this subject signs in; nothing yet where there is no login."""
        found = self.owning(Login, SUBJECT, [subject]).get(subject)
        return found[2] if found else LoginStanding(subject)

    def login_of(self, subject: str) -> Login:
        """The login of a subject; a new one that is saved with its first fact where there is none."""
        found = self.owning(Login, SUBJECT, [subject]).get(subject)
        return Login.at(*found) if found else Login(subject=subject)


class Sessions(Logins):
    """The only signer of assertions for people: whoever has a session's token acts as its holder is now."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, holders: Holders) -> None:
        super().__init__(store, clock)
        self.holders = holders
        self._pepper = keyring.code_pepper
        self._signer = Signer(keyring.assertion_private_pem, clock)

    # --- begin and assert ---

    def begin(
        self, holder: Holder, *, amr: tuple[str, ...], device: str, by: By, strong: bool, proven_at: str = ""
    ) -> Answer:
        """Begin a session for a holder who proved to be it. The same command begins the same session again.

        `strong` says that what was shown counts as a step-up too; `device` is what its owner reads in the list. What
        was proven long ago begins no session: the factor that proved it may have been changed since.
        """
        if by.command_id is not None and (known := self._begun_by(by.command_id)):
            return self._again(*known, holder, by)
        if proven_at and by.recorded_at >= datetime.fromisoformat(proven_at) + PROOF_HOLDS:
            raise SessionOver
        epoch = self.login_standing(holder.subject).epoch
        session = self.new(holder, amr, by, epoch, strong=strong, command=str(by.command_id or ""))
        try:
            self.save(
                session, by=Context.of(by, rules=("X-SIGN-5",)).with_(command_id=None, request_hash=""), answer={}
            )
        except CommandTaken:
            known = self._begun_by(by.command_id) if by.command_id else None
            if known is None:
                raise
            return self._again(*known, holder, by)
        self._see(session.id, by.recorded_at, device)
        return self._signed_in(session.id, session.standing, holder, by)

    def begun(self, session_id: UUID, device: str, by: By) -> Answer:
        """What a sign-in answers whose session was saved with its proof: asked again, the same once more."""
        session = self.standings(Session, [session_id])[session_id][1]
        holder = self.holders.of(session.subject)
        if holder is None or session.rotation:
            raise SessionOver
        self._see(session_id, session.begun_at, device)
        return self._signed_in(session_id, session, holder, by)

    def assert_session(self, *, session: str, by: By) -> Answer:
        """The assertion of a living session's holder, as the holder is now; a look at it keeps the session alive."""
        found = self.owning(Session, TOKEN, [_key(session)]).get(_key(session))
        if found is None:
            raise NotSignedIn(reason="session")
        session_id, _, standing = found
        seen_at = self._seen_at(session_id) or standing.begun_at
        holder = self.holders.of(standing.subject)
        if holder is None or is_over(standing, seen_at, by.recorded_at) or not self._counts(session_id, standing):
            raise NotSignedIn(reason="session")
        if by.recorded_at >= seen_at + SEEN_EVERY:
            self._see(session_id, by.recorded_at)
        assertion = self._assertion(session_id, standing, holder, by.recorded_at)
        return {"assertion": self._signer.sign(assertion), "expires_at": assertion.exp}

    def step_up(self, session_id: UUID, method: str, by: By, *used: Login) -> Answer:
        """A strong factor was shown in this session: it counts for some minutes, under a token of its own.

        The login whose factor was `used` is saved with it, or neither is.
        """
        session = self.get(Session, session_id)
        token = self._token(session_id, session.standing.salt, session.standing.rotation + 1)
        session.step_up(method=method, token_key=_key(token), now=by.recorded_at)
        answer = {"session_id": session_id, "rotation": session.standing.rotation}
        return self.save(session, *used, by=Context.of(by, rules=("X-SIGN-2",)), answer=answer)

    def stepped_up(self, session_id: UUID, rotation: int, by: By) -> Answer:
        """What `step_up` answers its caller: the new token is made again, for it is stored nowhere."""
        session = self.get(Session, session_id).standing
        holder = self.holders.of(session.subject)
        if holder is None or session.ended or session.rotation != rotation:
            raise SessionOver
        return self._signed_in(session_id, session, holder, by)

    def holder_of(self, by: By) -> Holder:
        """Who asks, by the session that the assertion speaks for."""
        session = self.standing_of(by)
        holder = self.holders.of(session.subject)
        if holder is None:
            raise NotSignedIn(reason="session")
        return holder

    def standing_of(self, by: By) -> SessionStanding:
        """The session that the asker's assertion speaks for."""
        session_id = self.id_of(by)
        found = self.standings(Session, [session_id]).get(session_id)
        if found is None:
            raise NotSignedIn(reason="session")
        standing: SessionStanding = found[1]
        return standing

    def id_of(self, by: By) -> UUID:
        """The session that the asker's assertion speaks for."""
        if by.actor is None or not by.actor.session:
            raise NotSignedIn(reason="session")
        return UUID(by.actor.session)

    # --- end ---

    @command
    def sign_out(self, *, command_id: UUID, by: By) -> Answer:
        """End the session that asks."""
        require(by.actor, "end_own_sessions", Resource("session", person=by.sub))
        return self._end(self.id_of(by), "signed_out", by)

    @command
    def end_session(self, *, command_id: UUID, session_id: UUID, by: By) -> Answer:
        """End one of the own sessions, wherever it was begun."""
        require(by.actor, "end_own_sessions", Resource("session", person=by.sub))
        session = self.find(Session, session_id)
        if session is None or session.standing.subject != self.standing_of(by).subject:
            raise NotFound(kind="Session", id=session_id)
        return self._end(session_id, "ended_by_owner", by)

    @command
    def end_my_sessions(self, *, command_id: UUID, this_too: bool, by: By) -> Answer:
        """End all own sessions; this one too where that is asked."""
        require(by.actor, "end_own_sessions", Resource("session", person=by.sub))
        login = self.login_of(self.standing_of(by).subject)
        kept = None if this_too else self.id_of(by)
        login.end_sessions("ended_by_owner", kept)
        return self.save(login, by=Context.of(by, rules=("AC-24",)))

    def end_all(self, subject: str, by: By | Context, cause: str, *, kept: UUID | None = None) -> None:
        """End all sessions of a subject at once, also those that begin at this moment; one may be kept."""
        context = by if isinstance(by, Context) else Context.of(by)
        for last in (False, False, True):
            login = self.login_of(subject)
            login.end_sessions(cause, kept)
            try:
                self.save(login, by=context.with_(command_id=None, request_hash=""), answer={})
            except (ChangedMeanwhile, SubjectTaken):
                if last:
                    raise
            else:
                return

    def lapse_sessions(self, ids: Iterable[UUID], now: datetime) -> int:
        """End what is over by time, and forget when it was used; part of `due(now)`."""
        lapsed = 0
        for session_id in ids:
            session = self.find(Session, session_id)
            if session is None:
                continue
            seen_at = self._seen_at(session_id) or session.standing.begun_at
            over = is_over(session.standing, seen_at, now) or not self._counts(session_id, session.standing)
            if over and session.end("over"):
                with suppress(ChangedMeanwhile):
                    self.save(session, by=Context.system("lapse_sessions", now, rules=("X-SIGN-6",)))
                    lapsed += 1
        return lapsed

    def forget_activity(self, now: datetime) -> None:
        """Drop when and where sessions were used that are long over."""
        with self.store.reading() as cursor:
            cursor.execute("DELETE FROM session_activity WHERE seen_at <= %s", (now - absolute_limit(staff=False) * 2,))

    # --- parts ---

    def new(
        self, holder: Holder, amr: tuple[str, ...], by: By, epoch: int, *, strong: bool, command: str = ""
    ) -> Session:
        """A session that is not saved yet; `command` claims to be the only one that begins it."""
        session_id, salt, now = uuid7(), token_hex(16), by.recorded_at
        return Session(
            session_id=session_id,
            subject=holder.subject,
            sub=holder.sub,
            role=holder.role,
            staff=holder.is_staff,
            amr=amr,
            epoch=epoch,
            salt=salt,
            token_key=_key(self._token(session_id, salt, 0)),
            command=command,
            begun_at=now,
            ends_at=now + absolute_limit(holder.is_staff),
            stepped_up_until=now + STEP_UP_HOLDS if strong else None,
        )

    def _begun_by(self, command_id: UUID) -> tuple[UUID, SessionStanding] | None:
        found = self.owning(Session, COMMAND, [str(command_id)]).get(str(command_id))
        return (found[0], found[2]) if found else None

    def _again(self, session_id: UUID, standing: SessionStanding, holder: Holder, by: By) -> Answer:
        """The answer to a repeated command: never the token that came after a step-up."""
        if standing.rotation:
            raise SessionOver
        return self._signed_in(session_id, standing, holder, by)

    def _counts(self, session_id: UUID, standing: SessionStanding) -> bool:
        """Whether no "end all" came after it."""
        login = self.login_standing(standing.subject)
        return not login.ended and (login.epoch == standing.epoch or login.kept == session_id)

    def _signed_in(self, session_id: UUID, standing: SessionStanding, holder: Holder, by: By) -> Answer:
        over = standing.ended or by.recorded_at >= standing.ends_at or not self._counts(session_id, standing)
        if over or standing.subject != holder.subject:
            raise SessionOver
        assertion = self._assertion(session_id, standing, holder, by.recorded_at)
        return {
            "sub": holder.sub,
            "role": holder.role,
            "org": holder.org,
            "session": self._token(session_id, standing.salt, standing.rotation),
            "assertion": self._signer.sign(assertion),
            "expires_at": standing.ends_at.isoformat(),
        }

    def _assertion(self, session_id: UUID, standing: SessionStanding, holder: Holder, now: datetime) -> Assertion:
        ends = [now + ASSERTED_FOR, standing.ends_at]
        stepped_up = is_stepped_up(standing, now)
        if stepped_up and standing.stepped_up_until:
            ends.append(standing.stepped_up_until)
        if holder.until:
            ends.append(datetime.combine(holder.until + timedelta(days=1), time(), SHANGHAI).astimezone(UTC))
        return Assertion(
            holder.sub,
            holder.role,
            holder.level,
            holder.kind,
            holder.org,
            amr=standing.amr,
            jti=str(uuid4()),
            exp=min(ends),
            office=holder.office,
            session=str(session_id),
            stepped_up=stepped_up,
            suspended=holder.suspended,
            granted=holder.granted,
            predecessors=holder.predecessors,
        )

    def _token(self, session_id: UUID, salt: str, rotation: int) -> str:
        """256 bits that only the installation's key can make again: a repeated command gets the same token."""
        said = f"session-token\0{session_id}\0{salt}\0{rotation}".encode()
        return PREFIX + urlsafe_b64encode(hmac.digest(self._pepper, said, "sha256")).decode().rstrip("=")

    def _end(self, session_id: UUID, cause: str, by: By) -> Answer:
        session = self.get(Session, session_id)
        session.end(cause)
        return self.save(session, by=Context.of(by, rules=("AC-24",)))

    def _seen_at(self, session_id: UUID) -> datetime | None:
        with self.store.reading() as cursor:
            cursor.execute("SELECT seen_at FROM session_activity WHERE session_id = %s", (session_id,))
            row: Any = cursor.fetchone()
        return row[0] if row else None

    def _see(self, session_id: UUID, now: datetime, device: str = "") -> None:
        with self.store.reading() as cursor:
            cursor.execute(
                "INSERT INTO session_activity (session_id, seen_at, device) VALUES (%s, %s, %s)"
                " ON CONFLICT (session_id) DO UPDATE"
                " SET seen_at = greatest(session_activity.seen_at, EXCLUDED.seen_at)"
                " RETURNING set_config('synchronous_commit', 'off', true)",  # a crash may forget the last minute
                (session_id, now, "".join(filter(str.isprintable, device))[:_DEVICE]),
            )


def _key(token: str) -> str:
    """Under which a token is found; the token itself is stored nowhere."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
