"""What enrollment answers about time to report, and about outcomes of entry that are taken back (R41-8, A24-2)."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import Command, SavedV1
from shared.contracts.rpc.enrollment_admissions import exam_no

AN_ID = "019b0000-0000-7000-8000-000000000001"
_NAMED: dict[str, Any] = {"school_code": "4111010001", "entry_year": 2022, "exam_no": "22110108150001"}


class GrantReportingLeaveV1(Command):
    """A school grants leave to report later, or notes force majeure; until then nobody has abandoned entry (R41-8)."""

    service = "enrollment"
    method = "grant_reporting_leave"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    until = shapes.day(metadata={"description": "the last day on which this person reports: today or later"})
    cause = shapes.one_of(("leave", "force_majeure"), required=False, load_default="leave")
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "until": "2022-10-08",
        "cause": "leave",
    }


class ProposeEntryWithdrawalV1(Command):
    """A school asks to take back that somebody abandoned, deferred or lost entry; a second person decides (A24-2)."""

    service = "enrollment"
    method = "propose_entry_withdrawal"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    reason = shapes.text(200, shortest=2)
    until = shapes.day(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "until when the person then reports or comes back; else for thirty days"},
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "reason": "报到截止日期填写有误",
        "until": "2022-10-08",
    }


class DecideEntryWithdrawalV1(Command):
    """The second person takes the outcome back; or it is refused, which whoever asked may do as well (A24-2)."""

    service = "enrollment"
    method = "decide_entry_withdrawal"
    answer = SavedV1

    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    exam_no = exam_no()
    accept = shapes.flag()
    reason = shapes.text(200, shortest=2)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        **_NAMED,
        "accept": True,
        "reason": "经核实属误记",
    }
