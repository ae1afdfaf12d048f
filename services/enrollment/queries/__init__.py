"""Rows to answers: the only reader of enrollment's read tables."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.enrollment.domain.look import Look
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.queries.looking import in_case
from services.enrollment.queries.years import years_of
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.id_documents import mask_name
from shared.eventstore.follower import wait_for
from shared.eventstore.looking import Looks
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]


class EnrollmentQueries:
    """Statuses as their own school, its province and the ministry may see them."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring
        self.looks = Looks(store, Look)

    def get_status(self, *, status_id: UUID, after_version: int, by: By) -> Answer:
        """One student status with its years."""
        if after_version:
            wait_for(self.store, status_id, after_version)
        return self._status("SELECT * FROM student_register WHERE status_id = %s", (status_id,), by)

    def find_status(self, *, school_code: str, entry_year: int, exam_no: str, by: By) -> Answer:
        """One own student by examination number and entry year."""
        require(by.actor, "read_status", Resource("student_status", school=school_code))
        return self._status(
            "SELECT * FROM student_register WHERE school_code = %s AND exam_no = %s AND entry_year = %s"
            # after a wrong closing a second status goes on under the same admission (A13-4)
            " ORDER BY left_on DESC NULLS FIRST LIMIT 1",
            (school_code, exam_no, entry_year),
            by,
        )

    def _status(self, query: str, key: tuple[Any, ...], by: By) -> Answer:
        row = self._one(query, key)
        if row is None:
            raise NotFound(kind="student_status")
        training = TRAINING.get(row["category"])
        resource = Resource("student_status", school=row["school_code"], training=training)
        decision = require(by.actor, "read_status", resource)
        known = in_case(self.store, decision, row["status_id"])
        self.looks.saw(by, decision, [row["status_id"]], alone=True, in_case=known)
        with self.store.reading() as cursor:
            years = years_of(cursor, row, by)
        person = self.keyring.open_person(row["sealed_person"], row["id_key"])
        return {
            "status_id": str(row["status_id"]),
            "name": mask_name(person["name"]),
            **{name: row[name] for name in _SHOWN},
            "entry_date": row["entry_date"].isoformat(),
            "expected_graduation_date": row["expected_graduation_date"].isoformat(),
            **years,
            "asked_on": row["asked_on"].isoformat() if row["asked_on"] else None,
            "continues": str(row["continues"]) if row["continues"] else None,
            "version": row["version"],
        }

    def _one(self, query: str, key: tuple[Any, ...]) -> Answer | None:
        return next(iter(self._all(query, key)), None)

    def _all(self, query: str, key: tuple[Any, ...] | Mapping[str, Any]) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(query, key)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_SHOWN = (
    "exam_no",
    "student_no",
    "school_code",
    "school_name",
    "level",
    "major_name",
    "study_form",
    "state",
    "checked",
    "contested_in",
    "identity_version",
    "continued_at",
)
