"""What identity answers when an office asks for a consent and a person answers it (AC-23)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity_privacy import CONSENT_SCOPE

REQUEST_STATES = ("asked", "approved", "declined", "over")
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_REQUEST = "01930f3a-0000-7000-8000-0000000000f1"
_CONSENT = "01930f3a-0000-7000-8000-0000000000c1"
_STATUS = "01930f3a-0000-7000-8000-0000000000a1"
_LINK = f"https://xueji.example/me/consents/{_REQUEST}"
_ASKED = {"purpose": "入职背景核实", "scope": ["name", "school_name", "level"], "until": "2026-12-31"}


def _scope() -> Any:
    return fields.List(shapes.one_of(CONSENT_SCOPE), required=True, validate=Length(1, 20))


class ConsentAskedV1(SavedV1):
    """The request, and the link that one person answers it by; as text or as a picture."""

    link = shapes.text(300)

    example: ClassVar[dict[str, Any]] = {"id": _REQUEST, "version": 1, "link": _LINK}


class RequestConsentV1(Command):
    """A verifier's office asks to read some fields of one person's records, until a day, for a purpose (AC-23)."""

    service = "identity"
    method = "request_consent"
    answer = ConsentAskedV1

    purpose = shapes.text(200)
    scope = _scope()
    until = shapes.day(metadata={"description": "The last day of the consent, within a year."})

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, **_ASKED}


class ConsentRequestV1(Contract):
    """Who asks, for what and until when, and where it stands; by which consent, for the office alone."""

    request_id = shapes.identifier()
    office = shapes.text(40)
    office_name = shapes.text(80, shortest=0)
    purpose = shapes.text(200)
    scope = _scope()
    until = shapes.day()
    answer_until = shapes.instant()
    state = shapes.one_of(REQUEST_STATES)
    consent_id = shapes.identifier(allow_none=True)
    link = shapes.text(300)

    example: ClassVar[dict[str, Any]] = {
        "request_id": _REQUEST,
        "office": "ver-1",
        "office_name": "某某科技有限公司",
        **_ASKED,
        "answer_until": "2026-10-27T02:00:00+00:00",
        "state": "approved",
        "consent_id": _CONSENT,
        "link": _LINK,
    }


class GetConsentRequestV1(Request):
    """The office that asked looks whether there is an answer; whoever has the link looks what is asked."""

    service = "identity"
    method = "get_consent_request"
    answer = ConsentRequestV1

    request_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"request_id": _REQUEST}


class ApproveConsentRequestV1(Command):
    """A student agrees, and chooses which records and how much of what was asked for; answers the consent."""

    service = "identity"
    method = "approve_consent_request"
    answer = SavedV1

    request_id = shapes.identifier()
    scope = _scope()
    records = fields.List(fields.UUID(), required=True, validate=Length(1, 50))

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "request_id": _REQUEST, "scope": ["school_name", "level"], "records": [_STATUS],
    }  # fmt: skip


class DeclineConsentRequestV1(Command):
    """A student says no; the office learns that, and not who it was."""

    service = "identity"
    method = "decline_consent_request"
    answer = SavedV1

    request_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "request_id": _REQUEST}
