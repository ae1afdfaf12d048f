"""Which schools owe rechecks, province by province and before they are late; and counts for the worker (R41-11)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from services.enrollment.queries.years import rows_of
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.store import Store

Answer = dict[str, Any]
_OPEN: Final = "s.state IN ('active', 'suspended', 'on_leave', 'reserved')"
# who came by a transfer was rechecked, or not, by the school of entry; an old register's students are long past it
_MISSING: Final = "s.origin = '' AND s.continues IS NULL AND r.status_id IS NULL"
# Intakes one by one along the index of open students, however many students each has
INTAKES: Final = f"""
    WITH RECURSIVE intake AS (
        (SELECT s.school_code, s.entry_year FROM student_register AS s WHERE {_OPEN}
         ORDER BY s.school_code, s.entry_year LIMIT 1)
        UNION ALL
        SELECT next.school_code, next.entry_year FROM intake CROSS JOIN LATERAL (
            SELECT s.school_code, s.entry_year FROM student_register AS s
            WHERE {_OPEN} AND (s.school_code, s.entry_year) > (intake.school_code, intake.entry_year)
            ORDER BY s.school_code, s.entry_year LIMIT 1
        ) AS next
    )
    SELECT school_code, entry_year FROM intake
"""
COUNTED: Final = f"""
    SELECT s.entry_date, count(*) FILTER (WHERE {_MISSING})
    FROM student_register AS s LEFT JOIN recheck_register AS r USING (status_id)
    WHERE s.school_code = %s AND s.entry_year = %s AND {_OPEN}
    GROUP BY s.entry_date ORDER BY s.entry_date
"""
_TERMS: Final = """
    SELECT school_code, entry_date, entry_year, due_on, state, reminded_on, found_on, missing
    FROM recheck_term_register WHERE state = %(state)s
    AND (%(province)s::text IS NULL OR substr(school_code, 3, 2) = %(province)s)
    AND (%(school_code)s::text IS NULL OR school_code = %(school_code)s)
    AND (%(entry_year)s::integer IS NULL OR entry_year = %(entry_year)s)
    AND (due_on, school_code, entry_date) > (%(after_day)s::date, %(after_school)s, %(after_entry)s::date)
    ORDER BY due_on, school_code, entry_date LIMIT %(limit)s
"""
_FIRST: Final = "0001-01-01"


class RecheckQueries:
    """Terms of rechecks as the school itself, its province and the ministry see them: numbers, no person."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def intakes(self) -> Sequence[tuple[str, int]]:
        """Schools and years of entry with open statuses."""
        with self.store.reading() as cursor:
            cursor.execute(INTAKES)
            return [(row[0], row[1]) for row in cursor.fetchall()]

    def missing_by_day(self, school_code: str, entry_year: int) -> Sequence[tuple[date, int]]:
        """Each day on which somebody of an intake entered, and how many of those are without a recheck."""
        with self.store.reading() as cursor:
            cursor.execute(COUNTED, (school_code, entry_year))
            return [(row[0], row[1]) for row in cursor.fetchall()]

    def list_recheck_terms(
        self,
        *,
        school_code: str | None,
        province: str | None,
        entry_year: int | None,
        state: str,
        after: str,
        limit: int,
        by: By,
    ) -> Answer:
        """Schools that were reminded of rechecks, or whose three months are over with students missing."""
        require(by.actor, "read_overdue", Resource("school", school=school_code, province=province))
        day, after_school, after_entry = (after or f"{_FIRST}||{_FIRST}").split("|")
        onwards = {"after_day": day, "after_school": after_school, "after_entry": after_entry, "limit": limit}
        asked = {"school_code": school_code, "province": province, "entry_year": entry_year, "state": state}
        with self.store.reading() as cursor:
            rows = rows_of(cursor, _TERMS, asked | onwards)
        last = "{due_on}|{school_code}|{entry_date}".format(**rows[-1]) if len(rows) == limit else None
        today = shanghai_date(by.recorded_at)
        return {"terms": [_term(row, today) for row in rows], "next": last}


def _term(row: Mapping[str, Any], today: date) -> Answer:
    days = {name: row[name].isoformat() if row[name] else None for name in _DAYS}
    return {**row, **days, "days_overdue": max((today - row["due_on"]).days, 0)}


_DAYS: Final = ("entry_date", "due_on", "reminded_on", "found_on")
