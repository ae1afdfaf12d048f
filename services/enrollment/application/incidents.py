"""The use cases of incidents: opened by a province or the ministry, closed with what came of them (A27)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.domain.incident import Incident
from services.enrollment.domain.rules.incidents import KINDS, may_lie_in, may_open_incident
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.rules.refused import NotFound


class Incidents(Enrollment):
    """Breaches of the Measure and who answers for them."""

    @command
    def open_incident(
        self,
        *,
        command_id: UUID,
        kind: str,
        summary: str,
        school_code: str | None,
        province: str,
        responsible: Sequence[str],
        unit_head: str,
        status_ids: Sequence[UUID],
        case_ids: Sequence[UUID],
        happened_on: date | None,
        evidence: list[str],
        by: By,
    ) -> Answer:
        """Put a confirmed breach on record."""
        require(by.actor, "report_incident", Resource("incident", school=school_code, province=province))
        today = shanghai_date(by.recorded_at)
        may_open_incident(
            summary=summary, responsible=responsible, unit_head=unit_head, happened_on=happened_on, today=today
        )
        may_lie_in(school_code, province)
        known = self.standings(StudentStatus, status_ids)
        for status_id in status_ids:
            if status_id not in known:
                raise NotFound(kind="student_status", field="status_ids", id=status_id)
        incident = Incident(
            kind=kind,
            summary=summary.strip(),
            school_code=school_code,
            province=province,
            responsible=tuple(responsible),
            unit_head=unit_head,
            status_ids=tuple(status_ids),
            case_ids=tuple(case_ids),
            happened_on=happened_on,
            opened_by=by.sub,
            opened_on=today,
        )
        return self.save(incident, by=Context.of(by, rules=(KINDS[kind],), evidence=tuple(evidence)))

    @command
    def close_incident(
        self, *, command_id: UUID, incident_id: UUID, outcome: str, keys_revoked_on: date | None, by: By
    ) -> Answer:
        """Close it with its outcome."""
        incident = self.get(Incident, incident_id)
        standing = incident.standing
        require(by.actor, "report_incident", Resource("incident", province=standing.province))
        incident.close(
            outcome=outcome.strip(),
            keys_revoked_on=keys_revoked_on,
            closed_by=by.sub,
            closed_on=shanghai_date(by.recorded_at),
        )
        return self.save(incident, by=Context.of(by, rules=(KINDS[standing.kind],)))
