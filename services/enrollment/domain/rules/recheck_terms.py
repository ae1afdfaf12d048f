"""The rules of the recheck's three months: when a school is reminded, and when its province hears (R41-11)."""

from datetime import date
from typing import Final, Literal

from services.enrollment.domain.rules.deadlines import (
    DAILY_DAYS,
    REMINDED_BEFORE,
    TOLD_FOR,
    WEEKLY,
    is_told_again,
    recheck_due,
)
from shared.rules.rulebook import in_force

Step = Literal["remind", "overdue", "complete"]
_LAST_DAY: Final = (12, 31)


def next_step(due_on: date, state: str, found_on: date | None, *, today: date, missing: int) -> Step | None:
    """What the day asks for of those who entered on one day, so many of them being without a recheck.

    Before the last day one reminder; after it a word to the province, daily and later weekly, until none is missing.
    """
    if today <= due_on:
        return "remind" if missing and state == "begun" and today >= due_on - REMINDED_BEFORE else None
    if not missing:
        return None if state == "complete" else "complete"
    return "overdue" if is_told_again(due_on, found_on, today) else None


def asks_for_something(entry_date: date, today: date, missing: int) -> bool:
    """Whether the day asks for anything of whom nothing was said yet."""
    if not missing or not in_force("R41-11", entry_date):
        return False
    return next_step(recheck_due(entry_date), "begun", None, today=today, missing=missing) is not None


def is_counted(entry_year: int, today: date) -> bool:
    """Whether those who are without a recheck are counted on this day: of old intakes once a week, and not for ever."""
    if entry_year > today.year:
        return False
    last_due = recheck_due(date(entry_year, *_LAST_DAY))
    if (today - last_due).days <= DAILY_DAYS:
        return True
    return today - last_due <= TOLD_FOR and today.toordinal() % WEEKLY.days == 0
