"""What identity answers about factors: passwords, one-time passwords, passkeys, accounts of identity providers."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity import SignedInV1
from shared.contracts.rpc.identity_sign_in import ChallengeV1

_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_KEY = "5f" * 32
_CREDENTIAL = {"id": "Y3JlZA", "rawId": "Y3JlZA", "type": "public-key", "response": {}}


class MyPasskeyV1(Contract):
    """One passkey of one's own."""

    passkey = shapes.digest()
    label = shapes.text(80, shortest=0)
    added_at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {"passkey": _KEY, "label": "手机", "added_at": "2026-10-20T04:00:00+00:00"}


class MyFactorsV1(Contract):
    """How one can sign in; nothing that could."""

    has_password = shapes.flag()
    has_totp = shapes.flag()
    provider_accounts = shapes.integer(0)
    provider_accounts_waiting = shapes.integer(0, metadata={"description": "Named by the office's owner only."})
    recovery_codes_left = shapes.integer(0)
    passkeys = fields.List(fields.Nested(MyPasskeyV1), required=True, validate=Length(max=20))

    example: ClassVar[dict[str, Any]] = {
        "has_password": True,
        "has_totp": False,
        "provider_accounts": 0,
        "provider_accounts_waiting": 0,
        "recovery_codes_left": 9,
        "passkeys": [MyPasskeyV1.example],
    }


class ListMyFactorsV1(Request):
    """Somebody asks how the own account is signed in to."""

    service = "identity"
    method = "list_my_factors"
    answer = MyFactorsV1

    example: ClassVar[dict[str, Any]] = {}


class SetPasswordV1(Command):
    """Set or replace the own password (AC-4); every other session ends."""

    service = "identity"
    method = "set_password"
    answer = SavedV1

    password = shapes.text(512, metadata={"description": "10 to 128 characters of any kind; pasting is welcome."})

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "password": "four quiet words here"}


class TotpOfferedV1(Contract):
    """A seed for a device; it counts once the device has shown its first one-time password."""

    ceremony = shapes.text(100)
    seed = shapes.pattern(r"[A-Z2-7]{32}")
    address = shapes.text(400, metadata={"description": "otpauth://…, to be shown as a QR code."})

    example: ClassVar[dict[str, Any]] = {
        "ceremony": "a-secret-of-this-registration",
        "seed": "A" * 32,
        "address": "otpauth://totp/Xueji:student?secret=AAAA&issuer=Xueji",
    }


class BeginTotpV1(Request):
    """Begin to register a device for one-time passwords."""

    service = "identity"
    method = "begin_totp"
    answer = TotpOfferedV1

    example: ClassVar[dict[str, Any]] = {}


class AddTotpV1(Command):
    """Complete it with the device's first one-time password; the device before it is taken no more."""

    service = "identity"
    method = "add_totp"
    answer = SavedV1

    ceremony = shapes.text(100)
    otp = shapes.pattern(r"[0-9]{6}")

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "ceremony": "a-secret-of-this-registration",
        "otp": "204816",
    }


class RemoveTotpV1(Command):
    """Take no one-time passwords any more; staff keep a strong factor."""

    service = "identity"
    method = "remove_totp"
    answer = SavedV1

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND}


class BeginPasskeyV1(Request):
    """Begin to register a passkey."""

    service = "identity"
    method = "begin_passkey"
    answer = ChallengeV1

    example: ClassVar[dict[str, Any]] = {}


class AddPasskeyV1(Command):
    """Complete it with what the authenticator made."""

    service = "identity"
    method = "add_passkey"
    answer = SavedV1

    ceremony = shapes.text(100)
    credential = fields.Dict(keys=fields.String(), required=True)
    label = shapes.text(80)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "ceremony": "a-secret-of-this-registration",
        "credential": _CREDENTIAL,
        "label": "手机",
    }


