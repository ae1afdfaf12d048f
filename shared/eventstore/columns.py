"""Values on their way into columns: a whole column as one array literal, which is read nearly as fast as COPY."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from psycopg2.extensions import cursor as Cursor  # noqa: N812

_json = msgspec.json.Encoder()
_ESCAPE = re.compile(rb'\\(?:["\\]|u([0-9a-f]{4})|(.))')
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_types: "WeakKeyDictionary[Any, dict[str, Mapping[str, str]]]" = WeakKeyDictionary()


def types_of(cursor: Cursor, table: str) -> Mapping[str, str]:
    """The type of each column of a table as it is now."""
    cursor.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        (table,),
    )
    return dict(cursor.fetchall())


def known_types_of(cursor: Cursor, table: str) -> Mapping[str, str]:
    """The same, asked once a connection: for tables that only a migration changes."""
    known = _types.setdefault(cursor.connection, {})
    if table not in known:
        known[table] = types_of(cursor, table)
    return known[table]


def array_of(values: Iterable[Any], column_type: str) -> str:
    """The literal of an array of these values, to be cast to `column_type[]`; there is none for arrays of arrays."""
    if column_type == "bytea":
        values = [None if value is None else "\\x" + bytes(value).hex() for value in values]
    elif column_type in ("json", "jsonb"):
        values = [None if value is None else _json.encode(value).decode() for value in values]
    # A list in JSON is such a literal but for its brackets: texts stand in quotes, null stands bare, and a backslash
    # escapes a quote and itself.
    return "{" + without_escapes(_json.encode(list(values))[1:-1]).decode() + "}"


def without_escapes(encoded: bytes) -> bytes:
    """JSON whose texts hold controls as they are: neither CSV nor array literals know escapes for them."""
    return _ESCAPE.sub(_unescaped, encoded) if b"\\" in encoded else encoded


def _unescaped(escape: re.Match[bytes]) -> bytes:
    code, letter = escape.groups()
    if code is not None:
        return chr(int(code, 16)).encode()
    return escape.group() if letter is None else _CONTROLS[letter]
