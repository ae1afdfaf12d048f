"""The student's own records in full (A11-2, A21-1), and who of a class has checked them (A11-1)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from services.enrollment.queries import Answer
from services.enrollment.queries.appointed import OF_CATEGORY, categories_of
from services.enrollment.queries.cases import MOST, CaseQueries
from services.enrollment.queries.transfers import transfer_answer
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.id_documents import mask_name
from shared.rules.refused import NotFound

_SHOWN: Final = (
    "status_id", "exam_no", "student_no", "school_code", "school_name", "level", "category", "study_form",
    "major_code", "major_name", "duration", "entry_date", "expected_graduation_date", "admission_type", "state",
    "since", "left_on", "grade", "college", "department", "class_no", "asked_on", "checked", "contested_in",
    "identity_version", "continues", "continued_at", "illegal_entry", "version",
)  # fmt: skip
TRANSFERS: Final = """
    SELECT * FROM transfer_register WHERE %s IN (status_id, new_status_id) ORDER BY transfer_id LIMIT 20
"""
_PERSON: Final = ("name", "id_type", "id_number", "birth_date", "sex", "ethnicity")
_CHECKS: Final = {
    "unasked": "asked_on IS NULL",
    "silent": "asked_on IS NOT NULL AND checked = ''",
    "confirmed": "checked = 'confirmed'",
    "disputed": "checked = 'disputed'",
}


class OwnQueries(CaseQueries):
    """One's own records, nobody's mask on them."""

    def list_own_statuses(self, *, by: By) -> Answer:
        """Everything that is kept about the asker's student statuses."""
        require(by.actor, "read_own_records", Resource("student_status", person=by.sub))
        rows = self._all(
            "SELECT s.* FROM status_holder AS h JOIN student_register AS s USING (status_id)"
            " WHERE h.person_id = %s ORDER BY s.entry_date DESC, s.status_id LIMIT %s",
            (_person(by), MOST),
        )
        return {"statuses": [self._own(row) for row in rows]}

    def _own(self, row: Mapping[str, Any]) -> Answer:
        person, key = self.keyring.open_person(row["sealed_person"], row["id_key"]), (row["status_id"],)
        years = "SELECT academic_year, result, registered_on, late FROM annual_register WHERE status_id = %s"
        return {
            **{name: row[name] for name in _SHOWN},
            "person": {name: person.get(name) or "" for name in _PERSON},
            "years": self._all(f"{years} ORDER BY academic_year", key),
            "cases": self._cases(row),
            "transfers": [
                transfer_answer(each) | {"name": person["name"], "steps": self.steps_of(each["transfer_id"])}
                for each in self._all(TRANSFERS, key)
            ],
            "conflict": self._conflict(row),
        }

    def _cases(self, row: Mapping[str, Any]) -> list[Answer]:
        found = self._all(
            "SELECT * FROM case_register WHERE status_id = %s ORDER BY case_id LIMIT 50", (row["status_id"],)
        )
        sealed = {name: row[name] for name in ("sealed_person", "id_key")}
        return [
            self.case_answer(each | sealed, is_open=True) | {"steps": self.steps_of(each["case_id"])} for each in found
        ]

    def _conflict(self, row: Mapping[str, Any]) -> Answer | None:
        """That somebody else claims the same identity, where, until when it is decided: not who."""
        found = self._one(
            "SELECT * FROM conflict_register WHERE %s IN (first_status_id, second_status_id)"
            " ORDER BY state = 'open' DESC, conflict_id DESC LIMIT 1",
            (row["status_id"],),
        )
        if found is None:
            return None
        first = found["first_status_id"] == row["status_id"]
        shown = ("conflict_id", "state", "two_people", "opened_on", "due_on", "outcome", "decided_on")
        return {
            **{name: found[name] for name in shown},
            "side": "first" if first else "second",
            "other_school": found["second_school"] if first else found["first_school"],
            "steps": self.steps_of(found["conflict_id"]),
        }

    def list_checks(
        self, *, school_code: str, entry_year: int, checked: str, after: UUID | None, limit: int, by: By
    ) -> Answer:
        """Who of an entry year was asked and is silent, confirmed, disputed, or was not asked yet; with the counts."""
        decision = require(by.actor, "read_cases", Resource("student_status", school=school_code))
        within = "school_code = %(school)s AND entry_year = %(year)s AND (left_on IS NULL)"
        within += f" AND {OF_CATEGORY.format('')}"
        named = {"school": school_code, "year": entry_year, "after": after, "limit": min(limit, MOST)}
        named["categories"] = categories_of(by)
        counts = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in _CHECKS.items())
        onwards = "AND status_id > %(after)s" if after else ""
        rows = self._all(
            "SELECT status_id, exam_no, student_no, sealed_person, id_key, asked_on FROM student_register"
            f" WHERE {within} AND {_CHECKS[checked]} {onwards} ORDER BY status_id LIMIT %(limit)s",
            named,
        )
        self.looks.saw(by, decision, [row["status_id"] for row in rows])
        return {
            "counts": self._all(f"SELECT {counts} FROM student_register WHERE {within}", named)[0],
            "students": [self._student(row) for row in rows],
        }

    def _student(self, row: Mapping[str, Any]) -> Answer:
        person = self.keyring.open_person(row["sealed_person"], row["id_key"])
        shown = {name: row[name] for name in ("status_id", "exam_no", "student_no", "asked_on")}
        return shown | {"name": mask_name(person["name"])}


def _person(by: By) -> UUID:
    try:
        return UUID(by.sub)
    except ValueError:
        raise NotFound(kind="account") from None
