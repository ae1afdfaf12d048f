"""What the registry's own watch over names reads: who is new in the log, and who shares a number under another name."""

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from services.enrollment.domain.conflict import WATCH, Conflict
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.facts import codec_of
from shared.eventstore.follower import position_of
from shared.eventstore.store import Store

_STATUSES: Final = tuple(codec_of(fact).topic for fact in (StudentStatus.Registered, StudentStatus.Corrected))
_NOTICED: Final = codec_of(Conflict.Opened).topic
_ENDED: Final = tuple(codec_of(fact).topic for fact in (Conflict.Decided, Conflict.Withdrawn))
_NEWS: Final = """
    SELECT DISTINCT e.topic, e.originator_id
    FROM log AS l
    CROSS JOIN LATERAL (SELECT * FROM events WHERE tx = l.tx AND row_id = l.row_id OFFSET 0) AS e
    WHERE l.position > %s AND l.position <= %s AND e.topic = ANY(%s)
"""
# Whose entry was against the rules is out of the way, and whoever was decided about is not asked about again
_CLASHES: Final = """
    SELECT DISTINCT least(s.status_id, o.status_id), greatest(s.status_id, o.status_id)
    FROM unnest(%s::uuid[]) AS asked (status_id)
    JOIN student_register AS s USING (status_id)
    JOIN student_register AS o ON o.id_key = s.id_key AND o.name_key <> s.name_key
    WHERE s.state <> 'withdrawn' AND o.state <> 'withdrawn' AND NOT s.illegal_entry AND NOT o.illegal_entry
    AND NOT EXISTS (
        SELECT FROM conflict_register AS c
        WHERE c.first_status_id IN (s.status_id, o.status_id) AND c.second_status_id IN (s.status_id, o.status_id)
        AND c.state <> 'withdrawn'
    )
    ORDER BY 1, 2
"""
_SHARING: Final = """
    SELECT o.status_id FROM student_register AS s JOIN student_register AS o USING (id_key)
    WHERE s.status_id = %s AND o.state <> 'withdrawn' AND NOT o.illegal_entry
"""


class News(NamedTuple):
    """What happened in a piece of the log that concerns names, and where the piece ends."""

    statuses: list[UUID]  # registered or corrected
    noticed: list[UUID]  # conflicts opened, or only noticed
    ended: list[UUID]  # conflicts that are over
    length: int
    upto: int


class NameFindings:
    """Reads no further than the read tables have come."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def news(self, most: int) -> News | None:
        """The next piece of the log; None where nothing is left."""
        with self.store.reading() as cursor:
            after, upto = position_of(cursor, WATCH), position_of(cursor)
            if upto <= after:
                return None
            upto = min(upto, after + most)
            cursor.execute(_NEWS, (after, upto, [*_STATUSES, _NOTICED, *_ENDED]))
            rows = [(topic, UUID(str(one))) for topic, one in cursor.fetchall()]
        statuses = [one for topic, one in rows if topic in _STATUSES]
        noticed = [one for topic, one in rows if topic == _NOTICED]
        ended = [one for topic, one in rows if topic in _ENDED]
        return News(statuses, noticed, ended, upto - after, upto)

    def clashes(self, status_ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
        """Pairs under one number whose names differ now, the older first, of which nobody has decided."""
        asked = [str(each) for each in status_ids]
        if not asked:
            return []
        with self.store.reading() as cursor:
            cursor.execute(_CLASHES, (asked,))
            return [(UUID(str(one)), UUID(str(other))) for one, other in cursor.fetchall()]

    def sharing(self, status_id: UUID) -> list[UUID]:
        """All statuses that stand under the number of one."""
        with self.store.reading() as cursor:
            cursor.execute(_SHARING, (str(status_id),))
            return [UUID(str(one)) for (one,) in cursor.fetchall()]
