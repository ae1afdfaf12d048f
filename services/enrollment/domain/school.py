"""A school as enrollment must know it: when its years begin, whether it teaches by credits, who is still missing."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from eventsourcing.domain import event

from services.enrollment.domain.rules.deadlines import year_due
from services.enrollment.domain.rules.school_years import (
    SchoolStanding,
    SchoolYear,
    Step,
    is_unsaid,
    may_declare_year,
    may_set_reporting,
    next_step,
    puts_off,
)
from shared.codes.schools import province_of
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed

SCHOOL = "school.code"


class School(Aggregate, stored_as="enrollment.School"):
    """One school and its academic years (A13-1)."""

    Standing: ClassVar[type] = SchoolStanding
    standing: SchoolStanding

    class Listed(Aggregate.Created):
        """The first word of a school's calendar."""

        school_code: str
        province: str

    class YearDeclared(Aggregate.Event):
        """The school's own first day of an academic year; said again, it replaces what was said before."""

        school_code: str
        academic_year: int
        starts_on: date
        due_on: date
        with_a_result: bool = False  # not declared by itself, but by the first result that named the day
        put_off: bool = False  # moved later though the year had begun, which is done once
        reason: str = ""  # why it was

        def apply(self, aggregate: Any) -> None:
            known = aggregate.standing.year(self.academic_year)
            put_off = self.put_off or (known is not None and known.put_off)
            year = SchoolYear(self.academic_year, self.starts_on, self.due_on, put_off=put_off)
            aggregate.standing = aggregate.standing.with_year(year)

    class CreditsDeclared(Aggregate.Event):
        """From an academic year on the school teaches by credits, or no longer does (A12-8)."""

        since: int
        by_credits: bool

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.with_credits(self.since, self.by_credits)

    class ReportingDeclared(Aggregate.Event):
        """The last day on which the freshmen of a year report (R41-8)."""

        entry_year: int
        last_day: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.with_reporting(self.entry_year, self.last_day)

    class LeaveLimited(Aggregate.Event):
        """How many terms of leave a student of the school may have in all; said again, it replaces what was said."""

        terms: int

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, leave_terms=self.terms)

    class AnnualRegistrationOpened(Aggregate.Event):
        """The school's first day has come."""

        school_code: str
        academic_year: int
        starts_on: date
        due_on: date

        def apply(self, aggregate: Any) -> None:
            _year_moved(aggregate, self.academic_year, state="open")

    class Reminded(Aggregate.Event):
        """A week before the month is over students are still without a result."""

        school_code: str
        academic_year: int
        due_on: date
        reminded_on: date
        missing: int

        def apply(self, aggregate: Any) -> None:
            _year_moved(aggregate, self.academic_year, reminded_on=self.reminded_on)

    class AnnualRegistrationOverdue(Aggregate.Event):
        """The month is over and students are without a result; told to the province, again and again."""

        school_code: str
        academic_year: int
        due_on: date
        found_on: date
        missing: int

        def apply(self, aggregate: Any) -> None:
            _year_moved(aggregate, self.academic_year, state="overdue", found_on=self.found_on)

    class YearUndeclared(Aggregate.Event):
        """The usual day is over, students are due, and the school has not said when the year began (X-YEAR-1, A13-1).

        Told to the province as an overdue year is.
        """

        school_code: str
        academic_year: int
        due_on: date
        found_on: date
        missing: int

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.with_unsaid(self.academic_year, self.found_on)

    class AnnualRegistrationCompleted(Aggregate.Event):
        """The month is over and every student who was due has a result."""

        school_code: str
        academic_year: int
        completed_on: date

        def apply(self, aggregate: Any) -> None:
            _year_moved(aggregate, self.academic_year, state="complete")

    @event(Listed)
    def __init__(self, *, school_code: str, province: str) -> None:
        self.standing = SchoolStanding(school_code)

    @classmethod
    def known_by(cls, school_code: str) -> "School":
        """A school of which nothing was known yet."""
        return cls(school_code=school_code, province=province_of(school_code))

    def declare_year(
        self, *, academic_year: int, starts_on: date, today: date, with_a_result: bool = False, reason: str = ""
    ) -> SchoolYear | None:
        """Say when a year begins; nothing happens if that is known already."""
        may_declare_year(self.standing, academic_year, starts_on, today, reason)
        known = self.standing.year(academic_year)
        if known is None or known.starts_on != starts_on:
            self.trigger_event(
                self.YearDeclared,
                school_code=self.standing.school_code,
                academic_year=academic_year,
                starts_on=starts_on,
                due_on=year_due(starts_on),
                with_a_result=with_a_result,
                put_off=known is not None and puts_off(known, starts_on, today),
                reason=reason,
            )
        return self.standing.year(academic_year)

    def declare_credits(self, *, since: int, by_credits: bool) -> None:
        """Say from which year on the school teaches by credits, or no longer does."""
        if self.standing.teaches_by_credits(since) != by_credits:
            self.trigger_event(self.CreditsDeclared, since=since, by_credits=by_credits)

    def declare_reporting(self, *, entry_year: int, last_day: date, today: date) -> None:
        """Say until when freshmen report."""
        may_set_reporting(self.standing, entry_year, last_day, today)
        if self.standing.last_day_to_report(entry_year) != last_day:
            self.trigger_event(self.ReportingDeclared, entry_year=entry_year, last_day=last_day)

    def limit_leave(self, *, terms: int) -> None:
        """Say how many terms of leave a student may have in all."""
        if self.standing.leave_terms != terms:
            self.trigger_event(self.LeaveLimited, terms=terms)

    def look(self, *, academic_year: int, today: date, missing: int) -> Step | None:
        """Do what the day asks for, once."""
        year = self.standing.year(academic_year)
        step = next_step(year, today, missing) if year else None
        if year is None or step is None:
            return None
        about: dict[str, Any] = {"school_code": self.standing.school_code, "academic_year": academic_year}
        if step == "complete":
            self.trigger_event(self.AnnualRegistrationCompleted, **about, completed_on=today)
            return step
        about["due_on"] = year.due_on
        if step == "open":
            self.trigger_event(self.AnnualRegistrationOpened, **about, starts_on=year.starts_on)
        elif step == "remind":
            self.trigger_event(self.Reminded, **about, reminded_on=today, missing=missing)
        else:
            self.trigger_event(self.AnnualRegistrationOverdue, **about, found_on=today, missing=missing)
        return step

    def miss(self, *, academic_year: int, due_on: date, today: date, missing: int) -> bool:
        """Tell that a year was never declared, as often as an overdue one is told."""
        if not is_unsaid(self.standing, academic_year, today, missing):
            return False
        about = {"school_code": self.standing.school_code, "academic_year": academic_year, "due_on": due_on}
        self.trigger_event(self.YearUndeclared, **about, found_on=today, missing=missing)
        return True

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One calendar a school."""
        if isinstance(fact, cls.Listed):
            yield Claim(SCHOOL, fact.school_code)


def _year_moved(aggregate: Any, academic_year: int, **values: Any) -> None:
    year = aggregate.standing.year(academic_year)
    if year is not None:
        aggregate.standing = aggregate.standing.with_year(changed(year, **values))
