"""Who stands behind a session's token: asked from identity, and held for some seconds at most."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from shared.access.assertion import Assertion

PREFIX: Final = "xs1_"
HELD_SECONDS: Final = 5.0
MOST: Final = 10_000


def cookie(name: str, origin: str) -> str:
    """The name of a cookie of ours: a browser sends `__Host-` back to this very host over TLS alone.

    Only a demonstration is spoken to without TLS; its cookies bear plain names.
    """
    return f"__Host-{name}" if origin.startswith("https://") else name


@dataclass(frozen=True, slots=True)
class Held:
    """An assertion that was made for a session, and until when it is believed here without asking again."""

    token: str
    assertion: Assertion
    until: float


class HeldAssertions:
    """The assertions of the sessions that were used last, by the hashes of their tokens."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._monotonic = monotonic
        self._most = most
        self._held: OrderedDict[bytes, Held] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, session: str) -> Held | None:
        """What was answered for this token within the last seconds."""
        key = _key(session)
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            if held.until <= self._monotonic():
                del self._held[key]
                return None
            self._held.move_to_end(key)
            return held

    def keep(self, session: str, token: str, assertion: Assertion) -> Held:
        """Believe this answer for some seconds; the longest unused one makes room."""
        held = Held(token, assertion, self._monotonic() + HELD_SECONDS)
        with self._lock:
            self._held[_key(session)] = held
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return held

    def forget(self, session: str) -> None:
        """Ask again the next time."""
        with self._lock:
            self._held.pop(_key(session), None)


def _key(session: str) -> bytes:
    return sha256(session.encode("utf-8", "surrogatepass")).digest()
