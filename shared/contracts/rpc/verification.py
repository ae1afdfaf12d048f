"""What verification answers: reports on own records, asked for, extended, closed, read. Verifying itself is HTTP."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.events.verification import LANGUAGES, REPORT_KINDS

AN_ID = "019b0000-0000-7000-8000-000000000001"
A_REPORT = "019b0000-0000-7000-8000-0000000000f1"
A_RECORD = "019b0000-0000-7000-8000-0000000000e1"
A_STATUS = "019b0000-0000-7000-8000-0000000000a1"
STATES = ("requested", "issued", "closed", "expired", "revoked")


class DelayV1(Contract):
    """Why a document could not be made yet."""

    code = shapes.pattern(r"[A-Z_]{1,40}")
    zh = shapes.text(200)
    en = shapes.text(200)
    rule = shapes.text(
        20, required=False, load_default=None, allow_none=True, metadata={"description": "If one says so."}
    )

    example: ClassVar[dict[str, Any]] = {
        "code": "RECORD_DISPUTED",
        "zh": "该记录的归属存在争议，处理完毕后出具报告。",
        "en": "It is disputed whose this record is; the report is made once that is decided.",
        "rule": "X-REPORT-8",
    }


class ReportCreatedV1(Contract):
    """The answer to RequestReportV1; the only message that ever carries a code."""

    id = shapes.identifier()
    version = shapes.integer(1)
    state = shapes.one_of(STATES)
    code = shapes.pattern(
        r"[0-9A-Z]{16}",
        allow_none=True,
        metadata={"description": "Null while the document waits; it is then read from the document."},
    )
    valid_until = shapes.day(metadata={"description": "The last day, inclusive, in China."})
    delay = fields.Nested(DelayV1, required=True, allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "id": A_REPORT,
        "version": 2,
        "state": "issued",
        "code": "S0123456789ABCD7",
        "valid_until": "2031-01-15",
        "delay": None,
    }


class RequestReportV1(Command):
    """A student asks for a report on an own status or qualification; free of charge (A21-1)."""

    service = "verification"
    method = "request_report"
    answer = ReportCreatedV1

    kind = shapes.one_of(REPORT_KINDS)
    record_id = shapes.identifier(metadata={"description": "The status's or the certificate's id."})
    language = shapes.one_of(LANGUAGES)
    months = shapes.integer(1, 6, metadata={"description": "Validity: to the same day of the month, inclusive."})
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "kind": "status",
        "record_id": A_STATUS,
        "language": "both",
        "months": 3,
    }


class CloseReportV1(Command):
    """The owner ends online verification of a report; reopening is allowed."""

    service = "verification"
    method = "close_report"
    answer = SavedV1

    report_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "report_id": A_REPORT}


class ReopenReportV1(Command):
    """The owner allows online verification of a closed report again."""

    service = "verification"
    method = "reopen_report"
    answer = SavedV1

    report_id = shapes.identifier()
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "report_id": A_REPORT}


class ReportExtendedV1(Contract):
    """The answer to ExtendReportV1."""

    id = shapes.identifier()
    version = shapes.integer(1)
    valid_until = shapes.day()
    example: ClassVar[dict[str, Any]] = {"id": A_REPORT, "version": 3, "valid_until": "2031-04-15"}


class ExtendReportV1(Command):
    """The owner moves a report's last day, in its last month or after it expired; the code stays the same."""

    service = "verification"
    method = "extend_report"
    answer = ReportExtendedV1

    report_id = shapes.identifier()
    months = shapes.integer(1, 6)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "report_id": A_REPORT, "months": 3}


class ReportV1(Contract):
    """A report as its owner sees it; the code stands in the document alone."""

    report_id = shapes.identifier()
    kind = shapes.one_of(REPORT_KINDS)
    record_id = shapes.identifier()
    status_id = shapes.identifier()
    school_name = shapes.text(80, allow_none=True)
    language = shapes.one_of(LANGUAGES)
    state = shapes.one_of(STATES)
    requested_on = shapes.day()
    issued_on = shapes.day(allow_none=True)
    valid_until = shapes.day()
    may_extend_from = shapes.day(allow_none=True)
    delay = fields.Nested(DelayV1, required=True, allow_none=True)
    times_verified = shapes.integer(metadata={"description": "How often strangers were shown this report."})
    last_verified_at = shapes.instant(allow_none=True)
    version = shapes.integer(1)

    example: ClassVar[dict[str, Any]] = {
        "report_id": A_REPORT,
        "kind": "status",
        "record_id": A_STATUS,
        "status_id": A_STATUS,
        "school_name": "北京大学",
        "language": "both",
        "state": "issued",
        "requested_on": "2030-10-15",
        "issued_on": "2030-10-15",
        "valid_until": "2031-01-15",
        "may_extend_from": "2030-12-15",
        "delay": None,
        "times_verified": 2,
        "last_verified_at": "2030-10-20T01:02:03+00:00",
        "version": 2,
    }


