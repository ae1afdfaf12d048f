"""What identity answers about signing in: sessions, factors, and how one proves to be oneself."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity import (
    A_DEVICE,
    CODE,
    SECOND_FACTOR,
    SESSION,
    CodeAskedV1,
    SignedInOnDeviceV1,
    SignedInV1,
    known_device,
)

_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_SESSION = "01930f3a-0000-7000-8000-0000000000d1"
_TOKEN = "xs1_" + "A" * 43


class AssertedV1(Contract):
    """Who acts in a session now, signed; held for some seconds, never handed to the caller's client."""

    assertion = shapes.text(4096, metadata={"description": "A bearer secret: never log or store it."})
    expires_at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {
        "assertion": "header.payload.signature",
        "expires_at": "2026-10-20T12:05:00+00:00",
    }


class AssertSessionV1(Request):
    """The front door asks who stands behind a session's token; ended and unknown ones are answered alike."""

    service = "identity"
    method = "assert_session"
    answer = AssertedV1

    session = shapes.pattern(SESSION)

    example: ClassVar[dict[str, Any]] = {"session": _TOKEN}


class MySessionV1(Contract):
    """One living session of one's own."""

    session_id = shapes.identifier()
    methods = fields.List(shapes.text(40), required=True, validate=Length(max=20))
    begun_at = shapes.instant()
    ends_at = shapes.instant(metadata={"description": "At the latest; sooner where it is left alone."})
    seen_at = shapes.instant(metadata={"description": "To the minute."})
    device = shapes.text(120, shortest=0)
    this_one = shapes.flag(metadata={"description": "The session that asks."})

    example: ClassVar[dict[str, Any]] = {
        "session_id": _SESSION,
        "methods": ["pwd", "otp"],
        "begun_at": "2026-10-20T04:00:00+00:00",
        "ends_at": "2026-10-20T16:00:00+00:00",
        "seen_at": "2026-10-20T04:10:00+00:00",
        "device": "Firefox, Linux",
        "this_one": True,
    }


class MySessionsV1(Contract):
    """All living sessions of one person."""

    sessions = fields.List(fields.Nested(MySessionV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"sessions": [MySessionV1.example]}


class ListMySessionsV1(Request):
    """Somebody asks where the own account is signed in."""

    service = "identity"
    method = "list_my_sessions"
    answer = MySessionsV1

    example: ClassVar[dict[str, Any]] = {}


class EndSessionV1(Command):
    """End one of the own sessions, wherever it was begun."""

    service = "identity"
    method = "end_session"
    answer = SavedV1

    session_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "session_id": _SESSION}


class EndMySessionsV1(Command):
    """End all own sessions at once; the one that asks is kept unless it is named too."""

    service = "identity"
    method = "end_my_sessions"
    answer = SavedV1

    this_too = shapes.flag()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "this_too": False}


class SignOutV1(Command):
    """End the session that asks."""

    service = "identity"
    method = "sign_out"
    answer = SavedV1

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND}


class SignInWithPasswordV1(Command):
    """Sign in by name and password, and the one-time password where there is one. Staff always have one.

    Whether the name, the password or the one-time password is wrong or missing is not said; only to a device that
    its owner signed in on before (`known_device`).
    """

    service = "identity"
    method = "sign_in_with_password"
    answer = SignedInOnDeviceV1

    name = shapes.text(120, metadata={"description": "A contact, a document number, or an operator's id."})
    password = shapes.text(512)
    otp = shapes.pattern(
        f"{SECOND_FACTOR}?",
        required=False,
        load_default="",
        metadata={
            "description": "Of the own device, or a recovery code. Send it where there is one: nobody asks for it."
        },
    )
    known_device = known_device()
    device = shapes.text(120, shortest=0, required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "name": "zhangsan@example.edu.cn",
        "password": "four quiet words here",
        "otp": "204816",
        "known_device": A_DEVICE,
        "device": "Firefox, Linux",
    }


class ChallengeV1(Contract):
    """What a browser asks its authenticator (WebAuthn), and the secret that completes it within minutes, once."""

    ceremony = shapes.text(100)
    options = fields.Dict(keys=fields.String(), required=True)

    example: ClassVar[dict[str, Any]] = {
        "ceremony": "a-secret-of-this-sign-in",
        "options": {"challenge": "Y2hhbGxlbmdl", "rpId": "xueji.example", "userVerification": "required"},
    }


