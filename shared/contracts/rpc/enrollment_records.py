"""What enrollment answers about study records and other papers that were noted in error."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import Command, SavedV1

AN_ID = "019b0000-0000-7000-8000-000000000001"
ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"


class WithdrawRecordV1(Command):
    """A school takes a study record back that it filed in error, whatever followed, of an open status (A14-2)."""

    service = "enrollment"
    method = "withdraw_record"
    answer = SavedV1

    status_id = shapes.identifier()
    version = shapes.integer(2, metadata={"description": "The version of the record, as its recording answered."})
    reason = shapes.text(200, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "version": 4,
        "reason": "误录他人",
    }


class WithdrawPaperV1(Command):
    """A school takes a leaving certificate or a study statement back that it noted in error; its number is free."""

    service = "enrollment"
    method = "withdraw_paper"
    answer = SavedV1

    status_id = shapes.identifier()
    version = shapes.integer(2, metadata={"description": "The version of the paper, as its recording answered."})
    reason = shapes.text(200, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": ANOTHER_ID,
        "version": 6,
        "reason": "编号有误",
    }
