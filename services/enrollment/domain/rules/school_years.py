"""The rules of a school's own calendar: its first days, its credits, its deadline for reporting (A12-8, A13-1)."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from services.enrollment.domain.rules.deadlines import REMINDED_BEFORE, is_told_again, year_due
from shared.eventstore.aggregate import changed
from shared.rules.refused import Refused

YearState = Literal["declared", "open", "overdue", "complete"]
Step = Literal["open", "remind", "overdue", "complete"]
GRADE_MOVES: Final = ("留级", "降级", "跳级")
# A year begins in the second half of its calendar year or the first half of the next
_FIRST_DAY, _LAST_DAY = (7, 1), (6, 30)


class YearStartDiffers(Refused):
    """A file or a command carries another first day than the school declared."""

    rule = "X-YEAR-1"
    zh = "学校登记的 {year} 学年开学日期为 {declared},与所填 {given} 不一致"
    en = "the school declared {declared} as the first day of {year}; {given} was given"


class YearNotDeclared(Refused):
    """Without the first day nobody knows until when the year is due."""

    rule = "X-YEAR-1"


class StartOutsideYear(Refused):
    """The first day lies in the academic year that it begins."""

    rule = "A13-1"
    zh = "开学日期 {given} 不在 {year} 学年内"
    en = "{given} is not in academic year {year}"


class YearMonthOver(Refused):
    """When the month of registration is over its first day moves no more."""

    rule = "A13-1"
    zh = "{year} 学年的注册期限 {due_on} 已过,开学日期不能再改"
    en = "registration of {year} was due on {due_on}; its first day can no longer be moved"


class ReportingDayOver(Refused):
    """A deadline that has passed is not set anew."""

    rule = "R41-8"
    zh = "{year} 级新生报到截止日期 {last_day} 已过,不能再改"
    en = "the last day to report in {year} was {last_day}; it can no longer be moved"


class GradesNotMoved(Refused):
    """A school that teaches by credits has no classes to move between."""

    rule = "A12-8"
    zh = "学校实行学分制,无需标注“{kind}”"
    en = "the school teaches by credits: {kind} is not required there and not recorded"


@dataclass(frozen=True)
class SchoolYear:
    """One academic year of a school: its first day, until when it is registered, and how far that is."""

    academic_year: int
    starts_on: date
    due_on: date
    state: YearState = "declared"
    reminded_on: date | None = None
    found_on: date | None = None  # the last day on which it was told to be overdue


@dataclass(frozen=True)
class SchoolStanding:
    """What enrollment must know of a school."""

    school_code: str
    years: tuple[SchoolYear, ...] = ()  # by academic year
    credits: tuple[tuple[int, bool], ...] = ()  # from which year on it teaches by credits, or no longer
    reporting: tuple[tuple[int, date], ...] = ()  # entry year -> the last day on which freshmen report
    leave_terms: int | None = None  # how many terms of leave a student may have in all

    def year(self, academic_year: int) -> SchoolYear | None:
        """A declared year."""
        return next((year for year in self.years if year.academic_year == academic_year), None)

    def teaches_by_credits(self, academic_year: int) -> bool:
        """What was declared last for this year or one before it (A12-8)."""
        said = [by_credits for since, by_credits in self.credits if since <= academic_year]
        return bool(said) and said[-1]

    def last_day_to_report(self, entry_year: int) -> date | None:
        """When freshmen of that year had to be there (R41-8); None where the school has not said."""
        return dict(self.reporting).get(entry_year)

    def with_year(self, year: SchoolYear) -> "SchoolStanding":
        others = [other for other in self.years if other.academic_year != year.academic_year]
        return changed(self, years=tuple(sorted([*others, year], key=lambda each: each.academic_year)))

    def with_credits(self, since: int, by_credits: bool) -> "SchoolStanding":
        return changed(self, credits=tuple(sorted((dict(self.credits) | {since: by_credits}).items())))

    def with_reporting(self, entry_year: int, last_day: date) -> "SchoolStanding":
        return changed(self, reporting=tuple(sorted((dict(self.reporting) | {entry_year: last_day}).items())))


class YearAtWork(NamedTuple):
    """A declared year as the read table has it."""

    school_code: str
    academic_year: int
    due_on: date
    state: str


def may_declare_year(school: SchoolStanding, academic_year: int, starts_on: date, today: date) -> None:
    """A first day lies in its year; it may be put right until the month of registration is over (A13-1)."""
    if not date(academic_year, *_FIRST_DAY) <= starts_on <= date(academic_year + 1, *_LAST_DAY):
        raise StartOutsideYear(field="starts_on", given=starts_on, year=academic_year)
    known = school.year(academic_year)
    if known is not None and known.starts_on != starts_on and today > known.due_on:
        raise YearMonthOver(field="starts_on", year=academic_year, due_on=known.due_on)


def year_declared(school: SchoolStanding | None, academic_year: int, starts_on: date | None) -> SchoolYear | None:
    """The declared year, which wins; None where the school has yet to declare it with the day given (X-YEAR-1)."""
    known = school.year(academic_year) if school else None
    if known is None and starts_on is None:
        raise YearNotDeclared(field="starts_on")
    if known is not None and starts_on not in (None, known.starts_on):
        raise YearStartDiffers(field="starts_on", year=academic_year, declared=known.starts_on, given=starts_on)
    return known


def due_of(school: SchoolStanding | None, academic_year: int) -> date:
    """Until when a year is or was due; of years never declared the country's usual first day is taken."""
    known = school.year(academic_year) if school else None
    return known.due_on if known else year_due(date(academic_year, 9, 1))


def may_move_grade(kind: str, *, by_credits: bool) -> None:
    """Classes are moved between only where there are some (A12-8)."""
    if by_credits and kind in GRADE_MOVES:
        raise GradesNotMoved(field="XJBD", kind=kind)


def may_set_reporting(school: SchoolStanding, entry_year: int, last_day: date, today: date) -> None:
    """The last day to report lies in the year of entry, and moves until it has passed (R41-8)."""
    if last_day.year != entry_year:
        raise StartOutsideYear(field="last_day", given=last_day, year=entry_year)
    known = school.last_day_to_report(entry_year)
    if known is not None and known != last_day and today > known:
        raise ReportingDayOver(field="last_day", year=entry_year, last_day=known)


def next_step(year: SchoolYear, today: date, missing: int) -> Step | None:
    """What the day asks for in one year of a school, so many of its students being without a result (A13-1)."""
    if year.state == "declared":
        return "open" if today >= year.starts_on else None
    if today <= year.due_on:
        return "remind" if _is_reminded(year, today, missing) else None
    if not missing:
        return "complete" if year.state != "complete" else None
    return "overdue" if is_told_again(year.due_on, year.found_on, today) else None


def _is_reminded(year: SchoolYear, today: date, missing: int) -> bool:
    return bool(missing) and year.reminded_on is None and today >= year.due_on - REMINDED_BEFORE


def may_ask_for_something(year: SchoolYear, today: date) -> bool:
    """Whether the day asks for a step at all, whatever the number of missing students is."""
    return any(next_step(year, today, missing) for missing in (0, 1))
