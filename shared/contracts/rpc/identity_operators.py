"""What identity answers about the people who act for offices (A24-1)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity import ID_TYPES
from shared.contracts.rpc.identity_offices import OFFICE_CODE, OPERATOR_ID

TRAININGS = ("all", "regular", "graduate", "adult", "online")
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_OPERATOR = "4111010001-3fa9c1"
_SAVED = {"id": "01930f3a-0000-7000-8000-0000000000f1", "version": 1}


def _code(**options: Any) -> Any:
    return shapes.pattern(OFFICE_CODE, **options)


def _operator_id(**options: Any) -> Any:
    return shapes.pattern(OPERATOR_ID, **options)


class NameOfficeOwnerV1(Command):
    """One of an office's operators answers for it from now on: the owner passes it on, or the office above names."""

    service = "identity"
    method = "name_office_owner"
    answer = SavedV1

    code = _code()
    operator_id = _operator_id()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "code": "4111010001", "operator_id": _OPERATOR}


class AppointedV1(Contract):
    """Who was appointed: the id under which the person signs in. The invitation goes out by mail."""

    id = shapes.identifier()
    version = shapes.integer(1)
    operator_id = _operator_id()

    example: ClassVar[dict[str, Any]] = {**_SAVED, "version": 2, "operator_id": _OPERATOR}


class AppointOperatorV1(Command):
    """A named person may act for an office: one person, one operator (A24-1)."""

    service = "identity"
    method = "appoint_operator"
    answer = AppointedV1

    code = _code()
    name = shapes.text(80)
    mail = shapes.text(120, shortest=5)
    id_type = shapes.one_of(ID_TYPES)
    id_number = shapes.text(
        40, metadata={"description": "Only a keyed hash of it is kept: one person holds one appointment in an office."}
    )
    training = shapes.one_of(TRAININGS)
    valid_from = shapes.day(required=False, load_default=None, allow_none=True)
    valid_until = shapes.day(required=False, load_default=None, allow_none=True)
    as_owner = shapes.flag(
        required=False, load_default=False, metadata={"description": "The person answers for the office (A23-1)."}
    )

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "code": "4111010001",
        "name": "李明",
        "mail": "liming@example.edu.cn",
        "id_type": "1",
        "id_number": "11010519491231002X",
        "training": "all",
        "valid_from": "2026-09-01",
        "valid_until": None,
        "as_owner": True,
    }


class InviteOperatorV1(Command):
    """Let a new invitation go out; the one before is worth nothing any more."""

    service = "identity"
    method = "invite_operator"
    answer = SavedV1

    operator_id = _operator_id()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "operator_id": _OPERATOR}


class RevokeOperatorV1(Command):
    """End an appointment at once, and with it every session of it (A24-1)."""

    service = "identity"
    method = "revoke_operator"
    answer = SavedV1

    operator_id = _operator_id()
    reason = shapes.text(500, shortest=2)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "operator_id": _OPERATOR, "reason": "moved to another department",
    }  # fmt: skip


class ListedOperatorV1(Contract):
    """One named person of an office; the name is for the office and those above it."""

    operator_id = _operator_id()
    office = _code()
    role = shapes.text(40)
    training = shapes.one_of(TRAININGS)
    name = shapes.text(80, allow_none=True)
    is_owner = shapes.flag()
    state = shapes.one_of(("invited", "active", "revoked"))
    valid_from = shapes.day()
    valid_until = shapes.day(allow_none=True)
    invited_until = shapes.instant(allow_none=True)
    revoked_on = shapes.day(allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "operator_id": _OPERATOR,
        "office": "4111010001",
        "role": "registrar",
        "training": "all",
        "name": "李明",
        "is_owner": True,
        "state": "active",
        "valid_from": "2026-09-01",
        "valid_until": None,
        "invited_until": None,
        "revoked_on": None,
    }


class OperatorsV1(Contract):
    """Who acts for an office, and who did."""

    operators = fields.List(fields.Nested(ListedOperatorV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"operators": [ListedOperatorV1.example]}


class ListOperatorsV1(Request):
    """Who acts for an office: asked by the office itself or from above."""

    service = "identity"
    method = "list_operators"
    answer = OperatorsV1

    code = _code()

    example: ClassVar[dict[str, Any]] = {"code": "4111010001"}
