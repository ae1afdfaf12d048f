"""Stepping up by a code to a proven contact: for people who have no stronger factor, and for nobody else."""

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from services.identity.application.code_counts import Asker
from services.identity.application.sessions import Logins
from services.identity.domain.login_rules import StrongFactorMissing, WrongSignIn
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.application import Answer, command

if TYPE_CHECKING:
    from services.identity.application.identity import Identity

PURPOSE: Final = "step_up"


class StepUpCodes(Logins):
    """Sends a code to the asker's own contact, and takes it."""

    def __init__(self, identity: "Identity") -> None:
        super().__init__(identity.store, identity.clock)
        self.sessions = identity.sessions
        self._identity = identity

    @command
    def send_step_up_code(self, *, command_id: UUID, by: By) -> Answer:
        """Send a code to the own proven contact."""
        account_id = self._account(by)
        return self._identity.issue_silently(
            account_id, PURPOSE, "X-SIGN-2", by, Asker.owner(account_id), meant=str(account_id)
        )

    def step_up_with_code(self, *, command_id: UUID, code: str, by: By) -> Answer:
        """Show the code in this session."""
        blinded = self._identity.secrets.blinded(by)
        stepped = self._step_up(command_id=command_id, code=code, by=blinded)
        return self.sessions.stepped_up(UUID(stepped["session_id"]), stepped["rotation"], blinded)

    @command
    def _step_up(self, *, command_id: UUID, code: str, by: By) -> Answer:
        trying = uuid5(command_id, "try the code")
        account_id = self._account(by)
        if not self._identity.try_code(command_id=trying, account_id=account_id, purpose=PURPOSE, code=code, by=by):
            raise WrongSignIn(field="code")
        return self.sessions.step_up(self.sessions.id_of(by), "otp", by)

    def _account(self, by: By) -> UUID:
        require(by.actor, "begin_own_sign_in", Resource("session", person=by.sub))
        session = self.sessions.standing_of(by)
        if session.staff or self.login_standing(session.subject).is_strong:
            raise StrongFactorMissing
        return UUID(session.subject.partition(":")[2])
