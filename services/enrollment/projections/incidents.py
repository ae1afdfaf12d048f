"""The table of incidents."""

from typing import Any, ClassVar

from services.enrollment.domain.incident import Incident
from shared.eventstore.projection import Projection, Row, on

_OPENED = ("kind", "summary", "school_code", "province", "unit_head", "happened_on", "opened_by", "opened_on")
_CLOSED = ("outcome", "keys_revoked_on", "closed_by", "closed_on")


class IncidentRegister(Projection):
    """Every breach of the Measure on record, who answers for it and what came of it (A27)."""

    table: ClassVar[str] = "incident_register"
    key: ClassVar[tuple[str, ...]] = ("incident_id",)
    columns: ClassVar[tuple[str, ...]] = (
        *_OPENED, "state", "responsible", "status_ids", "case_ids", "evidence", *_CLOSED, "version",
    )  # fmt: skip

    @on(Incident.Opened)
    def opened(self, row: Row | None, fact: Any) -> Row:
        return {
            "incident_id": fact.originator_id,
            **{name: getattr(fact, name) for name in _OPENED},
            "state": "open",
            "responsible": " ".join(fact.responsible),
            "status_ids": " ".join(map(str, fact.status_ids)),
            "case_ids": " ".join(map(str, fact.case_ids)),
            "evidence": " ".join(fact.context["evidence"]),
            **dict.fromkeys(_CLOSED),
            "version": fact.originator_version,
        }

    @on(Incident.Closed)
    def closed(self, row: Row | None, fact: Incident.Closed) -> Row:
        values = {name: getattr(fact, name) for name in _CLOSED}
        return (row or {}) | values | {"state": "closed", "version": fact.originator_version}
