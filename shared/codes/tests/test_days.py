"""Clocks, months, working days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes.clock import (
    SetClock,
    SystemClock,
    add_months,
    clock_from,
    end_of_shanghai_day,
    shanghai_date,
    start_of_shanghai_day,
)
from shared.codes.working_days import CalendarNotPublished, add_working_days, is_working_day, working_days_between


def test_one_month_is_the_same_day_or_the_last_day():
    assert add_months(date(2026, 9, 1), 1) == date(2026, 10, 1)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)


@given(st.dates(date(1950, 1, 1), date(2099, 1, 1)), st.integers(0, 60))
def test_months_move_forward_and_keep_the_day_where_it_exists(day, months):
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.rule("A13-3")
def test_fifteen_working_days_pass_the_national_holiday():
    """Given a decision on 26 September 2025, when fifteen working days are counted across the National Day week, then
    they end on 23 October."""
    assert add_working_days(date(2025, 9, 26), 15) == date(2025, 10, 23)
    assert working_days_between(date(2025, 9, 26), date(2025, 10, 23)) == 15


@pytest.mark.rule("A13-3")
def test_a_sunday_worked_in_return_counts():
    """Given the days worked in return for the National Day week of 2025, when they are asked about, then they are
    working days and the holiday is none."""
    assert is_working_day(date(2025, 9, 28))
    assert is_working_day(date(2025, 10, 11))
    assert not is_working_day(date(2025, 10, 8))


@pytest.mark.rule("A13-3")
def test_a_year_that_is_not_published_is_said_and_not_guessed():
    """Given a year whose holidays are not published, when working days are counted in it, then the year is named and
    nothing is guessed."""
    with pytest.raises(CalendarNotPublished, match="2090") as unknown:
        add_working_days(date(2090, 1, 1), 3)
    assert unknown.value.year == 2090
    assert "2090" in unknown.value.zh
    with pytest.raises(CalendarNotPublished):
        working_days_between(date(2003, 12, 1), date(2003, 12, 5))


def test_a_day_in_china_begins_at_16_hours_utc():
    assert start_of_shanghai_day(date(2026, 9, 1)) == datetime(2026, 8, 31, 16, tzinfo=UTC)
    assert end_of_shanghai_day(date(2026, 9, 1)) == datetime(2026, 9, 1, 16, tzinfo=UTC)
    assert shanghai_date(datetime(2026, 8, 31, 16, tzinfo=UTC)) == date(2026, 9, 1)
    assert shanghai_date(datetime(2026, 8, 31, 15, 59, tzinfo=UTC)) == date(2026, 8, 31)


def test_a_set_clock_is_seen_by_all_who_read_the_file(tmp_path):
    clock = SetClock(tmp_path / "clock")
    clock.set(datetime(2026, 9, 1, 8, tzinfo=timezone(timedelta(hours=8))))
    assert clock_from(f"set:{tmp_path / 'clock'}").now() == datetime(2026, 9, 1, tzinfo=UTC)
    assert list(tmp_path.iterdir()) == [tmp_path / "clock"]
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 9, 1))  # noqa: DTZ001


def test_the_system_clock_is_aware():
    assert SystemClock().now().tzinfo is UTC
    assert isinstance(clock_from("system"), SystemClock)
    for wrong in ("", "set:", "sundial"):
        with pytest.raises(ValueError, match="clock"):
            clock_from(wrong)
