"""Deadlines: calendar months, working days by the published calendar, and what is said where there is none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.rules.deadlines import (
    CalendarUnknown,
    cancellation_due,
    cancellation_reminder,
    is_late,
    is_over,
    is_told_again,
    recheck_due,
    service_ends,
    working_deadline,
    year_due,
)

DUE = date(2025, 10, 1)


@pytest.mark.rule("A13-1")
@pytest.mark.parametrize(
    ("starts_on", "due_on"),
    [
        (date(2025, 9, 1), date(2025, 10, 1)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2025, 8, 31), date(2025, 9, 30)),
    ],
)
def test_a_year_is_due_one_calendar_month_after_the_schools_own_first_day(starts_on, due_on):
    """Given a school's first day, when the month is counted, then it ends on the same day or the month's last."""
    assert year_due(starts_on) == due_on


@pytest.mark.rule("A13-2", "A13-3")
def test_fifteen_working_days_cross_the_national_day_week():
    """Given a decision on Friday 26 September 2025, when 15 working days pass, then it is Thursday 23 October."""
    decided_on = date(2025, 9, 26)  # holiday 1-8 October; worked in return: Sunday 28 September, Saturday 11 October
    assert cancellation_due(decided_on) == date(2025, 10, 23)
    assert cancellation_reminder(decided_on) == date(2025, 10, 16)
    assert not is_late(date(2025, 10, 23), cancellation_due(decided_on))
    assert is_late(date(2025, 10, 24), cancellation_due(decided_on))


@pytest.mark.rule("A13-3", "X-CAL-1")
def test_a_calendar_that_is_not_published_is_said_and_never_guessed():
    """Given a year whose holidays are not published, when days are counted into it, then the day is unknown."""
    assert cancellation_due(date(2090, 3, 1)) is None
    assert not is_late(date(2090, 12, 31), None)
    with pytest.raises(CalendarUnknown) as refused:
        working_deadline(date(2090, 3, 1), 15)
    said = refused.value.as_dict()
    assert said["rule"] == "X-CAL-1"
    assert "2090" in said["zh"]
    assert "2090" in said["en"]


@pytest.mark.rule("A13-3", "X-CAL-1")
def test_a_period_that_runs_into_an_unpublished_year_is_unknown_too():
    """Given a decision at the end of the last published year, when the days run over, then the day is unknown."""
    last = max(year for year in range(2020, 2090) if _is_published(year))
    assert cancellation_due(date(last, 12, 25)) is None
    assert cancellation_due(date(last, 11, 3)) is not None


def _is_published(year):
    return cancellation_due(date(year, 3, 1)) is not None


@pytest.mark.rule("R41-11")
def test_the_recheck_lasts_three_months():
    """Given entry on 1 September, when three months are over, then the recheck is."""
    assert recheck_due(date(2025, 9, 1)) == date(2025, 12, 1)
    assert recheck_due(date(2025, 11, 30)) == date(2026, 2, 28)


@pytest.mark.rule("R41-27")
def test_a_status_is_kept_two_years_after_discharge():
    """Given a discharge, when two years are over, then the reserved status runs out the day after."""
    ends = service_ends(date(2025, 9, 1))
    assert ends == date(2027, 9, 1)
    assert not is_over(ends, ends)
    assert is_over(ends, ends + timedelta(days=1))
    assert not is_over(None, date(2099, 1, 1))


@pytest.mark.rule("A13-1")
def test_an_overdue_year_is_told_daily_for_a_month_then_weekly_and_not_for_ever():
    """Given a year that stays overdue, when days pass, then it is told 30 times, then each week, for two years."""
    told, last = [], None
    for days in range(1200):
        today = DUE + timedelta(days=days)
        if is_told_again(DUE, last, today):
            told.append(days)
            last = today
    assert told[:30] == list(range(1, 31))
    assert told[30:33] == [37, 44, 51]
    assert max(told) <= 730
    assert len(told) == 30 + len(range(37, 731, 7))


@pytest.mark.rule("A13-1")
@given(days=st.lists(st.integers(0, 1000), max_size=40))
def test_a_day_that_was_looked_at_before_is_not_told_twice(days):
    """Given any days of looking, when a day comes up twice, then the year is told on it once at most."""
    last, told = None, []
    for day in sorted(days):
        today = DUE + timedelta(days=day)
        if is_told_again(DUE, last, today):
            told.append(today)
            last = today
    assert len(told) == len(set(told))
    assert all(DUE < day <= DUE + timedelta(days=730) for day in told)
