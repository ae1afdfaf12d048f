"""Working days in China: weekends, published holidays and the weekends that are worked in return."""

from datetime import date, timedelta
from typing import Final

import chinese_calendar

FIRST_YEAR: Final = 2004


class CalendarNotPublished(LookupError):
    """The holidays of this year are not known (yet); a guess would make a deadline wrong."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the holidays of {year} are not published in this calendar")
        self.year = year
        self.zh = f"{year}年的节假日安排尚未公布，无法计算工作日"
        self.en = f"the holidays of {year} are not published; working days cannot be counted"


def is_working_day(day: date) -> bool:
    """Whether people work on this day; raises CalendarNotPublished for a year whose notice is not known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise CalendarNotPublished(day.year) from None


def add_working_days(day: date, count: int) -> date:
    """The last day of a period of `count` working days that begins on the day after `day`."""
    if not 0 <= count <= 1000:
        raise ValueError("a period has 0 to 1000 working days")
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and including `end`."""
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=offset)) for offset in range(1, days + 1))
