"""The archive of a status in one answer, and who has not come back in time."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.enrollment.domain.look import Look
from services.enrollment.domain.rules.standing import AWAY_STATES, OPEN_STATES, TRAINING
from services.enrollment.queries.appointed import OF_CATEGORY, categories_of
from services.enrollment.queries.looking import in_case
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.access.permission import MASKED
from shared.codes.clock import shanghai_date
from shared.codes.id_documents import mask_id_number, mask_name
from shared.eventstore.follower import wait_for
from shared.eventstore.looking import Looks
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]

_STATUS: Final = """
    SELECT s.*, h.person_id FROM student_register AS s LEFT JOIN status_holder AS h USING (status_id)
    WHERE s.status_id = %s
"""
_YEARS: Final = """
    SELECT academic_year, result, registered_on, due_on, late FROM annual_register
    WHERE status_id = %s ORDER BY academic_year
"""
_IDENTITIES: Final = """
    SELECT DISTINCT ON (identity_version, version) identity_version, id_key, sealed_person, valid_from, recorded_at
    FROM status_timeline
    WHERE status_id = %s AND sealed_person IS NOT NULL ORDER BY identity_version, version, valid_from
"""
_ENTRIES: Final = "SELECT * FROM archive_entry WHERE status_id = %s ORDER BY effective_on, version"
OVERDUE_RETURNS: Final = f"""
    SELECT status_id, exam_no, student_no, school_code, level, major_name, state, since, return_by, id_key,
           sealed_person
    FROM student_register
    WHERE state = ANY(%(states)s) AND return_by < %(today)s AND {OF_CATEGORY.format("")}
    AND (%(school_code)s::text IS NULL OR school_code = %(school_code)s)
    AND (%(province)s::text IS NULL OR substr(school_code, 3, 2) = %(province)s)
    AND (return_by, status_id) > (%(after_day)s::date, %(after)s::uuid)
    ORDER BY return_by, status_id LIMIT %(limit)s
"""
_REGISTERED: Final = (
    "exam_no", "student_no", "school_code", "school_name", "level", "category", "study_form", "major_code",
    "major_name", "duration", "entry_date", "expected_graduation_date", "admission_type", "college", "department",
    "class_no", "grade", "joint_partner", "previous_school", "previous_certificate_no", "continues", "continued_at",
    "origin", "evidence_level",
)  # fmt: skip
_PERSON: Final = ("name", "id_type", "id_number", "birth_date", "sex", "ethnicity")


class ChangeQueries:
    """Archives as the student, the own school, its province and the ministry may see them."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring
        self.looks = Looks(store, Look)

    def get_archive(self, *, status_id: UUID, after_version: int, by: By) -> Answer:
        """Everything that is kept of a status; after leaving it is frozen (A14-1, A14-2)."""
        if after_version:
            wait_for(self.store, status_id, after_version)
        row = next(iter(self._all(_STATUS, (status_id,))), None)
        if row is None:
            raise NotFound(kind="student_status")
        holder = str(row["person_id"]) if row["person_id"] else None
        resource = Resource(
            "student_status",
            school=row["school_code"],
            person=holder,
            other_school=row["continued_at"],
            training=TRAINING.get(row["category"]),
        )
        decision = require(by.actor, "read_status", resource)
        masked = MASKED in decision.obligations
        known = in_case(self.store, decision, status_id)
        self.looks.saw(by, decision, [status_id], full=not masked, alone=True, in_case=known)
        entries = [_entry(each) for each in self._all(_ENTRIES, (status_id,))]
        frozen = row["state"] not in OPEN_STATES
        return {
            "status_id": str(status_id),
            "state": row["state"],
            "archived": frozen,
            "left_on": _day(row["left_on"]),
            "illegal_entry": row["illegal_entry"],
            "contested_in": row["contested_in"],
            "registration": {name: _plain(row[name]) for name in _REGISTERED},
            "identities": [self._identity(each, masked) for each in self._all(_IDENTITIES, (status_id,))],
            "years": [
                {name: _plain(value) for name, value in each.items()} for each in self._all(_YEARS, (status_id,))
            ],
            **{f"{name}s": _of(entries, name) for name in ("change", "record", "paper", "correction")},
            "endings": _of(entries, "ending"),
            "version": row["version"],
        }

    def list_overdue_returns(
        self, *, school_code: str | None, province: str | None, after: str | None, limit: int, by: By
    ) -> Answer:
        """Who is on leave or reserved beyond the day of return: the school decides what follows (A12-6)."""
        resource = Resource("student_status", school=school_code, province=province)
        decision = require(by.actor, "read_overdue", resource)
        day, _, status_id = (after or "").partition("_")
        asked = {
            "states": sorted(AWAY_STATES),
            "today": shanghai_date(by.recorded_at),
            "categories": categories_of(by),
            "school_code": school_code,
            "province": province,
            "after_day": day or "0001-01-01",
            "after": status_id or str(UUID(int=0)),
            "limit": limit,
        }
        rows = self._all(OVERDUE_RETURNS, asked)
        self.looks.saw(by, decision, [row["status_id"] for row in rows])
        following = f"{rows[-1]['return_by']}_{rows[-1]['status_id']}" if len(rows) == limit else None
        return {"students": [self._away(row) for row in rows], "next": following}

    def _identity(self, row: Mapping[str, Any], masked: bool) -> Answer:
        person = self.keyring.open_person(row["sealed_person"], row["id_key"])
        shown = {name: str(person.get(name) or "") for name in _PERSON}
        if masked:
            shown["name"], shown["id_number"] = mask_name(shown["name"]), mask_id_number(shown["id_number"])
            shown["birth_date"] = shown["birth_date"][:4]
        return {
            "identity_version": row["identity_version"],
            "valid_from": _day(row["valid_from"]),
            "recorded_at": row["recorded_at"].isoformat(),
            **shown,
        }

    def _away(self, row: Mapping[str, Any]) -> Answer:
        person = self.keyring.open_person(row["sealed_person"], row["id_key"])
        named = ("exam_no", "student_no", "school_code", "level", "major_name", "state")
        return {
            "status_id": str(row["status_id"]),
            "name": mask_name(person["name"]),
            **{name: row[name] for name in named},
            "since": _day(row["since"]),
            "return_by": _day(row["return_by"]),
        }

    def _all(self, query: str, asked: tuple[Any, ...] | Mapping[str, Any]) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(query, asked)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _of(entries: Sequence[Answer], entry: str) -> list[Answer]:
    return [
        {name: value for name, value in each.items() if name != "entry"} for each in entries if each["entry"] == entry
    ]


def _entry(row: Mapping[str, Any]) -> Answer:
    return {
        "entry": row["entry"],
        "version": row["version"],
        "kind": row["kind"],
        "effective_on": _day(row["effective_on"]),
        "recorded_at": row["recorded_at"].isoformat(),
        "decision_no": row["decision_no"],
        "decided_on": _day(row["decided_on"]),
        "due_on": _day(row["due_on"]),
        "late": row["late"],
        "withdrawn_on": _day(row["withdrawn_on"]),
        "content": json.loads(row["content"]),
    }


def _day(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
