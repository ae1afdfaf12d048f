"""The rules of the academic years of a student status: which are due, and in which order (A12)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final, Literal

from services.enrollment.domain.rules.deadlines import year_due
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.standing import AWAY_STATES, StatusStanding, YearResult, academic_year_of
from shared.codes.clock import add_months
from shared.rules.refused import Refused

YearState = Literal["DUE", "REGISTERED", "DEFERRED", "OVERDUE", "CLOSED_BY_STATUS", "AWAY"]
AWAY_ZH: Final = {"on_leave": "休学", "reserved": "保留学籍"}


class YearDiffers(Refused):
    """A file holds one academic year."""

    rule = "A12-3"
    zh = "学年与本文件的学年 {expected} 不一致"
    en = "the row is not of academic year {expected}, which the file was submitted for"


class StatusNotOpen(Refused):
    """A status that has ended takes no further registration."""

    rule = "A14-2"


class AwayNotDue(Refused):
    """Who is on leave studies in no year, so none is registered."""

    rule = "A12-1"
    zh = "该生自 {since} 起{state_zh},本学年不需注册;请先办理复学,或从文件中删去此行"
    en = "the student is {state} since {since} and not due this year: record the return first, or leave the row out"


class ServiceNotDue(AwayNotDue):
    """A status kept for military service waits; its time does not count."""

    rule = "R41-27"


class YearSpentAway(Refused):
    """A year that passed during a leave is not made up for later."""

    rule = "A12-1"
    zh = "{year} 学年的注册期内该生休学或保留学籍,该学年不需注册"
    en = "the student was on leave or had a reserved status when {year} was registered; that year is not due"


class FreshmanYear(Refused):
    """The year of entry is covered by the freshman registration."""

    rule = "A12-2"


class AfterGraduation(Refused):
    """Years are registered until graduation only; who did not graduate in time is extended first, not forgotten."""

    rule = "A12-9"
    zh = "该生预计于 {graduates} 毕业,{year} 学年在此之后;未能按期毕业的,请先登记延长学习年限"
    en = (
        "graduation was expected on {graduates}, before {year} begins; who did not graduate in time has the time of"
        " study extended first (延长学习年限)"
    )


class YearAlreadySettled(Refused):
    """One result per student and academic year."""

    rule = "A12-3"
    zh = "该学年已注册"
    en = "this academic year is already registered"


class YearOutOfOrder(Refused):
    """Year N+1 waits for year N."""

    rule = "A12-1"
    zh = "上一学年({due})尚未注册或暂缓注册,不能先注册本学年"
    en = "academic year {due} has no result yet and comes first"


def usual_due(academic_year: int) -> date:
    """Until when a year is due where the school's own first day is not known."""
    return year_due(date(academic_year, 9, 1))


def usual_first(academic_year: int) -> date:
    """On which day a year begins where the school's own first day is not known."""
    return date(academic_year, 9, 1)


DueOf = Callable[[int], date]


