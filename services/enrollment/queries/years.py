"""The years of a student with their states, and what a school has said of its own years."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from services.enrollment.domain.rules.school_years import GRADE_MOVES
from services.enrollment.domain.rules.standing import AWAY_STATES, OPEN_STATES
from services.enrollment.domain.rules.years import StudyTime, usual_due, usual_first
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.follower import wait_for
from shared.eventstore.store import Cursor, Store
from shared.intake.tables import CHANGES
from shared.rules.refused import NotFound

Answer = dict[str, Any]
YEARS: Final = """
    SELECT academic_year, result, registered_on, late, due_on, cause, deferred_on, changes, annotations
    FROM annual_register WHERE status_id = %s ORDER BY academic_year
"""
_ABSENCES: Final = "SELECT away_since, absences FROM absence_register WHERE status_id = %s"
_DAYS: Final = "SELECT academic_year, starts_on, due_on FROM school_year_register WHERE school_code = %s"
_SCHOOL: Final = "SELECT * FROM school_register WHERE school_code = %s"
_SCHOOL_YEARS: Final = "SELECT * FROM school_year_register WHERE school_code = %s ORDER BY academic_year DESC"


class YearQueries:
    """What a school has said, as itself, its province and the ministry may see it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def get_school(self, *, school_code: str, after_version: int, by: By) -> Answer:
        """A school's years, the kinds of changes it may file in each, and its last days to report."""
        require(by.actor, "read_overdue", Resource("school", school=school_code))
        with self.store.reading() as cursor:
            found = rows_of(cursor, _SCHOOL, (school_code,))
        if not found:
            raise NotFound(kind="school")
        if after_version:
            wait_for(self.store, found[0]["school_id"], after_version)
        with self.store.reading() as cursor:
            school = rows_of(cursor, _SCHOOL, (school_code,))[0]
            years = rows_of(cursor, _SCHOOL_YEARS, (school_code,))
        return {
            "school_code": school_code,
            "years": [_school_year(year, school["credits"]) for year in years],
            "reporting": [
                {"entry_year": int(year), "last_day": last_day}
                for year, last_day in sorted(school["reporting"].items())
            ],
            "leave_terms": school["leave_terms"],
            "version": school["version"],
        }


def _school_year(year: Mapping[str, Any], credits: Mapping[str, bool]) -> Answer:
    said = [by_credits for since, by_credits in sorted(credits.items()) if int(since) <= year["academic_year"]]
    by_credits = bool(said) and said[-1]
    days = ("starts_on", "due_on", "reminded_on", "found_on", "completed_on")
    return {
        **{name: year[name] for name in ("academic_year", "state", "missing", "put_off")},
        **{name: _day(year[name]) for name in days},
        "by_credits": by_credits,
        "changes": [kind for kind in CHANGES if not (by_credits and kind in GRADE_MOVES)],
    }


def years_of(cursor: Cursor, status: Mapping[str, Any], by: By) -> Answer:
    """The results of a status, and every year it went through with its state (A12)."""
    results = rows_of(cursor, YEARS, (status["status_id"],))
    away = rows_of(cursor, _ABSENCES, (status["status_id"],))
    declared = {year["academic_year"]: year for year in rows_of(cursor, _DAYS, (status["school_code"],))}
    today = shanghai_date(by.recorded_at)
    return {"years": [_result(year) for year in results], "every_year": _states(status, results, away, declared, today)}


def _states(
    status: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    away: Sequence[Mapping[str, Any]],
    declared: Mapping[int, Mapping[str, date]],
    today: date,
) -> list[Answer]:
    settled = {year["academic_year"]: year for year in results}
    time = _study_time(status, away[0] if away else None)
    states = []
    for year in time.years(today, settled, lambda year: _day_of(year, declared, "starts_on") or usual_first(year)):
        result = settled.get(year)
        due_on = result["due_on"] if result else _day_of(year, declared, "due_on") or usual_due(year)
        state = result["result"].upper() if result else time.state_of(due_on, today)
        states.append({"academic_year": year, "state": state, "due_on": due_on.isoformat()})
    return states


def _day_of(year: int, declared: Mapping[int, Mapping[str, date]], name: str) -> date | None:
    return declared[year][name] if year in declared else None


def _study_time(status: Mapping[str, Any], away: Mapping[str, Any] | None) -> StudyTime:
    absences = json.loads(away["absences"]) if away else []
    return StudyTime(
        status["entry_date"],
        None if status["state"] in OPEN_STATES else status["left_on"] or status["since"],
        status["since"] if status["state"] in AWAY_STATES else None,
        tuple([(date.fromisoformat(since), date.fromisoformat(until)) for since, until in absences]),
    )


def _result(year: Mapping[str, Any]) -> Answer:
    return {
        **{name: year[name] for name in ("academic_year", "result", "late", "cause")},
        **{name: _day(year[name]) for name in ("registered_on", "due_on", "deferred_on")},
        **{name: json.loads(year[name] or "[]") for name in ("changes", "annotations")},
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def rows_of(cursor: Cursor, question: str, asked: Any) -> list[Answer]:
    """The answer of the database, row by row, by the names of the columns."""
    cursor.execute(question, asked)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
