"""Counts for rate limits, in this process: fixed windows, bounded, by a clock that is handed in."""

import threading
from collections.abc import Callable
from typing import Final

from limits.storage.base import Storage

SWEPT_AT: Final = 100_000  # keys; then those that are over are forgotten, so that many callers cannot fill the memory


class Counts(Storage):
    """Like the library's own memory storage, without a thread for each change; times are in the clock's seconds."""

    STORAGE_SCHEME = None

    def __init__(self, seconds: Callable[[], float]) -> None:
        super().__init__()
        self._seconds = seconds
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a new window if the last one is over."""
        now = self._seconds()
        with self._lock:
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
                self._sweep(now)
            self._counts[key] = (count + amount, until)
            return count + amount

    def get(self, key: str) -> int:
        """The count of the window that runs now."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > self._seconds() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._counts.get(key, (0, self._seconds()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        """Forget everything."""
        with self._lock:
            known = len(self._counts)
            self._counts.clear()
        return known

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            self._counts.pop(key, None)

    def _sweep(self, now: float) -> None:
        if len(self._counts) >= SWEPT_AT:
            self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
        if len(self._counts) >= SWEPT_AT:  # all of them are new: whoever sends so many addresses gets a fresh start
            self._counts.clear()
