"""A new password for whoever forgot the old one: proven like a recovered user name, and no way around other factors."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from services.identity.application.account_holders import SUBJECT
from services.identity.application.factors import Factors
from shared.access.by import By
from shared.eventstore.application import Answer

if TYPE_CHECKING:
    from services.identity.application.identity import Identity


class PasswordReset:
    """By name, document and a code to a proven contact; there are no secret questions."""

    def __init__(self, identity: "Identity", factors: Factors) -> None:
        self._identity = identity
        self._factors = factors

    def reset_password(self, *, command_id: UUID, password: str, by: By, **proof: str) -> Answer:
        """Set the password, end every session, answer the user names; second factors stay as they are."""
        # what protects nobody is refused before the code is spent, for known and unknown alike
        self._factors.passwords.check(password, (proof["name"], proof["id_number"]))
        account = self._identity.recovered("password", command_id, by, **proof)
        setting = uuid5(command_id, "set the password")  # beside the try of the code, which has the command's own id
        self._factors.replace_password(setting, f"{SUBJECT}{account.id}", password, by)
        return {"user_names": [contact for _, contact in self._identity.contacts_of(account)]}
