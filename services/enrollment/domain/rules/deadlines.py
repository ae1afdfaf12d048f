"""The rules of time: until when something must be done, what is late, and what no published calendar can say yet."""

from datetime import date, timedelta
from typing import Final

from shared.codes.clock import add_months
from shared.codes.working_days import CalendarNotPublished, add_working_days
from shared.rules.refused import Refused

YEAR_MONTHS: Final = 1  # annual registration, from the school's own first day (A13-1)
RECHECK_MONTHS: Final = 3  # from entry (R41-11)
CANCELLATION_DAYS: Final = 15  # working days from the decision (A13-2)
CANCELLATION_REMINDER_DAYS: Final = 10
REMINDED_BEFORE: Final = timedelta(days=7)
SERVICE_YEARS: Final = 2  # a status is kept so long after discharge (R41-27)
DAILY_DAYS: Final = 30  # an overdue year is told every day so long, then every week
WEEKLY: Final = timedelta(days=7)
TOLD_FOR: Final = timedelta(days=730)  # and no longer: two more years have told of the same students since


class CalendarUnknown(Refused):
    """The working days of that year cannot be counted yet."""

    rule = "X-CAL-1"
    zh = "{year}年的节假日与调休安排尚未公布,不能推算工作日期限"
    en = "the holidays of {year} are not published yet, so working days up to the deadline cannot be counted"


def working_deadline(day: date, count: int) -> date:
    """The last of `count` working days after `day`; refused where the calendar of a year is not known."""
    try:
        return add_working_days(day, count)
    except CalendarNotPublished as unknown:
        raise CalendarUnknown(year=unknown.year) from unknown


def known_deadline(day: date, count: int) -> date | None:
    """The same for whoever may go on without: None is said as unknown, never guessed."""
    try:
        return add_working_days(day, count)
    except CalendarNotPublished:
        return None


def year_due(starts_on: date) -> date:
    """The last day of the month in which a year is registered: 1 September -> 1 October (A13-1)."""
    return add_months(starts_on, YEAR_MONTHS)


def recheck_due(entry_date: date) -> date:
    """The last day of the recheck (R41-11)."""
    return add_months(entry_date, RECHECK_MONTHS)


def cancellation_due(decided_on: date) -> date | None:
    """Until when a decision to end a status is recorded (A13-2); None where no calendar tells."""
    return known_deadline(decided_on, CANCELLATION_DAYS)


def cancellation_reminder(decided_on: date) -> date | None:
    """When whoever has to record a decision is reminded (A13-2)."""
    return known_deadline(decided_on, CANCELLATION_REMINDER_DAYS)


def service_ends(discharged_on: date) -> date:
    """Until when a status kept for military service may be taken up again (R41-27)."""
    return add_months(discharged_on, 12 * SERVICE_YEARS)


def is_over(until: date | None, today: date) -> bool:
    """Whether a deferral, a leave or a reserved status has run out: its last day still counts."""
    return until is not None and today > until


def is_late(done_on: date, due_on: date | None) -> bool:
    """Whether something was done after its last day; of an unknown day nothing is held against anybody."""
    return due_on is not None and done_on > due_on


def is_told_again(due_on: date, told_on: date | None, today: date) -> bool:
    """Whether an overdue year is told once more: daily for a month, then weekly, and not for ever (A13-1)."""
    if today <= due_on or today - due_on > TOLD_FOR:
        return False
    if told_on is None:
        return True
    rest = timedelta(days=1) if (today - due_on).days <= DAILY_DAYS else WEEKLY
    return today - told_on >= rest
