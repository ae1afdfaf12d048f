"""Time-ordered identifiers: neighbours in time are neighbours in the index."""

import os
import threading
import time
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
_RANDOM_BITS = (1 << 62) - 1

_latest = 0
_tails: list[bytes] = []
_lock = threading.Lock()
os.register_at_fork(after_in_child=_tails.clear)  # a child must not give out what its parent may


def uuid7() -> UUID:
    """Return a UUIDv7 that is greater than every one this process made before.

    The 12 bits after the millisecond hold its fraction (RFC 9562, method 3), so ids of one bulk append stay in order.
    """
    global _latest  # noqa: PLW0603 -- the last moment given out is what makes the order hold
    moment = time.time_ns() * 4096 // 1_000_000
    with _lock:
        moment = _latest = max(moment, _latest + 1)
        tail = int.from_bytes(_random(), "big") & _RANDOM_BITS
    return UUID(int=((moment >> 12) & 0xFFFFFFFFFFFF) << 80 | _VERSION_7 | (moment & 0xFFF) << 64 | _VARIANT | tail)


def _random() -> bytes:
    """The next 8 random bytes: asking the kernel for each id alone would be most of the time an id takes."""
    if not _tails:
        fresh = os.urandom(8 * 128)
        _tails.extend(fresh[at : at + 8] for at in range(0, len(fresh), 8))
    return _tails.pop()
