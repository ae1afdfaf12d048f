"""The own factors: a password, a device for one-time passwords. Changed after a step-up, told to their owner."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.identity.application.one_time_passwords import address_of, matching_step, new_seed
from services.identity.application.passwords import Passwords
from services.identity.application.sessions import Logins, Sessions
from services.identity.application.sign_in import SignIn
from services.identity.application.sign_in_owners import Owners
from services.identity.application.sign_in_secrets import Ceremonies, LoginSecrets
from services.identity.domain.login import LoginStanding
from services.identity.domain.login_rules import CEREMONY_LIFE, WrongSignIn
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.eventstore.violations import CommandKnown
from shared.rules.refused import Refused

ISSUER: Final = "Xueji"
ADD_TOTP: Final = "add_totp"
_RULES: Final = ("AC-4",)
KnownIssuers = Callable[[str], tuple[str, ...]]  # by office: whose accounts sign its operators in


class Factors(Logins):
    """Sets, adds and removes how somebody signs in. Nobody does it for another (AC-24)."""

    def __init__(self, sign_in: SignIn, ceremonies: Ceremonies, owners: Owners, issuers: KnownIssuers) -> None:
        super().__init__(sign_in.store, sign_in.clock)
        self.sessions: Sessions = sign_in.sessions
        self.secrets: LoginSecrets = sign_in.secrets
        self.passwords: Passwords = sign_in.passwords
        self.ceremonies = ceremonies
        self._known = owners
        self._issuers = issuers
        self._sign_in = sign_in

    def list_my_factors(self, *, by: By) -> Answer:
        """The own factors, without anything that could sign in."""
        require(by.actor, "read_own_sign_in", Resource("login", person=by.sub))
        holder = self.sessions.holder_of(by)
        login = self.login_standing(holder.subject)
        issuers = self._issuers(holder.office)
        return {
            "has_password": login.password is not None,
            "has_totp": login.totp is not None,
            "provider_accounts": sum(link in login.oidc and each in issuers for link, each in login.oidc_issuers),
            "provider_accounts_waiting": len(login.oidc_waiting),
            "recovery_codes_left": len(login.recovery_left),
            "passkeys": [
                {
                    "passkey": passkey.key,
                    "label": self.secrets.open_label(login.subject, passkey.sealed_label),
                    "added_at": passkey.added_at,
                }
                for passkey in login.passkeys
            ],
        }

    # --- password ---

    def set_password(self, *, command_id: UUID, password: str, by: By) -> Answer:
        """Set or replace the own password; every other session ends."""
        return self._set_password(command_id=command_id, password=password, by=self._sign_in.blinded(by))

    @command
    def _set_password(self, *, command_id: UUID, password: str, by: By) -> Answer:
        subject = self.subject_to_change(by)
        return self._put_password(subject, password, Context.of(by, rules=_RULES), kept=self.sessions.id_of(by))

    def replace_password(self, command_id: UUID, subject: str, password: str, by: By) -> None:
        """Set a password for somebody who proved to be the subject otherwise; every session ends.

        Other factors stay: who has a second one still shows it at the next sign-in. Asked again, it sets nothing: the
        owner may have chosen another password since.
        """
        by = self._sign_in.blinded(by)
        if self.answered(command_id, by.request_hash) is not None:
            return
        with suppress(CommandKnown):  # another thread was faster with the same
            self._put_password(subject, password, Context.of(by, rules=_RULES).with_(command_id=command_id), kept=None)

    def check_password(self, subject: str, password: str) -> None:
        """Raises PasswordRefused where a password would protect nobody, or tells of its owner."""
        self.passwords.check(password, self._known.words_of(subject))

    def keep_password(self, subject: str, password: str) -> str:
        """Hash and keep; answers the name by which the log knows it."""
        return self.secrets.keep(subject, self.passwords.hash(password))

    def _put_password(self, subject: str, password: str, context: Context, kept: UUID | None) -> Answer:
        self.check_password(subject, password)
        new = self.keep_password(subject, password)
        try:
            login = self.login_of(subject)
            old = login.set_password(new)
            login.end_sessions("password_changed", kept)
            answer = self.save(login, by=context)
        except (Refused, CommandKnown):
            self.secrets.delete(new)
            raise
        self.secrets.delete(old)
        return answer

    # --- one-time passwords ---

    def begin_totp(self, *, by: By) -> Answer:
        """A new seed for a device; it counts once the device has shown its first one-time password."""
        subject = self.subject_to_change(by)
        return self.new_totp(ADD_TOTP, subject, by.recorded_at)

    def add_totp(self, *, command_id: UUID, ceremony: str, otp: str, by: By) -> Answer:
        """Take the device from now on, in place of the one before."""
        return self._add_totp(command_id=command_id, ceremony=ceremony, otp=otp, by=self._sign_in.blinded(by))

    @command
    def _add_totp(self, *, command_id: UUID, ceremony: str, otp: str, by: By) -> Answer:
        mine = self.subject_to_change(by)
        subject, content = self.ceremonies.attempt(ceremony, ADD_TOTP, by.recorded_at)
        if subject != mine:
            raise WrongSignIn(field="ceremony")
        new, step = self.proven_seed(subject, content, otp, by.recorded_at)
        try:
            login = self.login_of(subject)
            old = login.add_totp(new, step)
            answer = self.save(login, by=Context.of(by, rules=("X-SIGN-3",)))
        except Refused:
            self.secrets.delete(new)
            raise
        self.ceremonies.finish(ceremony)
        self.secrets.delete(old)
        return answer

    @command
    def remove_totp(self, *, command_id: UUID, by: By) -> Answer:
        """Take no one-time passwords any more; staff keep a strong factor."""
        subject = self.subject_to_change(by)
        login = self.login_of(subject)
        before = login.standing
        login.remove_totp(**self.kept_by_staff(by))
        answer = self.save(login, by=Context.of(by, rules=("X-SIGN-3",)))
        self.delete_needless(before, login.standing)
        return answer

    # --- recovery codes ---

    @command
    def make_recovery_codes(self, *, command_id: UUID, by: By) -> Answer:
        """Ten codes for when the device is not at hand, shown now and never again; those before them are worth nothing.

        The same command asked again is answered without them.
        """
        subject = self.subject_to_change(by)
        codes, new = self._sign_in.second_factors.new_codes(subject)
        try:
            login = self.login_of(subject)
            old = login.make_recovery_codes(new, len(codes))
            kept = {"id": login.id, "version": login.version, "codes": []}
            answer = self.save(login, by=Context.of(by, rules=("X-SIGN-3",)), answer=kept)
        except (Refused, CommandKnown):
            self.secrets.delete(new)
            raise
        self.secrets.delete(old)
        return {**answer, "codes": codes}

    def delete_needless(self, before: LoginStanding, after: LoginStanding) -> None:
        """Delete the secrets that the login does not name any more."""
        named = {after.password, after.totp, after.recovery}
        gone = {before.password, before.totp, before.recovery} - named
        self.secrets.delete(*gone)

    # --- parts for enrolment and passkeys ---

    def new_totp(self, purpose: str, subject: str, now: datetime, **more: Any) -> Answer:
        """A seed that waits for its first one-time password."""
        seed = new_seed()
        life = more.pop("life", CEREMONY_LIFE)
        ceremony = self.ceremonies.begin(purpose, subject, {"seed": seed, **more}, life=life, now=now)
        account = subject.partition(":")[2] if subject.startswith("operator:") else "student"
        return {"ceremony": ceremony, "seed": seed, "address": address_of(seed, account, ISSUER)}

    def proven_seed(self, subject: str, content: dict[str, Any], otp: str, now: datetime) -> tuple[str, int]:
        """Keep the seed whose one-time password was shown; answers its name and the spent time step."""
        step = matching_step(str(content["seed"]), otp, now)
        if step is None:
            raise WrongSignIn(field="otp")
        return self.secrets.keep(subject, str(content["seed"])), step

    def kept_by_staff(self, by: By) -> dict[str, Any]:
        """What is asked of whoever removes a factor: staff keep one that signs them in today."""
        holder = self.sessions.holder_of(by)
        return {"staff": holder.is_staff, "issuers": self._issuers(holder.office)}

    def subject_to_change(self, by: By) -> str:
        """Whose factors the asker may change: the own ones, right after a strong factor was shown."""
        require(by.actor, "change_own_sign_in", Resource("login", person=by.sub))
        return self.sessions.standing_of(by).subject
