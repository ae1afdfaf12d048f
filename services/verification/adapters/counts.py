"""Counts for rate limits, in this process: like the library's own memory storage, without a thread for each change."""

import threading
import time
from typing import Final

from limits.storage.base import Storage

SWEPT_AT: Final = 100_000  # keys; then those that are over are forgotten, so that many clients cannot fill the memory


class Counts(Storage):
    """Fixed windows by the monotonic clock; `get_expiry` answers in its seconds."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a new window if the last one is over."""
        now = time.monotonic()
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
        return count if until > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._counts.get(key, (0, time.monotonic()))[1]

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
