"""The table of transfers."""

from typing import Any, ClassVar

from services.enrollment.domain.transfer import Transfer
from shared.eventstore.projection import Projection, Row, on

_ASKED = (
    "status_id",
    "from_school",
    "to_school",
    "to_school_name",
    "to_level",
    "to_major_name",
    "training",
    "reason_kind",
    "requested_role",
    "requested_on",
)


class TransferRegister(Projection):
    """Every transfer and where it stands (R41-22..24)."""

    table: ClassVar[str] = "transfer_register"
    key: ClassVar[tuple[str, ...]] = ("transfer_id",)
    columns: ClassVar[tuple[str, ...]] = (
        *_ASKED, "new_status_id", "state", "decision_no", "confirmed_by", "publicity_until", "unknown_year",
        "effective_on", "due_on", "filed_on", "late", "overdue_on", "rejected_for", "reason", "evidence",
        "version",
    )  # fmt: skip

    @on(Transfer.Requested)
    def requested(self, row: Row | None, fact: Transfer.Requested) -> Row:
        return {
            "transfer_id": fact.originator_id,
            **{name: getattr(fact, name) for name in _ASKED},
            "state": "requested",
            "confirmed_by": "",
            "evidence": " ".join(fact.evidence),
            "late": False,
            "version": fact.originator_version,
        }

    @on(Transfer.SourceAgreed)
    def source_agreed(self, row: Row | None, fact: Transfer.SourceAgreed) -> Row:
        return _moved(row, fact, state="source_agreed")

    @on(Transfer.TargetReviewed)
    def target_reviewed(self, row: Row | None, fact: Transfer.TargetReviewed) -> Row:
        evidence = dict.fromkeys((*((row or {}).get("evidence") or "").split(), *fact.evidence))
        seen = {"decision_no": fact.decision_no, "evidence": " ".join(evidence)}
        return _moved(row, fact, state="target_reviewed", **seen)

    @on(Transfer.ProvinceConfirmed)
    def province_confirmed(self, row: Row | None, fact: Transfer.ProvinceConfirmed) -> Row:
        before = (row or {}).get("confirmed_by") or ""
        return _moved(row, fact, confirmed_by=f"{before} {fact.province}".strip())

    @on(Transfer.Approved)
    def approved(self, row: Row | None, fact: Transfer.Approved) -> Row:
        return _moved(row, fact, state="approved", publicity_until=fact.publicity_until, unknown_year=fact.unknown_year)

    @on(Transfer.Completed)
    def completed(self, row: Row | None, fact: Transfer.Completed) -> Row:
        values = {name: getattr(fact, name) for name in ("new_status_id", "effective_on", "due_on")}
        return _moved(row, fact, state="completed", **values)

    @on(Transfer.Filed)
    def filed(self, row: Row | None, fact: Transfer.Filed) -> Row:
        return _moved(row, fact, state="filed", filed_on=fact.filed_on, late=fact.late)

    @on(Transfer.Rejected)
    def rejected(self, row: Row | None, fact: Transfer.Rejected) -> Row:
        return _moved(row, fact, state="rejected", rejected_for=fact.rejected_for, reason=fact.reason)

    @on(Transfer.Withdrawn)
    def withdrawn(self, row: Row | None, fact: Transfer.Withdrawn) -> Row:
        return _moved(row, fact, state="withdrawn")

    @on(Transfer.Lapsed)
    def lapsed(self, row: Row | None, fact: Transfer.Lapsed) -> Row:
        return _moved(row, fact, state="lapsed")

    @on(Transfer.FilingOverdue)
    def filing_overdue(self, row: Row | None, fact: Transfer.FilingOverdue) -> Row:
        return _moved(row, fact, overdue_on=fact.found_on)


def _moved(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}
