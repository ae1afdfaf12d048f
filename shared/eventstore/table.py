"""Rows on their way between memory and a read table."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.filling import fill, values_of
from shared.eventstore.projection import Key, Projection, Row

_json = msgspec.json.Encoder()
_MANY = 100
_BYTEA = 17


def _as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows for json_populate_recordset, by which PostgreSQL itself gives each value its column's type."""
    return _json.encode([dict(zip(columns, map(_plain, row), strict=True)) for row in rows]).decode()


def _plain(value: Any) -> Any:
    return "\\x" + value.hex() if isinstance(value, bytes | memoryview) else value


def load_rows(cursor: Cursor, projection: Projection, keys: Sequence[Key]) -> list[Row]:
    """The stored rows of these keys, those that exist."""
    columns = projection.all_columns()
    fields = ", ".join(f"t.{name}" for name in columns)
    table = projection.table
    cursor.execute(
        f"SELECT {fields} FROM {table} AS t"
        f" JOIN json_populate_recordset(NULL::{table}, %s) AS k USING ({', '.join(projection.key)})",
        (_as_json(projection.key, keys),),
    )
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    for name, column in zip(columns, cursor.description or (), strict=True):
        if column.type_code == _BYTEA:
            for row in rows:
                row[name] = None if row[name] is None else bytes(row[name])
    return rows


def add_rows(cursor: Cursor, projection: Projection, rows: Sequence[Row]) -> None:
    """Insert rows whose keys the table does not have: many straight by COPY, with no table in between."""
    if len(rows) < _MANY:
        store_rows(cursor, projection, rows)
    else:
        fill(cursor, projection.table, projection.all_columns(), rows)


def store_rows(cursor: Cursor, projection: Projection, rows: Sequence[Row]) -> None:
    """Insert rows, or replace those of the same key."""
    if not rows:
        return
    columns = projection.all_columns()
    source, given = _source(cursor, projection, rows)
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in projection.key)
    cursor.execute(
        f"INSERT INTO {projection.table} ({names}) SELECT {names} FROM {source}"
        f" ON CONFLICT ({', '.join(projection.key)}) DO {'UPDATE SET ' + changes if changes else 'NOTHING'}",
        given,
    )


def _source(cursor: Cursor, projection: Projection, rows: Sequence[Row]) -> tuple[str, tuple[str, ...]]:
    """Where the server finds the rows: a few in the statement itself, many in a table filled by COPY."""
    columns, table = projection.all_columns(), projection.table
    if len(rows) < _MANY:
        values = _as_json(columns, values_of(columns, rows))
        return f"json_populate_recordset(NULL::{table}, %s)", (values,)
    incoming = f"incoming_{table}"
    cursor.execute(
        f"CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {table} LIMIT 0"
    )
    fill(cursor, incoming, columns, rows)
    return incoming, ()


def remove_rows(cursor: Cursor, projection: Projection, keys: Sequence[Key]) -> None:
    if not keys:
        return
    match = " AND ".join(f"t.{name} = k.{name}" for name in projection.key)
    cursor.execute(
        f"DELETE FROM {projection.table} AS t"
        f" USING json_populate_recordset(NULL::{projection.table}, %s) AS k WHERE {match}",
        (_as_json(projection.key, keys),),
    )
