"""What identity answers about machine clients: other systems of an office, which only look (X-SCOPE-1)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity_offices import OFFICE_CODE

SCOPES = (
    "read_status", "read_counts", "read_overdue", "read_batch", "read_cases", "read_admission_fixes", "read_offices",
    "read_consented", "verify_report",
)  # fmt: skip
CLIENT_ID = r"[a-z0-9][a-z0-9-]{1,79}"
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_CLIENT = "4111010001-8c1f20ab"


def _client_id(**options: Any) -> Any:
    return shapes.pattern(CLIENT_ID, **options)


def _scopes(**options: Any) -> Any:
    return fields.List(shapes.one_of(SCOPES), validate=Length(max=len(SCOPES)), **options)


class MachineSecretV1(Contract):
    """A client and its secret, which is shown here and nowhere else."""

    id = shapes.identifier()
    version = shapes.integer(1)
    client_id = _client_id()
    client_secret = shapes.text(
        80, shortest=0, metadata={"description": "Never log or store it. Empty where the command is long past."}
    )

    example: ClassVar[dict[str, Any]] = {
        "id": "01930f3a-0000-7000-8000-0000000000f2",
        "version": 1,
        "client_id": _CLIENT,
        "client_secret": "xms_a-long-random-secret",
    }


class RegisterMachineClientV1(Command):
    """An office's owner registers another system: what it may look at, from where, until when."""

    service = "identity"
    method = "register_machine_client"
    answer = MachineSecretV1

    code = shapes.pattern(OFFICE_CODE)
    name = shapes.text(80)
    scopes = _scopes(required=True)
    networks = fields.List(
        shapes.text(50),
        required=False,
        load_default=list,
        validate=Length(max=20),
        metadata={"description": "From where it may ask for tokens; none: from anywhere."},
    )
    expires_on = shapes.day(metadata={"description": "The last day, within a year."})

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "code": "4111010001",
        "name": "campus portal",
        "scopes": ["read_counts"],
        "networks": ["192.0.2.0/24"],
        "expires_on": "2027-08-31",
    }


class RotateMachineSecretV1(Command):
    """A client gets a new secret; the old one stays right for some hours."""

    service = "identity"
    method = "rotate_machine_secret"
    answer = MachineSecretV1

    client_id = _client_id()
    overlap_hours = shapes.integer(0, 168, required=False, load_default=24)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "client_id": _CLIENT, "overlap_hours": 24}


class RevokeMachineClientV1(Command):
    """A client gets no token any more: its office's owner says so, or the office above."""

    service = "identity"
    method = "revoke_machine_client"
    answer = SavedV1

    client_id = _client_id()
    reason = shapes.text(500, shortest=2)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "client_id": _CLIENT, "reason": "secret was published"}


class MachineClientV1(Contract):
    """One client of an office."""

    client_id = _client_id()
    office = shapes.pattern(OFFICE_CODE)
    name = shapes.text(80)
    scopes = _scopes(required=True)
    networks = fields.List(shapes.text(50), required=True, validate=Length(max=20))
    expires_on = shapes.day()
    revoked = shapes.flag()
    rotated_until = shapes.instant(allow_none=True, metadata={"description": "Until then the old secret is right too."})
    tokens = shapes.integer(0, 2**53, metadata={"description": "How many tokens it was given, a few minutes late."})
    last_token_at = shapes.instant(allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "client_id": _CLIENT,
        "office": "4111010001",
        "name": "campus portal",
        "scopes": ["read_counts"],
        "networks": ["192.0.2.0/24"],
        "expires_on": "2027-08-31",
        "revoked": False,
        "rotated_until": None,
        "tokens": 12,
        "last_token_at": "2026-10-20T02:00:00+00:00",
    }


class MachineClientsV1(Contract):
    """The clients of an office."""

    clients = fields.List(fields.Nested(MachineClientV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"clients": [MachineClientV1.example]}


class ListMachineClientsV1(Request):
    """Which other systems look for an office."""

    service = "identity"
    method = "list_machine_clients"
    answer = MachineClientsV1

    code = shapes.pattern(OFFICE_CODE)

    example: ClassVar[dict[str, Any]] = {"code": "4111010001"}


class MachineTokenV1(Contract):
    """A bearer token of a few minutes, as RFC 6749 writes it."""

    access_token = shapes.text(4096, metadata={"description": "A bearer secret: never log or store it."})
    token_type = shapes.one_of(("Bearer",))
    expires_in = shapes.integer(1, 300)
    scope = shapes.text(400, shortest=0)

    example: ClassVar[dict[str, Any]] = {
        "access_token": "header.payload.signature",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "read_counts",
    }


class IssueMachineTokenV1(Request):
    """A client shows its secret and asks for a token; asked by the gateway for POST /oauth/token."""

    service = "identity"
    method = "issue_machine_token"
    answer = MachineTokenV1

    client_id = shapes.text(80)
    client_secret = shapes.text(200)
    scopes = fields.List(shapes.text(40), required=False, load_default=list, validate=Length(max=20))
    address = shapes.text(50, metadata={"description": "Where the client called the gateway from."})

    example: ClassVar[dict[str, Any]] = {
        "client_id": _CLIENT,
        "client_secret": "xms_a-long-random-secret",
        "scopes": ["read_counts"],
        "address": "192.0.2.7",
    }
