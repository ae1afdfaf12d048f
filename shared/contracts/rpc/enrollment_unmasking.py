"""What enrollment answers when one person's data are shown unmasked."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, SavedV1

_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_STATUS = "01930f3a-0000-7000-8000-0000000000a1"
_UNMASKING = "01930f3a-0000-7000-8000-00000000ee31"
_LOOK = "01930f3a-0000-7000-8000-00000000ee01"
_REASON = "核对身份证件与录取名册不一致"


class UnmaskedV1(Contract):
    """One person's data in full, and the look under which it is recorded; the person reads of it."""

    status_id = shapes.identifier()
    look_id = shapes.identifier()
    name = shapes.text(80)
    id_type = shapes.text(2, shortest=0)
    id_number = shapes.text(40, shortest=0)
    birth_date = shapes.text(10, shortest=0)
    sex = shapes.text(4, shortest=0)
    ethnicity = shapes.text(24, shortest=0)

    example: ClassVar[dict[str, Any]] = {
        "status_id": _STATUS,
        "look_id": _LOOK,
        "name": "张三",
        "id_type": "1",
        "id_number": "11010519491231002X",
        "birth_date": "1949-12-31",
        "sex": "男",
        "ethnicity": "汉族",
    }


class UnmaskStatusV1(Command):
    """Staff ask to see one person unmasked: a reason, a strong factor right before, an auditor also another's word."""

    service = "enrollment"
    method = "unmask_status"
    answer = UnmaskedV1

    status_id = shapes.identifier()
    reason = shapes.text(200)
    unmasking_id = shapes.identifier(required=False, allow_none=True, load_default=None)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "status_id": _STATUS,
        "reason": _REASON,
        "unmasking_id": None,
    }


class AskUnmaskingV1(Command):
    """An auditor asks to see one person unmasked; another auditor or the ministry decides (AUD-1)."""

    service = "enrollment"
    method = "ask_unmasking"
    answer = SavedV1

    status_id = shapes.identifier()
    reason = shapes.text(200)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "status_id": _STATUS, "reason": _REASON}


class ApproveUnmaskingV1(Command):
    """Another auditor or the ministry lets an auditor see one person unmasked, for 24 hours."""

    service = "enrollment"
    method = "approve_unmasking"
    answer = SavedV1

    unmasking_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "unmasking_id": _UNMASKING}
