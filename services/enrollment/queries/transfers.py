"""Transfers as both schools, both provinces and the ministry may see them (R41-22..24)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from services.enrollment.queries import Answer
from services.enrollment.queries.appointed import appointed_for
from services.enrollment.queries.cases import MOST, CaseQueries
from services.enrollment.queries.evidence import names_of, opened
from shared.access.by import By
from shared.access.decide import Resource, require, trains
from shared.codes.id_documents import mask_name
from shared.codes.schools import province_of
from shared.eventstore.follower import wait_for
from shared.rules.refused import NotFound

_SHOWN: Final = (
    "transfer_id", "status_id", "new_status_id", "from_school", "to_school", "to_school_name", "to_level",
    "to_major_name", "reason_kind", "state", "requested_role", "requested_on", "decision_no", "publicity_until",
    "unknown_year", "effective_on", "due_on", "filed_on", "late", "rejected_for", "reason", "version",
)  # fmt: skip
_TURNS: Final = {
    "requested": "source_school",
    "source_agreed": "target_school",
    "target_reviewed": "provinces",
    "approved": "target_school",
    "completed": "target_school",
}
_SELECT = """
    SELECT t.*, s.sealed_person, s.id_key FROM transfer_register AS t JOIN student_register AS s USING (status_id)
    WHERE {where} ORDER BY transfer_id LIMIT %(limit)s
"""


class TransferQueries(CaseQueries):
    """Each side reads what the other has said."""

    def get_transfer(self, *, transfer_id: UUID, after_version: int, by: By, paper: str | None = None) -> Answer:
        """One transfer with its steps; with `paper` one of its papers, whose look is recorded first."""
        if after_version:
            wait_for(self.store, transfer_id, after_version)
        found = self._all(_SELECT.format(where="transfer_id = %(id)s"), {"id": transfer_id, "limit": 1})
        if not found:
            raise NotFound(kind="transfer", field="transfer_id")
        row = found[0]
        resource = Resource(
            "transfer", school=row["from_school"], other_school=row["to_school"], training=row["training"]
        )
        decision = require(by.actor, "read_cases", resource)
        digest, by, decision = opened(
            paper,
            row["evidence"].split(),
            transfer_id,
            by=by,
            decision=decision,
            resource=resource,
            in_turn=is_turn_in(row, by),
            use_case="see_transfer_evidence",
        )
        waits, full = row["filed_on"] is None, digest is not None
        self.looks.saw(by, decision, [row["status_id"]], full=full, alone=True, in_case=waits)
        return self._transfer(row) | {"steps": self.steps_of(transfer_id), "paper": digest}

    def list_transfers(
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
        """The transfers out of and into a school, or the schools of a province."""
        decision = require(by.actor, "read_cases", Resource("transfer", school=school_code, province=province))
        training = appointed_for(by)
        conditions = {
            "%(school)s IN (from_school, to_school)": school_code,
            "%(province)s IN (substr(from_school, 3, 2), substr(to_school, 3, 2))": province,
            "t.state = %(state)s": state,
            "overdue_on IS NOT NULL AND filed_on IS NULL": overdue,
            "transfer_id > %(after)s": after,
            "t.training = %(training)s": training,
        }
        where = " AND ".join(condition for condition, asked in conditions.items() if asked) or "true"
        named = {"school": school_code, "province": province, "state": state, "after": after, "training": training}
        rows = self._all(_SELECT.format(where=where), named | {"limit": min(limit, MOST)})
        self.looks.saw(by, decision, [row["status_id"] for row in rows])
        return {"transfers": [self._transfer(row) | {"steps": []} for row in rows]}

    def _transfer(self, row: Mapping[str, Any]) -> Answer:
        person = self.keyring.open_person(row["sealed_person"], row["id_key"])
        return {**transfer_answer(row), "name": mask_name(person["name"])}


def is_turn_in(row: Mapping[str, Any], by: By) -> bool:
    """Whether the asker's office takes the next step of a transfer, and so must see what it rests on."""
    actor, turn = by.actor, _TURNS.get(row["state"], "")
    if actor is None or actor.scopes is not None or not trains(actor, row["training"]):
        return False
    if actor.role == "registrar":
        sides = {"source_school": row["from_school"], "target_school": row["to_school"]}
        return sides.get(turn) in actor.schools
    sides_of_provinces = {province_of(row["from_school"]), province_of(row["to_school"])}
    waited_for = sides_of_provinces - set(row["confirmed_by"].split())
    return actor.role == "province_education" and turn == "provinces" and actor.org in waited_for


def transfer_answer(row: Mapping[str, Any]) -> Answer:
    """A transfer without the student's name and the steps."""
    crosses = province_of(row["from_school"]) != province_of(row["to_school"])
    return {
        **{name: row[name] for name in _SHOWN},
        "confirmed_by": row["confirmed_by"].split(),
        "evidence": names_of(row["transfer_id"], row["evidence"].split()),
        "crosses_provinces": crosses,
        "overdue": row["overdue_on"] is not None and row["filed_on"] is None,
        "turn": _TURNS.get(row["state"], ""),
    }
