"""Signing in with a password, and showing a strong factor again. One answer to all who are not let in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from services.identity.application.allowances import network_of
from services.identity.application.holders import Holder
from services.identity.application.passwords import Passwords
from services.identity.application.second_factors import SecondFactors, missing
from services.identity.application.secrets import Secrets
from services.identity.application.sessions import Logins
from services.identity.application.sign_in_attempts import DEVICE_SOURCE, Attempt
from services.identity.domain.login import Login, LoginStanding
from services.identity.domain.login_rules import StrongFactorMissing, WrongSignIn
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.id_documents import RESIDENT, normalise_id_number
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.rules.refused import Refused

RULES: Final = ("X-SIGN-5",)
_NOBODY: Final = "nobody:"


class SignIn(Logins):
    """Lets in whoever has the password (and, where there is one or must be one, the one-time password)."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {**Logins.taken}

    def __init__(self, second_factors: SecondFactors, keyring: Keyring, passwords: Passwords) -> None:
        super().__init__(second_factors.store, second_factors.clock)
        self.second_factors = second_factors
        self.sessions = second_factors.sessions
        self.holders = self.sessions.holders
        self.passwords = passwords
        self.secrets = second_factors.secrets
        self.attempts = second_factors.attempts
        self._blinding = Secrets(keyring)

    def sign_in_with_password(
        self, *, command_id: UUID, name: str, password: str, otp: str, known_device: str, device: str, by: By
    ) -> Answer:
        """Sign in. `known_device` is what an earlier sign-in on this device answered; `device` is for the own list."""
        by = self.blinded(by)
        said = _Said(_spelled(name), password, otp.strip(), known_device)
        begun = self._begin_with_password(command_id=command_id, said=said, by=by)
        answer = self.sessions.begun(UUID(begun["session_id"]), device, by)
        return {**answer, "known_device": self.attempts.new_device(begun["subject"], begun.get("epoch", 0))}

    @command
    def _begin_with_password(self, *, command_id: UUID, said: "_Said", by: By) -> Answer:
        """Whether somebody known or unknown is asked for, the work is the same: look-ups, counts, one hash.

        And whether the password, what was shown beside it, or both are wrong or missing.
        """
        holder = self.holders.named(said.name)
        login = self.login_of(holder.subject if holder else _NOBODY)
        standing = login.standing
        network = network_of(by.address)
        source = self.attempts.source_of(standing.subject, said.known_device, network, standing.epoch)
        attempt = self.attempts.spend(_counted(said.name), source, by.recorded_at, holder.subject if holder else "")
        kept, *second = self.secrets.find_all(standing.subject, standing.password, standing.totp, standing.recovery)
        right = self.passwords.is_right(kept, said.password)
        shown = self._shown(login, second, said, by.recorded_at, right=right, source=source)
        owed = holder is None or holder.is_staff or standing.has_second
        if holder is None or kept is None or not right or (owed and not shown.method):
            raise _refusal(standing, said, right=right, known=source.startswith(DEVICE_SOURCE))
        answer = self._let_in(holder, login, shown, by)
        self.attempts.forgive(attempt, *filter(None, [shown.attempt]))
        if self.passwords.is_outdated(kept):
            self._renew(standing.subject, said.password, by)
        return answer

    def _shown(
        self, login: Login, second: Sequence[str | None], said: "_Said", now: datetime, *, right: bool, source: str
    ) -> "_Shown":
        """What came beside the password: counted for the subject only where the password was right.

        Otherwise strangers could use the count up; then another is spent, which stops nobody, for equal work.
        """
        if not said.otp:
            return _Shown()
        subject = login.standing.subject
        counted = subject if right else f"{_NOBODY}{_counted(said.name)}"
        guess = self.second_factors.count(counted, source, now, subject if right else "")
        method = self.second_factors.show(login, second, said.otp, now)
        if right and guess is None and source.startswith(DEVICE_SOURCE):
            raise self.second_factors.delay(counted, source, now)
        return _Shown(method, guess) if right and guess else _Shown()

    def _let_in(self, holder: Holder, login: Login, shown: "_Shown", by: By) -> Answer:
        """The proof and the session that it begins are kept in one step."""
        strong = (shown.method,) if shown.method else ()
        session = self.sessions.new(holder, ("pwd", *strong), by, login.standing.epoch, strong=bool(strong))
        context = Context.of(by, rules=(*RULES, "X-SIGN-3") if strong else RULES)
        answer = {"subject": holder.subject, "session_id": session.id, "epoch": login.standing.epoch}
        try:
            return self.save(session, *([login] if strong else []), by=context, answer=answer)
        except ChangedMeanwhile:
            raise WrongSignIn from None  # the same one-time password was faster elsewhere

    # --- showing a strong factor again ---

    def step_up_with_otp(self, *, command_id: UUID, otp: str, by: By) -> Answer:
        """Show a one-time password of one's own device in this session."""
        blinded = self.blinded(by)
        stepped = self._step_up_with_otp(command_id=command_id, otp=otp, by=blinded)
        return self.sessions.stepped_up(UUID(stepped["session_id"]), stepped["rotation"], blinded)

    @command
    def _step_up_with_otp(self, *, command_id: UUID, otp: str, by: By) -> Answer:
        require(by.actor, "begin_own_sign_in", Resource("session", person=by.sub))
        session = self.sessions.standing_of(by)
        attempt = self.attempts.spend(session.subject, "step-up", by.recorded_at, session.subject)
        used = self.second_factors.used(session.subject, otp.strip(), by.recorded_at)
        if used is None:
            raise WrongSignIn(field="otp")
        self.attempts.forgive(attempt)
        login, method = used
        return self.sessions.step_up(self.sessions.id_of(by), method, by, login)

    def blinded(self, by: By) -> By:
        """A request that holds a password is remembered by a keyed hash of it: a plain one could be guessed from."""
        return self._blinding.blinded(by)

    # --- parts ---

    def _renew(self, subject: str, password: str, by: By) -> None:
        """Hash a right password again with today's parameters."""
        login = self.login_of(subject)
        new = self.secrets.keep(subject, self.passwords.hash(password))
        old = login.set_password(new, renewed=True)
        try:
            self.save(login, by=Context.of(by, rules=RULES).with_(command_id=None), answer={})
        except Refused:
            self.secrets.delete(new)
        else:
            self.secrets.delete(old)


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody signs in with."""

    name: str
    password: str
    otp: str
    known_device: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """How somebody proved more than a password, and the try that was counted for it."""

    method: str = ""
    attempt: Attempt | None = None


def _refusal(standing: LoginStanding, said: _Said, *, right: bool, known: bool) -> Refused:
    """One answer to all; only a device on which its owner signed in before learns that nothing but a factor is missing.

    To anybody else it would say that a guessed or stolen password is the right one.
    """
    if not (right and known) or said.otp:
        return WrongSignIn()
    return missing(standing) if standing.has_second else StrongFactorMissing()


def _spelled(name: str) -> str:
    return name.strip()[:120]


def _counted(name: str) -> str:
    """One count for all ways in which a name is written: no other spelling gives free tries again.

    It may count two names as one; known and unknown names are treated alike.
    """
    spelled = normalise_id_number(RESIDENT, name).replace("-", "").removeprefix("+86")
    return spelled.rpartition(":")[2]
