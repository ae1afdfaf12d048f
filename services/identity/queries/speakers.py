"""For whom one speaks: oneself, and whoever is the same human being since accounts were merged (AC-19)."""

from typing import Final
from uuid import UUID

from shared.eventstore.store import Store

_SPOKEN_FOR: Final = """
    WITH RECURSIVE mine (person_id) AS (
        SELECT %s::uuid
        UNION
        SELECT other_person FROM merge_register JOIN mine ON surviving_person = mine.person_id
        WHERE state IN ('confirmed', 'split_proposed')
    ) SELECT person_id FROM mine LIMIT 100
"""


def spoken_for(store: Store, person_id: UUID) -> list[UUID]:
    """The person, and everybody whose account was merged into hers and not split off again.

    Whoever lost a contested document is another human being: nobody speaks for that person.
    """
    with store.reading() as cursor:
        cursor.execute(_SPOKEN_FOR, (str(person_id),))
        return [row[0] for row in cursor.fetchall()]