class BeginPasskeySignInV1(Request):
    """Begin to sign in with a passkey; no name is asked."""

    service = "identity"
    method = "begin_passkey_sign_in"
    answer = ChallengeV1

    example: ClassVar[dict[str, Any]] = {}


class SignInWithPasskeyV1(Command):
    """Sign in by what the authenticator signed."""

    service = "identity"
    method = "sign_in_with_passkey"
    answer = SignedInV1

    ceremony = shapes.text(100)
    credential = fields.Dict(keys=fields.String(), required=True)
    device = shapes.text(120, shortest=0, required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "ceremony": "a-secret-of-this-sign-in",
        "credential": {"id": "Y3JlZA", "rawId": "Y3JlZA", "type": "public-key", "response": {}},
        "device": "Firefox, Linux",
    }


class StepUpWithOtpV1(Command):
    """Show a one-time password or a recovery code in this session; the session's token changes with it."""

    service = "identity"
    method = "step_up_with_otp"
    answer = SignedInV1

    otp = shapes.pattern(SECOND_FACTOR)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "otp": "204816"}


class BeginPasskeyStepUpV1(Request):
    """Begin to show one of the own passkeys again."""

    service = "identity"
    method = "begin_passkey_step_up"
    answer = ChallengeV1

    example: ClassVar[dict[str, Any]] = {}


class StepUpWithPasskeyV1(Command):
    """Show a passkey again in this session; the session's token changes with it."""

    service = "identity"
    method = "step_up_with_passkey"
    answer = SignedInV1

    ceremony = shapes.text(100)
    credential = fields.Dict(keys=fields.String(), required=True)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "ceremony": "a-secret-of-this-step-up",
        "credential": {"id": "Y3JlZA", "rawId": "Y3JlZA", "type": "public-key", "response": {}},
    }


class SendStepUpCodeV1(Command):
    """A student without a stronger factor asks for a code to the own proven contact."""

    service = "identity"
    method = "send_step_up_code"
    answer = CodeAskedV1

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND}


class StepUpWithCodeV1(Command):
    """Show the code that came to the own contact; the session's token changes with it."""

    service = "identity"
    method = "step_up_with_code"
    answer = SignedInV1

    code = shapes.pattern(CODE)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "code": "204816"}


class OfficeProviderV1(Contract):
    """An office whose staff sign in with its own identity provider."""

    office = shapes.text(40)
    office_name = shapes.text(80)

    example: ClassVar[dict[str, Any]] = {"office": "education-11", "office_name": "北京市教育委员会"}


class ProvidersV1(Contract):
    """All offices with an identity provider, by code."""

    providers = fields.List(fields.Nested(OfficeProviderV1), required=True, validate=Length(max=5000))

    example: ClassVar[dict[str, Any]] = {"providers": [OfficeProviderV1.example]}


class ListProvidersV1(Request):
    """Whoever is about to sign in asks which offices have an identity provider of their own."""

    service = "identity"
    method = "list_providers"
    answer = ProvidersV1

    example: ClassVar[dict[str, Any]] = {}


class ProviderSignInV1(Contract):
    """Where the browser goes, and the secret that it keeps meanwhile: whoever comes back without it is not let in."""

    ceremony = shapes.text(100)
    address = shapes.text(4000)

    example: ClassVar[dict[str, Any]] = {
        "ceremony": "a-secret-of-this-sign-in",
        "address": "https://login.office.example/authorize?client_id=xueji",
    }


class BeginProviderSignInV1(Request):
    """Staff of an office with an identity provider of its own begin to sign in there (OpenID Connect)."""

    service = "identity"
    method = "begin_provider_sign_in"
    answer = ProviderSignInV1

    office = shapes.text(40)

    example: ClassVar[dict[str, Any]] = {"office": "education-11"}


class SignInWithProviderV1(Command):
    """Sign in by the code with which the office's provider sent the browser back."""

    service = "identity"
    method = "sign_in_with_provider"
    answer = SignedInV1

    ceremony = shapes.text(100)
    state = shapes.text(200)
    code = shapes.text(2000)
    device = shapes.text(120, shortest=0, required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "ceremony": "a-secret-of-this-sign-in",
        "state": "what-was-sent-along",
        "code": "what-the-provider-gave",
        "device": "Firefox, Linux",
    }