class GetReportV1(Request):
    """One own report."""

    service = "verification"
    method = "get_report"
    answer = ReportV1

    report_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"report_id": A_REPORT, "after_version": 2}


class ReportListV1(Contract):
    """Own reports, newest first."""

    reports = fields.List(fields.Nested(ReportV1), required=True, validate=Length(max=200))
    example: ClassVar[dict[str, Any]] = {"reports": [ReportV1.example]}


class ListReportsV1(Request):
    """The reports of the student who asks."""

    service = "verification"
    method = "list_reports"
    answer = ReportListV1

    example: ClassVar[dict[str, Any]] = {}


class DocumentV1(Contract):
    """Where a report's PDF lies among the blobs, sealed, and the key that opens it (shared.blobs.sealed)."""

    digest = shapes.digest()
    key = shapes.pattern(r"[A-Za-z0-9_-]{43}=", metadata={"description": "For this one file; never log it."})
    filename = shapes.pattern(r"[a-z0-9.-]{1,80}")
    example: ClassVar[dict[str, Any]] = {
        "digest": "ab" * 32,
        "key": "A" * 43 + "=",
        "filename": "report-2030-10-15-00f1.pdf",
    }


class GetReportPdfV1(Request):
    """The document of one own report; the file itself never travels on the bus."""

    service = "verification"
    method = "get_report_pdf"
    answer = DocumentV1

    report_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"report_id": A_REPORT, "after_version": 2}


class ReportableV1(Contract):
    """A record of the student's on which a report can be made."""

    kind = shapes.one_of(REPORT_KINDS)
    record_id = shapes.identifier()
    school_name = shapes.text(80)
    level = shapes.text(12)
    major_name = shapes.text(50)
    since = shapes.day(metadata={"description": "Entry date of a status, issue date of a qualification."})
    example: ClassVar[dict[str, Any]] = {
        "kind": "qualification",
        "record_id": A_RECORD,
        "school_name": "北京大学",
        "level": "本科",
        "major_name": "哲学",
        "since": "2030-06-30",
    }


class ReportablesV1(Contract):
    """What the student may have reports on."""

    records = fields.List(fields.Nested(ReportableV1), required=True, validate=Length(max=200))
    example: ClassVar[dict[str, Any]] = {"records": [ReportableV1.example]}


class ListReportableRecordsV1(Request):
    """The bound records of the student who asks: statuses, and qualifications in effect."""

    service = "verification"
    method = "list_reportable_records"
    answer = ReportablesV1

    example: ClassVar[dict[str, Any]] = {}


class WaitingReportV1(Contract):
    """A report whose document waits, for the people who keep the registry running."""

    report_id = shapes.identifier()
    kind = shapes.one_of(REPORT_KINDS)
    requested_on = shapes.day()
    delay = fields.Nested(DelayV1, required=True, allow_none=True)
    detail = shapes.text(300, shortest=0, metadata={"description": "For instance the code points without a glyph."})
    example: ClassVar[dict[str, Any]] = {
        "report_id": A_REPORT,
        "kind": "status",
        "requested_on": "2030-10-15",
        "delay": DelayV1.example,
        "detail": "U+20002",
    }


class WaitingReportsV1(Contract):
    """The work queue of documents that could not be made, oldest first."""

    reports = fields.List(fields.Nested(WaitingReportV1), required=True, validate=Length(max=200))
    example: ClassVar[dict[str, Any]] = {"reports": [WaitingReportV1.example]}


class ListWaitingReportsV1(Request):
    """Operators see which documents wait, and for what."""

    service = "verification"
    method = "list_waiting_reports"
    answer = WaitingReportsV1

    example: ClassVar[dict[str, Any]] = {}
