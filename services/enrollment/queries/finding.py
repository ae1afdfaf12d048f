"""Which records a command is about: candidates from the read tables, each then decided on its own standing."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.eventstore.store import Store

# keyset order of the index of a school's open students
_TO_ASK = """
    SELECT status_id FROM student_register
    WHERE school_code = %(school)s AND entry_year = %(year)s AND asked_on IS NULL
    AND state IN ('active', 'suspended', 'on_leave', 'reserved')
    {onwards} ORDER BY exam_no, status_id LIMIT %(limit)s
"""
_ONWARDS = "AND (exam_no, status_id) > (SELECT exam_no, status_id FROM student_register WHERE status_id = %(after)s)"
_CLAIMANTS = """
    SELECT status_id FROM student_register WHERE id_key = %s AND state <> 'withdrawn'
    ORDER BY left_on DESC NULLS FIRST, entry_date DESC, status_id LIMIT 50
"""
# What waited for a calendar is looked at again once the year has come
_LATE = "overdue_on IS NULL AND (due_on < %(today)s OR due_on IS NULL AND unknown_year <= %(year)s)"
DUE = f"""
    SELECT 'case' AS kind, case_id AS item_id, due_on FROM case_register
    WHERE {_LATE} AND decided_on IS NULL AND state IN ('filed', 'school_review', 'province_review')
    UNION ALL SELECT 'conflict', conflict_id, due_on FROM conflict_register WHERE {_LATE} AND state = 'open'
    UNION ALL SELECT 'transfer', transfer_id, due_on FROM transfer_register
    WHERE due_on < %(today)s AND overdue_on IS NULL AND state = 'completed'
    ORDER BY due_on NULLS LAST, item_id LIMIT %(limit)s
"""
ENDED = """
    SELECT transfer_id FROM transfer_register AS t JOIN student_register AS s USING (status_id)
    WHERE t.state IN ('requested', 'source_agreed', 'target_reviewed', 'approved')
    AND s.state NOT IN ('active', 'suspended', 'on_leave', 'reserved') ORDER BY transfer_id LIMIT %(limit)s
"""


class Findings:
    """Candidates; a read table may be a moment late, so nothing is decided here."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def list_statuses_to_ask(self, school_code: str, entry_year: int, after: UUID | None, limit: int) -> list[UUID]:
        """The next open students of an entry year whom nobody asked to check (A11-1)."""
        question = _TO_ASK.format(onwards=_ONWARDS if after else "")
        named = {"school": school_code, "year": entry_year, "after": after, "limit": limit}
        return [row[0] for row in self._rows(question, named)]

    def list_claimants(self, id_key: str) -> list[UUID]:
        """The statuses under a document, the open ones first."""
        return [row[0] for row in self._rows(_CLAIMANTS, (id_key,))]

    def list_due(self, today: date, limit: int) -> list[tuple[str, UUID]]:
        """What should have been done by yesterday and is not marked yet."""
        return [(row[0], row[1]) for row in self._rows(DUE, {"today": today, "year": today.year, "limit": limit})]

    def list_ended_transfers(self, limit: int) -> list[UUID]:
        """Open transfers of statuses that ended otherwise."""
        return [row[0] for row in self._rows(ENDED, {"limit": limit})]

    def _rows(self, question: str, values: Any) -> list[tuple[Any, ...]]:
        with self.store.reading() as cursor:
            cursor.execute(question, values)
            return cursor.fetchall()
