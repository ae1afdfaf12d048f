"""Identity's use cases in one: accounts, and who signs in."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from services.identity.application.account_codes import WrongCode as WrongCode  # noqa: PLC0414 -- re-exported
from services.identity.application.account_holders import AccountHolders
from services.identity.application.account_recovery import AccountRecovery
from services.identity.application.binding import RecordFinder
from services.identity.application.deliveries import CHANNELS
from services.identity.application.holders import Holder, Holders
from services.identity.application.operator_holders import OperatorHolders
from services.identity.application.second_factors import RECOVERY, SecondFactors
from services.identity.application.sessions import EveryHolder, Sessions
from shared.access.assertion import NotSignedIn
from shared.access.by import By
from shared.codes.clock import Clock
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

STUDENT_SESSION: Final = timedelta(hours=12)


class Operators(Holders, Protocol):
    """Operators who sign in with a key: those of the demo profile's file."""

    def find(self, operator_id: str, key: str) -> Holder | None:
        """The operator, if the key is right."""
        ...


class Identity(AccountRecovery):
    """One person, one document, one living account."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        finder: RecordFinder,
        operators: Operators | None = None,
        *,
        channels: tuple[str, ...] = CHANNELS,
    ) -> None:
        super().__init__(store, clock, keyring, finder, channels=channels)
        self.operators = operators
        self.holders = EveryHolder(AccountHolders(self), OperatorHolders(store, clock))
        if operators is not None:
            self.holders.add(operators)
        self.sessions = Sessions(store, clock, keyring, self.holders)
        self.second_factors = SecondFactors(self.sessions, keyring)

    def request_sign_in_code(self, *, by: By, **named: Any) -> Answer:
        """Send a sign-in code to the contact of the account of this document and name.

        The code serves who brings back the `request` of the answer: what strangers ask for or try is not the owner's.
        """
        asked = self._request_sign_in_code(by=self.secrets.blinded(by), **named)
        return self.answered_with(named["command_id"], asked)

    @command
    def _request_sign_in_code(
        self, *, command_id: UUID, id_type: str, id_number: str, name: str, by: By, known_device: str = ""
    ) -> Answer:
        meant = self.meant(id_type, id_number, name, by.recorded_at)
        asker = self.counts.asker(meant.account_id, known_device, by)
        self.counts.may_ask("sign_in", meant.key, asker, by.recorded_at)
        request = self.request_key(command_id)
        return self.issue_silently(meant.account_id, "sign_in", "AC-12", by, asker, meant=meant.key, request=request)

    def prove_contact_code(self, *, command_id: UUID, account_id: UUID, code: str, by: By) -> Answer:
        """Prove the contact; the account becomes active and its records are bound."""
        return self._student_in("prove", command_id, account_id, code, by)

    def sign_in_with_code(
        self,
        *,
        command_id: UUID,
        id_type: str,
        id_number: str,
        name: str,
        code: str,
        request: str,
        by: By,
        otp: str = "",
    ) -> Answer:
        """Sign in with the code that came to the contact, and what the request for it was answered.

        Whoever has a second factor shows it too: the same command may be sent again with it, the code was right.
        """
        meant = self.meant(id_type, id_number, name, by.recorded_at)
        return self._student_in("sign_in", command_id, meant.account_id, code, by, request, otp.strip())

    def sign_in_operator(self, *, operator_id: str, key: str, by: By) -> Answer:
        """Sign an office's operator in; without an operators file there is none, and no default."""
        operator = self.operators.find(operator_id, key) if self.operators else None
        if operator is None:
            raise NotSignedIn(reason="operator")
        return self.sessions.begin(operator, amr=("key",), device="", by=by, strong=True)

    def _student_in(
        self,
        purpose: str,
        command_id: UUID,
        account_id: UUID | None,
        code: str,
        by: By,
        request: str = "",
        otp: str = "",
    ) -> Answer:
        """The session of a student whose code was right; a repeated command never makes it last longer."""
        # whatever is saved on the way remembers no number and no code
        by = replace(self.secrets.blinded(by), command_id=command_id)
        code_alone = self.secrets.signature("code-try", purpose, str(account_id), code, request)
        tried = self.try_code(
            command_id=command_id,
            account_id=account_id,
            purpose=purpose,
            code=code,
            by=replace(by, request_hash=code_alone),
            request=request,
            valid_for=STUDENT_SESSION,
        )
        account = self.proven(tried, by)
        beside = self.second_factors.shown_beside(f"account:{account.id}", otp, by)
        # whatever stands in the way now is bound by the worker, which follows the same fact
        with suppress(ChangedMeanwhile):
            self.bind_records(account.standing, Context.of(by, rules=("AC-14",)))
        holder = self.holders.of(f"account:{account.id}")
        if holder is None:
            raise WrongCode
        # a code to a proven contact is the strongest proof of those who have no stronger one
        login = self.sessions.login_standing(holder.subject)
        strong = bool(beside) or not login.is_strong
        amr = ("otp", account.channel, *(method if method == RECOVERY else "mfa" for method in beside))
        proven_at = datetime.fromisoformat(tried["expires_at"]) - STUDENT_SESSION
        answer = self.sessions.begin(holder, amr=amr, device="", by=by, strong=strong, proven_at=proven_at.isoformat())
        return {**answer, "known_device": self.attempts.new_device(holder.subject, login.epoch)}
