"""The own students for whom a row of a file is due, page by page in the order of their examination numbers."""

from datetime import date
from typing import Any, Final

from services.enrollment.domain.look import Look
from services.enrollment.domain.roster_export import RosterStanding
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.domain.rules.years import usual_due, usual_first
from services.enrollment.queries.looking import whose
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.looking import Looks
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Cursor, Store

Answer = dict[str, Any]
PAGE: Final = 1_000
_STUDENTS: Final = """
    FROM student_register
    WHERE school_code = %(school_code)s AND entry_year = %(entry_year)s
    AND (%(categories)s::text[] IS NULL OR category = ANY(%(categories)s))
"""
_HERE: Final = "AND state IN ('active', 'suspended')"
_OPEN: Final = "AND state IN ('active', 'suspended', 'on_leave', 'reserved')"
# The missing of the year (A12-1, `_MISSING` of the overdue); but not whom only an extension lets go on (A12-9): of them
# a file of this kind could say nothing
_YEAR_DUE: Final = f"""
    {_OPEN} AND coalesce(settled_year, entry_year) < %(academic_year)s AND entry_year < %(academic_year)s
    AND expected_graduation_date > %(first_day)s
    AND (state IN ('active', 'suspended') OR since > %(due_on)s)
    AND NOT EXISTS (
        SELECT FROM absence_register AS a, jsonb_array_elements(a.absences::jsonb) AS gone
        WHERE a.status_id = student_register.status_id
        AND (gone->>0)::date <= %(due_on)s AND %(due_on)s < (gone->>1)::date
    )
"""
# Who withdrew or was expelled, and was given no paper yet (A12-7, R41-33)
_WITHOUT_PAPER: Final = """
    AND state IN ('dropped', 'expelled')
    AND NOT EXISTS (
        SELECT FROM archive_entry AS given WHERE given.status_id = student_register.status_id
        AND given.entry = 'paper' AND given.withdrawn_on IS NULL
    )
"""
# For whom a row of a kind is due; any other kind is about those who study here now
_DUE: Final = {
    "year_results": _YEAR_DUE,
    "status_changes": _OPEN,  # who is away is the one who comes back
    "cancellations": _OPEN,
    "leaving_papers": _WITHOUT_PAPER,
}
_FRESHMEN: Final = """
    FROM admission_register
    WHERE school_code = %(school_code)s AND entry_year = %(entry_year)s AND outcome IN ('listed', 'reported')
    AND (%(categories)s::text[] IS NULL OR category = ANY(%(categories)s))
    AND (
        EXISTS (SELECT FROM batch_register WHERE batch_id = admission_register.batch_id::uuid AND state = 'released')
        OR EXISTS (SELECT FROM admission_fix_register WHERE fix_id = admission_register.batch_id::uuid)
    )
"""
# one row a number: a file that names it twice is refused (X-FILE-14)
_PAGE: Final = """
    SELECT DISTINCT ON (exam_no) exam_no, {student_no} AS student_no, major_name, id_key, sealed_person, {id}
    {rows} AND exam_no > %(after)s ORDER BY exam_no LIMIT %(limit)s
"""


class RosterQueries:
    """Counts and pages of an export; names are opened here, a thousand at a time."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring
        self.looks = Looks(store, Look)

    def count_roster(self, *, kind: str, school_code: str, entry_year: int, academic_year: int | None, by: By) -> int:
        """How many rows an export has at this moment."""
        require(by.actor, "export_roster", Resource("student_status", school=school_code))
        training = by.actor.kind if by.actor else ""
        asked = {"school_code": school_code, "entry_year": entry_year, "academic_year": academic_year}
        asked["categories"] = _categories(training)
        with self.store.reading() as cursor:
            asked |= _days(cursor, school_code, academic_year)
            cursor.execute(f"SELECT count(DISTINCT exam_no) {_rows_of(kind, academic_year)}", asked)
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def list_roster(self, *, roster: RosterStanding, after: str, by: By) -> Answer:
        """The rows behind the last one that the caller has."""
        decision = require(by.actor, "export_roster", Resource("student_status", school=roster.school_code))
        rows = _rows_of(roster.kind, roster.academic_year)
        student_no, record = ("NULL", "admission_id") if rows is _FRESHMEN else ("student_no", "status_id")
        asked = {**vars(roster), "categories": _categories(roster.training), "after": after, "limit": PAGE}
        with self.store.reading() as cursor:
            asked |= _days(cursor, roster.school_code, roster.academic_year)
            cursor.execute(_PAGE.format(student_no=student_no, rows=rows, id=record), asked)
            found = cursor.fetchall()
        seen = [row[-1] for row in found]
        admitted = whose(self.store, seen) if rows is _FRESHMEN else None
        self.looks.saw(by, decision, seen, full=True, whose=admitted)
        listed = [
            {
                "exam_no": exam_no,
                "name": self.keyring.open_person(sealed_person, id_key)["name"],
                "student_no": number,
                "major_name": major_name,
            }
            for exam_no, number, major_name, id_key, sealed_person, _ in found
        ]
        return {"rows": listed, "next": listed[-1]["exam_no"] if len(listed) == PAGE else None}


def _categories(training: str) -> list[str] | None:
    """Operators of one kind of training take its students out only (A24-1)."""
    if training in ("", "all"):
        return None
    return [category for category, kind in TRAINING.items() if kind == training]


def _rows_of(kind: str, academic_year: int | None) -> str:
    if kind in ("freshman_results", "freshman_reports"):
        return _FRESHMEN
    if kind == "year_results" and academic_year is None:
        return _STUDENTS + _HERE
    return _STUDENTS + _DUE.get(kind, _HERE)


def _days(cursor: Cursor, school_code: str, academic_year: int | None) -> dict[str, date]:
    """First and last day of a year's registration, as the school declared it or as is usual."""
    if academic_year is None:
        return {}
    cursor.execute(
        "SELECT starts_on, due_on FROM school_year_register WHERE school_code = %s AND academic_year = %s",
        (school_code, academic_year),
    )
    first_day, due_on = cursor.fetchone() or (usual_first(academic_year), usual_due(academic_year))
    return {"first_day": first_day, "due_on": due_on}
