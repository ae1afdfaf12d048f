"""Invitations of operators: a code that comes by message, works once, for seven days and five tries."""

import hmac
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from services.identity.application.holders import Holder
from services.identity.application.operator_holders import OperatorHolders
from services.identity.application.secrets import Secrets
from services.identity.domain.operator import OPERATOR_ID, Operator
from shared.access.by import By
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import Answer, Application, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 12
# A command that is asked again because its answer was lost finds the code spent by itself; not for ever, though
_ANSWERED_AGAIN: Final = timedelta(minutes=10)


class WrongInvitation(Refused):
    """The code is wrong, used or over, or there is no such operator: which of these is not said."""

    rule = "X-SIGN-5"
    status = 401


class InvitationCodes:
    """Codes that follow from the installation's own keys, so that none is stored anywhere."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def code_of(self, operator_id: str, salt: str) -> str:
        """Twelve characters that nobody guesses, in groups of four."""
        number = int.from_bytes(self._keyed("operator-invitation", operator_id, salt), "big")
        letters = "".join(_ALPHABET[(number >> 5 * place) % 32] for place in range(_LENGTH))
        return "-".join(letters[place : place + 4] for place in range(0, _LENGTH, 4))

    def digest_of(self, operator_id: str, salt: str, code: str) -> str:
        """What a code is checked against, however it was typed."""
        typed = code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
        return self._keyed("operator-invitation-check", operator_id, salt, typed).hex()

    def new(self, operator_id: str) -> dict[str, str]:
        """Salt and digest of a new code."""
        salt = token_hex(16)
        return {"salt": salt, "digest": self.digest_of(operator_id, salt, self.code_of(operator_id, salt))}

    def _keyed(self, *parts: str) -> bytes:
        return hmac.digest(self._keyring.code_pepper, "\0".join(parts).encode(), "sha256")


class Invitations(Application):
    """Takes invitations up."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        super().__init__(store, clock)
        self.codes = InvitationCodes(keyring)
        self.holders = OperatorHolders(store, clock)
        self._secrets = Secrets(keyring)

    def spend(self, operator_id: str, code: str, by: By) -> Holder:
        """Whoever was invited by this code. One try is recorded before its outcome is told."""
        # beside the caller's command, which keeps its own answer under its own id
        spending = uuid5(by.command_id, "spend an invitation") if by.command_id else uuid4()
        tried = self._spend(command_id=spending, operator_id=operator_id, code=code, by=self._secrets.blinded(by))
        if not tried or datetime.fromisoformat(tried["spent_at"]) + _ANSWERED_AGAIN <= by.recorded_at:
            raise WrongInvitation
        holder = self.holders.named(operator_id)
        if holder is None:
            raise WrongInvitation
        return holder

    @command
    def _spend(self, *, command_id: UUID, operator_id: str, code: str, by: By) -> Answer:
        context = Context.of(by, rules=("A24-1",))
        found = self.owners(OPERATOR_ID, [operator_id]).get(operator_id)
        operator = self.find(Operator, found or UUID(int=0))  # an unknown one is looked for as well
        if operator is None or not operator.standing.may_come_on(shanghai_date(by.recorded_at)):
            return self.save(by=context, answer={})
        out = operator.standing.invitation
        digest = self.codes.digest_of(operator_id, out.salt, code) if out else ""
        answer: dict[str, Any] = {}
        if operator.try_invitation(digest, by.recorded_at):
            answer = {"spent_at": by.recorded_at}
        return self.save(operator, by=context, answer=answer)
