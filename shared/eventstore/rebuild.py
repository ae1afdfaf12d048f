"""Builds read tables anew from the log, beside the live ones, and puts them in their place."""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.copying import blocking_copy
from shared.eventstore.follower import FOLLOWER, position_of, with_trail
from shared.eventstore.log import stream
from shared.eventstore.projection import Fold, Projection, Row
from shared.eventstore.store import Store

_json = msgspec.json.Encoder()
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_CHUNK = 5_000


def rebuild(store: Store, projections: Sequence[Projection], name: str = FOLLOWER) -> int:
    """Replace the read tables by what the facts say; answers the position they are at.

    Readers go on reading the old tables; the follower `name` waits from the last facts to the exchange.
    """
    fold = Fold(with_trail(projections) if name == FOLLOWER else projections)
    with store.reading() as cursor:
        reached = position_of(cursor, name)
        stream(cursor, 0, reached, fold.take)
    with store.writing() as cursor:
        cursor.execute("SELECT position FROM followers WHERE name = %s FOR UPDATE", (name,))
        found = cursor.fetchone()
        position = found[0] if found else 0
        stream(cursor, reached, position, fold.take)
        for projection, rows in zip(fold.projections, fold.rows, strict=True):
            _exchange(cursor, projection, rows.values())
    return int(position)


def _exchange(cursor: Cursor, projection: Projection, rows: Iterable[Row]) -> None:
    """Fill a twin of the table, give it the indexes and grants of the old one, and rename."""
    live = projection.table
    twin = f"{live}_twin"
    cursor.execute(
        f"CREATE TABLE {twin} (LIKE {live} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMMENTS)"
    )
    fill(cursor, twin, projection.all_columns(), rows)
    names = _copy_constraints(cursor, live, twin) + _copy_indexes(cursor, live, twin)
    _copy_grants(cursor, live, twin)
    cursor.execute(f"DROP TABLE {live}")
    cursor.execute(f"ALTER TABLE {twin} RENAME TO {live}")
    for statement in names:
        cursor.execute(statement.format(table=live))
    cursor.execute(f"ANALYZE {live}")


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


def fill(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """COPY rows into an empty table."""
    cursor.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        (table,),
    )
    types: dict[str, str] = dict(cursor.fetchall())
    writers = [_writer(types[name]) for name in columns]
    places = tuple(zip(columns, writers, strict=True))
    copy = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    lines: list[str] = []
    for row in rows:
        get = row.get
        lines.append("\t".join([write(get(name)) for name, write in places]))
        if len(lines) == _CHUNK:
            _send(cursor, copy, lines)
            lines.clear()
    _send(cursor, copy, lines)


def _send(cursor: Cursor, copy: str, lines: Sequence[str]) -> None:
    if lines:
        with blocking_copy():
            cursor.copy_expert(copy, io.StringIO("\n".join(lines) + "\n"), 1 << 20)


Writer = Callable[[Any], str]


def _writer(column_type: str) -> Writer:
    """How values of a column are written in COPY's text."""
    if column_type in ("json", "jsonb"):
        return lambda value: "\\N" if value is None else _escaped(_json.encode(value).decode())
    if column_type.endswith("[]"):
        return lambda value: "\\N" if value is None else _escaped(_array(value))
    if column_type == "bytea":
        return lambda value: "\\N" if value is None else "\\\\x" + bytes(value).hex()
    return _text


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)  # type: ignore[no-any-return]
    if value is None:
        return "\\N"
    if kind is int:
        return repr(value)
    return _escaped(str(getattr(value, "value", value)))


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
