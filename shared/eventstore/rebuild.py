"""Builds read tables anew from the log, beside the live ones, and puts them in their place."""

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.filling import fill
from shared.eventstore.fold import Fold, Slot
from shared.eventstore.follower import FOLLOWER, position_of, with_trail
from shared.eventstore.log import stream
from shared.eventstore.projection import Projection
from shared.eventstore.shapes import note_shapes
from shared.eventstore.store import Store
from shared.eventstore.tally import count_whole


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Rows by the hundred thousand hold no cycles; looking for some takes a third of the time.

    Around a whole function, so that its rows are gone when the collector wakes.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@_collector_paused()
def rebuild(store: Store, projections: Sequence[Projection], name: str = FOLLOWER) -> int:
    """Replace the read tables by what the facts say; answers the position they are at.

    Readers go on reading the old tables; the follower `name` waits from the last facts to the exchange. All rows are
    held in memory meanwhile. Statistics come with the next autovacuum.
    """
    fold = Fold(with_trail(projections) if name == FOLLOWER else projections)
    with store.reading() as cursor:
        reached = position_of(cursor, name)
        stream(cursor, 0, reached, fold.take)
    with store.writing() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT position FROM followers WHERE name = %s FOR UPDATE", (name,))
        found = cursor.fetchone()
        position = found[0] if found else 0
        stream(cursor, reached, position, fold.take)
        count_whole(fold)
        # Three connections: the server builds indexes and stores rows of two tables while this process writes the rows
        # of another. The longest first, so that all end together.
        tables = sorted(zip(fold.projections, fold.rows, strict=True), key=_size, reverse=True)
        with ThreadPoolExecutor(3) as pool:
            builds = [pool.submit(_build_twin, store, projection, rows) for projection, rows in tables]
            renames = [build.result() for build in builds]
        for (projection, _), statements in zip(tables, renames, strict=True):
            _exchange(cursor, projection.table, statements)
        note_shapes(cursor, fold.projections)
    return int(position)


def _size(table: tuple[Projection, dict[Slot, Any]]) -> int:
    projection, rows = table
    return len(rows) * len(projection.all_columns())


def _twin(table: str) -> str:
    return f"{table}_twin"


def _build_twin(store: Store, projection: Projection, rows: dict[Slot, Any]) -> list[str]:
    """Fill a twin of the table and give it the indexes and grants of the live one; answers how to rename them."""
    live = projection.table
    twin = _twin(live)
    with store.writing() as cursor:
        # A twin lost in a crash is made again; the exchange, which is durable, makes all that was written before it so.
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(f"DROP TABLE IF EXISTS {twin}")
        cursor.execute(
            f"CREATE TABLE {twin}"
            f" (LIKE {live} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMMENTS)"
        )
        _copy_settings(cursor, live, twin)
        fill(cursor, twin, projection.all_columns(), rows.values(), frozen=True)
        renames = _copy_constraints(cursor, live, twin) + _copy_indexes(cursor, live, twin)
        _copy_grants(cursor, live, twin)
    return renames


def _exchange(cursor: Cursor, table: str, renames: Sequence[str]) -> None:
    cursor.execute(f"DROP TABLE {table}")
    cursor.execute(f"ALTER TABLE {_twin(table)} RENAME TO {table}")
    for statement in renames:
        cursor.execute(statement.format(table=table))


def _copy_settings(cursor: Cursor, live: str, twin: str) -> None:
    """How full pages are written and the like, which LIKE does not copy."""
    cursor.execute("SELECT unnest(reloptions) FROM pg_class WHERE oid = %s::regclass", (live,))
    for (setting,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {twin} SET ({setting})")


def _copy_constraints(cursor: Cursor, live: str, twin: str) -> list[str]:
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'x', 'c', 'f') ORDER BY contype = 'p' DESC, oid",
        (live,),
    )
    renames = []
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {twin} ADD CONSTRAINT "{name}_twin" {definition}')
        renames.append(f'ALTER TABLE {{table}} RENAME CONSTRAINT "{name}_twin" TO "{name}"')
    return renames


def _copy_indexes(cursor: Cursor, live: str, twin: str) -> list[str]:
    cursor.execute(
        "SELECT relname, pg_get_indexdef(indexrelid), quote_ident(relname), %s::regclass::text"
        " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        (live, live),
    )
    renames = []
    for name, definition, quoted, _ in cursor.fetchall():
        head, _, rest = definition.partition(f"INDEX {quoted} ON ")
        _, _, method = rest.partition(" USING ")
        cursor.execute(f'{head}INDEX "{name}_twin" ON {twin} USING {method}')
        renames.append(f'ALTER INDEX "{name}_twin" RENAME TO "{name}"')
    return renames


def _copy_grants(cursor: Cursor, live: str, twin: str) -> None:
    cursor.execute(
        "SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, privilege_type"
        " FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = %s::regclass AND grantee <> relowner",
        (live,),
    )
    for grantee, privilege in cursor.fetchall():
        cursor.execute(f"GRANT {privilege} ON {twin} TO {grantee}")
