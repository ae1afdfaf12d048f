"""A school's own calendar: what it may declare, what wins, and what each day asks for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.rules.school_years import (
    LaterDayAgain,
    LaterDayUnfounded,
    ReportingDayOver,
    StartOutsideYear,
    YearMonthOver,
    YearNotDeclared,
    YearStartDiffers,
    due_of,
    may_ask_for_something,
    year_declared,
)
from services.enrollment.domain.school import School

CODE = "4111010001"
FIRST = date(2025, 9, 1)
DUE = date(2025, 10, 1)


@pytest.fixture
def school():
    found = School.known_by(CODE)
    found.declare_year(academic_year=2025, starts_on=FIRST, today=date(2025, 7, 10))
    found.collect_events()
    return found


def facts(school):
    return [type(fact).__name__ for fact in school.collect_events()]


@pytest.mark.rule("A13-1")
def test_a_declared_year_is_due_a_month_later(school):
    """Given a declared first day, when the year is looked up, then it is due one month after that day."""
    year = school.standing.year(2025)
    assert (year.starts_on, year.due_on, year.state) == (FIRST, DUE, "declared")


@pytest.mark.rule("A13-1")
@pytest.mark.parametrize("wrong", [date(2025, 6, 30), date(2026, 7, 1), date(2024, 9, 1)])
def test_a_first_day_lies_in_its_year(school, wrong):
    """Given an academic year, when a first day outside of it is declared, then it is refused."""
    with pytest.raises(StartOutsideYear):
        school.declare_year(academic_year=2025, starts_on=wrong, today=date(2025, 7, 10))


@pytest.mark.rule("A13-1")
def test_a_first_day_is_put_right_until_its_month_is_over(school):
    """Given a declared year, when another first day is declared after the month, then it is too late for that."""
    school.declare_year(academic_year=2025, starts_on=date(2025, 9, 8), today=DUE, reason="台风")
    assert school.standing.year(2025).due_on == date(2025, 10, 8)
    with pytest.raises(YearMonthOver):
        school.declare_year(academic_year=2025, starts_on=date(2025, 9, 15), today=date(2025, 10, 9))
    school.collect_events()
    school.declare_year(academic_year=2025, starts_on=date(2025, 9, 8), today=date(2026, 1, 1))
    assert facts(school) == []  # said again, it is nothing new


@pytest.mark.rule("A13-1")
def test_a_year_that_has_begun_moves_later_once_and_for_a_reason(school):
    """Given a year that has begun, when its first day is moved later, then a reason is asked for, and a second time it
    is refused; until it has begun, and to an earlier day, it moves as often as it must."""
    for day in (date(2025, 9, 15), date(2025, 9, 3), FIRST):
        school.declare_year(academic_year=2025, starts_on=day, today=date(2025, 8, 31))
    with pytest.raises(LaterDayUnfounded) as refused:
        school.declare_year(academic_year=2025, starts_on=date(2025, 9, 8), today=FIRST, reason=" ")
    assert refused.value.as_dict()["field"] == "reason"
    school.declare_year(academic_year=2025, starts_on=date(2025, 9, 8), today=FIRST, reason="台风")
    told = school.collect_events()[-1]
    assert (told.put_off, told.reason) == (True, "台风")
    school.declare_year(academic_year=2025, starts_on=date(2025, 9, 2), today=date(2025, 9, 10))
    with pytest.raises(LaterDayAgain):
        school.declare_year(academic_year=2025, starts_on=date(2025, 9, 3), today=date(2025, 9, 10), reason="洪水")


@pytest.mark.rule("A13-1")
def test_whoever_keeps_moving_the_first_day_ahead_of_it_is_overdue_at_last():
    """Given a school that always moves its first day on before it comes, when the usual first day has passed, then it
    moves once more at most, and the year falls overdue."""
    school = School.known_by(CODE)
    day, refused = FIRST, 0
    for weeks in range(40):
        today = date(2025, 8, 25) + timedelta(weeks=weeks)
        later = today + timedelta(weeks=2)
        try:
            school.declare_year(academic_year=2025, starts_on=later, today=today, reason="顺延")
        except (LaterDayAgain, YearMonthOver):
            refused += 1
            continue
        day = later
    assert (day, refused) == (date(2025, 9, 15), 38)
    school.look(academic_year=2025, today=date(2025, 10, 16), missing=1)
    assert school.look(academic_year=2025, today=date(2025, 10, 16), missing=1) == "overdue"


@pytest.mark.rule("A13-1", "X-YEAR-1")
def test_a_year_that_is_never_declared_is_told_as_an_overdue_one_is():
    """Given students due and no declared year, when the usual day is over, then that is told daily for a month, weekly
    from then on, and no more once the year is declared or nobody is missing."""
    school, missed = School.known_by(CODE), []
    for days in range(60):
        today = date(2025, 9, 25) + timedelta(days=days)
        for _ in range(2):
            if school.miss(academic_year=2025, due_on=DUE, today=today, missing=7):
                missed.append(today)
    assert missed[:30] == [date(2025, 10, 2) + timedelta(days=day) for day in range(30)]
    assert missed[30:] == [date(2025, 11, 7), date(2025, 11, 14), date(2025, 11, 21)]
    assert not school.miss(academic_year=2025, due_on=DUE, today=date(2025, 12, 1), missing=0)
    school.declare_year(academic_year=2025, starts_on=FIRST, today=date(2025, 12, 1))
    assert school.standing.unsaid == ()
    assert not school.miss(academic_year=2025, due_on=DUE, today=date(2025, 12, 8), missing=7)


@pytest.mark.rule("X-YEAR-1")
def test_the_declared_day_wins_over_the_day_of_a_file(school):
    """Given a declared first day, when a file carries another, then it is refused and both days are named."""
    standing = school.standing
    assert year_declared(standing, 2025, FIRST) == year_declared(standing, 2025, None) == standing.year(2025)
    with pytest.raises(YearStartDiffers) as refused:
        year_declared(standing, 2025, date(2025, 9, 2))
    said = refused.value.as_dict()
    assert said["rule"] == "X-YEAR-1"
    assert "2025-09-01" in said["zh"]
    assert "2025-09-02" in said["zh"]


@pytest.mark.rule("X-YEAR-1")
def test_a_year_nobody_declared_needs_its_first_day(school):
    """Given a year that was not declared, when a result comes without a day, then it is refused."""
    assert year_declared(school.standing, 2026, date(2026, 9, 1)) is None
    for standing in (school.standing, None):
        with pytest.raises(YearNotDeclared):
            year_declared(standing, 2026, None)
    assert due_of(school.standing, 2024) == due_of(None, 2024) == date(2024, 10, 1)


@pytest.mark.rule("A12-8")
def test_a_school_teaches_by_credits_from_the_year_it_says(school):
    """Given credits declared from 2026 to 2028, when a year is asked about, then only those are by credits."""
    school.declare_credits(since=2026, by_credits=True)
    school.declare_credits(since=2029, by_credits=False)
    assert [school.standing.teaches_by_credits(year) for year in (2025, 2026, 2028, 2029)] == [
        False, True, True, False,
    ]  # fmt: skip
    school.collect_events()
    school.declare_credits(since=2027, by_credits=True)
    assert facts(school) == []


@pytest.mark.rule("R41-8")
def test_the_last_day_to_report_is_never_a_day_that_is_over(school):
    """Given a last day to report, when a day that is over is named, then it is refused; a later one may be named."""
    with pytest.raises(ReportingDayOver):  # January typed for September
        school.declare_reporting(entry_year=2025, last_day=date(2025, 1, 12), today=date(2025, 8, 1))
    assert school.standing.last_day_to_report(2025) is None
    school.declare_reporting(entry_year=2025, last_day=date(2025, 9, 12), today=date(2025, 8, 1))
    school.declare_reporting(entry_year=2025, last_day=date(2025, 9, 15), today=date(2025, 9, 12))
    assert school.standing.last_day_to_report(2025) == date(2025, 9, 15)
    assert school.standing.last_day_to_report(2024) is None
    with pytest.raises(ReportingDayOver):
        school.declare_reporting(entry_year=2025, last_day=date(2025, 9, 14), today=date(2025, 9, 16))
    school.declare_reporting(entry_year=2025, last_day=date(2025, 9, 30), today=date(2025, 9, 16))
    assert school.standing.last_day_to_report(2025) == date(2025, 9, 30)
    with pytest.raises(StartOutsideYear):
        school.declare_reporting(entry_year=2026, last_day=date(2025, 9, 30), today=date(2025, 9, 1))


@pytest.mark.rule("A13-1")
def test_a_year_opens_is_reminded_of_falls_overdue_and_is_closed(school):
    """Given a year with students missing, when its days pass, then each day's step is taken once."""
    taken = []
    for days in range(60):
        today = date(2025, 8, 30) + timedelta(days=days)
        missing = 5 if today < date(2025, 10, 4) else 0
        for _ in range(2):  # looked at twice a day
            step = school.look(academic_year=2025, today=today, missing=missing)
            taken += [(today, step)] if step else []
    assert taken == [
        (FIRST, "open"),
        (date(2025, 9, 24), "remind"),
        (date(2025, 10, 2), "overdue"),
        (date(2025, 10, 3), "overdue"),
        (date(2025, 10, 4), "complete"),
    ]


