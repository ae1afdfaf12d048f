"""Whose entry time may have decided: what the clock looks for; the use case decides on its own rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from shared.eventstore.store import Store

# the basis of registration: a released list, or a supplement that the ministry accepted (A7-2, A10-3)
RELEASED: Final = """(
    EXISTS (SELECT FROM batch_register AS b WHERE b.batch_id = a.batch_id::uuid AND b.state = 'released')
    OR EXISTS (SELECT FROM admission_fix_register AS f WHERE f.fix_id = a.batch_id::uuid AND f.state = 'applied')
)"""
_INTAKES: Final = """
    WITH RECURSIVE intake AS (
        (SELECT school_code, entry_year FROM admission_register WHERE outcome = 'listed'
         ORDER BY school_code, entry_year LIMIT 1)
        UNION ALL
        SELECT next.school_code, next.entry_year FROM intake CROSS JOIN LATERAL (
            SELECT school_code, entry_year FROM admission_register
            WHERE outcome = 'listed' AND (school_code, entry_year) > (intake.school_code, intake.entry_year)
            ORDER BY school_code, entry_year LIMIT 1
        ) AS next
    )
    SELECT school_code, entry_year FROM intake
"""
# Of what is found here nothing may wait for another day: else so many that wait would hide who does not
_NOT_REPORTED: Final = f"""
    SELECT a.admission_id FROM admission_register AS a
    WHERE a.outcome = 'listed' AND a.school_code = %(school_code)s AND a.entry_year = %(entry_year)s
    AND a.fix_id = '' AND a.prep_recheck = '' AND (a.entry_date IS NULL OR a.entry_date <= %(entered_by)s)
    AND (a.leave_until IS NULL OR a.leave_until < %(leave_before)s) AND {RELEASED} LIMIT %(limit)s
"""
_DEFERRED: Final = """
    SELECT admission_id FROM admission_register
    WHERE outcome = 'deferred' AND deferred_until < %(day)s AND fix_id = ''
    AND (cause <> 'army' OR discharged_on IS NOT NULL) LIMIT %(limit)s
"""


class EntryFindings:
    """Whose entry time may have decided, as the read tables know it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def intakes_waiting(self) -> Sequence[tuple[str, int]]:
        """Schools and years with admissions that nobody has decided about: one step along the index for each."""
        return [(row[0], row[1]) for row in self._rows(_INTAKES, {})]

    def not_reported(
        self, school_code: str, entry_year: int, *, entered_by: date, leave_before: date, limit: int
    ) -> Sequence[UUID]:
        """Some of those who have not reported, wait for no correction, and have no leave or had it before a day."""
        asked = {"school_code": school_code, "entry_year": entry_year, "limit": limit}
        rows = self._rows(_NOT_REPORTED, asked | {"entered_by": entered_by, "leave_before": leave_before})
        return [row[0] for row in rows]

    def deferred_before(self, day: date, limit: int) -> Sequence[UUID]:
        """Some of those whose deferral was over before a day."""
        return [row[0] for row in self._rows(_DEFERRED, {"day": day, "limit": limit})]

    def _rows(self, query: str, named: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self.store.reading() as cursor:
            cursor.execute(query, named)
            return cursor.fetchall()
