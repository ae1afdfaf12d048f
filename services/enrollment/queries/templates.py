"""The own students for whom a row of a file is due, page by page in the order of their examination numbers."""

from typing import Any, Final

from services.enrollment.domain.look import Look
from services.enrollment.domain.roster_export import RosterStanding
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.queries.looking import whose
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.looking import Looks
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

Answer = dict[str, Any]
PAGE: Final = 1_000
_STUDENTS: Final = """
    FROM student_register
    WHERE school_code = %(school_code)s AND entry_year = %(entry_year)s AND state IN ('active', 'suspended')
    AND (%(categories)s::text[] IS NULL OR category = ANY(%(categories)s))
"""
# A year is due when it has no result yet, and until graduation only (A12-1, A12-9); the year turns on 1 August
_YEAR_DUE: Final = """
    AND coalesce(settled_year, entry_year) < %(academic_year)s
    AND extract(year FROM expected_graduation_date - interval '7 months') >= %(academic_year)s
"""
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
    return _STUDENTS + _YEAR_DUE if kind == "year_results" and academic_year is not None else _STUDENTS
