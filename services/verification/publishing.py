"""Facts to public messages; what does not stand here stays in verification, codes and documents above all."""

from collections.abc import Iterator
from typing import Any

from services.verification.domain.report import Report
from shared.bus.publishing import tells
from shared.contracts.contract import PublicFact
from shared.contracts.events.verification import ReportIssuedV1, ReportRequestedV1
from shared.eventstore.log import FactRecord

_REQUESTED = ("kind", "record_id", "status_id", "language", "valid_until")
_ISSUED = ("kind", "record_id", "status_id", "issued_on", "valid_until")


@tells(Report.Requested, Report.Issued)
def publish(record: FactRecord) -> Iterator[tuple[type[PublicFact], dict[str, Any]]]:
    """The public facts that one own fact amounts to."""
    fact = record.fact
    if isinstance(fact, Report.Requested):
        yield ReportRequestedV1, {"report_id": record.originator_id, **_picked(fact, _REQUESTED)}
    elif isinstance(fact, Report.Issued):
        yield ReportIssuedV1, {"report_id": record.originator_id, **_picked(fact, _ISSUED)}


def _picked(fact: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}
