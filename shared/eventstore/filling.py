"""Rows written by COPY: a whole table, or a large batch on its way into one."""

import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from typing import Any

import msgspec
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.columns import types_of, without_escapes
from shared.eventstore.copying import blocking_copy

_json = msgspec.json.Encoder()
_CHUNK = 5_000
# A row as a JSON array is a line of CSV but for its brackets: texts stand in quotes, null stands bare, and \ escapes a
# quote and itself. So msgspec writes whole rows, in a third of the time that Python takes to join their values.
_FORMAT = r"FORMAT csv, NULL 'null', ESCAPE '\'"
Write = Callable[[Any], Any]


def fill(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[Any], *, frozen: bool = False) -> None:
    """COPY rows into a table; `frozen` where this transaction made it, which spares readers marking the rows."""
    types = types_of(cursor, table)
    writers = {place: write for place, name in enumerate(columns) if (write := _writer(types[name])) is not None}
    copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN ({_FORMAT}{', FREEZE' if frozen else ''})"
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        values = values_of(columns, chunk)
        if writers:
            values = [_written(row, writers) for row in values]
        with blocking_copy():
            cursor.copy_expert(copy, io.BytesIO(_as_csv(values)), 1 << 20)


def values_of(columns: Sequence[str], rows: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
    """The values of rows in the order of the columns; a row that is only its key stands as it is."""
    if rows and type(rows[0]) is tuple:
        return rows
    if len(columns) > 1:
        with suppress(KeyError):
            return list(map(itemgetter(*columns), rows))
    return [tuple([row.get(name) for name in columns]) for row in rows]


def _as_csv(rows: Iterable[tuple[Any, ...]]) -> bytes:
    # Inside JSON's texts no line ends, so a bracket, a line's end and a bracket is what stands between two rows.
    lines = _json.encode_lines(rows)[1:-2].replace(b"]\n[", b"\n")
    return without_escapes(lines)


def _written(row: tuple[Any, ...], writers: dict[int, Write]) -> tuple[Any, ...]:
    return tuple(
        [value if value is None or place not in writers else writers[place](value) for place, value in enumerate(row)]
    )


def _writer(column_type: str) -> Write | None:
    """How values are written that PostgreSQL does not read as JSON writes them."""
    if column_type == "bytea":
        return lambda value: "\\x" + bytes(value).hex()
    if column_type in ("json", "jsonb"):
        return lambda value: _json.encode(value).decode()
    return _array if column_type.endswith("[]") else None


def _array(values: Iterable[Any]) -> str:
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return _array(value)
    text = str(getattr(value, "value", value)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
