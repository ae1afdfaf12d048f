"""The rules of a school's own calendar: its first days, its credits, its deadline for reporting (A12-8, A13-1)."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from services.enrollment.domain.rules.deadlines import REMINDED_BEFORE, is_told_again
from services.enrollment.domain.rules.years import usual_due, usual_first
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


class LaterDayUnfounded(Refused):
    """Once a year has begun its first day moves later only for a reason, which the province reads."""

    rule = "A13-1"
    zh = "{year} 学年已经开始(登记的开学日期为 {declared}),推迟开学日期须说明理由"
    en = "{year} has begun (declared for {declared}): moving its first day later needs a reason"


class LaterDayAgain(Refused):
    """Once a year has begun its first day moves later one time: who could go on moving it would never be overdue."""

    rule = "A13-1"
    zh = "{year} 学年开始后已推迟过一次开学日期,现为 {declared},不能再推迟"
    en = "the first day of {year} was moved later once since the year began; it stays {declared}"


class ReportingDayOver(Refused):
    """A last day to report lies ahead: nobody loses a right on a day that is over when it is named."""

    rule = "R41-8"
    zh = "{year} 级新生报到截止日期不能设为已经过去的 {last_day};可设为今天或以后的日期,也可延后"
    en = "the last day to report in {year} cannot be {last_day}, which is over; name today or a later day"


@dataclass(frozen=True)
class SchoolYear:
    """One academic year of a school: its first day, until when it is registered, and how far that is."""

    academic_year: int
    starts_on: date
    due_on: date
    state: YearState = "declared"
    reminded_on: date | None = None
    found_on: date | None = None  # the last day on which it was told to be overdue
    put_off: bool = False  # its first day was moved later after the year had begun


@dataclass(frozen=True)
class SchoolStanding:
    """What enrollment must know of a school."""

    school_code: str
    years: tuple[SchoolYear, ...] = ()  # by academic year
    credits: tuple[tuple[int, bool], ...] = ()  # from which year on it teaches by credits, or no longer
    reporting: tuple[tuple[int, date], ...] = ()  # entry year -> the last day on which freshmen report
    leave_terms: int | None = None  # how many terms of leave a student may have in all
    unsaid: tuple[tuple[int, date], ...] = ()  # years never declared -> when that was last told to the province

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
        unsaid = tuple(each for each in self.unsaid if each[0] != year.academic_year)
        return changed(self, years=tuple(sorted([*others, year], key=lambda each: each.academic_year)), unsaid=unsaid)

    def with_unsaid(self, academic_year: int, found_on: date) -> "SchoolStanding":
        return changed(self, unsaid=tuple(sorted((dict(self.unsaid) | {academic_year: found_on}).items())))

    def with_credits(self, since: int, by_credits: bool) -> "SchoolStanding":
        return changed(self, credits=tuple(sorted((dict(self.credits) | {since: by_credits}).items())))

    def with_reporting(self, entry_year: int, last_day: date) -> "SchoolStanding":
        return changed(self, reporting=tuple(sorted((dict(self.reporting) | {entry_year: last_day}).items())))


class YearAtWork(NamedTuple):
    """A year as the read table has it: a declared one, or one that the school has not declared in time."""

    school_code: str
    academic_year: int
    due_on: date
    state: str


def may_declare_year(
    school: SchoolStanding, academic_year: int, starts_on: date, today: date, reason: str = ""
) -> None:
    """A first day lies in its year; it may be put right until the month of registration is over (A13-1).

    Once the year has begun, by its own day or by the usual one, it moves later for a reason and one time only: else
    whoever keeps moving it is never overdue.
    """
    if not date(academic_year, *_FIRST_DAY) <= starts_on <= date(academic_year + 1, *_LAST_DAY):
        raise StartOutsideYear(field="starts_on", given=starts_on, year=academic_year)
    known = school.year(academic_year)
    if known is not None and known.starts_on != starts_on and today > known.due_on:
        raise YearMonthOver(field="starts_on", year=academic_year, due_on=known.due_on)
    if known is not None and puts_off(known, starts_on, today):
        if known.put_off:
            raise LaterDayAgain(field="starts_on", year=academic_year, declared=known.starts_on)
        if not reason.strip():
            raise LaterDayUnfounded(field="reason", year=academic_year, declared=known.starts_on)


def puts_off(known: SchoolYear, starts_on: date, today: date) -> bool:
    """Whether a declared day moves a year later that has begun already."""
    begun = today >= min(known.starts_on, usual_first(known.academic_year))
    return begun and starts_on > known.starts_on


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
    return known.due_on if known else usual_due(academic_year)


def first_of(school: SchoolStanding | None, academic_year: int) -> date:
    """On which day a year begins or began, likewise."""
    known = school.year(academic_year) if school else None
    return known.starts_on if known else usual_first(academic_year)


def may_set_reporting(school: SchoolStanding, entry_year: int, last_day: date, today: date) -> None:
    """The last day to report lies in the year of entry and not in the past; a later one may always be named (R41-8).

    Whether it fits the day of entry is asked of each admission, for one year has intakes in spring and in autumn.
    """
    if last_day.year != entry_year:
        raise StartOutsideYear(field="last_day", given=last_day, year=entry_year)
    if last_day < today and last_day != school.last_day_to_report(entry_year):
        raise ReportingDayOver(field="last_day", year=entry_year, last_day=last_day)


def next_step(year: SchoolYear, today: date, missing: int) -> Step | None:
    """What the day asks for in one year of a school, so many of its students being without a result (A13-1)."""
    if year.state == "declared":
        return "open" if today >= year.starts_on else None
    if today <= year.due_on:
        return "remind" if _is_reminded(year, today, missing) else None
    if not missing:
        return "complete" if year.state != "complete" else None
    return "overdue" if is_told_again(year.due_on, year.found_on, today) else None


def is_unsaid(school: SchoolStanding, academic_year: int, today: date, missing: int) -> bool:
    """Whether the province is told today that a school has not said when a year began, students being due (A13-1).

    It is told by the usual day, and again as often as of a year that was declared.
    """
    if not missing or school.year(academic_year) is not None:
        return False
    return is_told_again(usual_due(academic_year), dict(school.unsaid).get(academic_year), today)


def _is_reminded(year: SchoolYear, today: date, missing: int) -> bool:
    return bool(missing) and year.reminded_on is None and today >= year.due_on - REMINDED_BEFORE


def may_ask_for_something(year: SchoolYear, today: date) -> bool:
    """Whether the day asks for a step at all, whatever the number of missing students is."""
    return any(next_step(year, today, missing) for missing in (0, 1))
