"""What identity answers about accounts beyond their opening: what will be kept, further contacts, recovery."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity import (
    A_DEVICE,
    A_REQUEST,
    CHANNELS,
    CODE,
    CONFIRMATION,
    ID_TYPES,
    CodeRequestedV1,
    code_request,
    known_device,
)
from shared.contracts.rpc.identity_people import issuing_country

_ACCOUNT = "01930f3a-0000-7000-8000-0000000000b1"
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_KEY = "5f1d0b7a" * 5
_DOCUMENT = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
_CONTACT = {"channel": "mail", "contact": "zhangsan@example.edu.cn"}


class AccountPreviewV1(Contract):
    """What will be kept, in its one spelling, for the person who just typed it: is all of this right? (AC-3)"""

    user_name = shapes.text(120)
    channel = shapes.one_of(CHANNELS)
    name = shapes.text(80)
    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    confirmation = shapes.pattern(CONFIRMATION, metadata={"description": "Handed back to say: yes, this is right."})
    valid_until = shapes.instant()

    example: ClassVar[dict[str, Any]] = {
        "user_name": "zhangsan@example.edu.cn",
        "channel": "mail",
        **_DOCUMENT,
        "confirmation": "1792468800." + "0" * 64,
        "valid_until": "2026-10-20T04:30:00+00:00",
    }


class PreviewAccountV1(Request):
    """Before an account is opened its owner sees user name, name and document number as they will be kept (AC-3)."""

    service = "identity"
    method = "preview_account"
    answer = AccountPreviewV1

    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    channel = shapes.one_of(CHANNELS)
    contact = shapes.text(120, shortest=5)

    example: ClassVar[dict[str, Any]] = {**_DOCUMENT, **_CONTACT}


class ResendActivationV1(Command):
    """Send the activation code again to a contact that was registered and not proven (AC-5)."""

    service = "identity"
    method = "resend_activation"
    answer = CodeRequestedV1

    channel = shapes.one_of(CHANNELS)
    contact = shapes.text(120, shortest=5)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, **_CONTACT}


class MyContactV1(Contract):
    """One proven contact of the own account, masked."""

    contact_id = shapes.id_key()
    channel = shapes.one_of(CHANNELS)
    contact = shapes.text(120)
    user_name = shapes.flag(metadata={"description": "The contact that the account is named by."})

    example: ClassVar[dict[str, Any]] = {
        "contact_id": _KEY, "channel": "sms", "contact": "186********", "user_name": True,
    }  # fmt: skip


class UndeliveredV1(Contract):
    """A message to the owner that was given up."""

    channel = shapes.one_of(CHANNELS)
    cause = shapes.one_of(("late", "refused", "failed", "unreachable"))
    at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {"channel": "mail", "cause": "refused", "at": "2026-10-20T04:00:00+00:00"}


class MyAccountV1(Contract):
    """The own account as it stands."""

    id = shapes.identifier()
    version = shapes.integer(1)
    name = shapes.text(80)
    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40, metadata={"description": "Masked."})
    opened_at = shapes.instant()
    contacts = fields.List(fields.Nested(MyContactV1), required=True, validate=Length(1, 10))
    waits_for_code = shapes.flag(metadata={"description": "A further contact was named and waits for its code."})
    undelivered = fields.List(fields.Nested(UndeliveredV1), required=True, validate=Length(max=20))

    example: ClassVar[dict[str, Any]] = {
        "id": _ACCOUNT,
        "version": 3,
        "name": "张三",
        "id_type": "1",
        "id_number": "1101**********002X",
        "opened_at": "2026-10-20T04:00:00+00:00",
        "contacts": [MyContactV1.example],
        "waits_for_code": False,
        "undelivered": [UndeliveredV1.example],
    }


class GetMyAccountV1(Request):
    """A person looks at the own account."""

    service = "identity"
    method = "get_my_account"
    answer = MyAccountV1

    example: ClassVar[dict[str, Any]] = {}


class NameContactV1(Command):
    """A person names a further contact, or one that replaces another; a code goes there (AC-6)."""

    service = "identity"
    method = "name_contact"
    answer = SavedV1

    channel = shapes.one_of(CHANNELS)
    contact = shapes.text(120, shortest=5)
    replaces = shapes.pattern(
        "([0-9a-f]{40})?", required=False, load_default="", metadata={"description": "The `contact_id` it replaces."}
    )

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, **_CONTACT, "replaces": _KEY}


class ProveNewContactV1(Command):
    """The code that came to the contact that was named; from now on it serves the account."""

    service = "identity"
    method = "prove_new_contact"
    answer = SavedV1

    code = shapes.pattern(CODE)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "code": "204816"}


class RemoveContactV1(Command):
    """A person gives a contact up; the last one stays."""

    service = "identity"
    method = "remove_contact"
    answer = SavedV1

    contact_id = shapes.id_key()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "contact_id": _KEY}


class ChangeMyNameV1(Command):
    """A person corrects the own name, as long as no record has verified it; the document never changes here (AC-7)."""

    service = "identity"
    method = "change_my_name"
    answer = SavedV1

    name = shapes.text(80)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "name": "张叁"}


class RequestRecoveryCodeV1(Command):
    """Ask for a code by which user name or password are recovered; the answer is the same for everybody (AC-12)."""

    service = "identity"
    method = "request_recovery_code"
    answer = CodeRequestedV1

    purpose = shapes.one_of(("user_name", "password"))
    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    channel = shapes.one_of(CHANNELS, metadata={"description": "To which kind of the account's contacts."})
    known_device = known_device()

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "purpose": "user_name", **_DOCUMENT, "channel": "mail", "known_device": A_DEVICE,
    }  # fmt: skip


class UserNamesV1(Contract):
    """The contacts by which the account is signed in to, in full, for whoever has proven to own it."""

    user_names = fields.List(shapes.text(120), required=True, validate=Length(1, 10))

    example: ClassVar[dict[str, Any]] = {"user_names": ["zhangsan@example.edu.cn", "18612345678"]}


class RecoverUserNameV1(Command):
    """Name, document and the code that came to a proven contact: the user names (AC-12)."""

    service = "identity"
    method = "recover_user_name"
    answer = UserNamesV1

    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    code = shapes.pattern(CODE)
    request = code_request()
    known_device = known_device()

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, **_DOCUMENT, "code": "204816", "request": A_REQUEST, "known_device": A_DEVICE,
    }  # fmt: skip


class ResetPasswordV1(Command):
    """Name, document, the code that came to a proven contact, and a new password (AC-4, AC-12).

    Every session ends. A second factor stays and is asked for at the next sign-in.
    """

    service = "identity"
    method = "reset_password"
    answer = UserNamesV1

    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    code = shapes.pattern(CODE)
    request = code_request()
    known_device = known_device()
    password = shapes.text(512, metadata={"description": "10 to 128 characters of any kind; pasting is welcome."})

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, **_DOCUMENT, "code": "204816", "request": A_REQUEST,
        "password": "four quiet words here", "known_device": A_DEVICE,
    }  # fmt: skip
