"""Gives every committed event its number: dense, once, an aggregate's events in the order of their versions.

Events are taken by (transaction id, row id) below a horizon under which every transaction of this database has ended,
so nothing can appear later before what was numbered. An aggregate's next version is written by a transaction that began
after the version before it was committed, so this order is also the order of versions.
"""

from dataclasses import dataclass
from typing import Any

from psycopg2.errors import UniqueViolation
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.store import Store


class Fenced(Exception):
    """Somebody else moved the position: this process no longer leads and must stop."""


@dataclass(frozen=True, slots=True)
class _State:
    """The last number given, and the event that has it; `rebased` after a restore on another server."""

    position: int
    tx: int
    row_id: int
    rebased: bool


_FRESH = """
    SELECT tx, row_id FROM events AS e
    WHERE (tx, row_id) > (%(tx)s::text::xid8, %(row_id)s) AND tx < %(horizon)s::text::xid8 {unless_numbered}
    ORDER BY tx, row_id LIMIT %(limit)s
"""
_UNLESS_NUMBERED = "AND NOT EXISTS (SELECT FROM log WHERE log.row_id = e.row_id)"
_NUMBER = """
    WITH fresh AS ({fresh}),
    numbered AS (
        INSERT INTO log (position, tx, row_id)
        SELECT %(position)s + row_number() OVER (ORDER BY tx, row_id), tx, row_id FROM fresh
        RETURNING position, tx, row_id
    ),
    last AS (SELECT * FROM numbered ORDER BY position DESC LIMIT 1)
    UPDATE sequencer SET position = last.position, tx = last.tx, row_id = last.row_id
    FROM last WHERE sequencer.position = %(position)s
    RETURNING last.position, last.tx::text::bigint, last.row_id
"""
_AFTER_ALL = 2**62
_CLUSTER = "SELECT system_identifier::text FROM pg_control_system()"


class Sequencer:
    """Numbers the log of one store. One process leads; a second is refused by compare-and-set on the position."""

    def __init__(self, store: Store, *, batch: int = 5_000) -> None:
        self._store = store
        self._batch = batch
        self._state: _State | None = None
        self._foreign: frozenset[int] = frozenset()

    def step(self) -> int:
        """Number what is committed by now, at most one batch; answers how many."""
        state = self._state or self._load()
        self._state = state
        with self._store.reading() as cursor:
            horizon = self._horizon_over_news(cursor, state)
        if horizon is None:
            return 0
        return self._number(state, horizon)

    def _load(self) -> _State:
        with self._store.writing() as cursor:
            cursor.execute("SELECT position, tx::text::bigint, row_id, rebased, cluster FROM sequencer FOR UPDATE")
            *state, numbered_on = cursor.fetchone()  # type: ignore[misc]
            cursor.execute(_CLUSTER)
            (here,) = cursor.fetchone()  # type: ignore[misc]
            if numbered_on == here:
                return _State(*state)
            if not numbered_on:
                cursor.execute("UPDATE sequencer SET cluster = %s", (here,))
                return _State(*state)
            return _rebase(cursor, state[0], here)

    def _horizon_over_news(self, cursor: Cursor, state: _State) -> int | None:
        """The transaction id below which all is settled; None when there is nothing to number."""
        # ORDER BY keeps the planner to the index: for a mere EXISTS it scans the table, hoping for an early hit, and a
        # worker with nothing to do reads all of history.
        cursor.execute(
            "SELECT pg_current_snapshot()::text, (SELECT true FROM events"
            " WHERE (tx, row_id) > (%s::text::xid8, %s) AND tx < pg_snapshot_xmax(pg_current_snapshot())"
            " ORDER BY tx, row_id LIMIT 1)",
            (state.tx, state.row_id),
        )
        snapshot, news = cursor.fetchone()  # type: ignore[misc]
        _, end, running = snapshot.split(":")
        open_ids = [int(xid) for xid in running.split(",") if xid]
        if not news:
            return None
        ours = self._not_foreign(cursor, open_ids) if open_ids else []
        return min(ours, default=int(end))

    def _not_foreign(self, cursor: Cursor, open_ids: list[int]) -> list[int]:
        """The running transactions that may be of this database.

        One is another database's only when two successive looks at pg_stat_activity say so: a single look may pair a
        backend that has just left with the transaction of its successor in the same slot.
        """
        cursor.execute(
            "SELECT backend_xid::text::bigint FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
            " AND datid <> (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        seen = frozenset(xid for (xid,) in cursor.fetchall())
        foreign, self._foreign = seen & self._foreign, seen
        return [xid for xid in open_ids if xid % 2**32 not in foreign]

    def _number(self, state: _State, horizon: int) -> int:
        fresh = _FRESH.format(unless_numbered=_UNLESS_NUMBERED if state.rebased else "")
        given: dict[str, Any] = {
            "position": state.position,
            "tx": state.tx,
            "row_id": state.row_id,
            "horizon": horizon,
            "limit": self._batch,
        }
        try:
            with self._store.writing() as cursor:
                cursor.execute(_NUMBER.format(fresh=fresh), given)
                moved = cursor.fetchone()
                if moved is None:
                    self._require_lead(cursor, state)
        except UniqueViolation as error:
            self._state = None
            raise Fenced("another sequencer gave these numbers") from error
        if moved is None:
            return self._pass_over(state, horizon)
        position, tx, row_id = moved
        self._state = _State(position, tx, row_id, state.rebased)
        return int(position - state.position)

    def _require_lead(self, cursor: Cursor, state: _State) -> None:
        cursor.execute("SELECT position FROM sequencer")
        (position,) = cursor.fetchone()  # type: ignore[misc]
        if position != state.position:
            self._state = None
            raise Fenced(f"the log is numbered up to {position}, this sequencer knew {state.position}")

    def _pass_over(self, state: _State, horizon: int) -> int:
        """Nothing new below the horizon: do not look there again."""
        if state.rebased and horizon > state.tx:
            self._state = _State(state.position, horizon - 1, _AFTER_ALL, True)
        return 0


def _rebase(cursor: Cursor, position: int, here: str) -> _State:
    """Start a new reckoning after a restore: this server's transaction ids have nothing to do with the stored ones.

    What has no number yet gets one by the time it was recorded, a history's events in the order of their versions.
    Whatever is not visible at this moment belongs to a transaction at or above the oldest one running.
    """
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    (oldest,) = cursor.fetchone()  # type: ignore[misc]
    cursor.execute(
        "INSERT INTO log (position, tx, row_id)"
        " SELECT %s + row_number() OVER (ORDER BY reached, originator_version, tx, row_id), tx, row_id FROM ("
        "SELECT *, max(recorded_at) OVER (PARTITION BY originator_id ORDER BY originator_version) AS reached"
        f" FROM events AS e WHERE true {_UNLESS_NUMBERED}) AS unnumbered",
        (position,),
    )
    position += cursor.rowcount
    cursor.execute(
        "UPDATE sequencer SET position = %s, tx = %s::text::xid8, row_id = %s, cluster = %s, rebased = true",
        (position, oldest - 1, _AFTER_ALL, here),
    )
    return _State(position, oldest - 1, _AFTER_ALL, True)
