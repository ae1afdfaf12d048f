"""Conflicts over one identity, for both schools, their provinces and the ministry (A8-9)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from services.enrollment.queries import Answer
from services.enrollment.queries.appointed import categories_of, concerning
from services.enrollment.queries.cases import MOST, CaseQueries
from services.enrollment.queries.evidence import names_of, opened
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.id_documents import mask_name
from shared.codes.schools import province_of
from shared.eventstore.follower import wait_for
from shared.rules.refused import NotFound

_SHOWN: Final = (
    "conflict_id", "first_status_id", "first_school", "second_status_id", "second_school", "two_people", "state",
    "opened_on", "due_on", "unknown_year", "outcome", "ending", "decision_no", "decided_on", "late", "reason",
    "version",
)  # fmt: skip


# Whoever is appointed for one kind of training is shown what concerns it on the own side; of a side that is not
# registered yet no kind is known, and somebody has to answer for it
_OWN_KIND: Final = """
    EXISTS (
        SELECT FROM student_register AS s WHERE s.status_id IN (first_status_id, second_status_id)
        AND s.category = ANY(%(categories)s) AND (%(school)s::text IS NULL OR s.school_code = %(school)s)
    ) OR (second_status_id IS NULL AND (%(school)s::text IS NULL OR second_school = %(school)s))
"""


class ConflictQueries(CaseQueries):
    """Both sides see the same."""

    def get_conflict(self, *, conflict_id: UUID, after_version: int, by: By, paper: str | None = None) -> Answer:
        """One conflict with its steps; with `paper` one of its papers, whose look is recorded first."""
        if after_version:
            wait_for(self.store, conflict_id, after_version)
        row = self._one("SELECT * FROM conflict_register WHERE conflict_id = %s", (conflict_id,))
        if row is None:
            raise NotFound(kind="conflict", field="conflict_id")
        schools = {"school": row["first_school"], "other_school": row["second_school"]}
        require(by.actor, "read_cases", Resource("case", **schools))
        training = self._training_for(row, by)
        resource = Resource("case", training=training, **schools)
        digest, by, decision = opened(
            paper,
            row["evidence"].split(),
            conflict_id,
            by=by,
            decision=require(by.actor, "read_cases", resource),
            resource=resource,
            in_turn=is_asked(row, by),
            use_case="see_conflict_evidence",
        )
        full, waits = digest is not None, row["state"] == "open"
        self.looks.saw(by, decision, _both([row]), full=full, alone=True, in_case=waits)
        return self._conflict(row) | {"steps": self.steps_of(conflict_id), "paper": digest}

    def list_conflicts(
        self,
        *,
        school_code: str | None,
        province: str | None,
        state: str | None,
        after: UUID | None,
        limit: int,
        by: By,
    ) -> Answer:
        """The conflicts in which a school, or the schools of a province, stand on either side."""
        decision = require(by.actor, "read_cases", Resource("case", school=school_code, province=province))
        conditions = ["true"]
        if school_code:
            conditions.append("%(school)s IN (first_school, second_school)")
        if province:
            conditions.append("%(province)s IN (substr(first_school, 3, 2), substr(second_school, 3, 2))")
        if state:
            conditions.append("state = %(state)s")
        if after:
            conditions.append("conflict_id > %(after)s")
        categories = categories_of(by)
        if categories is not None:
            conditions.append(f"({_OWN_KIND})")
        named = {"school": school_code, "province": province, "state": state, "after": after, "categories": categories}
        rows = self._all(
            f"SELECT * FROM conflict_register WHERE {' AND '.join(conditions)} ORDER BY conflict_id LIMIT %(limit)s",
            named | {"limit": min(limit, MOST)},
        )
        self.looks.saw(by, decision, _both(rows))
        return {"conflicts": [self._conflict(row) | {"steps": []} for row in rows]}

    def _training_for(self, row: Mapping[str, Any], by: By) -> str | None:
        """Of a school's operator the own side counts, of everybody else's either; nobody knows of what kind one will be
        that is not registered yet."""
        schools = by.actor.schools if by.actor and by.actor.role == "registrar" else None
        if row["second_status_id"] is None and (schools is None or row["second_school"] in schools):
            return None
        sides = self._all(
            "SELECT category FROM student_register WHERE status_id IN (%(first_status_id)s, %(second_status_id)s)"
            " AND (%(schools)s::text[] IS NULL OR school_code = ANY(%(schools)s))",
            {**row, "schools": None if schools is None else list(schools)},
        )
        return concerning(by, [side["category"] for side in sides])

    def _conflict(self, row: Mapping[str, Any]) -> Answer:
        provinces = {province_of(row["first_school"]), province_of(row["second_school"])}
        decides = "province" if len(provinces) == 1 else "ministry"
        return {
            **{name: row[name] for name in _SHOWN},
            "evidence": names_of(row["conflict_id"], row["evidence"].split()),
            "answered_by": row["answered_by"].split(),
            "overdue": row["overdue_on"] is not None and row["decided_on"] is None,
            "turn": decides if row["state"] == "open" else "",
            "names": self._names(row),
        }

    def _names(self, row: Mapping[str, Any]) -> list[str]:
        """The masked names of the statuses on record, first side first."""
        ids = [row["first_status_id"], row["second_status_id"] or row["first_status_id"]]
        found = self._all(
            "SELECT status_id, sealed_person, id_key FROM student_register WHERE status_id IN (%s, %s)", tuple(ids)
        )
        people = {each["status_id"]: self.keyring.open_person(each["sealed_person"], each["id_key"]) for each in found}
        return [mask_name(people[each]["name"]) for each in dict.fromkeys(ids) if each in people]


def is_asked(row: Mapping[str, Any], by: By) -> bool:
    """Whether the asker's office decides an open conflict, or is a school that has not said yet what it knows."""
    actor = by.actor
    if actor is None or actor.scopes is not None or row["state"] != "open":
        return False
    sides = (row["first_school"], row["second_school"])
    if actor.role == "registrar":
        return any(each in actor.schools and each not in row["answered_by"].split() for each in sides)
    provinces = {province_of(each) for each in sides}
    if actor.role == "province_education":
        return provinces == {actor.org}
    return actor.role == "ministry" and len(provinces) > 1


def _both(rows: Iterable[Mapping[str, Any]]) -> list[UUID]:
    sides = ("first_status_id", "second_status_id")
    return [row[side] for row in rows for side in sides if row[side]]
