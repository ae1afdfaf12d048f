"""Cases and conflicts as each side may see them: stage, whose turn it is, every step with its time."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from services.enrollment.domain.rules.identity import OPEN_STEPS
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.queries import Answer, EnrollmentQueries
from services.enrollment.queries.appointed import appointed_for
from services.enrollment.queries.evidence import names_of, opened
from services.enrollment.queries.looking import in_case
from shared.access.by import By
from shared.access.decide import Decision, Resource, require, trains
from shared.codes.id_documents import mask_id_number, mask_name
from shared.eventstore.follower import wait_for
from shared.eventstore.replay import history
from shared.rules.refused import NotFound

_SHOWN: Final = (
    "case_id", "status_id", "school_code", "kind", "level", "filed_role", "filed_on", "due_on", "unknown_year",
    "decided_on", "late", "reason", "continued_by", "version",
)  # fmt: skip
_VERSIONED: Final = ("level", "study_form", "major_code", "major_name", "duration")
_LIST = """
    SELECT c.*, s.sealed_person, s.id_key FROM case_register AS c JOIN student_register AS s USING (status_id)
    WHERE {where} ORDER BY case_id LIMIT %(limit)s
"""
MOST: Final = 200


class CaseQueries(EnrollmentQueries):
    """Cases about records, and the versions of an identity."""

    def get_case(self, *, case_id: UUID, after_version: int, by: By, paper: str | None = None) -> Answer:
        """One case; what it asks for is open to its student and to whoever decides next, masked to others.

        So are its papers: with `paper` that look is recorded before the answer, and the answer holds the digest.
        """
        if after_version:
            wait_for(self.store, case_id, after_version)
        row = next(iter(self._all(_LIST.format(where="case_id = %(id)s"), {"id": case_id, "limit": 1})), None)
        if row is None:
            raise NotFound(kind="case", field="case_id")
        own, resource, decision = self._require_reader(row, by)
        waits, open_to = row["decided_on"] is None, own or is_turn_of(row, by)
        digest, by, decision = opened(
            paper,
            row["evidence"].split(),
            case_id,
            by=by,
            decision=decision,
            resource=resource,
            in_turn=open_to,
            use_case="see_case_evidence",
        )
        full = open_to or digest is not None
        self.looks.saw(by, decision, [row["status_id"]], full=full, alone=True, in_case=waits)
        return self.case_answer(row, is_open=open_to) | {"steps": self.steps_of(case_id), "paper": digest}

    def _require_reader(self, row: Mapping[str, Any], by: By) -> tuple[bool, Resource, Decision]:
        if by.actor and by.actor.role == "student":
            holder = self._one("SELECT person_id FROM status_holder WHERE status_id = %s", (row["status_id"],))
            person = str(holder["person_id"]) if holder else None
            resource = Resource("case", person=person)
            return True, resource, require(by.actor, "read_own_records", resource)
        resource = Resource("case", school=row["school_code"], training=row["training"])
        return False, resource, require(by.actor, "read_cases", resource)

    def list_cases(
        self,
        *,
        school_code: str | None,
        province: str | None,
        state: str | None,
        overdue: bool,
        after: UUID | None,
        limit: int,
        by: By,
    ) -> Answer:
        """The cases of a school, a province or the nation, oldest first."""
        decision = require(by.actor, "read_cases", Resource("case", school=school_code, province=province))
        where, named = _where(school_code, province, state, after)
        if overdue:
            where += " AND overdue_on IS NOT NULL AND decided_on IS NULL"
        if training := appointed_for(by):
            where += " AND c.training = %(training)s"
        rows = self._all(_LIST.format(where=where), named | {"training": training, "limit": min(limit, MOST)})
        self.looks.saw(by, decision, [row["status_id"] for row in rows])
        return {"cases": [self.case_answer(row, is_open=False) | {"steps": []} for row in rows]}

    def case_answer(self, row: Mapping[str, Any], *, is_open: bool) -> Answer:
        """A case without its steps."""
        request = msgspec.json.decode(self.keyring.open(row["sealed_request"], f"case:{row['status_id']}"))
        person = self.keyring.open_person(row["sealed_person"], row["id_key"])
        return {
            **{name: row[name] for name in _SHOWN},
            "fields_asked": row["fields"].split(),
            "evidence": names_of(row["case_id"], row["evidence"].split()),
            "step": row["state"],
            "turn": turn_of(row),
            "overdue": row["overdue_on"] is not None and row["decided_on"] is None,
            "name": person["name"] if is_open else mask_name(person["name"]),
            "values": request["values"] if is_open else masked(request["values"]),
            "statement": request["statement"] if is_open else "",
        }

    def steps_of(self, subject_id: UUID) -> list[Answer]:
        """Every step that anybody took, with its time."""
        return self._all(
            "SELECT step, role, taken_at FROM case_steps WHERE subject_id = %s ORDER BY number LIMIT 100", (subject_id,)
        )

    def list_identity_versions(self, *, status_id: UUID, by: By) -> Answer:
        """Every version of who the student is and what is studied: kept for ever, read from the facts (A19-2)."""
        row = self._one("SELECT school_code, category FROM student_register WHERE status_id = %s", (status_id,))
        if row is None:
            raise NotFound(kind="student_status", field="status_id")
        auditor = by.actor is not None and by.actor.role == "auditor"
        action = "read_audit" if auditor else "read_cases"
        resource = Resource("case", school=row["school_code"], training=TRAINING.get(row["category"]))
        decision = require(by.actor, action, resource)
        open_cases = self._all("SELECT * FROM case_register WHERE status_id = %s LIMIT 50", (status_id,))
        is_open = any(is_turn_of(each, by) for each in open_cases)
        known = in_case(self.store, decision, status_id)
        self.looks.saw(by, decision, [status_id], full=is_open, alone=True, in_case=known)
        versions = []
        for record in history(self.store, [status_id]):
            fact = record.fact
            if isinstance(fact, StudentStatus.Registered | StudentStatus.Corrected):
                versions.append(self._version(fact, is_open=is_open) | {"recorded_at": record.recorded_at})
        return {"versions": versions}

    def _version(self, fact: Any, *, is_open: bool) -> Answer:
        corrected = isinstance(fact, StudentStatus.Corrected)
        person = self.keyring.open_person(fact.sealed_person, fact.id_key)
        return {
            "version": fact.identity_version if corrected else 1,
            "case_id": fact.case_id if corrected else None,
            "fields_changed": list(fact.fields) if corrected else [],
            "person": dict(person) if is_open else masked(person),
            **{name: getattr(fact, name) for name in _VERSIONED},
        }


def turn_of(row: Mapping[str, Any]) -> str:
    """Whose turn it is: school, province, or nobody's any more."""
    return OPEN_STEPS.get(row["state"], "")


