"""The time that all processes read, real or set, and dates as China writes them."""

import os
import tempfile
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where somebody set it; every process that reads the same file sees the same time."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def now(self) -> datetime:
        return datetime.fromisoformat(self._path.read_text(encoding="ascii").strip()).astimezone(UTC)

    def set(self, instant: datetime) -> None:
        """Move the clock; readers see the old or the new instant, never half a file."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".clock-")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(instant.astimezone(UTC).isoformat())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(self._path)


def clock_from(text: str) -> Clock:
    """The clock that a setting names: `system`, or `set:` and the file that holds an ISO instant."""
    if text == "system":
        return SystemClock()
    kind, _, path = text.partition(":")
    if kind == "set" and path:
        return SetClock(path)
    raise ValueError("a clock is 'system' or 'set:<file>'")


def shanghai_date(instant: datetime) -> date:
    """The calendar day in China at this instant."""
    return instant.astimezone(SHANGHAI).date()


def start_of_shanghai_day(day: date) -> datetime:
    """The first instant, in UTC, of a calendar day in China."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of_shanghai_day(day: date) -> datetime:
    """The first instant, in UTC, after a calendar day in China."""
    return start_of_shanghai_day(day + timedelta(days=1))


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of a month that has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
