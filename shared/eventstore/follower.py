"""Follows the log: folds new facts into the read tables, rows and position in one transaction."""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.fold import Fold, Needs, Parts, Slot, slot_of_key
from shared.eventstore.log import head, read_stored
from shared.eventstore.projection import Projection, SubjectTrail
from shared.eventstore.sequencer import Fenced
from shared.eventstore.shapes import note_shapes, outdated
from shared.eventstore.store import Store
from shared.eventstore.table import ROW_BY_ROW, add_rows, change_rows, load_rows, remove_rows, store_rows
from shared.eventstore.tally import add_news

FOLLOWER = "projections"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.05


class Follower:
    """Keeps some read tables at one position of the log. Several may follow one store, each under its own name."""

    def __init__(
        self, store: Store, projections: Sequence[Projection], name: str = FOLLOWER, *, batch: int = 5_000
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
            position = position_of(cursor, self.name)
            if not position:
                note_shapes(cursor, self.projections)
        return position

    def _move(self, cursor: Cursor, position: int, upto: int) -> None:
        cursor.execute(
            f"{ROW_BY_ROW}; UPDATE followers SET position = %s WHERE name = %s AND position = %s",
            (upto, self.name, position),
        )
        if cursor.rowcount != 1:
            self._position = None
            raise Fenced(f"follower {self.name} was moved by another process, this one knew position {position}")

    def _fold(self, cursor: Cursor, after: int, upto: int) -> None:
        fold = Fold(self.projections, partly=True)
        facts = [fact for stored in read_stored(cursor, after, upto) if (fact := fold.read(stored)) is not None]
        needs = fold.needs(facts)
        before = [_place(cursor, fold, at, need) for at, need in enumerate(needs)]
        for fact in facts:
            fold.apply(fact)
        for projection, rows, parts, need, known in zip(
            self.projections, fold.rows, fold.parts, needs, before, strict=True
        ):
            _store(cursor, projection, rows, parts or Parts(), need, known)
        add_news(cursor, fold)


def _place(cursor: Cursor, fold: Fold, at: int, need: Needs) -> dict[Slot, dict[str, Any]]:
    """Load into the fold what it needs; answers copies of the whole rows, to tell afterwards what changed."""
    projection, parts = fold.projections[at], fold.parts[at]
    if need.full:
        for row in load_rows(cursor, projection, list(need.full.values())):
            fold.put(at, row)
    if need.part and parts is not None:
        for row in load_rows(cursor, projection, list(need.part.values()), projection.reads()):
            parts.loaded[slot_of_key(tuple([row[name] for name in projection.key]))] = row
    return {slot: dict(row) for slot, row in fold.rows[at].items()}


def _store(
    cursor: Cursor,
    projection: Projection,
    rows: dict[Slot, Any],
    parts: Parts,
    need: Needs,
    known: dict[Slot, dict[str, Any]],
) -> None:
    # first what changes rows that are there, for those that are added now know of it already
    change_rows(cursor, projection, parts.moved.values())
    new = need.fresh | (need.full.keys() - known.keys())
    add_rows(cursor, projection, [row for slot, row in rows.items() if slot in new])
    # a row that was not asked for may be there: one that is only its key stays then, any other replaces it
    changed = [row for slot, row in rows.items() if slot not in new and (slot not in known or known[slot] != row)]
    store_rows(cursor, projection, changed)
    remove_rows(cursor, projection, [need.full[slot] for slot in known if slot not in rows])


def with_trail(projections: Sequence[Projection]) -> tuple[Projection, ...]:
    """The projections and the subject trail, which every store keeps."""
    if any(isinstance(projection, SubjectTrail) for projection in projections):
        return tuple(projections)
    return (*projections, SubjectTrail())


def not_filled(store: Store, projections: Sequence[Projection], name: str = FOLLOWER) -> list[str]:
    """The read tables that an upgrade changed and nobody has rebuilt since."""
    with store.reading() as cursor:
        return outdated(cursor, with_trail(projections) if name == FOLLOWER else projections, name)


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
    deadline, pause = time.monotonic() + timeout, _FIRST_PAUSE
    while not _has_read(store, aggregate_id, version, name):
        if time.monotonic() >= deadline:
            return False
        sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)  # who waits behind a whole school must not slow it down by asking
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
