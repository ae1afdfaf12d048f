"""What an operator watches of a store: how far numbering and following are behind."""

import time
from typing import Final

from prometheus_client import Gauge

from shared.codes.clock import Clock, SystemClock
from shared.eventstore.store import Store

POSITION = Gauge("xueji_log_position", "The last number given to an event.", ["service"])
UNNUMBERED = Gauge("xueji_log_lag_events", "Committed events without a number (counted up to 100,000).", ["service"])
WAITING = Gauge("xueji_log_lag_seconds", "Age of the oldest event without a number.", ["service"])
FOLLOWED = Gauge("xueji_follower_position", "How far a follower has come.", ["service", "follower"])
BEHIND = Gauge("xueji_follower_lag_events", "Numbered events that a follower has not folded.", ["service", "follower"])
BEHIND_SECONDS = Gauge("xueji_follower_lag_seconds", "Age of the oldest fact not yet folded.", ["service", "follower"])

_MOST: Final = 100_000  # counted, when numbering is far behind
UNNUMBERED_SQL: Final = """
    SELECT s.position, count(e.recorded_at), min(e.recorded_at)
    FROM sequencer AS s LEFT JOIN LATERAL (
        SELECT recorded_at FROM events
        WHERE (tx, row_id) > (s.tx, s.row_id) AND tx < pg_snapshot_xmax(pg_current_snapshot())
        ORDER BY tx, row_id LIMIT %s -- in order, or the server reads the whole log rather than its end
    ) AS e ON true
    GROUP BY s.position
"""
_FOLLOWERS_SQL = """
    SELECT f.name, f.position, e.recorded_at
    FROM followers AS f LEFT JOIN log AS l ON l.position = f.position + 1
    LEFT JOIN events AS e ON e.tx = l.tx AND e.row_id = l.row_id
"""


class LagGauges:
    """A task for the leader: measures now and then, and counts as no work."""

    def __init__(self, store: Store, clock: Clock | None = None, *, every: float = 2.0) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._every = every
        self._next = 0.0

    def step(self) -> int:
        if time.monotonic() >= self._next:
            self._measure()
            self._next = time.monotonic() + self._every
        return 0

    def _measure(self) -> None:
        service, now = self._store.service, self._clock.now()
        with self._store.reading() as cursor:
            cursor.execute(UNNUMBERED_SQL, (_MOST,))
            last, waiting, oldest = cursor.fetchone()  # type: ignore[misc]
            cursor.execute(_FOLLOWERS_SQL)
            followers = cursor.fetchall()
        POSITION.labels(service).set(last)
        UNNUMBERED.labels(service).set(waiting)
        WAITING.labels(service).set((now - oldest).total_seconds() if oldest else 0)
        for name, position, next_recorded in followers:
            FOLLOWED.labels(service, name).set(position)
            BEHIND.labels(service, name).set(max(last - position, 0))
            BEHIND_SECONDS.labels(service, name).set((now - next_recorded).total_seconds() if next_recorded else 0)
