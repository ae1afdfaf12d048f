"""What identity answers: accounts, one-time codes, sign-in, and which records are whose."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity_people import UnboundRecordV1, issuing_country

ID_TYPES = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "Z")
SESSION = r"xs1_[A-Za-z0-9_-]{43}"
CHANNELS = ("mail", "sms")
CODE = r"[0-9]{6}"
# six digits of the own device, or a recovery code in their place
SECOND_FACTOR = r"([0-9]{6}|[0-9A-Za-z]{5}[- ]?[0-9A-Za-z]{5})"
REQUEST = r"xr1_[A-Za-z0-9_-]{43}"
CONFIRMATION = r"[0-9]{10,12}\.[0-9a-f]{64}"
_ACCOUNT = "01930f3a-0000-7000-8000-0000000000b1"
_PERSON = "01930f3a-0000-7000-8000-0000000000c1"
_STATUS = "01930f3a-0000-7000-8000-0000000000a1"
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_DOCUMENT = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
A_REQUEST = "xr1_" + "A" * 43
A_DEVICE = "xd1.nonce.proof"


def known_device() -> Any:
    """What an earlier sign-in answered on this device; it opens nothing by itself."""
    said = "From an earlier sign-in on this device: what strangers ask for or miss does not count against it."
    return shapes.text(200, shortest=0, required=False, load_default="", metadata={"description": said})


def code_request() -> Any:
    """What the request for a code was answered: its code serves nobody without it."""
    said = "The `request` of the answer to the command that asked for the code."
    return shapes.pattern(REQUEST, metadata={"description": said})


class OpenedV1(Contract):
    """An account was opened; its contact must now be proven."""

    id = shapes.identifier()
    version = shapes.integer(1)

    example: ClassVar[dict[str, Any]] = {"id": _ACCOUNT, "version": 1}


class OpenAccountV1(Command):
    """A person opens an account with document, name and one contact, as they were confirmed in its preview (AC-1)."""

    service = "identity"
    method = "open_account"
    answer = OpenedV1

    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    channel = shapes.one_of(CHANNELS)
    contact = shapes.text(120, shortest=5)
    expires_on = shapes.day(required=False, allow_none=True, metadata={"description": "Of the document, if it says."})
    confirmation = shapes.pattern(CONFIRMATION, metadata={"description": "From `preview_account`, within 30 minutes."})

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        **_DOCUMENT,
        "channel": "mail",
        "contact": "zhangsan@example.edu.cn",
        "confirmation": "1792468800." + "0" * 64,
    }


class CodeAskedV1(Contract):
    """The same answer whether or not there is such an account and whether or not a code went out."""

    resend_after = shapes.integer(0, 86400, metadata={"description": "Seconds until another code can be asked for."})
    valid_for = shapes.integer(0, 86400, metadata={"description": "Seconds a code lives."})

    example: ClassVar[dict[str, Any]] = {"resend_after": 60, "valid_for": 600}


class CodeRequestedV1(CodeAskedV1):
    """The same where nobody is signed in; whoever brings the code back brings `request` with it."""

    request = shapes.pattern(
        REQUEST, metadata={"description": "Told to this asker alone: a code counts only for who asked for it."}
    )

    example: ClassVar[dict[str, Any]] = {**CodeAskedV1.example, "request": A_REQUEST}


class SendContactCodeV1(Command):
    """Send a one-time code to the contact of an account that is not yet proven."""

    service = "identity"
    method = "send_contact_code"
    answer = CodeAskedV1

    account_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "account_id": _ACCOUNT}


class SignedInV1(Contract):
    """Who signed in: the session's token for the API, and the assertion that says so to every service."""

    sub = shapes.text(80, metadata={"description": "A person's id for students, an operator's id otherwise."})
    role = shapes.text(40)
    org = shapes.text(40, shortest=0)
    session = shapes.pattern(SESSION, metadata={"description": "The bearer token of the API: never log it."})
    assertion = shapes.text(4096, metadata={"description": "For services on the bus, some minutes: never log it."})
    expires_at = shapes.instant(metadata={"description": "The session ends then; sooner where it is left alone."})

    example: ClassVar[dict[str, Any]] = {
        "sub": _PERSON,
        "role": "student",
        "org": "",
        "session": "xs1_" + "A" * 43,
        "assertion": "header.payload.signature",
        "expires_at": "2026-10-20T12:00:00+00:00",
    }