class RemovePasskeyV1(Command):
    """Take a passkey no more; staff keep a strong factor."""

    service = "identity"
    method = "remove_passkey"
    answer = SavedV1

    passkey = shapes.digest()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "passkey": _KEY}


class RecoveryCodesV1(Contract):
    """Codes that are shown once: each stands for a one-time password or a passkey, once."""

    id = shapes.identifier()
    version = shapes.integer(1)
    codes = fields.List(
        shapes.text(20),
        required=True,
        validate=Length(max=10),
        metadata={"description": "Ten; none where the same command is asked again."},
    )

    example: ClassVar[dict[str, Any]] = {
        "id": "01930f3a-0000-7000-8000-0000000000f1", "version": 4, "codes": ["7Q3XK-M2B9T"],
    }  # fmt: skip


class MakeRecoveryCodesV1(Command):
    """Ten new recovery codes for when the device is not at hand; those before them are worth nothing."""

    service = "identity"
    method = "make_recovery_codes"
    answer = RecoveryCodesV1

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND}


class EnrolmentV1(Contract):
    """Two ways to complete an enrolment; one of them is enough."""

    totp = fields.Nested(TotpOfferedV1, required=True)
    passkey = fields.Nested(ChallengeV1, required=True)

    example: ClassVar[dict[str, Any]] = {"totp": TotpOfferedV1.example, "passkey": ChallengeV1.example}


class BeginEnrolmentV1(Command):
    """An invited operator comes with the invitation's code; it is spent by that."""

    service = "identity"
    method = "begin_enrolment"
    answer = EnrolmentV1

    operator_id = shapes.text(80)
    code = shapes.text(40)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "operator_id": "education-11-a1b2c3",
        "code": "0123-4567-89AB",
    }


class CompleteEnrolmentV1(Command):
    """Complete it with a passkey, or with a password and a first one-time password; then there is a session."""

    service = "identity"
    method = "complete_enrolment"
    answer = SignedInV1

    ceremony = shapes.text(100)
    password = shapes.text(512, shortest=0, required=False, load_default="")
    otp = shapes.pattern(r"([0-9]{6})?", required=False, load_default="")
    credential = fields.Dict(keys=fields.String(), required=False, load_default=None, allow_none=True)
    label = shapes.text(80, shortest=0, required=False, load_default="")
    device = shapes.text(120, shortest=0, required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "ceremony": "a-secret-of-this-enrolment",
        "password": "four quiet words here",
        "otp": "204816",
        "credential": None,
        "label": "手机",
        "device": "Firefox, Linux",
    }


class LinkProviderAccountV1(Command):
    """The owner of an office says which account of its identity provider an operator is; arrival makes none.

    It waits until the operator has confirmed it: nobody signs in for another on the word of whoever appoints.
    """

    service = "identity"
    method = "link_provider_account"
    answer = SavedV1

    operator_id = shapes.text(80)
    account = shapes.text(255, metadata={"description": "The provider's `sub` of the operator."})

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "operator_id": "education-11-a1b2c3",
        "account": "248289761001",
    }


class ConfirmProviderAccountV1(Command):
    """An operator proves that the account that was named for her is hers, by signing in there (A24-2).

    Asked in a session of the own right after a strong factor; begun like a sign-in at the provider.
    """

    service = "identity"
    method = "confirm_provider_account"
    answer = SavedV1

    ceremony = shapes.text(100)
    state = shapes.text(200)
    code = shapes.text(2000)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "ceremony": "a-secret-of-this-sign-in",
        "state": "what-was-sent-along",
        "code": "what-the-provider-gave",
    }


class UnlinkProviderAccountV1(Command):
    """The provider's account stands for the operator no more; its sessions end. Without an account, none does."""

    service = "identity"
    method = "unlink_provider_account"
    answer = SavedV1

    operator_id = shapes.text(80)
    account = shapes.text(255, shortest=0, required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "operator_id": "education-11-a1b2c3",
        "account": "248289761001",
    }
