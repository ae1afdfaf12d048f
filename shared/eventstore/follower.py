"""Follows the log: folds new facts into the read tables, rows and position in one transaction."""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.log import head, read_stored
from shared.eventstore.projection import Fold, Key, Projection, Slot, SubjectTrail
from shared.eventstore.sequencer import Fenced
from shared.eventstore.store import Store
from shared.eventstore.table import add_rows, load_rows, remove_rows, store_rows

FOLLOWER = "projections"


class Follower:
    """Keeps some read tables at one position of the log. Several may follow one store, each under its own name."""

    def __init__(
        self, store: Store, projections: Sequence[Projection], name: str = FOLLOWER, *, batch: int = 2_000
    ) -> None:
        self._store = store
        self.projections = with_trail(projections) if name == FOLLOWER else tuple(projections)
        self.name = name
        self._batch = batch
        self._position: int | None = None

    def step(self) -> int:
        """Fold the next facts, at most one batch; answers how many there were."""
        with self._store.reading() as cursor:
            last = head(cursor)
        position = self._load() if self._position is None else self._position
        if last <= position:
            return 0
        upto = min(last, position + self._batch)
        with self._store.writing() as cursor:
            # The position first: it locks the row, so that a second follower waits here and is then fenced off.
            self._move(cursor, position, upto)
            self._fold(cursor, position, upto)
        self._position = upto
        return upto - position

    def catch_up(self) -> int:
        """Step until the log is folded; answers how many facts there were."""
        total = 0
        while done := self.step():
            total += done
        return total

    def _load(self) -> int:
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO followers (name, position) VALUES (%s, 0) ON CONFLICT (name) DO NOTHING", (self.name,)
            )
        with self._store.reading() as cursor:
            return position_of(cursor, self.name)

    def _move(self, cursor: Cursor, position: int, upto: int) -> None:
        cursor.execute(
            "UPDATE followers SET position = %s WHERE name = %s AND position = %s", (upto, self.name, position)
        )
        if cursor.rowcount != 1:
            self._position = None
            raise Fenced(f"follower {self.name} was moved by another process, this one knew position {position}")

    def _fold(self, cursor: Cursor, after: int, upto: int) -> None:
        fold = Fold(self.projections)
        facts = [fact for stored in read_stored(cursor, after, upto) if (fact := fold.read(stored)) is not None]
        touched: list[dict[Slot, Key]] = [{} for _ in self.projections]
        for fact in facts:
            for at, slot, key in fold.touched(fact):
                touched[at][slot] = key
        before = [_place(cursor, fold, at, list(keys.values())) if keys else {} for at, keys in enumerate(touched)]
        for fact in facts:
            fold.apply(fact)
        for at, projection in enumerate(self.projections):
            rows, asked, known = fold.rows[at], touched[at], before[at]
            # a row that is only its key was not asked for: it may be there, and then stays
            add_rows(cursor, projection, [row for slot, row in rows.items() if slot in asked and slot not in known])
            changed = [row for slot, row in rows.items() if slot not in asked or known.get(slot, row) != row]
            store_rows(cursor, projection, changed)
            remove_rows(cursor, projection, [asked[slot] for slot in known if slot not in rows])


def with_trail(projections: Sequence[Projection]) -> tuple[Projection, ...]:
    """The projections and the subject trail, which every store keeps."""
    if any(isinstance(projection, SubjectTrail) for projection in projections):
        return tuple(projections)
    return (*projections, SubjectTrail())


def _place(cursor: Cursor, fold: Fold, at: int, keys: Sequence[Key]) -> dict[Slot, dict[str, Any]]:
    """Load the stored rows into the fold; answers copies, to tell afterwards what changed."""
    for row in load_rows(cursor, fold.projections[at], keys):
        fold.put(at, row)
    return {slot: dict(row) for slot, row in fold.rows[at].items()}


def position_of(cursor: Cursor, name: str = FOLLOWER) -> int:
    """How far a follower has come; 0 before its first step."""
    cursor.execute("SELECT position FROM followers WHERE name = %s", (name,))
    found = cursor.fetchone()
    return found[0] if found else 0


def wait_for(
    store: Store,
    aggregate_id: UUID,
    version: int,
    timeout: float = 2.0,
    *,
    name: str = FOLLOWER,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until the read tables hold this version of an aggregate (`after_version`); False when time is up."""
    deadline = time.monotonic() + timeout
    while not _has_read(store, aggregate_id, version, name):
        if time.monotonic() >= deadline:
            return False
        sleep(0.005)
    return True


def _has_read(store: Store, aggregate_id: UUID, version: int, name: str) -> bool:
    with store.reading() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM events AS e JOIN log AS l USING (row_id)"
            " JOIN followers AS f ON f.position >= l.position AND f.name = %s"
            " WHERE e.originator_id = %s AND e.originator_version = %s)",
            (name, str(aggregate_id), version),
        )
        (found,) = cursor.fetchone()  # type: ignore[misc]
    return bool(found)
