"""The calendar of a school as decisions need it: which year begins when, and what a first result declares."""

from datetime import date
from functools import cache, partial
from uuid import UUID

from services.enrollment.domain.rules.school_years import SchoolStanding, due_of, first_of, year_declared
from services.enrollment.domain.rules.years import DueOf
from services.enrollment.domain.school import SCHOOL, School
from shared.eventstore.application import Application, ChangedMeanwhile
from shared.rules.refused import NotFound


class SchoolKnown(ChangedMeanwhile):
    """Somebody else wrote the first word of this school's calendar at the same moment."""


def find_school(app: Application, school_code: str) -> tuple[UUID, int, SchoolStanding] | None:
    """A school by its code: id, version and standing; None where it has said nothing yet."""
    return app.owning(School, SCHOOL, [school_code]).get(school_code)


def calendar_of(app: Application, school_code: str) -> SchoolStanding | None:
    """What a school has said of its years."""
    found = find_school(app, school_code)
    return found[2] if found else None


def due_days(school: SchoolStanding | None) -> DueOf:
    """The day until which each year of a school is due, reckoned once a year."""
    return cache(partial(due_of, school))


def first_days(school: SchoolStanding | None) -> DueOf:
    """The day on which each year of a school begins, likewise."""
    return cache(partial(first_of, school))


def school_to_change(app: Application, school_code: str) -> School:
    """A school that is going to say something, for the first time or again."""
    found = find_school(app, school_code)
    return app.get(School, found[0]) if found else School.known_by(school_code)


def known_school(app: Application, school_code: str) -> School:
    """A school that has said something."""
    found = find_school(app, school_code)
    if found is None:
        raise NotFound(kind="school")
    return app.get(School, found[0])


def declared_with(
    app: Application, school_code: str, academic_year: int, starts_on: date | None, today: date
) -> tuple[SchoolStanding, list[School]]:
    """The calendar that a result of a year rests on, and the school to save where this result declares the year."""
    calendar = calendar_of(app, school_code)
    known = year_declared(calendar, academic_year, starts_on)
    if calendar is not None and known is not None:
        return calendar, []
    school = school_to_change(app, school_code)
    if starts_on is not None:  # as year_declared made sure
        school.declare_year(academic_year=academic_year, starts_on=starts_on, today=today, with_a_result=True)
    return school.standing, [school]
