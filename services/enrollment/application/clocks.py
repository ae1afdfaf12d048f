"""What is overdue among cases, conflicts and transfers, or came to nothing: said once, by the registry itself."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.enrollment.application.holders import Holders
from services.enrollment.domain.case import Case
from services.enrollment.domain.conflict import Conflict
from services.enrollment.domain.rules.periods import deadline
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.domain.transfer import Transfer
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Draft
from shared.eventstore.context import Context

_SPACE = UUID("5c1f9a52-6d0e-5f6a-9d34-0f7d3f9a8e11")
_MOST = 200
_WAITING: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "case": (Case, ("filed", "school_review", "province_review")),
    "conflict": (Conflict, ("open",)),
    "transfer": (Transfer, ("completed",)),
}


class Clocks(Holders):
    """The days by which somebody should have acted."""

    def due_cases(self, now: datetime) -> int:
        """Mark what is overdue, each item once for each day it was due; end what came to nothing; how many acted."""
        today = shanghai_date(now)
        marked = sum(self._mark(kind, item_id, today, now) for kind, item_id in self.finder.list_due(today, _MOST))
        return marked + sum(self._lapse(item_id, today, now) for item_id in self.finder.list_ended_transfers(_MOST))

    def _lapse(self, transfer_id: UUID, today: date, now: datetime) -> int:
        """A transfer ends with its status, as a proposal does: nobody is left to carry it out on (R41-23)."""
        version, transfer = self.standings(Transfer, [transfer_id])[transfer_id]
        _, status = self.standings(StudentStatus, [transfer.status_id])[transfer.status_id]
        command_id = uuid5(_SPACE, f"{transfer_id}|lapsed")
        if status.is_open or not transfer.open or self.answered(command_id, "due_cases") is not None:
            return 0
        values = {"status_id": transfer.status_id, "ended_as": status.state, "lapsed_on": today}
        context = Context.system("due_cases", now, rules=("R41-23",), command_id=command_id, request_hash="due_cases")
        draft = Draft(Transfer, transfer_id, version + 1, Transfer.Lapsed, values, transfer.moved("lapsed"))
        self.append([draft], by=context, answer={"id": str(transfer_id)})
        return 1

    def _mark(self, kind: str, item_id: UUID, today: date, now: datetime) -> int:
        aggregate_type, waiting = _WAITING[kind]
        version, standing = self.standings(aggregate_type, [item_id])[item_id]
        due_on = self._due_on(kind, standing) if standing.state in waiting else None
        if due_on is None or due_on >= today:
            return 0
        command_id = uuid5(_SPACE, f"{item_id}|{due_on}")
        if self.answered(command_id, "due_cases") is not None:
            return 0
        values = {"due_on": due_on, "found_on": today}
        if kind == "case":
            values["step"] = standing.state
        fact = aggregate_type.FilingOverdue if kind == "transfer" else aggregate_type.Overdue
        context = Context.system("due_cases", now, rules=("A13-3",), command_id=command_id, request_hash="due_cases")
        draft = Draft(aggregate_type, item_id, version + 1, fact, values, standing)
        self.append([draft], by=context, answer={"id": str(item_id)})
        return 1

    def _due_on(self, kind: str, standing: Any) -> date | None:
        """The day on record; where no calendar could tell it then, what today's calendar says."""
        if standing.due_on is not None or kind == "transfer":
            known: date | None = standing.due_on
            return known
        step = "conflict" if kind == "conflict" else _CLOCKS[standing.state]
        return deadline(standing.since, getattr(self.periods, step)).on


_CLOCKS: Mapping[str, str] = {
    "filed": "school_review",
    "school_review": "school_review",
    "province_review": "province_review",
}
