"""Of which shape each read table was written: what an upgrade adds to one is empty until it is rebuilt."""

from collections.abc import Iterable

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.projection import Projection

_OUTDATED = """
    SELECT k.name FROM unnest(%s::text[], %s::text[]) AS k (name, shape) LEFT JOIN read_tables AS r USING (name)
    WHERE r.shape IS DISTINCT FROM k.shape AND EXISTS (SELECT FROM followers WHERE name = %s AND position > 0)
    ORDER BY k.name
"""
_NOTE = """
    INSERT INTO read_tables (name, shape) SELECT * FROM unnest(%s::text[], %s::text[])
    ON CONFLICT (name) DO UPDATE SET shape = EXCLUDED.shape
"""


def note_shapes(cursor: Cursor, projections: Iterable[Projection]) -> None:
    """These tables hold all that the facts say, in the columns that the projections name."""
    cursor.execute(_NOTE, _shapes(projections))


def outdated(cursor: Cursor, projections: Iterable[Projection], name: str) -> list[str]:
    """The tables whose columns were not all filled from the first fact on; the follower `name` keeps them."""
    cursor.execute(_OUTDATED, (*_shapes(projections), name))
    return [table for (table,) in cursor.fetchall()]


def _shapes(projections: Iterable[Projection]) -> tuple[list[str], list[str]]:
    named = {projection.table: " ".join(projection.all_columns()) for projection in projections}
    return list(named), list(named.values())
