"""Staff of offices with an identity provider of their own (OpenID Connect): believed in what it must prove."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, ClassVar, Final, Protocol
from urllib.parse import urlencode
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.identity.application.holders import Holder
from services.identity.application.offices import Offices, require_for
from services.identity.application.sessions import Logins, Sessions
from services.identity.application.sign_in import SignIn
from services.identity.application.sign_in_secrets import Ceremonies
from services.identity.domain.login import OIDC, Login
from services.identity.domain.login_rules import (
    CEREMONY_LIFE,
    AlreadyLinked,
    CeremonyOver,
    FactorUnknown,
    LinkWaits,
    WrongSignIn,
)
from services.identity.domain.office import OFFICE_CODE, Office
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.eventstore.lookup import owning
from shared.eventstore.privacy import Keyring
from shared.rules.refused import NotFound, Refused

PURPOSE: Final = "sign_in_with_provider"
RETURN_TO: Final = "/sign-in/provider"
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")  # none and shared secrets are not among them
_SKEW: Final = timedelta(minutes=1)
_OLDEST: Final = timedelta(minutes=10)
_STRONG_AMR: Final = ("mfa", "hwk", "otp", "swk", "sc", "fpt", "face")


class ProviderSilent(Refused):
    """The office's identity provider does not answer, or not as such a provider does."""

    rule = "X-SERVICE-1"
    status = 503


@dataclass(frozen=True)
class Provider:
    """One office's identity provider, and what counts there as a strong factor."""

    office: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    strong_acr: tuple[str, ...] = ()
    strong_amr: tuple[str, ...] = _STRONG_AMR


class Providers(Protocol):
    """Which offices have an identity provider."""

    def offices(self) -> list[str]:
        """The codes of all of them."""
        ...

    def of(self, office: str) -> Provider | None:
        """The provider of an office."""
        ...


def issuers_of(providers: Providers, office: str) -> tuple[str, ...]:
    """Whose accounts sign an office's operators in today."""
    provider = providers.of(office) if office else None
    return (provider.issuer,) if provider else ()


class ProviderDoor(Protocol):
    """How a provider is spoken to; raises ProviderSilent where it cannot be, WrongSignIn where it says no."""

    def authorization_endpoint(self, provider: Provider) -> str:
        """Where browsers are sent."""
        ...

    def keys(self, provider: Provider, *, anew: bool) -> dict[str, Any]:
        """The keys with which it signs (JWKS); `anew` where a key was not found among those that are remembered."""
        ...

    def exchange(self, provider: Provider, *, code: str, verifier: str, return_to: str) -> str:
        """The ID token for a code, which serves once."""
        ...


