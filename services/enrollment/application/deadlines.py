"""What happens by date: years open, schools are reminded, provinces hear of what is overdue; and others' clocks."""

import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Protocol
from uuid import UUID, uuid5

from services.enrollment.application import Enrollment
from services.enrollment.application.terms import find_school, school_to_change
from services.enrollment.domain.rules.school_years import (
    SchoolStanding,
    SchoolYear,
    YearAtWork,
    is_unsaid,
    may_ask_for_something,
    next_step,
)
from services.enrollment.domain.school import School
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.eventstore.violations import CommandKnown
from shared.rules.refused import Refused

_log = logging.getLogger(__name__)
_DUE_COMMANDS = UUID("0b8a2c54-6f0e-5d43-9a57-3f1e8c2d7a61")
AT_ONCE = 2  # schools a step: the worker has other work waiting, and a large school is counted for a tenth of a second


def due_command(kind: str, item: object, day: date) -> UUID:
    """The command id of what happens to an item on a day: asked for again, it acts no second time."""
    return uuid5(_DUE_COMMANDS, f"{kind}|{item}|{day}")


class MissingStudents(Protocol):
    """Says who is without a result."""

    def years_at_work(self, today: date) -> Iterable[YearAtWork]:
        """Years in which the day may ask for something."""
        ...

    def years_undeclared(self, today: date) -> Iterable[YearAtWork]:
        """Years that schools have not declared in time, of which the province may have to be told."""
        ...

    def count_missing(self, school_code: str, academic_year: int, due_on: date) -> int:
        """How many students of a school are due in a year and have no result of it."""
        ...


class Deadlines(Enrollment):
    """The years of all schools, looked at day by day."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, missing: MissingStudents) -> None:
        super().__init__(store, clock, keyring)
        self._missing_students = missing
        self._day: date | None = None
        self._looked: set[YearAtWork] = set()  # at what was looked on this day, and found as it stands
        self._unsaid: list[YearAtWork] = []  # asked for once a day: every school is passed for it

    def due_years(self, now: datetime) -> int:
        """Take the steps that the day asks for in a few years; 0 when none is left."""
        today = shanghai_date(now)
        if today != self._day:
            self._unsaid = list(self._missing_students.years_undeclared(today))
            self._day, self._looked = today, set()
        at_work = (*self._missing_students.years_at_work(today), *self._unsaid)
        waiting = [year for year in at_work if year not in self._looked]
        for year in waiting[:AT_ONCE]:
            if year.state == "undeclared":
                self._miss(year, today, now)
            else:
                self._look(year, today, now)
            self._looked.add(year)
        return len(waiting[:AT_ONCE])

    def _look(self, at_work: YearAtWork, today: date, now: datetime) -> None:
        """One fact at most for each step of a school's year and day, whoever leads (A13-1)."""
        for _ in range(3):  # a year long past is opened and found overdue on one day
            found = find_school(self, at_work.school_code)
            year = found[2].year(at_work.academic_year) if found else None
            if found is None or year is None or not may_ask_for_something(year, today):
                return
            missing = self._missing(at_work.school_code, year)
            if not self._take(found[0], year, today, missing, now):
                return

    def _miss(self, at_work: YearAtWork, today: date, now: datetime) -> None:
        """Tell, as often as of an overdue year, that a school has not said when the year began (A13-1, X-YEAR-1)."""
        school_code, academic_year, due_on, _ = at_work
        found = find_school(self, school_code)
        standing = found[2] if found else SchoolStanding(school_code)
        if not is_unsaid(standing, academic_year, today, missing=1):  # whatever the number is
            return
        missing = self._missing_students.count_missing(school_code, academic_year, due_on)
        school = school_to_change(self, school_code)
        if not school.miss(academic_year=academic_year, due_on=due_on, today=today, missing=missing):
            return
        command_id = due_command("undeclared", f"{school_code}|{academic_year}", today)
        self._save(school, now, command_id, "A13-1", "X-YEAR-1")

    def _missing(self, school_code: str, year: SchoolYear) -> int:
        if year.state == "declared":
            return 0  # it opens whoever is missing
        return self._missing_students.count_missing(school_code, year.academic_year, year.due_on)

    def _take(self, school_id: UUID, year: SchoolYear, today: date, missing: int, now: datetime) -> bool:
        step = next_step(year, today, missing)
        if step is None:
            return False
        school = self.get(School, school_id)
        if school.look(academic_year=year.academic_year, today=today, missing=missing) is None:
            return False
        command_id = due_command(step, f"{school_id}|{year.academic_year}", today)
        return self._save(school, now, command_id, "A13-1")

    def _save(self, school: School, now: datetime, command_id: UUID, *rules: str) -> bool:
        by = Context.system("due_years", now, command_id=command_id, rules=rules)
        try:
            self.save(school, by=by)
        except CommandKnown:  # it was taken today and has come to stand again since
            return False
        return True


Due = Callable[[datetime], int]


class Clockwork:
    """Everything that happens by date, in turn; one item that is refused holds up nothing else."""

    def __init__(self, clock: Clock, *due: Due) -> None:
        self._clock = clock
        self._due = due

    def step(self) -> int:
        """Do some of what is due; 0 when nothing is left."""
        return sum(self._done(due) for due in self._due)

    def _done(self, due: Due) -> int:
        try:
            return due(self._clock.now())
        except ChangedMeanwhile:
            return 0  # looked at anew the next time
        except Refused as refused:
            _log.warning("what is due was refused: %s %s", getattr(due, "__name__", "due"), refused.code)
            return 0