def is_turn_of(row: Mapping[str, Any], by: By) -> bool:
    """Whoever decides next must see what is to be decided; everybody else, machines too, sees it masked (A25-1)."""
    if by.actor is None or by.actor.scopes is not None:
        return False
    office = {"registrar": ("school", row["school_code"]), "province_education": ("province", row["province"])}
    turn, org = office.get(by.actor.role, ("", ""))
    return bool(turn) and turn == turn_of(row) and org in by.actor.schools and trains(by.actor, row["training"])


def masked(values: Mapping[str, str]) -> dict[str, str]:
    """Personal values as others may see them."""
    shown = dict(values)
    if "name" in shown:
        shown["name"] = mask_name(shown["name"])
    if "id_number" in shown:
        shown["id_number"] = mask_id_number(shown["id_number"])
    if "birth_date" in shown:
        shown["birth_date"] = f"{shown['birth_date'][:4]}-**-**"
    return shown


def _where(
    school_code: str | None, province: str | None, state: str | None, after: UUID | None
) -> tuple[str, dict[str, Any]]:
    asked = {"c.school_code": school_code, "c.province": province, "c.state": state}
    conditions = [f"{column} = %({column[2:]})s" for column, value in asked.items() if value]
    named: dict[str, Any] = {"school_code": school_code, "province": province, "state": state, "after": after}
    if after:
        conditions.append("case_id > %(after)s")
    return " AND ".join(conditions) or "true", named
