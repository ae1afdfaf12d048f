"""Proposals to close a status, and incidents: as the own school, its province and the ministry may see them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from services.enrollment.domain.look import Look
from services.enrollment.queries.appointed import appointed_for, categories_of, concerning
from services.enrollment.queries.evidence import names_of, opened
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.follower import wait_for
from shared.eventstore.looking import Looks
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]

CANCELLATIONS: Final = """
    SELECT * FROM cancellation_register
    WHERE (%(school_code)s::text IS NULL OR school_code = %(school_code)s)
    AND (%(province)s::text IS NULL OR substr(school_code, 3, 2) = %(province)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (%(due_before)s::date IS NULL OR due_on < %(due_before)s)
    AND (%(training)s = '' OR training = %(training)s)
    AND (%(illegal_entry)s::boolean IS NULL OR illegal_entry = %(illegal_entry)s)
    AND (%(before)s::uuid IS NULL OR cancellation_id < %(before)s)
    ORDER BY cancellation_id DESC LIMIT %(limit)s
"""
_INCIDENTS: Final = """
    SELECT * FROM incident_register
    WHERE (%(province)s::text IS NULL OR province = %(province)s)
    AND (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (%(before)s::uuid IS NULL OR incident_id < %(before)s)
    AND (%(categories)s::text[] IS NULL OR status_ids = '' OR EXISTS (
        SELECT FROM student_register AS s
        WHERE s.status_id = ANY(string_to_array(status_ids, ' ')::uuid[]) AND s.category = ANY(%(categories)s)
    ))
    ORDER BY incident_id DESC LIMIT %(limit)s
"""

_STUDENTS_OF: Final = "SELECT DISTINCT category FROM student_register WHERE status_id = ANY(%s::uuid[])"


class EndingQueries:
    """What waits for a second person, what was decided, and who answers for a breach."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.looks = Looks(store, Look)

    def get_cancellation(self, *, cancellation_id: UUID, after_version: int, by: By) -> Answer:
        """One proposal and what became of it."""
        found = self._one(
            "SELECT * FROM cancellation_register WHERE cancellation_id = %s",
            cancellation_id,
            after_version,
            "cancellation",
        )
        resource = Resource("cancellation", school=found["school_code"], training=found["training"] or None)
        decision = require(by.actor, "read_overdue", resource)
        self.looks.saw(by, decision, [found["status_id"]], alone=True, in_case=True)
        return _shown(found)

    def list_cancellations(
        self,
        *,
        school_code: str | None,
        province: str | None,
        state: str | None,
        declared_by: str | None,
        before: UUID | None,
        limit: int,
        by: By,
    ) -> Answer:
        """The proposals of a school, a province or all, the newest first; those beyond their last day by `overdue`."""
        resource = Resource("cancellation", school=school_code, province=province)
        decision = require(by.actor, "read_overdue", resource)
        illegal = None if declared_by is None else declared_by == "authority"
        late = state == "overdue"
        asked: dict[str, Any] = {"school_code": school_code, "province": province, "illegal_entry": illegal}
        asked |= {"state": "proposed" if late else state, "due_before": shanghai_date(by.recorded_at) if late else None}
        shown = {"training": appointed_for(by), "before": before, "limit": limit}
        rows = self._all(CANCELLATIONS, asked | shown)
        self.looks.saw(by, decision, [row["status_id"] for row in rows])
        return {
            "cancellations": [_shown(row) for row in rows],
            "next": str(rows[-1]["cancellation_id"]) if len(rows) == limit else None,
        }

    def get_incident(self, *, incident_id: UUID, after_version: int, by: By, paper: str | None = None) -> Answer:
        """One incident; with `paper` one of its papers, whose look is recorded first."""
        found = self._one(
            "SELECT * FROM incident_register WHERE incident_id = %s", incident_id, after_version, "incident"
        )
        students = self._all(_STUDENTS_OF, (found["status_ids"].split(),))
        training = concerning(by, [each["category"] for each in students])
        resource = Resource("incident", province=found["province"], training=training)
        digest, by, decision = opened(
            paper,
            found["evidence"].split(),
            incident_id,
            by=by,
            decision=require(by.actor, "read_incidents", resource),
            resource=resource,
            in_turn=found["state"] == "open",
            use_case="see_incident_evidence",
        )
        full = digest is not None
        waits = found["state"] == "open" or not full
        # where no student is named nobody has said whom a paper shows: what was looked at is the incident
        seen = found["status_ids"].split() or [str(incident_id)] * full
        self.looks.saw(by, decision, seen, full=full, alone=full, in_case=waits)
        return _incident(found) | {"paper": digest}

    def list_incidents(
        self, *, province: str | None, kind: str | None, state: str | None, before: UUID | None, limit: int, by: By
    ) -> Answer:
        """The incidents of a province, or of all, the newest first."""
        decision = require(by.actor, "read_incidents", Resource("incident", province=province))
        asked = {"province": province, "kind": kind, "state": state, "before": before, "limit": limit}
        rows = self._all(_INCIDENTS, asked | {"categories": categories_of(by)})
        self.looks.saw(by, decision, [each for row in rows for each in row["status_ids"].split()])
        return {
            "incidents": [_incident(row) for row in rows],
            "next": str(rows[-1]["incident_id"]) if len(rows) == limit else None,
        }

    def _one(self, query: str, key: UUID, after_version: int, kind: str) -> Answer:
        if after_version:
            wait_for(self.store, key, after_version)
        found = self._all(query, (key,))
        if not found:
            raise NotFound(kind=kind)
        return found[0]

    def _all(self, query: str, asked: tuple[Any, ...] | Mapping[str, Any]) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(query, asked)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _incident(row: Answer) -> Answer:
    lists = {name: row[name].split() for name in ("responsible", "status_ids", "case_ids", "evidence")}
    return _shown(row) | lists | {"evidence": names_of(row["incident_id"], lists["evidence"])}


def _shown(row: Answer) -> Answer:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
