"""What was valid on a day, as the registry knew it at an instant: for one student, and in numbers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.enrollment.domain.look import Look
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.queries import counting
from services.enrollment.queries.appointed import appointed_for
from services.enrollment.queries.looking import in_case
from shared.access.by import By
from shared.access.decide import Decision, Resource, require
from shared.codes.id_documents import mask_name
from shared.eventstore.looking import Looks
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Cursor, Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]

_STATEMENTS = """
    SELECT * FROM status_timeline WHERE status_id = %s AND valid_from <= %s AND recorded_at <= %s
    ORDER BY valid_from, version, part
"""
_YEARS = """
    SELECT * FROM (
        SELECT DISTINCT ON (academic_year) academic_year, result, valid_from AS registered_on
        FROM year_timeline WHERE status_id = %s AND valid_from <= %s AND recorded_at <= %s
        ORDER BY academic_year, valid_from DESC, version DESC
    ) AS latest WHERE result IS NOT NULL
"""


class TimelineQueries:
    """Questions with two times: when it was so (a day in China), and when the registry knew it (an instant)."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring
        self.looks = Looks(store, Look)

    def get_status_as_of(self, *, status_id: UUID, valid_on: date, recorded_at: datetime, by: By) -> Answer:
        """One status on a day, as known at an instant."""
        with self.store.reading() as cursor:
            decision = self._require_own(cursor, status_id, by)
            statements = _rows(cursor, _STATEMENTS, (status_id, valid_on, recorded_at))
            years = _rows(cursor, _YEARS, (status_id, valid_on, recorded_at))
        if not statements:
            raise NotFound(kind="student_status")
        known = in_case(self.store, decision, status_id)
        self.looks.saw(by, decision, [status_id], alone=True, in_case=known)
        said: Answer = {}
        for statement in statements:
            said.update({name: value for name, value in statement.items() if value is not None})
        # whatever day it holds from, the newest version is what is known
        said["identity_version"] = max(each["identity_version"] or 1 for each in statements)
        person = self._person(statements)
        return {
            "status_id": str(status_id),
            "name": mask_name(person["name"]),
            **{name: said[name] for name in _SHOWN},
            "expected_graduation_date": said["expected_graduation_date"].isoformat(),
            "years": [year | {"registered_on": year["registered_on"].isoformat()} for year in years],
            "statements": [
                {
                    "fact": each["fact"],
                    "kind": each["kind"],
                    "valid_from": each["valid_from"].isoformat(),
                    "recorded_at": each["recorded_at"].isoformat(),
                }
                for each in statements
            ],
        }

    def count_statuses(
        self,
        *,
        school_code: str | None,
        province: str | None,
        valid_on: date,
        recorded_at: datetime,
        divided_by: str,
        by: By,
    ) -> Answer:
        """How many statuses were in which state on a day, as known at an instant, divided by one property."""
        require(by.actor, "read_counts", Resource("student_status", school=school_code, province=province))
        asked = _asked(school_code, province, valid_on, recorded_at, by)
        with self.store.reading() as cursor:
            rows = counting.statuses(cursor, divided_by, asked)
        counts = [{"state": row["state"], "of": row["divided"], "count": row["count"]} for row in rows]
        return {"total": sum(row["count"] for row in rows), "divided_by": divided_by, "counts": counts}

    def count_years(
        self,
        *,
        school_code: str | None,
        province: str | None,
        academic_year: int,
        valid_on: date,
        recorded_at: datetime,
        by: By,
    ) -> Answer:
        """How many students were registered for an academic year, and how many deferred, as known at an instant."""
        require(by.actor, "read_counts", Resource("student_status", school=school_code, province=province))
        asked = _asked(school_code, province, valid_on, recorded_at, by) | {"year": academic_year}
        with self.store.reading() as cursor:
            found = counting.years(cursor, asked)
        return {"registered": found.get("registered", 0), "deferred": found.get("deferred", 0)}

    def _person(self, statements: list[Answer]) -> Answer:
        """Who it was on that day: of a correction counts only what it says of that day, though it repeats the rest."""
        person: Answer = {}
        for each in statements:
            if each["sealed_person"]:
                told = self.keyring.open_person(each["sealed_person"], each["id_key"])
                fields = each["kind"].split(",") if each["fact"] == "Corrected" else told
                person |= {name: told[name] for name in fields if name in told}
        return person

    def _require_own(self, cursor: Cursor, status_id: UUID, by: By) -> Decision:
        """Whose status it is now decides who may ask about any time."""
        found = _rows(cursor, "SELECT school_code, category FROM student_register WHERE status_id = %s", (status_id,))
        if not found:
            raise NotFound(kind="student_status")
        school_code, training = found[0]["school_code"], TRAINING.get(found[0]["category"])
        return require(by.actor, "read_status", Resource("student_status", school=school_code, training=training))


def _asked(school_code: str | None, province: str | None, valid_on: date, recorded_at: datetime, by: By) -> Answer:
    within = {"school_code": school_code, "province": province, "training": appointed_for(by)}
    return within | {"valid_on": valid_on, "recorded_at": recorded_at}


_SHOWN = ("state", "school_code", "level", "training", "grade", "major_code", "major_name", "identity_version")


def _rows(cursor: Cursor, question: str, asked: Any) -> list[Answer]:
    cursor.execute(question, asked)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
