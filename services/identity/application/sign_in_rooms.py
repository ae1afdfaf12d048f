"""All ways to sign in, joined once: passwords, passkeys, codes, invitations, identity providers."""

from typing import TYPE_CHECKING

from services.identity.application.enrolment import Enrolment, Invitations
from services.identity.application.factors import Factors
from services.identity.application.oidc import ProviderDoor, Providers, ProviderSignIn, issuers_of
from services.identity.application.passkeys import Passkeys, RelyingParty
from services.identity.application.password_reset import PasswordReset
from services.identity.application.passwords import Passwords
from services.identity.application.sign_in import SignIn
from services.identity.application.sign_in_owners import EveryOwner
from services.identity.application.sign_in_secrets import Ceremonies
from services.identity.application.step_up_codes import StepUpCodes

if TYPE_CHECKING:
    from services.identity.application.identity import Identity


class SignInRooms:
    """What the edge calls by name."""

    def __init__(
        self,
        identity: "Identity",
        *,
        origin: str,
        passwords: Passwords,
        owners: EveryOwner,
        invitations: Invitations,
        providers: Providers,
        door: ProviderDoor,
    ) -> None:
        keyring = identity.keyring
        self.sessions = identity.sessions
        self.passwords = SignIn(identity.second_factors, keyring, passwords)
        self.ceremonies = Ceremonies(identity.store, keyring)
        self.factors = Factors(self.passwords, self.ceremonies, owners, lambda office: issuers_of(providers, office))
        self.reset = PasswordReset(identity, self.factors)
        self.passkeys = Passkeys(self.factors, keyring, RelyingParty.of(origin))
        self.codes = StepUpCodes(identity)
        self.enrolment = Enrolment(self.passwords, self.factors, self.passkeys, invitations)
        self.providers = ProviderSignIn(self.passwords, self.ceremonies, keyring, origin, providers, door)
