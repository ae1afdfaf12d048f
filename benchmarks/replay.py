"""`replay`: all histories of an enrollment store folded into its read tables, beside a bare read of the same events."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.register import Registration
from services.enrollment.projections import PROJECTIONS
from shared.eventstore.follower import Follower
from shared.eventstore.log import head
from shared.eventstore.privacy import Keyring
from shared.eventstore.rebuild import rebuild
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store, migrate
from shared.eventstore.verify import verify

REACH = 0.5
_BARE = """
    SELECT l.position, e.originator_id, e.originator_version, e.recorded_at, e.topic, e.context, e.state
    FROM log AS l JOIN events AS e ON e.tx = l.tx AND e.row_id = l.row_id ORDER BY l.position
"""


def replay(url: str, *, students: int = 20_000, rounds: int = 5) -> list[dict[str, Any]]:
    """Rebuild every read table of `students` freshmen with a year each: read, decode, fold, write, index, exchange."""
    migrate(url, "enrollment")
    store = _filled(url, students)
    try:
        with store.writing() as cursor:
            events = head(cursor)
        pairs = []
        for number in range(rounds):  # interleaved, each way first in turn
            times = {way: way(store) for way in ((_bare, _rebuild) if number % 2 else (_rebuild, _bare))}
            pairs.append((events / times[_rebuild], events / times[_bare]))
        if verify(store, PROJECTIONS):
            raise AssertionError("the rebuilt tables are not what the facts say")
    finally:
        store.close()
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    return [
        {
            "name": "replay",
            "value": round(statistics.median(ours for ours, _ in pairs), 1),
            "unit": "events/s",
            "better": "higher",
            "reference": "bare server-side-cursor read of the same events in the log's order",
            "reference_value": round(statistics.median(bare for _, bare in pairs), 1),
            "ratio": round(ratio, 3),
            "reach": REACH,
            "reached": ratio >= REACH,
        }
    ]


def _filled(url: str, students: int) -> Store:
    """A store with an admission, a status and a settled year for every student, numbered and followed."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.toml"
        Keyring.generate(keys)
        registration = Registration(url, keys, students)
    registration.prepare()
    registration.register()
    store = registration.store
    sequencer = Sequencer(store)
    while sequencer.step():
        pass
    Follower(store, PROJECTIONS).catch_up()
    with store.reading() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return store


def _bare(store: Store) -> float:
    connection = store.connect(prepare=False)
    connection.autocommit = False
    try:
        with connection.cursor(name="bare_read") as cursor:
            cursor.itersize = 2_000
            started = time.perf_counter()
            cursor.execute(_BARE)
            for _ in cursor:
                pass
            return time.perf_counter() - started
    finally:
        connection.close()


def _rebuild(store: Store) -> float:
    started = time.perf_counter()
    rebuild(store, PROJECTIONS)
    return time.perf_counter() - started


if __name__ == "__main__":
    import os

    for row in replay(os.environ["XUEJI_POSTGRES_URL"].replace("{service}", "replay")):
        print(row)
