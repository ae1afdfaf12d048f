"""Who is without a result, school by school; which schools are late, province by province; who was reminded (A13-1)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.enrollment.domain.look import Look
from services.enrollment.domain.rules.school_years import YearAtWork
from services.enrollment.domain.rules.standing import TRAINING, academic_year_of
from services.enrollment.domain.rules.years import usual_due, usual_first
from services.enrollment.queries.years import rows_of
from shared.access.assertion import Assertion
from shared.access.by import By
from shared.access.decide import Resource, require, trains
from shared.codes.clock import shanghai_date
from shared.codes.id_documents import mask_name
from shared.eventstore.looking import Looks
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Cursor, Store

Answer = dict[str, Any]
_OPEN: Final = "state IN ('active', 'suspended', 'on_leave', 'reserved')"
# The same as `is_due` of the rules: until the status ends, and not where the last day lies in a time away
_MISSING: Final = f"""
    FROM student_register AS s WHERE school_code = %(school_code)s AND {_OPEN}
    AND settled_year < %(academic_year)s AND entry_year < %(academic_year)s
    AND (state IN ('active', 'suspended') OR since > %(due_on)s)
    AND (%(categories)s::text[] IS NULL OR category = ANY(%(categories)s))
    AND NOT EXISTS (
        SELECT FROM absence_register AS a, jsonb_array_elements(a.absences::jsonb) AS gone
        WHERE a.status_id = s.status_id AND (gone->>0)::date <= %(due_on)s AND %(due_on)s < (gone->>1)::date
    )
"""
_STUDENTS: Final = f"""
    SELECT status_id, exam_no, student_no, entry_year, level, major_name, state, settled_year,
    expected_graduation_date, id_key, sealed_person
    {_MISSING} AND (entry_year, exam_no, status_id) > (%(entry_year)s, %(exam_no)s, %(status_id)s::uuid)
    ORDER BY entry_year, exam_no, status_id LIMIT %(limit)s
"""
_COUNTED: Final = f"""
    SELECT count(*) AS missing, count(*) FILTER (WHERE expected_graduation_date <= %(first_day)s) AS past_graduation
    {_MISSING}
"""
# What has to be looked at on a day; a year found complete is looked at again every week while it lasts
_AT_WORK: Final = """
    SELECT school_code, academic_year, due_on, state FROM school_year_register WHERE
    (state = 'declared' AND starts_on <= %(today)s)
    OR (state = 'open' AND (due_on < %(today)s OR (reminded_on IS NULL AND due_on - 7 <= %(today)s)))
    OR (state = 'overdue' AND found_on < %(today)s AND due_on >= %(today)s - 730)
    OR (state = 'complete' AND completed_on < %(today)s AND due_on > %(today)s - 330
        AND (%(today)s - completed_on) %% 7 = 0)
    ORDER BY due_on, school_code
"""
# Schools one by one along the index, however many students each has; and who of them has not said when years began:
# this one, once the usual day is over, and those before it of which the province was told
_UNDECLARED: Final = f"""
    WITH RECURSIVE schools (school_code) AS (
        (SELECT school_code FROM student_register WHERE {_OPEN} ORDER BY school_code LIMIT 1)
        UNION ALL
        SELECT (
            SELECT s.school_code FROM student_register AS s WHERE s.{_OPEN} AND s.school_code > schools.school_code
            ORDER BY s.school_code LIMIT 1
        ) FROM schools WHERE schools.school_code IS NOT NULL
    ), unsaid AS (
        SELECT school_code, academic_year, due_on, found_on, missing FROM undeclared_year_register
        UNION ALL
        SELECT school_code, %(this_year)s, %(usual_due)s::date, NULL, NULL FROM schools
        WHERE school_code IS NOT NULL AND %(usual_due)s::date < %(today)s::date
        AND NOT EXISTS (
            SELECT FROM school_year_register AS known
            WHERE known.school_code = schools.school_code AND known.academic_year = %(this_year)s
        )
        AND NOT EXISTS (
            SELECT FROM undeclared_year_register AS told
            WHERE told.school_code = schools.school_code AND told.academic_year = %(this_year)s
        )
    ), undeclared AS (
        SELECT * FROM unsaid WHERE EXISTS (
            SELECT FROM student_register AS s WHERE s.school_code = unsaid.school_code AND s.{_OPEN}
            AND s.settled_year < unsaid.academic_year AND s.entry_year < unsaid.academic_year
        )
    )
