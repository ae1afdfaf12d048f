"""Rows written by COPY: a whole table, or a large batch on its way into one."""

import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import islice
from operator import itemgetter
from types import NoneType
from typing import Any
from uuid import UUID

import msgspec
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.copying import blocking_copy
from shared.eventstore.projection import Row

_json = msgspec.json.Encoder()
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_CHUNK = 5_000


def fill(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """COPY rows into an empty table."""
    cursor.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        (table,),
    )
    types: dict[str, str] = dict(cursor.fetchall())
    writers = [_writer(types[name]) for name in columns]
    copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        # By columns: most are written by one call for all their values.
        written = [write(values) for write, values in zip(writers, _by_column(columns, chunk), strict=True)]
        lines = "\n".join(map("\t".join, zip(*written, strict=True)))
        with blocking_copy():
            cursor.copy_expert(copy, io.BytesIO(lines.encode()), 1 << 20)


def _by_column(columns: Sequence[str], rows: Sequence[Row]) -> Iterable[tuple[Any, ...]]:
    if len(columns) > 1:
        with suppress(KeyError):
            return list(zip(*map(itemgetter(*columns), rows), strict=True))
    return [tuple([row.get(name) for row in rows]) for name in columns]


Values = Sequence[Any]
Texts = Iterable[str]


def _writer(column_type: str) -> Callable[[Values], Texts]:
    """How the values of a column are written in COPY's text."""
    if column_type in ("json", "jsonb"):
        return partial(_each, lambda value: _escaped(_json.encode(value).decode()))
    if column_type.endswith("[]"):
        return partial(_each, lambda value: _escaped(_array(value)))
    return {"bytea": _bytes, "uuid": _ids, "text": _texts}.get(column_type, _others)


def _each(write: Callable[[Any], str], values: Values) -> Texts:
    return ["\\N" if value is None else write(value) for value in values]


def _texts(values: Values) -> Texts:
    """Text as it is, where nothing in the whole column needs an escape."""
    kinds = set(map(type, values))
    if kinds - {str, NoneType}:
        return _others(values)
    given = values if kinds == {str} else [value for value in values if value is not None]
    whole = "\n".join(given)
    if "\\" in whole or "\t" in whole or "\r" in whole or whole.count("\n") != max(len(given) - 1, 0):
        return _others(values)
    return values if kinds == {str} else ["\\N" if value is None else value for value in values]


def _ids(values: Values) -> Texts:
    if set(map(type, values)) == {UUID}:
        return [f"{value.int:032x}" for value in values]
    return _others(values)


def _bytes(values: Values) -> Texts:
    return _each(lambda value: "\\\\x" + bytes(value).hex(), values)


def _others(values: Values) -> Texts:
    if set(map(type, values)) <= {int, date, bool}:
        return map(str, values)
    return _each(lambda value: _escaped(str(getattr(value, "value", value))), values)


def _escaped(text: str) -> str:
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)


def _array(values: Iterable[Any]) -> str:
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return _array(value)
    text = str(getattr(value, "value", value)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
