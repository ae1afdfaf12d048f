"""An incident: a breach of the Measure, who answers for it, and what came of it (A27)."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.incidents import may_close_incident
from shared.eventstore.aggregate import Aggregate, changed


@dataclass(frozen=True)
class IncidentStanding:
    """What deciding about an incident rests on."""

    state: Literal["open", "closed"]
    kind: str
    province: str
    opened_by: str
    opened_on: date


class Incident(Aggregate, stored_as="enrollment.Incident"):
    """False registration, careless keys, misused records or another breach (A27-1 to A27-4)."""

    Standing: ClassVar[type] = IncidentStanding
    standing: IncidentStanding

    class Opened(Aggregate.Created):
        """A breach is confirmed: what happened, where, who answers for it."""

        kind: str  # FALSE_REGISTRATION | CREDENTIAL_NEGLIGENCE | DATA_MISUSE | OTHER_BREACH
        summary: str
        school_code: str | None  # None: the breach lies with an office of the province
        province: str
        responsible: tuple[str, ...]  # operators, by their ids
        unit_head: str
        status_ids: tuple[UUID, ...]
        case_ids: tuple[UUID, ...]
        happened_on: date | None
        opened_by: str
        opened_on: date

    class Closed(Aggregate.Event):
        """What came of it."""

        outcome: str
        keys_revoked_on: date | None  # after careless keys (A27-2)
        closed_by: str
        closed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="closed")

    @event(Opened)
    def __init__(
        self,
        *,
        kind: str,
        summary: str,
        school_code: str | None,
        province: str,
        responsible: tuple[str, ...],
        unit_head: str,
        status_ids: tuple[UUID, ...],
        case_ids: tuple[UUID, ...],
        happened_on: date | None,
        opened_by: str,
        opened_on: date,
    ) -> None:
        self.standing = IncidentStanding("open", kind, province, opened_by, opened_on)

    def close(self, *, outcome: str, keys_revoked_on: date | None, closed_by: str, closed_on: date) -> None:
        """Close it with its outcome; an incident of careless keys says when the keys were revoked (A27-2)."""
        standing = self.standing
        may_close_incident(
            standing.state, standing.kind, outcome=outcome, keys_revoked_on=keys_revoked_on, today=closed_on
        )
        self.trigger_event(
            self.Closed, outcome=outcome, keys_revoked_on=keys_revoked_on, closed_by=closed_by, closed_on=closed_on
        )
