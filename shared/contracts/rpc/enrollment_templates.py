"""What enrollment answers for templates: a recorded export of a school's own students, then its rows page by page."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request

AN_ID = "019b0000-0000-7000-8000-000000000001"
ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"
ROSTERS = (
    "freshman_reports",
    "freshman_results",
    "recheck_results",
    "year_results",
    "status_changes",
    "study_records",
    "cancellations",
    "leaving_papers",
    "certificates",
)
"""The kinds of files that a school's own students can stand in before anybody fills them in."""


class RosterExportV1(Contract):
    """An export that was recorded: its number stands in every row of the file, and opens its rows to whoever asked."""

    id = shapes.identifier()
    version = fields.Integer(required=True)
    rows = fields.Integer(required=True)
    purpose = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {
        "id": ANOTHER_ID,
        "version": 1,
        "rows": 2913,
        "purpose": "学年注册 year_results 2023",
    }


class ExportRosterV1(Command):
    """A school takes out the rows of its own students for whom a file of this kind is due (A25-2)."""

    service = "enrollment"
    method = "export_roster"
    answer = RosterExportV1

    kind = shapes.one_of(ROSTERS)
    school_code = shapes.school_code()
    entry_year = shapes.academic_year()
    academic_year = shapes.academic_year(
        required=False, load_default=None, allow_none=True, metadata={"description": "which year is due"}
    )
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "kind": "year_results",
        "school_code": "4111010001",
        "entry_year": 2022,
        "academic_year": 2023,
    }


class RosterRowV1(Contract):
    """One own student as the file needs it; the name is whole, for it leaves to the own school under a number."""

    exam_no = fields.String(required=True)
    name = fields.String(required=True)
    student_no = fields.String(required=True, allow_none=True)
    major_name = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {
        "exam_no": "22110108150001",
        "name": "王小明",
        "student_no": "2200010001",
        "major_name": "哲学",
    }


class RosterPageV1(Contract):
    """Up to a thousand rows in the order of their numbers; `next` is asked for after, none at the end."""

    rows = fields.List(fields.Nested(RosterRowV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"rows": [RosterRowV1.example], "next": None}


class ListRosterV1(Request):
    """Ask for the next rows of an own export."""

    service = "enrollment"
    method = "list_roster"
    answer = RosterPageV1

    export_id = shapes.identifier()
    after = shapes.pattern(r"[0-9A-Za-z]{0,18}", required=False, load_default="")
    example: ClassVar[dict[str, Any]] = {"export_id": ANOTHER_ID, "after": "22110108150001"}
