"""Passkeys (WebAuthn): made by somebody's authenticator, asked for to sign in and to step up. Never delayed."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.identity.application.factors import Factors
from services.identity.application.sessions import Logins
from services.identity.domain.login import PASSKEY, Login, LoginStanding, Passkey
from services.identity.domain.login_rules import CEREMONY_LIFE, PasskeyRefused, PasskeyTaken
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.rules.refused import Refused

ADD, SIGN_IN, STEP_UP = "add_passkey", "sign_in_with_passkey", "step_up_with_passkey"
METHOD: Final = "passkey"
Credential = dict[str, Any]
# what the library raises, and what foreign bytes make it raise
_NOT_WELL: Final = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError)


@dataclass(frozen=True)
class RelyingParty:
    """Who asks for passkeys: authenticators bind them to this name."""

    id: str
    name: str
    origin: str

    @classmethod
    def of(cls, origin: str) -> "RelyingParty":
        """The registry at an address."""
        return cls(urlsplit(origin).hostname or "", "学籍 Xueji", origin.rstrip("/"))


class Passkeys(Logins):
    """Adds, removes and asks for passkeys; user verification is always demanded, challenges serve once."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {**Logins.taken, PASSKEY: PasskeyTaken}

    def __init__(self, factors: Factors, keyring: Keyring, party: RelyingParty) -> None:
        super().__init__(factors.store, factors.clock)
        self.sessions = factors.sessions
        self.party = party
        self._factors = factors
        self._ceremonies = factors.ceremonies
        self._pepper = keyring.code_pepper

    # --- own passkeys ---

    def begin_passkey(self, *, by: By) -> Answer:
        """What the browser is to ask its authenticator for."""
        return self.new_challenge(ADD, self._factors.subject_to_change(by), by)

    @command
    def add_passkey(self, *, command_id: UUID, ceremony: str, credential: Credential, label: str, by: By) -> Answer:
        """Take a passkey from now on."""
        mine = self._factors.subject_to_change(by)
        subject, content = self._ceremonies.spend(ceremony, ADD, by.recorded_at)
        if subject != mine:
            raise PasskeyRefused
        login = self.login_of(subject)
        login.add_passkey(self.made(subject, content, credential, label, by))
        return self.save(login, by=Context.of(by, rules=("X-SIGN-3",)))

    @command
    def remove_passkey(self, *, command_id: UUID, passkey: str, by: By) -> Answer:
        """Take a passkey no more; staff keep a strong factor."""
        login = self.login_of(self._factors.subject_to_change(by))
        before = login.standing
        login.remove_passkey(passkey, **self._factors.kept_by_staff(by))
        answer = self.save(login, by=Context.of(by, rules=("X-SIGN-3",)))
        self._factors.delete_needless(before, login.standing)
        return answer

    def new_challenge(self, purpose: str, subject: str, by: By, **more: Any) -> Answer:
        """Options for a new passkey, and the ceremony that completes with it."""
        options = webauthn.generate_registration_options(
            rp_id=self.party.id,
            rp_name=self.party.name,
            user_name=subject.partition(":")[2] if subject.startswith("operator:") else "学籍账号 account",
            user_id=self._handle(subject),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=_descriptors(self.login_standing(subject)),
        )
        content = {"challenge": bytes_to_base64url(options.challenge), **more}
        life = content.pop("life", CEREMONY_LIFE)
        ceremony = self._ceremonies.begin(purpose, subject, content, life=life, now=by.recorded_at)
        return {"ceremony": ceremony, "options": _plain(options)}

    def made(self, subject: str, content: dict[str, Any], credential: Credential, label: str, by: By) -> Passkey:
        """The passkey that an authenticator made for a challenge; raises PasskeyRefused for anything else."""
        verified = self._verified(
            lambda: webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(content["challenge"]),
                expected_rp_id=self.party.id,
                expected_origin=self.party.origin,
                require_user_verification=True,
            )
        )
        return Passkey(
            key=_key(verified.credential_id),
            credential_id=bytes_to_base64url(verified.credential_id),
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            sealed_label=self._factors.secrets.seal_label(subject, label),
            added_at=by.recorded_at,
        )

    # --- signing in ---

    def begin_passkey_sign_in(self, *, by: By) -> Answer:
        """A challenge for whoever has a passkey of ours: no name is asked, so none is told either."""
        return self._challenge(SIGN_IN, "", LoginStanding(""), by)

    def sign_in_with_passkey(
        self, *, command_id: UUID, ceremony: str, credential: Credential, device: str, by: By
    ) -> Answer:
        """Sign in by what the authenticator signed."""
        proven = self._prove(command_id=command_id, ceremony=ceremony, credential=credential, by=by)
        holder = self.sessions.holders.of(proven["subject"])
        if holder is None:
            raise PasskeyRefused
        return self.sessions.begin(holder, amr=(METHOD,), device=device, by=by, strong=True, proven_at=proven["at"])

    @command
    def _prove(self, *, command_id: UUID, ceremony: str, credential: Credential, by: By) -> Answer:
        _, content = self._ceremonies.spend(ceremony, SIGN_IN, by.recorded_at)
        login = self._used(content, credential)
        answer = {"subject": login.standing.subject, "at": by.recorded_at.isoformat()}
        return self.save(login, by=Context.of(by, rules=("X-SIGN-5",)), answer=answer)

    # --- stepping up ---

    def begin_passkey_step_up(self, *, by: By) -> Answer:
        """A challenge for one of the asker's own passkeys."""
        require(by.actor, "begin_own_sign_in", Resource("session", person=by.sub))
        login = self.login_standing(self.sessions.standing_of(by).subject)
        return self._challenge(STEP_UP, login.subject, login, by)

    def step_up_with_passkey(self, *, command_id: UUID, ceremony: str, credential: Credential, by: By) -> Answer:
        """Show a passkey again in this session."""
        stepped = self._step_up(command_id=command_id, ceremony=ceremony, credential=credential, by=by)
        return self.sessions.stepped_up(UUID(stepped["session_id"]), stepped["rotation"], by)

    @command
    def _step_up(self, *, command_id: UUID, ceremony: str, credential: Credential, by: By) -> Answer:
        require(by.actor, "begin_own_sign_in", Resource("session", person=by.sub))
        mine = self.sessions.standing_of(by).subject
        subject, content = self._ceremonies.spend(ceremony, STEP_UP, by.recorded_at)
        login = self._used(content, credential)
        if subject != mine or login.standing.subject != mine:
            raise PasskeyRefused
        return self.sessions.step_up(self.sessions.id_of(by), METHOD, by, login)

    # --- parts ---

    def _challenge(self, purpose: str, subject: str, login: LoginStanding, by: By) -> Answer:
        options = webauthn.generate_authentication_options(
            rp_id=self.party.id,
            allow_credentials=_descriptors(login),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        content = {"challenge": bytes_to_base64url(options.challenge)}
        ceremony = self._ceremonies.begin(purpose, subject, content, life=CEREMONY_LIFE, now=by.recorded_at)
        return {"ceremony": ceremony, "options": _plain(options)}

    def _used(self, content: dict[str, Any], credential: Credential) -> Login:
        """The login whose passkey signed the challenge, with the new count of its signatures."""
        raw_id = self._verified(lambda: base64url_to_bytes(str(credential["id"])))
        owner = self.owners(PASSKEY, [_key(raw_id)]).get(_key(raw_id))
        login = self.get(Login, owner) if owner else None
        passkey = login.standing.passkey(_key(raw_id)) if login else None
        if login is None or passkey is None or not self._is_handle(login.standing.subject, credential):
            raise PasskeyRefused
        verified = self._verified(
            lambda: webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(content["challenge"]),
                expected_rp_id=self.party.id,
                expected_origin=self.party.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        )
        login.use_passkey(passkey.key, verified.new_sign_count)
        return login

    def _verified(self, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except _NOT_WELL:
            raise PasskeyRefused from None  # what was wrong with it is nobody's business

    def _is_handle(self, subject: str, credential: Credential) -> bool:
        """Authenticators that say whose passkey it is must say so rightly."""
        response = credential.get("response")
        said = response.get("userHandle") if isinstance(response, dict) else None
        return said is None or hmac.compare_digest(str(said), bytes_to_base64url(self._handle(subject)))

    def _handle(self, subject: str) -> bytes:
        """What authenticators keep of us as the user's name: the same for one subject, and telling nothing of it."""
        return hmac.digest(self._pepper, f"passkey-user\0{subject}".encode(), "sha256")


def _descriptors(login: LoginStanding) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in login.passkeys]


def _plain(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(webauthn.options_to_json(options))
    return plain


def _key(credential_id: bytes) -> str:
    return sha256(credential_id).hexdigest()