"""
_SCHOOLS: Final = f"""
    {_UNDECLARED}, late AS (
        SELECT school_code, academic_year, state, starts_on, due_on, found_on, missing
        FROM school_year_register WHERE state = 'overdue'
        UNION ALL
        SELECT school_code, academic_year, 'undeclared', NULL, due_on, found_on, missing FROM undeclared
    )
    SELECT * FROM late WHERE (%(province)s::text IS NULL OR substr(school_code, 3, 2) = %(province)s)
    AND (%(school_code)s::text IS NULL OR school_code = %(school_code)s)
    AND (%(academic_year)s::integer IS NULL OR academic_year = %(academic_year)s)
    AND (school_code, academic_year) > (%(after_school)s, %(after_year)s)
    ORDER BY school_code, academic_year LIMIT %(limit)s
"""
_UNSAID: Final = f"""
    {_UNDECLARED} SELECT school_code, academic_year, due_on, 'undeclared' FROM undeclared
    WHERE found_on IS NULL OR found_on < %(today)s ORDER BY due_on, school_code
"""
_REMINDERS: Final = """
    SELECT school_code, academic_year, due_on, reminded_on, missing FROM school_year_register
    WHERE reminded_on IS NOT NULL AND state = 'open'
    AND (%(province)s::text IS NULL OR substr(school_code, 3, 2) = %(province)s)
    AND (%(school_code)s::text IS NULL OR school_code = %(school_code)s)
    AND (due_on, school_code, academic_year) > (%(after_day)s::date, %(after_school)s, %(after_year)s)
    ORDER BY due_on, school_code, academic_year LIMIT %(limit)s
