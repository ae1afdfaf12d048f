"""What time asks for of rechecks: a school is reminded, and its province hears of what is overdue (R41-11)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from services.enrollment.application import Enrollment
from services.enrollment.application.deadlines import due_command
from services.enrollment.domain.recheck_term import RECHECKS, RecheckTerm, term_key
from services.enrollment.domain.rules.deadlines import recheck_due
from services.enrollment.domain.rules.recheck_terms import asks_for_something, is_counted
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.eventstore.violations import CommandKnown

AT_ONCE = 2  # intakes a step: a large one is counted for a tenth of a second
Intake = tuple[str, int]  # school and year of entry


class MissingRechecks(Protocol):
    """Says who is without a recheck, as the read tables know it."""

    def intakes(self) -> Sequence[Intake]:
        """Schools and years of entry with open statuses."""
        ...

    def missing_by_day(self, school_code: str, entry_year: int) -> Sequence[tuple[date, int]]:
        """Each day on which somebody of an intake entered, and how many of those are without a recheck."""
        ...


class RecheckDeadlines(Enrollment):
    """Looks once a day at every intake that the day may ask something of."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, missing: MissingRechecks) -> None:
        super().__init__(store, clock, keyring)
        self._missing = missing
        self._day: date | None = None
        self._left: list[Intake] = []

    def due_rechecks(self, now: datetime) -> int:
        """Take the steps that the day asks for in a few intakes; 0 when none is left until tomorrow."""
        today = shanghai_date(now)
        if today != self._day:
            self._left = [intake for intake in self._missing.intakes() if is_counted(intake[1], today)]
            self._day = today
        looked = self._left[:AT_ONCE]
        for intake in looked:
            self._look(intake, today, now)
        self._left = self._left[AT_ONCE:]  # only now: what broke off is looked at again
        return len(looked)

    def _look(self, intake: Intake, today: date, now: datetime) -> None:
        days = self._missing.missing_by_day(*intake)
        known = self.owning(RecheckTerm, RECHECKS, [term_key(intake[0], day) for day, _ in days])
        for entry_date, missing in days:
            found = known.get(term_key(intake[0], entry_date))
            if found is not None:
                self._take(self.get(RecheckTerm, found[0]), today, missing, now)
            elif asks_for_something(entry_date, today, missing):
                term = RecheckTerm.of(intake[0], entry_date, recheck_due(entry_date))
                self._take(term, today, missing, now)

    def _take(self, term: RecheckTerm, today: date, missing: int, now: datetime) -> None:
        step = term.look(today=today, missing=missing)
        if step is None:
            return
        named = term_key(term.standing.school_code, term.standing.entry_date)
        command_id = due_command(f"recheck {step}", named, today)
        by = Context.system("due_rechecks", now, command_id=command_id, rules=("R41-11",))
        try:
            self.save(term, by=by)
        except CommandKnown:  # another leader was there first
            return