class SignedInOnDeviceV1(SignedInV1):
    """Who signed in, and what the device keeps: with it, what others miss or ask for never delays this device."""

    known_device = shapes.text(200, metadata={"description": "Not a proof of anybody: it opens nothing by itself."})

    example: ClassVar[dict[str, Any]] = {**SignedInV1.example, "known_device": A_DEVICE}


class ProveContactCodeV1(Command):
    """Prove the contact with the code that came there; the account becomes active and its records are bound."""

    service = "identity"
    method = "prove_contact_code"
    answer = SignedInOnDeviceV1

    account_id = shapes.identifier()
    code = shapes.pattern(CODE)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "account_id": _ACCOUNT, "code": "204816"}


class RequestSignInCodeV1(Command):
    """Ask for a sign-in code by document and name; it goes to the account's own contact."""

    service = "identity"
    method = "request_sign_in_code"
    answer = CodeRequestedV1

    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    known_device = known_device()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, **_DOCUMENT, "known_device": A_DEVICE}


class SignInWithCodeV1(Command):
    """Sign in by document, name and the code that came to the contact, as its asker.

    Whoever has a second factor shows it too, or a recovery code: the same command sent again with `otp` goes on, for
    the code was right.
    """

    service = "identity"
    method = "sign_in_with_code"
    answer = SignedInOnDeviceV1

    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(40)
    issuing_country = issuing_country()
    name = shapes.text(80)
    code = shapes.pattern(CODE)
    request = code_request()
    otp = shapes.pattern(f"{SECOND_FACTOR}?", required=False, load_default="")

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, **_DOCUMENT, "code": "204816", "request": A_REQUEST, "otp": "",
    }  # fmt: skip


class SignInOperatorV1(Request):
    """An office's operator signs in with a key; only where an operators file exists (demo profile)."""

    service = "identity"
    method = "sign_in_operator"
    answer = SignedInV1

    operator_id = shapes.text(80)
    key = shapes.text(200)

    example: ClassVar[dict[str, Any]] = {"operator_id": "pku-registrar-1", "key": "a-long-random-key"}


class BoundV1(Contract):
    """How many records are the person's own after binding, and how many of them are new."""

    bound = shapes.integer(0)
    new = shapes.integer(0)

    example: ClassVar[dict[str, Any]] = {"bound": 1, "new": 1}


class BindMyRecordsV1(Command):
    """A student binds the records whose document and name are both equal to the account's (AC-14)."""

    service = "identity"
    method = "bind_my_records"
    answer = BoundV1

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND}


class MyRecordV1(Contract):
    """One record of one's own."""

    id = shapes.identifier()
    kind = shapes.one_of(("status", "qualification"))
    status_id = shapes.identifier()
    school_code = shapes.school_code()
    school_name = shapes.text(80)
    level = shapes.text(12)
    major_name = shapes.text(50)
    since = shapes.day(metadata={"description": "Day of entry, or the day an award took effect."})
    bound_on = shapes.day()
    state = shapes.text(20, allow_none=True, metadata={"description": "How a status ended, if not by a certificate."})
    ended_on = shapes.day(allow_none=True)
    contested = shapes.flag(metadata={"description": "Somebody else claims this identity; a case is open."})

    example: ClassVar[dict[str, Any]] = {
        "id": _STATUS,
        "kind": "status",
        "status_id": _STATUS,
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "major_name": "哲学",
        "since": "2026-09-01",
        "bound_on": "2026-10-20",
        "state": None,
        "ended_on": None,
        "contested": False,
    }


class MyRecordsV1(Contract):
    """The records of one person, and those under the same document that cannot be bound."""

    records = fields.List(fields.Nested(MyRecordV1), required=True, validate=Length(max=200))
    unbound = fields.List(fields.Nested(UnboundRecordV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"records": [MyRecordV1.example], "unbound": [UnboundRecordV1.example]}


class ListMyRecordsV1(Request):
    """A student asks which records are the own ones (A21-1)."""

    service = "identity"
    method = "list_my_records"
    answer = MyRecordsV1

    example: ClassVar[dict[str, Any]] = {}


class CloseAccountV1(Command):
    """A person closes the own account: document and contact are free again, personal data become unreadable."""

    service = "identity"
    method = "close_account"
    answer = SavedV1

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND}
