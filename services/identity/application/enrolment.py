"""How staff get their first factors: by an invitation, and never a session before a strong factor is there."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

from services.identity.application.factors import Factors
from services.identity.application.holders import Holder
from services.identity.application.passkeys import METHOD, Credential, Passkeys
from services.identity.application.sessions import Logins
from services.identity.application.sign_in import SignIn
from services.identity.domain.login import PASSKEY, Login
from services.identity.domain.login_rules import ENROLMENT_LIFE, CeremonyOver, PasskeyTaken, StrongFactorMissing
from shared.access.by import By
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.rules.refused import Refused

ENROL: Final = "enrol"


class Invitations(Protocol):
    """Where invitations are taken up."""

    def spend(self, operator_id: str, code: str, by: By) -> Holder:
        """Whoever was invited by this code; a try is recorded before its outcome is told."""
        ...


class Enrolment(Logins):
    """Takes an invitation up, and completes with a passkey, or a password and a one-time password."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {**Logins.taken, PASSKEY: PasskeyTaken}

    def __init__(self, sign_in: SignIn, factors: Factors, passkeys: Passkeys, invitations: Invitations) -> None:
        super().__init__(sign_in.store, sign_in.clock)
        self.sessions = sign_in.sessions
        self._sign_in = sign_in
        self._factors = factors
        self._passkeys = passkeys
        self._invitations = invitations

    def begin_enrolment(self, *, command_id: UUID, operator_id: str, code: str, by: By) -> Answer:
        """Spend the invitation; offer a seed and a challenge, of which one is to be completed.

        Whatever was begun with an earlier invitation is over: that one may have been read by somebody else.
        """
        holder = self._invitations.spend(operator_id, code, by)
        self._factors.ceremonies.forget(ENROL, holder.subject)
        seed = self._factors.new_totp(ENROL, holder.subject, by.recorded_at, life=ENROLMENT_LIFE)
        offered = self._passkeys.new_challenge(ENROL, holder.subject, by, life=ENROLMENT_LIFE)
        return {"totp": seed, "passkey": offered}

    def complete_enrolment(self, *, command_id: UUID, device: str, by: By, **proof: Any) -> Answer:
        """Keep the factors and begin the first session."""
        by = self._sign_in.blinded(by)
        enrolled = self._complete(command_id=command_id, by=by, **proof)
        holder = self.sessions.holders.of(enrolled["subject"])
        if holder is None:
            raise CeremonyOver
        amr = tuple(enrolled["amr"])
        return self.sessions.begin(holder, amr=amr, device=device, by=by, strong=True, proven_at=enrolled["at"])

    @command
    def _complete(
        self,
        *,
        command_id: UUID,
        ceremony: str,
        password: str,
        otp: str,
        credential: Credential | None,
        label: str,
        by: By,
    ) -> Answer:
        subject, content = self._begun(ceremony, credential is not None, bool(otp and password), by)
        if password:
            self._factors.check_password(subject, password)
        login, kept = self.login_of(subject), []
        old = self._forget(login)
        try:
            if credential is None:
                seed, step = self._factors.proven_seed(subject, content, otp, by.recorded_at)
                kept.append(seed)
                login.add_totp(seed, step)
            else:
                login.add_passkey(self._passkeys.made(subject, content, credential, label, by))
            if password:
                kept.append(self._factors.keep_password(subject, password))
                login.set_password(kept[-1])
            answer = self._enrolled(login, ceremony, METHOD if credential else "otp", by)
        except Refused:
            self._factors.secrets.delete(*kept)
            raise
        self._factors.secrets.delete(*old)
        self._factors.ceremonies.forget(ENROL, subject)  # the other way that was offered
        return answer

    def _begun(self, ceremony: str, by_passkey: bool, by_password: bool, by: By) -> tuple[str, dict[str, Any]]:
        """What was begun, if it is to end with a strong factor of the kind that was begun."""
        if not (by_passkey or by_password):
            raise StrongFactorMissing
        subject, content = self._factors.ceremonies.attempt(ceremony, ENROL, by.recorded_at)
        if self.sessions.holders.of(subject) is None or ("seed" in content) == by_passkey:
            raise CeremonyOver
        return subject, content

    def _enrolled(self, login: Login, ceremony: str, method: str, by: By) -> Answer:
        login.end_sessions("enrolled")
        if not self._factors.ceremonies.finish(ceremony):
            raise CeremonyOver
        amr = ("pwd", "otp") if method == "otp" else (method,)
        answer = {"subject": login.standing.subject, "amr": amr, "at": by.recorded_at.isoformat()}
        return self.save(login, by=Context.of(by, rules=("X-SIGN-3", "A24-1")), answer=answer)

    def _forget(self, login: Login) -> list[str | None]:
        """Whoever is invited again lost what there was: a found device must not sign in any more."""
        standing = login.standing
        for passkey in standing.passkeys:
            login.remove_passkey(passkey.key, staff=False)
        if standing.totp is not None:
            login.remove_totp(staff=False)
        return [standing.password, standing.totp, standing.recovery]
