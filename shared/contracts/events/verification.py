"""What verification tells: which reports were asked for and issued. The code itself never travels."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import PublicFact

REPORT = "01930f3a-0000-7000-8000-0000000000f1"
STATUS = "01930f3a-0000-7000-8000-0000000000a1"
CERTIFICATE = "01930f3a-0000-7000-8000-0000000000e1"
REPORT_KINDS = ("status", "qualification")
LANGUAGES = ("zh", "en", "both")


class ReportRequestedV1(PublicFact):
    """A student asked for a report on an own record; free of charge (A21-1)."""

    publisher = "verification"
    subject = "report_id"

    report_id = shapes.identifier()
    kind = shapes.one_of(REPORT_KINDS)
    record_id = shapes.identifier(metadata={"description": "The status or the certificate reported on."})
    status_id = shapes.identifier()
    language = shapes.one_of(LANGUAGES)
    valid_until = shapes.day(metadata={"description": "The last day, inclusive, in China."})

    example: ClassVar[dict[str, Any]] = {
        "report_id": REPORT,
        "kind": "qualification",
        "record_id": CERTIFICATE,
        "status_id": STATUS,
        "language": "both",
        "valid_until": "2030-10-15",
    }


class ReportIssuedV1(PublicFact):
    """A report exists and can be verified by its code until its last day."""

    publisher = "verification"
    subject = "report_id"

    report_id = shapes.identifier()
    kind = shapes.one_of(REPORT_KINDS)
    record_id = shapes.identifier()
    status_id = shapes.identifier()
    issued_on = shapes.day()
    valid_until = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "report_id": REPORT,
        "kind": "qualification",
        "record_id": CERTIFICATE,
        "status_id": STATUS,
        "issued_on": "2030-07-15",
        "valid_until": "2030-10-15",
    }
