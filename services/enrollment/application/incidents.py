"""The use cases of incidents: opened by a province or the ministry, closed with what came of them (A27)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.domain.incident import Incident
from services.enrollment.domain.rules.incidents import KINDS, may_lie_in, may_open_incident
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, decide, require
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
        self._require_reached(by, status_ids)
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
        for training in self._trainings(incident_id):
            require(by.actor, "report_incident", Resource("incident", province=standing.province, training=training))
        incident.close(
            outcome=outcome.strip(),
            keys_revoked_on=keys_revoked_on,
            closed_by=by.sub,
            closed_on=shanghai_date(by.recorded_at),
        )
        return self.save(incident, by=Context.of(by, rules=(KINDS[standing.kind],)))

    def _require_reached(self, by: By, status_ids: Sequence[UUID]) -> None:
        """The students named are kept, and the reporter's: of others it is not even said that there are any (A24-1)."""
        known = self.standings(StudentStatus, status_ids)
        for status_id in status_ids:
            standing = known[status_id][1] if status_id in known else None
            if standing is not None:
                place = Resource("incident", school=standing.school_code, training=standing.training or None)
                if decide(by.actor, "report_incident", place).allow:
                    continue
            raise NotFound(kind="student_status", field="status_ids", id=status_id)

    def _trainings(self, incident_id: UUID) -> set[str]:
        """The kinds of training of the students whom an incident names."""
        told = self.first_facts(Incident.Opened, [incident_id])[incident_id]
        found = self.standings(StudentStatus, told["status_ids"])
        return {standing.training for _, standing in found.values() if standing.training}