@pytest.mark.rule("A13-1")
def test_a_school_that_is_done_in_time_hears_nothing(school):
    """Given nobody missing, when the month ends, then there is no reminder, and the year is complete."""
    school.look(academic_year=2025, today=FIRST, missing=9)
    school.collect_events()
    assert [school.look(academic_year=2025, today=FIRST + timedelta(days=day), missing=0) for day in range(31)] == (
        [None] * 31
    )
    assert school.look(academic_year=2025, today=date(2025, 10, 2), missing=0) == "complete"
    # a file taken back makes it overdue again
    assert school.look(academic_year=2025, today=date(2025, 10, 9), missing=3) == "overdue"


@pytest.mark.rule("A13-1")
def test_an_overdue_fact_names_school_day_and_number(school):
    """Given an overdue year, when it is told, then the fact says which school, due when, found when, how many."""
    school.look(academic_year=2025, today=FIRST, missing=7)
    school.look(academic_year=2025, today=date(2025, 10, 2), missing=7)
    told = school.collect_events()[-1]
    assert (told.school_code, told.academic_year, told.due_on, told.found_on, told.missing) == (
        CODE, 2025, DUE, date(2025, 10, 2), 7,
    )  # fmt: skip


@given(days=st.lists(st.tuples(st.integers(-10, 800), st.integers(0, 3)), max_size=60))
def test_whatever_day_is_looked_at_no_step_repeats_itself_on_it(days):
    school = School.known_by(CODE)
    school.declare_year(academic_year=2025, starts_on=FIRST, today=FIRST)
    seen = set()
    for day, missing in sorted(days):
        today = FIRST + timedelta(days=day)
        asked = may_ask_for_something(school.standing.year(2025), today)
        step = school.look(academic_year=2025, today=today, missing=missing)
        assert asked or step is None
        if step in ("overdue", "remind", "open"):
            assert (step, today) not in seen
        seen.add((step, today))
    assert sum(step == "remind" for step, _ in seen) <= 1
    assert sum(step == "open" for step, _ in seen) <= 1