"""


class OverdueQueries:
    """Lists of what is missing, for the school itself, its province and the ministry; and counts for the worker."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring
        self.looks = Looks(store, Look)

    def years_at_work(self, today: date) -> Iterator[YearAtWork]:
        """Years in which the day may ask for something."""
        with self.store.reading() as cursor:
            cursor.execute(_AT_WORK, {"today": today})
            found = cursor.fetchall()
        return (YearAtWork(*row) for row in found)

    def years_undeclared(self, today: date) -> Iterator[YearAtWork]:
        """Years that schools have not declared in time, of which the province may have to be told."""
        with self.store.reading() as cursor:
            cursor.execute(_UNSAID, _this_year(today))
            found = cursor.fetchall()
        return (YearAtWork(*row) for row in found)

    def count_missing(self, school_code: str, academic_year: int, due_on: date) -> int:
        """How many students of a school are due in a year and have no result of it."""
        with self.store.reading() as cursor:
            return _count(cursor, _asked(school_code, academic_year, due_on, None))

    def list_missing_students(self, *, school_code: str, academic_year: int, after: str, limit: int, by: By) -> Answer:
        """The students of a school who are due in a year and have no result of it, page by page."""
        decision = require(by.actor, "read_overdue", Resource("student_status", school=school_code))
        declared = self._declared(school_code, academic_year)
        first_day, due_on = declared or (usual_first(academic_year), usual_due(academic_year))
        asked = _asked(school_code, academic_year, due_on, by.actor)
        with self.store.reading() as cursor:
            rows = rows_of(cursor, _STUDENTS, asked | _page(after) | {"limit": limit})
            (counted,) = rows_of(cursor, _COUNTED, asked | {"first_day": first_day})
        self.looks.saw(by, decision, [row["status_id"] for row in rows])
        return {
            "school_code": school_code,
            "academic_year": academic_year,
            "declared": declared is not None,
            "due_on": due_on.isoformat(),
            **counted,
            "students": [self._student(row, first_day) for row in rows],
            "next": _cursor_of(rows[-1]) if len(rows) == limit else None,
        }

    def list_overdue_schools(
        self,
        *,
        school_code: str | None,
        province: str | None,
        academic_year: int | None,
        after: str,
        limit: int,
        by: By,
    ) -> Answer:
        """Schools whose month is over with students missing, or which have not said when this year begins."""
        require(by.actor, "read_overdue", Resource("school", school=school_code, province=province))
        today = shanghai_date(by.recorded_at)
        after_school, _, after_year = after.partition("|")
        asked = {
            "school_code": school_code,
            "province": province,
            "academic_year": academic_year,
            **_this_year(today),
            "after_school": after_school,
            "after_year": int(after_year or 0),
            "limit": limit,
        }
        with self.store.reading() as cursor:
            rows = rows_of(cursor, _SCHOOLS, asked)
        last = f"{rows[-1]['school_code']}|{rows[-1]['academic_year']}" if len(rows) == limit else None
        return {"schools": [_school(row, today) for row in rows], "next": last}

    def list_year_reminders(
        self, *, school_code: str | None, province: str | None, after: str, limit: int, by: By
    ) -> Answer:
        """Schools that were reminded and are not done yet, page by page."""
        require(by.actor, "read_overdue", Resource("school", school=school_code, province=province))
        day, after_school, after_year = (after or "0001-01-01||0").split("|")
        onwards = {"after_day": day, "after_school": after_school, "after_year": int(after_year), "limit": limit}
        with self.store.reading() as cursor:
            rows = rows_of(cursor, _REMINDERS, {"school_code": school_code, "province": province} | onwards)
        last = "{due_on}|{school_code}|{academic_year}".format(**rows[-1]) if len(rows) == limit else None
        return {"reminders": [row | _days(row, "due_on", "reminded_on") for row in rows], "next": last}

    def _declared(self, school_code: str, academic_year: int) -> tuple[date, date] | None:
        with self.store.reading() as cursor:
            cursor.execute(
                "SELECT starts_on, due_on FROM school_year_register WHERE school_code = %s AND academic_year = %s",
                (school_code, academic_year),
            )
            row = cursor.fetchone()
        return (row[0], row[1]) if row else None

    def _student(self, row: Mapping[str, Any], first_day: date) -> Answer:
        person = self.keyring.open_person(row["sealed_person"], row["id_key"])
        return {
            "status_id": str(row["status_id"]),
            "name": mask_name(person["name"]),
            **{name: row[name] for name in _SHOWN},
            "expected_graduation_date": row["expected_graduation_date"].isoformat(),
            "past_graduation": row["expected_graduation_date"] <= first_day,
        }


_SHOWN: Final = ("exam_no", "student_no", "entry_year", "level", "major_name", "state", "settled_year")


def _asked(school_code: str, academic_year: int, due_on: date, actor: Assertion | None) -> dict[str, Any]:
    """What is asked about; operators of one kind of training see its students only (A24-1)."""
    categories = [category for category, training in TRAINING.items() if trains(actor, training)]
    return {
        "school_code": school_code,
        "academic_year": academic_year,
        "due_on": due_on,
        "categories": None if len(categories) == len(TRAINING) else categories,
    }


def _count(cursor: Cursor, asked: Mapping[str, Any]) -> int:
    cursor.execute(f"SELECT count(*) {_MISSING}", asked)
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _this_year(today: date) -> dict[str, Any]:
    this_year = academic_year_of(today)
    return {"today": today, "this_year": this_year, "usual_due": usual_due(this_year)}


def _page(after: str) -> dict[str, Any]:
    entry_year, exam_no, status_id = (after or f"0||{UUID(int=0)}").split("|")
    return {"entry_year": int(entry_year), "exam_no": exam_no, "status_id": status_id}


def _cursor_of(row: Mapping[str, Any]) -> str:
    return f"{row['entry_year']}|{row['exam_no']}|{row['status_id']}"


def _school(row: Answer, today: date) -> Answer:
    overdue = (today - row["due_on"]).days if row["due_on"] else None
    return row | _days(row, "starts_on", "due_on", "found_on") | {"days_overdue": overdue}


def _days(row: Mapping[str, Any], *names: str) -> Answer:
    return {name: row[name].isoformat() if row[name] else None for name in names}
