"""Signing in with a password, and showing a strong factor again. One answer to all who are not let in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from services.identity.application.allowances import network_of
from services.identity.application.holders import Holder
from services.identity.application.one_time_passwords import matching_step
from services.identity.application.passwords import Passwords
from services.identity.application.secrets import Secrets
from services.identity.application.sessions import Logins, Sessions
from services.identity.application.sign_in_attempts import Attempt, Attempts
from services.identity.application.sign_in_secrets import LoginSecrets
from services.identity.domain.login import Login, LoginStanding
from services.identity.domain.login_rules import (
    SecondFactorMissing,
    StrongFactorMissing,
    WrongSignIn,
)
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

    def __init__(self, sessions: Sessions, keyring: Keyring, passwords: Passwords) -> None:
        super().__init__(sessions.store, sessions.clock)
        self.sessions = sessions
        self.holders = sessions.holders
        self.passwords = passwords
        self.secrets = LoginSecrets(sessions.store, keyring)
        self.attempts = Attempts(sessions.store, keyring)
        self._blinding = Secrets(keyring)

    def sign_in_with_password(
        self, *, command_id: UUID, name: str, password: str, otp: str, known_device: str, device: str, by: By
    ) -> Answer:
        """Sign in. `known_device` is what an earlier sign-in on this device answered; `device` is for the own list."""
        blinded = self.blinded(by)
        proven = self._prove_password(
            command_id=command_id, name=name, password=password, otp=otp, known_device=known_device, by=blinded
        )
        holder = self.holders.of(proven["subject"])
        if holder is None:
            raise WrongSignIn
        by = replace(blinded, command_id=command_id)
        amr = tuple(proven["amr"])
        answer = self.sessions.begin(holder, amr=amr, device=device, by=by, strong="otp" in amr, proven_at=proven["at"])
        return {**answer, "known_device": self.attempts.new_device(holder.subject)}

    @command
    def _prove_password(
        self, *, command_id: UUID, name: str, password: str, otp: str, known_device: str, by: By
    ) -> Answer:
        """Whether somebody known or unknown is asked for, the work is the same: look-ups, one count, one hash."""
        spelled = _spelled(name)
        holder = self.holders.named(spelled)
        subject = holder.subject if holder else _NOBODY
        login = self.login_standing(subject)
        source = self.attempts.source_of(subject, known_device, network_of(by.address))
        meant = holder.subject if holder else ""
        attempt = self.attempts.spend(_counted(spelled), source, by.recorded_at, meant)
        kept = self.secrets.find(subject, login.password)
        if not self.passwords.is_right(kept, password) or holder is None or kept is None:
            raise WrongSignIn
        answer = self._let_in(holder, login, otp, attempt, by)
        self.attempts.forgive(attempt)
        if self.passwords.is_outdated(kept):
            self._renew(subject, password, by)
        return answer

    def _let_in(self, holder: Holder, login: LoginStanding, otp: str, attempt: Attempt, by: By) -> Answer:
        """The password was right: what else is owed?"""
        context = Context.of(by, rules=(*RULES, "X-SIGN-3") if holder.is_staff else RULES)
        if login.totp is None:
            if holder.is_staff:
                raise StrongFactorMissing
            return self.save(by=context, answer=_proof(holder, "pwd", by=by))
        if not otp:
            raise SecondFactorMissing(field="otp")
        # whoever comes this far has the password: from however many networks, these guesses are one count
        source = attempt.source if attempt.source.startswith("device:") else "anywhere"
        guess = self.attempts.spend(f"otp\0{holder.subject}", source, by.recorded_at, holder.subject)
        used = self.use_totp(holder.subject, otp, by.recorded_at)
        if used is None:
            raise WrongSignIn
        try:
            answer = self.save(used, by=context, answer=_proof(holder, "pwd", "otp", by=by))
        except ChangedMeanwhile:
            raise WrongSignIn from None  # the same one-time password was faster elsewhere
        self.attempts.forgive(guess)
        return answer

    def use_totp(self, subject: str, otp: str, now: datetime) -> Login | None:
        """The login with this one-time password spent; None where it is wrong, over, or was used before."""
        login = self.login_of(subject)
        seed = self.secrets.find(subject, login.standing.totp)
        step = matching_step(seed, otp, now) if seed else None
        return login if step is not None and login.use_totp(step) else None

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
        attempt = self.attempts.spend(session.subject, "step-up", by.recorded_at)
        used = self.use_totp(session.subject, otp, by.recorded_at)
        if used is None:
            raise WrongSignIn(field="otp")
        self.attempts.forgive(attempt)
        return self.sessions.step_up(self.sessions.id_of(by), "otp", by, used)

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


def _proof(holder: Holder, *amr: str, by: By) -> Answer:
    return {"subject": holder.subject, "amr": amr, "at": by.recorded_at.isoformat()}


def _spelled(name: str) -> str:
    return name.strip()[:120]


def _counted(name: str) -> str:
    """One count for all ways in which a name is written: no other spelling gives free tries again.

    It may count two names as one; known and unknown names are treated alike.
    """
    spelled = normalise_id_number(RESIDENT, name).replace("-", "").removeprefix("+86")
    return spelled.rpartition(":")[2]
