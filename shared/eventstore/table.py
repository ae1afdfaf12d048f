"""Rows on their way between memory and a read table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.columns import array_of, known_types_of
from shared.eventstore.filling import fill, values_of
from shared.eventstore.projection import Key, Projection, Row

_json = msgspec.json.Encoder()
_MANY = 100
_BYTEA = 17
# A few thousand keys look to the planner like a good reason to read a table from end to end. They are not.
ROW_BY_ROW = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"


def load_rows(cursor: Cursor, projection: Projection, keys: Sequence[Key], only: Sequence[str] = ()) -> list[Row]:
    """The stored rows of these keys, those that exist; of `only` these columns and the key, if any are named."""
    columns = (*projection.key, *(name for name in only if name not in projection.key)) or ()
    columns = columns if only else projection.all_columns()
    fields = ", ".join(f"t.{name}" for name in columns)
    source, given = _source(cursor, projection, projection.key, keys)
    cursor.execute(
        f"SELECT {fields} FROM {source} JOIN {projection.table} AS t USING ({', '.join(projection.key)})", given
    )
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    for name, column in zip(columns, cursor.description or (), strict=True):
        if column.type_code == _BYTEA:
            for row in rows:
                row[name] = None if row[name] is None else bytes(row[name])
    return rows


def add_rows(cursor: Cursor, projection: Projection, rows: Sequence[Row]) -> None:
    """Insert rows whose keys the table does not have: many straight by COPY."""
    if len(rows) < _MANY:
        store_rows(cursor, projection, rows)
    else:
        fill(cursor, projection.table, projection.all_columns(), rows)


def store_rows(cursor: Cursor, projection: Projection, rows: Sequence[Any]) -> None:
    """Insert rows, or replace those of the same key; a row that is only its key may be there, and stays."""
    if not rows:
        return
    columns = projection.all_columns()
    source, given = _source(cursor, projection, columns, values_of(columns, rows))
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name not in projection.key)
    cursor.execute(
        f"INSERT INTO {projection.table} ({names}) SELECT {names} FROM {source}"
        f" ON CONFLICT ({', '.join(projection.key)}) DO {'UPDATE SET ' + changes if changes else 'NOTHING'}",
        given,
    )


def add_amounts(cursor: Cursor, projection: Projection, amounts: Mapping[Key, int]) -> None:
    """Add to the numbers of a table, which stand in its last column; what comes to nothing is no row."""
    rows = [(*key, n) for key, n in amounts.items() if n]
    if not rows:
        return
    columns = projection.all_columns()
    source, given = _source(cursor, projection, columns, rows)
    names, n = ", ".join(columns), columns[-1]
    cursor.execute(
        f"INSERT INTO {projection.table} AS t ({names}) SELECT {names} FROM {source}"
        f" ON CONFLICT ({', '.join(projection.key)}) DO UPDATE SET {n} = t.{n} + EXCLUDED.{n}",
        given,
    )
    cursor.execute(
        f"DELETE FROM {projection.table} AS t USING {source} WHERE t.{n} = 0 AND {_same_key(projection)}", given
    )


def change_rows(cursor: Cursor, projection: Projection, moved: Iterable[tuple[Key, Row]]) -> None:
    """Change some columns of rows that are there."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for key, changes in moved:
        alike[tuple(changes)].append((*key, *changes.values()))
    for names, rows in alike.items():
        if names:
            source, given = _source(cursor, projection, (*projection.key, *names), rows)
            cursor.execute(
                f"UPDATE {projection.table} AS t SET {', '.join(f'{name} = k.{name}' for name in names)}"
                f" FROM {source} WHERE {_same_key(projection)}",
                given,
            )


def remove_rows(cursor: Cursor, projection: Projection, keys: Sequence[Key]) -> None:
    if not keys:
        return
    source, given = _source(cursor, projection, projection.key, keys)
    cursor.execute(f"DELETE FROM {projection.table} AS t USING {source} WHERE {_same_key(projection)}", given)


def _same_key(projection: Projection) -> str:
    return " AND ".join(f"t.{name} = k.{name}" for name in projection.key)


def _source(
    cursor: Cursor, projection: Projection, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[str, tuple[str, ...]]:
    """Where the server finds rows that are sent along, as `k`: column by column, or as JSON where arrays are in it."""
    types = [known_types_of(cursor, projection.table)[name] for name in columns]
    if any(each.endswith("[]") for each in types):
        return f"json_populate_recordset(NULL::{projection.table}, %s) AS k", (_as_json(columns, rows),)
    arrays = ", ".join(f"%s::{each}[]" for each in types)
    literals = tuple(array_of(column, each) for column, each in zip(zip(*rows, strict=True), types, strict=True))
    return f"unnest({arrays}) AS k ({', '.join(columns)})", literals


def _as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows for json_populate_recordset, by which PostgreSQL itself gives each value its column's type."""
    return _json.encode([dict(zip(columns, map(_plain, row), strict=True)) for row in rows]).decode()


def _plain(value: Any) -> Any:
    return "\\x" + value.hex() if isinstance(value, bytes | memoryview) else value
