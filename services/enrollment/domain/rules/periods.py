"""How long each office has; a day that no published calendar can tell is said, not guessed."""

from dataclasses import dataclass
from datetime import date

from shared.codes.working_days import CalendarNotPublished, add_working_days


@dataclass(frozen=True)
class Periods:
    """The clocks of cases and transfers, in working days unless the name says otherwise."""

    school_review: int = 10
    province_review: int = 15
    conflict: int = 15
    publicity: int = 5
    filing_months: int = 3  # Order 41 art. 24


@dataclass(frozen=True)
class Deadline:
    """A last day, or the year whose calendar is not published yet."""

    on: date | None
    unknown_year: int | None = None

    def passed(self, today: date) -> bool:
        return self.on is not None and self.on < today


def deadline(start: date, working_days: int) -> Deadline:
    """The last of `working_days` after `start`, by the statutory calendar (A13-3)."""
    try:
        return Deadline(add_working_days(start, working_days))
    except CalendarNotPublished as unknown:
        return Deadline(None, unknown.year)
