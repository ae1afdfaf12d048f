"""Whether a look at a student has its reason in an open case (AUD-4), and whom a look at an admission shows."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from shared.access.decide import Decision
from shared.eventstore.looking import NATIONWIDE
from shared.eventstore.store import Store

_OPEN: Final = """
    SELECT EXISTS (SELECT FROM case_register WHERE status_id = %(id)s AND decided_on IS NULL
                   AND state IN ('filed', 'school_review', 'province_review'))
    OR EXISTS (SELECT FROM conflict_register WHERE %(id)s IN (first_status_id, second_status_id) AND state = 'open')
    OR EXISTS (SELECT FROM transfer_register WHERE %(id)s IN (status_id, new_status_id) AND filed_on IS NULL
               AND state IN ('requested', 'source_agreed', 'target_reviewed', 'approved', 'completed'))
    OR EXISTS (SELECT FROM cancellation_register WHERE status_id = %(id)s AND state = 'proposed')
"""


def in_case(store: Store, decision: Decision, status_id: UUID) -> bool:
    """Whether something about this status waits for a decision; asked only where the own scope does not answer."""
    if decision.reach != NATIONWIDE:
        return False
    with store.reading() as cursor:
        cursor.execute(_OPEN, {"id": status_id})
        row = cursor.fetchone()
    return bool(row and row[0])


def whose(store: Store, admission_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Document and name of admissions, keyed: the person is told of a look though no status may follow (A24-3)."""
    with store.reading() as cursor:
        cursor.execute(
            "SELECT admission_id, id_key, name_key FROM admission_register WHERE admission_id = ANY(%s::uuid[])",
            (list(admission_ids),),
        )
        return {admission_id: (id_key, name_key) for admission_id, id_key, name_key in cursor.fetchall()}