def may_settle_year(
    status: StatusStanding,
    *,
    school_code: str,
    academic_year: int,
    result: YearResult,
    due_of: DueOf = usual_due,
    first_of: DueOf = usual_first,
) -> None:
    """One result per year, in order, of an open own status (A4-1, A12-1, A12-2, A12-3, A12-9)."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    _must_be_open(status)
    _must_be_unsettled(status, academic_year, result, first_of)
    if status.state in AWAY_STATES or status.absences:
        _may_be_due(status, academic_year, due_of(academic_year))
    if academic_year > status.covered_year + 1:
        _none_left_out(status, academic_year, due_of)


def settling_checks(
    status: StatusStanding,
    *,
    school_code: str,
    academic_year: int,
    result: YearResult,
    due_of: DueOf = usual_due,
    first_of: DueOf = usual_first,
) -> Iterator[Callable[[], object]]:
    """The same, one question at a time: whoever mends a row wants to know all that is wrong with it.

    Of another school's student, and of a year that was none of the student's, nothing more is asked.
    """
    settle = partial(may_settle_year, status, school_code=school_code, academic_year=academic_year, result=result)
    yield partial(settle, due_of=due_of, first_of=first_of)
    if status.school_code != school_code:
        return
    yield partial(_must_be_unsettled, status, academic_year, result, first_of)
    is_of_study = academic_year > status.entry_date.year and first_of(academic_year) < status.expected_graduation_date
    if status.is_open and is_of_study:
        yield partial(_may_be_due, status, academic_year, due_of(academic_year))
        yield partial(_none_left_out, status, academic_year, due_of)


def _must_be_open(status: StatusStanding) -> None:
    if not status.is_open:
        raise StatusNotOpen(field="KSH", state=status.state)


def _must_be_unsettled(status: StatusStanding, academic_year: int, result: YearResult, first_of: DueOf) -> None:
    """A year of study that has no result, or whose deferral ends with this one."""
    late_registration = (
        academic_year == status.settled_year and status.settled_as == "deferred" and result == "registered"
    )
    if academic_year <= status.entry_date.year and not late_registration:
        raise FreshmanYear(field="XN")
    if first_of(academic_year) >= status.expected_graduation_date:
        raise AfterGraduation(field="XN", graduates=status.expected_graduation_date, year=academic_year)
    if academic_year <= status.settled_year and not late_registration:
        raise YearAlreadySettled(field="XN")


def is_away_on(status: StatusStanding, day: date) -> bool:
    """Whether a student was on leave or had a reserved status on a day."""
    since = status.since if status.state in AWAY_STATES else None
    return away_on(day, status.absences, status.state in AWAY_STATES, since)


def away_on(day: date, absences: Iterable[tuple[date, date]], is_away: bool, since: date | None) -> bool:
    """Whether a day lies in a time away: one that is over, or the present one."""
    if is_away and (since is None or since <= day):
        return True
    return any(begun <= day < until for begun, until in absences)


@dataclass(frozen=True, slots=True)
class StudyTime:
    """From when to when somebody is or was a student, with the times away, as far as years care."""

    entry_date: date
    left_on: date | None
    away_since: date | None
    absences: tuple[tuple[date, date], ...]

    def years(self, today: date, settled: Iterable[int], first_of: DueOf = usual_first) -> range:
        """Every year that needed a result so far; the year of entry did not (A12-2).

        Who did not graduate when it was expected, and has not left, still has years.
        """
        told = [year for year in settled if year > academic_year_of(self.entry_date)]
        last = max([last_begun(self.left_on or today + timedelta(days=1), first_of), *told])
        return range(min([self.entry_date.year + 1, *told]), last + 1)

    def state_of(self, due_on: date, today: date) -> YearState:
        """Where a year without a result stands."""
        if away_on(due_on, self.absences, self.away_since is not None, self.away_since):
            return "AWAY"
        if self.left_on is not None:
            return "CLOSED_BY_STATUS"
        return "OVERDUE" if today > due_on else "DUE"


def last_begun(day: date, first_of: DueOf = usual_first) -> int:
    """The last academic year that began before a day: who leaves on its first day studies in it no more (A12-9)."""
    return next(year for year in (day.year, day.year - 1, day.year - 2) if first_of(year) < day)


def is_due(status: StatusStanding, academic_year: int, due_of: DueOf = usual_due) -> bool:
    """Whether a year of an open status waits for its result; who is away on the last day is not due (A12-1).

    It does so until the student has graduated, not until it was expected: who stayed longer is seen as missing until
    the time of study is extended, or the status ended.
    """
    return status.is_open and status.covered_year < academic_year and not is_away_on(status, due_of(academic_year))


def due_for(status: StatusStanding, academic_year: int, due_on: date) -> date:
    """Until when this student's year is due: who comes back later has a month from that day."""
    for since, until in status.absences:
        if since <= due_on < until:
            return add_months(until, 1)
    return due_on


def _may_be_due(status: StatusStanding, academic_year: int, due_on: date) -> None:
    if not is_away_on(status, due_on):
        return
    if status.state in AWAY_STATES and (status.since is None or status.since <= due_on):
        refusal = ServiceNotDue if status.in_service else AwayNotDue
        raise refusal(field="KSH", since=status.since, state=status.state, state_zh=AWAY_ZH[status.state])
    back = max(until for since, until in status.absences if since <= due_on < until)
    if academic_year_of(back) != academic_year:
        raise YearSpentAway(field="XN", year=academic_year)


def _none_left_out(status: StatusStanding, academic_year: int, due_of: DueOf) -> None:
    for year in range(status.covered_year + 1, academic_year):
        if not is_away_on(status, due_of(year)):
            raise YearOutOfOrder(field="XN", due=year)