class ProviderSignIn(Logins):
    """Sends people to their provider and takes them back. Who was not linked beforehand is nobody here."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {**Logins.taken, OIDC: AlreadyLinked}

    def __init__(
        self,
        sign_in: SignIn,
        ceremonies: Ceremonies,
        keyring: Keyring,
        origin: str,
        providers: Providers,
        door: ProviderDoor,
    ) -> None:
        super().__init__(sign_in.store, sign_in.clock)
        self.sessions: Sessions = sign_in.sessions
        self._sign_in = sign_in
        self._ceremonies = ceremonies
        self._pepper = keyring.code_pepper
        self._return_to = origin.rstrip("/") + RETURN_TO
        self._providers = providers
        self._door = door
        self._offices = Offices(sign_in.store, sign_in.clock)

    def list_providers(self) -> Answer:
        """The offices that have a provider, by their names; one that was never founded has no staff to sign in."""
        codes = self._providers.offices()
        with self.store.reading() as cursor:
            found = owning(cursor, Office, OFFICE_CODE, codes) if codes else {}
        named = {code: standing.name for code, (_, _, standing) in found.items()}
        return {"providers": [{"office": code, "office_name": named[code]} for code in sorted(named)]}

    def begin_provider_sign_in(self, *, office: str, by: By) -> Answer:
        """Where the browser goes; what it must bring back is kept here, and a secret with whoever asked."""
        provider = self._provider(office)
        state, nonce, verifier = token_urlsafe(32), token_urlsafe(32), token_urlsafe(48)
        content = {"office": office, "state": state, "nonce": nonce, "verifier": verifier}
        ceremony = self._ceremonies.begin(PURPOSE, "", content, life=CEREMONY_LIFE, now=by.recorded_at)
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": provider.client_id,
            "redirect_uri": self._return_to,
            "state": state,
            "nonce": nonce,
            "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("="),
            "code_challenge_method": "S256",
            **({"acr_values": " ".join(provider.strong_acr)} if provider.strong_acr else {}),
        }
        endpoint = self._door.authorization_endpoint(provider)
        return {"ceremony": ceremony, "address": f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"}

    def sign_in_with_provider(
        self, *, command_id: UUID, ceremony: str, state: str, code: str, device: str, by: By
    ) -> Answer:
        """Sign in by the code with which the provider sent the browser back."""
        by = self._sign_in.blinded(by)
        proven = self._prove(command_id=command_id, ceremony=ceremony, state=state, code=code, by=by)
        holder = self.sessions.holders.of(proven["subject"])
        if holder is None:
            raise WrongSignIn
        amr = ("oidc", *proven["amr"])
        return self.sessions.begin(holder, amr=amr, device=device, by=by, strong=True, proven_at=proven["at"])

    @command
    def _prove(self, *, command_id: UUID, ceremony: str, state: str, code: str, by: By) -> Answer:
        provider, claims = self._said(ceremony, state, code, by)
        login = self._linked(provider, str(claims["sub"]))
        holder = self.sessions.holders.of(login.standing.subject)
        if holder is None or holder.office != provider.office:
            raise WrongSignIn
        answer = {
            "subject": holder.subject,
            "amr": [method for method in _amr(claims) if method in provider.strong_amr],
            "at": by.recorded_at.isoformat(),
        }
        return self.save(by=Context.of(by, rules=("X-SIGN-3", "X-SIGN-5")), answer=answer)

    @command
    def link_provider_account(self, *, command_id: UUID, operator_id: str, account: str, by: By) -> Answer:
        """The owner of an office says which account of its provider an operator is; it waits for the operator's proof.

        Otherwise whoever appoints could name an account of the own, and sign in as the second person (A24-2).
        """
        login, holder = self._of_operator(operator_id, by)
        provider = self._provider(holder.office)
        login.link(self._link(provider.issuer, account), issuer=provider.issuer)
        return self.save(login, by=Context.of(by, rules=("A24-1",)))

    @command
    def confirm_provider_account(self, *, command_id: UUID, ceremony: str, state: str, code: str, by: By) -> Answer:
        """The operator, signed in with a factor of the own, signs in at the provider too: the account is hers."""
        require(by.actor, "change_own_sign_in", Resource("login", person=by.sub))
        holder = self.sessions.holder_of(by)
        provider, claims = self._said(ceremony, state, code, by)
        if holder.office != provider.office:
            raise FactorUnknown
        login = self.login_of(holder.subject)
        login.confirm_link(self._link(provider.issuer, str(claims["sub"])))
        return self.save(login, by=Context.of(by, rules=("A24-1", "A24-2", "X-SIGN-3")))

    @command
    def unlink_provider_account(self, *, command_id: UUID, operator_id: str, account: str, by: By) -> Answer:
        """That account stands for the operator no more, and neither does any session; without an account, none does.

        Whether the provider still stands in the settings does not matter.
        """
        login, holder = self._of_operator(operator_id, by)
        for link in self._links_of(login, holder.office, account):
            login.unlink(link)
        login.end_sessions("provider_account_unlinked")
        return self.save(login, by=Context.of(by, rules=("A24-1",)))

    # --- parts ---

    def _of_operator(self, operator_id: str, by: By) -> tuple[Login, Holder]:
        holder = self.sessions.holders.of(f"operator:{operator_id}")
        if holder is None:
            raise NotFound(kind="operator", field="operator_id")
        require_for(by.actor, "appoint_operator", self._offices.office_of(holder.office).standing)
        return self.login_of(holder.subject), holder

    def _links_of(self, login: Login, office: str, account: str) -> list[str]:
        """The links of an account, under whichever provider it was linked; all of them where none is named."""
        standing = login.standing
        links = [*standing.oidc, *standing.oidc_waiting]
        if account:
            provider = self._providers.of(office)
            issuers = {issuer for _, issuer in standing.oidc_issuers} | ({provider.issuer} if provider else set())
            links = [link for link in links if link in {self._link(issuer, account) for issuer in issuers}]
        if not links:
            raise FactorUnknown
        return links

    def _said(self, ceremony: str, state: str, code: str, by: By) -> tuple[Provider, dict[str, Any]]:
        """What a provider says of whoever comes back from it with what was begun in this browser."""
        _, content = self._ceremonies.spend(ceremony, PURPOSE, by.recorded_at)
        if not hmac.compare_digest(content["state"].encode(), state.encode()):
            raise CeremonyOver  # it was begun in another browser
        provider = self._provider(content["office"])
        token = self._door.exchange(provider, code=code, verifier=content["verifier"], return_to=self._return_to)
        claims = self._claims(provider, token)
        check_claims(provider, claims, nonce=content["nonce"], now=by.recorded_at)
        return provider, claims

    def _provider(self, office: str) -> Provider:
        provider = self._providers.of(office)
        if provider is None:
            raise NotFound(kind="identity provider", field="office")
        return provider

    def _linked(self, provider: Provider, account: str) -> Login:
        link = self._link(provider.issuer, account)
        owner = self.owners(OIDC, [link]).get(link)
        if owner is None:
            raise WrongSignIn
        login = self.get(Login, owner)
        if link not in login.standing.oidc:
            raise LinkWaits
        return login

    def _link(self, issuer: str, account: str) -> str:
        """A keyed hash: which account of which provider, without keeping its name."""
        return hmac.digest(self._pepper, f"oidc\0{issuer}\0{account}".encode(), "sha256").hex()

    def _claims(self, provider: Provider, token: str) -> dict[str, Any]:
        """What the provider signed. A key that it began to use since is fetched, once."""
        for anew in (False, True):
            try:
                keys = KeySet.import_key_set(self._door.keys(provider, anew=anew))  # type: ignore[arg-type]
                claims: dict[str, Any] = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            except (JoseError, ValueError, KeyError, TypeError):
                if anew:
                    raise WrongSignIn from None
            else:
                return claims
        raise WrongSignIn


def check_claims(provider: Provider, claims: Mapping[str, Any], *, nonce: str, now: datetime) -> None:
    """Raises WrongSignIn unless the provider said it, to us, of this sign-in, now, after a strong factor."""
    checks = (
        claims.get("iss") == provider.issuer,
        _is_for(provider.client_id, claims),
        _is_text(claims.get("sub")),
        _is_now(claims, now),
        hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()),
        claims.get("acr") in provider.strong_acr or bool(set(_amr(claims)) & set(provider.strong_amr)),
    )
    if not all(checks):
        raise WrongSignIn


def _is_for(client_id: str, claims: Mapping[str, Any]) -> bool:
    said = claims.get("aud")
    audiences = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    azp = claims.get("azp")
    return client_id in audiences and (azp == client_id or (azp is None and len(audiences) == 1))


def _is_now(claims: Mapping[str, Any], now: datetime) -> bool:
    until, since = claims.get("exp"), claims.get("iat")
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (until, since)):
        return False
    moment = now.timestamp()
    skew = _SKEW.total_seconds()
    return bool(moment < until + skew and moment - _OLDEST.total_seconds() < since <= moment + skew)  # type: ignore[operator]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255


def _amr(claims: Mapping[str, Any]) -> list[str]:
    said = claims.get("amr")
    return [each for each in said if isinstance(each, str)][:10] if isinstance(said, list) else []
