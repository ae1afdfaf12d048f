"""What is shown beside a password or a code: a one-time password of the own device, or a recovery code in its place."""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from secrets import choice, token_hex
from typing import Final
from uuid import UUID, uuid5

from services.identity.application.one_time_passwords import matching_step
from services.identity.application.sessions import Logins, Sessions
from services.identity.application.sign_in_attempts import DEVICE_SOURCE, Attempt, Attempts
from services.identity.application.sign_in_secrets import LoginSecrets
from services.identity.domain.login import Login, LoginStanding
from services.identity.domain.login_rules import (
    RECOVERY_CODES,
    PasskeyMissing,
    SecondFactorMissing,
    SignInDelayed,
    WrongSignIn,
)
from shared.access.by import By
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring

OTP, RECOVERY = "otp", "recovery"
ANYWHERE: Final = "anywhere"
_SIX_DIGITS: Final = re.compile(r"[0-9]{6}", re.ASCII)
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP: Final = 5
_NOBODYS_SEED: Final = "A" * 32
_NOBODYS_DIGESTS: Final = " ".join(["", *["0" * 64] * RECOVERY_CODES])


class SecondFactors(Logins):
    """Checks second factors for every way in, and counts the tries of each subject in one place."""

    def __init__(self, sessions: Sessions, keyring: Keyring) -> None:
        super().__init__(sessions.store, sessions.clock)
        self.sessions = sessions
        self.secrets = LoginSecrets(sessions.store, keyring)
        self.attempts = Attempts(sessions.store, keyring)
        self._pepper = keyring.code_pepper

    # --- recovery codes ---

    def new_codes(self, subject: str) -> tuple[list[str], str]:
        """Ten codes to be shown once, and the name of the secret that holds what they are checked against."""
        salt, codes = token_hex(16), [_new_code() for _ in range(RECOVERY_CODES)]
        digests = [self._digest(subject, salt, code) for code in codes]
        return codes, self.secrets.keep(subject, " ".join((salt, *digests)))

    # --- checking ---

    def count(self, counted: str, source: str, now: datetime, subject: str) -> Attempt | None:
        """One count for a subject from however many networks: known devices keep theirs. None while tries wait."""
        return self.attempts.count(f"otp\0{counted}", _counted_at(source), now, subject)

    def delay(self, counted: str, source: str, now: datetime) -> SignInDelayed:
        """What is said to a known device whose tries wait; anybody else is told nothing of it."""
        return self.attempts.delay(f"otp\0{counted}", source, now)

    def show(self, login: Login, secrets: Sequence[str | None], shown: str, now: datetime) -> str:
        """Spend what was shown on the login; answers the method, or nothing where it is wrong, over, or was used.

        `secrets` are those of the standing's `totp` and `recovery`, read by the caller: with others, at one time.
        """
        seed, digests = secrets
        if _SIX_DIGITS.fullmatch(shown):
            step = matching_step(seed or _NOBODYS_SEED, shown, now)
            return OTP if seed and step is not None and login.use_totp(step) else ""
        number = self._number_of(login.standing.subject, digests or _NOBODYS_DIGESTS, shown)
        return RECOVERY if digests and number is not None and login.use_recovery_code(number) else ""

    def used(self, subject: str, shown: str, now: datetime) -> tuple[Login, str] | None:
        """The login with what was shown spent, and the method; None where it is not right."""
        login = self.login_of(subject)
        standing = login.standing
        secrets = self.secrets.find_all(subject, standing.totp, standing.recovery)
        method = self.show(login, secrets, shown, now)
        return (login, method) if method else None

    def shown_beside(self, subject: str, shown: str, by: By) -> tuple[str, ...]:
        """What was shown beside a code to a contact: nothing where nothing is asked for.

        Asked again by the same command, it answers the same: what was spent by it stays shown.
        """
        standing = self.login_standing(subject)
        if not standing.has_second:
            return ()
        if not shown:
            raise missing(standing)
        showing = uuid5(by.command_id, "show a second factor") if by.command_id else UUID(int=0)
        answer = self._show_beside(command_id=showing, subject=subject, shown=shown, by=by)
        return (str(answer["method"]),)

    @command
    def _show_beside(self, *, command_id: UUID, subject: str, shown: str, by: By) -> Answer:
        guess = self.attempts.spend(f"otp\0{subject}", ANYWHERE, by.recorded_at, subject)
        used = self.used(subject, shown, by.recorded_at)
        if used is None:
            raise WrongSignIn(field="otp")
        login, method = used
        try:
            answer = self.save(login, by=Context.of(by, rules=("X-SIGN-3", "X-SIGN-5")), answer={"method": method})
        except ChangedMeanwhile:
            raise WrongSignIn(field="otp") from None  # the same one was faster elsewhere
        self.attempts.forgive(guess)
        return answer

    # --- parts ---

    def _number_of(self, subject: str, kept: str, shown: str) -> int | None:
        """Which of the codes this is; every one is compared."""
        salt, *digests = kept.split(" ")
        given = self._digest(subject, salt, shown).encode()
        found = [number for number, digest in enumerate(digests) if hmac.compare_digest(digest.encode(), given)]
        return found[0] if found else None

    def _digest(self, subject: str, salt: str, code: str) -> str:
        typed = code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
        said = f"recovery-code\0{subject}\0{salt}\0{typed}"
        return hmac.digest(self._pepper, said.encode("utf-8", "surrogatepass"), "sha256").hex()


def missing(standing: LoginStanding) -> SecondFactorMissing | PasskeyMissing:
    """What is still to be shown, said to somebody who has proven something already."""
    return SecondFactorMissing(field="otp") if standing.totp else PasskeyMissing(field="otp")


def _counted_at(source: str) -> str:
    return source if source.startswith(DEVICE_SOURCE) else ANYWHERE


def _new_code() -> str:
    letters = "".join(choice(_ALPHABET) for _ in range(2 * _GROUP))
    return f"{letters[:_GROUP]}-{letters[_GROUP:]}"
