"""What time alone decides of an entry: nobody reported, nobody came back (R41-8, R41-10)."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Protocol, TypeGuard
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.deadlines import due_command
from services.enrollment.application.drafting import draft_of
from services.enrollment.application.terms import calendar_of
from services.enrollment.domain.admission import OUTCOME, Admission
from services.enrollment.domain.rules.entry import decided_entry, holds
from services.enrollment.domain.rules.reporting import GRACE, NOT_BACK, NOT_REPORTED, REPORTS_BEFORE, is_overdue
from services.enrollment.domain.rules.standing import AdmissionStanding
from services.enrollment.domain.school import SCHOOL, School
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.bulk import Draft
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.eventstore.violations import CommandKnown

AT_ONCE = 200
Intake = tuple[str, int]  # school and year of entry


class WaitingEntries(Protocol):
    """Says whose entry is still open, as the read tables know it."""

    def intakes_waiting(self) -> Sequence[Intake]:
        """Schools and years with admissions of released lists that nobody has decided about."""
        ...

    def not_reported(
        self, school_code: str, entry_year: int, *, entered_by: date, leave_before: date, limit: int
    ) -> Sequence[UUID]:
        """Some of those who have not reported, entered by a day, and have no leave or had it before a day."""
        ...

    def deferred_before(self, day: date, limit: int) -> Sequence[UUID]:
        """Some of those whose deferral was over before a day."""
        ...


class EntryDeadlines(Enrollment):
    """Looks once a day at every intake; the rows are decided on the decision rows, not on the read tables."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, waiting: WaitingEntries) -> None:
        super().__init__(store, clock, keyring)
        self._waiting = waiting
        self._day: date | None = None
        self._overdue: list[Intake] = []

    def due_entries(self, now: datetime) -> int:
        """Mark some of those as abandoned whose time is over; 0 when none is left."""
        today = shanghai_date(now)
        if today != self._day:
            self._overdue, self._day = self._overdue_intakes(today), today
        done = self._abandon(self._waiting.deferred_before(today - GRACE, AT_ONCE), today, None, now)
        for intake in list(self._overdue):
            self._overdue.remove(intake)
            deadline = self._last_day(intake)  # asked anew: it may have been moved since this morning
            if not _is_past(deadline, today):
                continue
            ids = self._not_reported(intake, deadline, today)
            if ids:  # else nobody is left until tomorrow
                self._overdue.append(intake)  # behind the others: one that stands still holds up none
                return done + self._abandon(ids, today, deadline, now)
        return done

    def _overdue_intakes(self, today: date) -> list[Intake]:
        """The intakes whose last day of reporting, as the school itself declared it, is past with the days of grace."""
        intakes = self._waiting.intakes_waiting()
        schools = self.owning(School, SCHOOL, sorted({school_code for school_code, _ in intakes}))
        last = {(code, year): schools[code][2].last_day_to_report(year) for code, year in intakes if code in schools}
        return [intake for intake, day in last.items() if _is_past(day, today)]

    def _last_day(self, intake: Intake) -> date | None:
        school = calendar_of(self, intake[0])
        return school.last_day_to_report(intake[1]) if school else None

    def _not_reported(self, intake: Intake, deadline: date, today: date) -> Sequence[UUID]:
        return self._waiting.not_reported(
            *intake, entered_by=deadline + REPORTS_BEFORE, leave_before=today - GRACE, limit=AT_ONCE
        )

    def _abandon(self, ids: Sequence[UUID], today: date, deadline: date | None, now: datetime) -> int:
        found = self.standings(Admission, ids)
        holders = self.owners(OUTCOME, [str(each) for each in found])
        drafts = [
            _abandoned(admission_id, version, basis, today)
            for admission_id, (version, basis) in found.items()
            if is_overdue(basis, today=today, deadline=deadline) and _nobody_else(holders, admission_id)
        ]
        if not drafts:
            return 0
        named = sha256(b"".join(draft.originator_id.bytes for draft in drafts)).hexdigest()
        command_id = due_command("abandon_entry", named, today)
        by = Context.system("due_entries", now, command_id=command_id, rules=("A8-4", "R41-8", "R41-10"))
        try:
            self.append(drafts, by=by, answer={"abandoned": len(drafts)})
        except CommandKnown:
            return 0
        return len(drafts)


def _is_past(day: date | None, today: date) -> TypeGuard[date]:
    return day is not None and today > day + GRACE and holds("R41-8", day)


def _nobody_else(holders: dict[str, UUID], admission_id: UUID) -> bool:
    return holders.get(str(admission_id)) in (None, admission_id)


def _abandoned(admission_id: UUID, version: int, basis: AdmissionStanding, today: date) -> Draft:
    fact: Any = Admission.EntryDecided
    values = decided_entry(basis, "abandoned", cause=NOT_REPORTED)
    if basis.state == "deferred":
        fact, values = Admission.DeferralEnded, {"outcome": "abandoned", "cause": NOT_BACK, "ended_on": today}
    return draft_of(Admission, admission_id, version, basis, fact, values)
