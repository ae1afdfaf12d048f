"""The log for a reader of few kinds of facts: the others are counted, but neither fetched nor decoded."""

from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extensions import get_wait_callback

from shared.eventstore.log import FactRecord, LogBroken, StoredFact, head, read_by_copy, record_of

# As in log.py, but for what is not wanted only the position leaves the server.
_SELECTED = """
    SELECT l.position, w.originator, w.originator_version, w.recorded_at, w.topic, w.context, w.state
    FROM log AS l
    CROSS JOIN LATERAL (SELECT * FROM events WHERE tx = l.tx AND row_id = l.row_id OFFSET 0) AS e
    LEFT JOIN LATERAL (
        SELECT uuid_send(e.originator_id) AS originator, originator_version, recorded_at, topic, context, state
        WHERE e.topic = ANY(%s)
    ) AS w ON true
    WHERE l.position > %s AND l.position <= %s
    ORDER BY l.position
"""


def read_selected(cursor: Cursor, after: int, limit: int, topics: Collection[str]) -> tuple[int, list[FactRecord]]:
    """How far `limit` events behind position `after` reach, and the facts of these topics among them."""
    upto = min(after + limit, head(cursor))
    if upto <= after:
        return after, []
    if get_wait_callback() is None:
        return upto, [record_of(stored) for stored in read_by_copy(cursor, after, upto, topics) if stored.topic]
    cursor.execute(_SELECTED, (sorted(topics), after, upto))
    rows = cursor.fetchall()
    if len(rows) != upto - after:
        raise LogBroken(f"positions {after + 1}..{upto} hold {len(rows)} events, not {upto - after}")
    return upto, [
        record_of(StoredFact(position, bytes(originator), version, recorded, topic, bytes(context), bytes(state)))
        for position, originator, version, recorded, topic, context, state in rows
        if state is not None
    ]
