"""Admissions, their corrections, rechecks and preparatory students, as the offices they belong to may see them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from services.enrollment.domain.rules.rechecks import what_follows
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.queries import Answer, EnrollmentQueries
from services.enrollment.queries.appointed import OF_CATEGORY, categories_of
from services.enrollment.queries.evidence import names_of, opened
from services.enrollment.queries.looking import whose
from services.enrollment.queries.waiting_entries import RELEASED
from shared.access.by import By
from shared.access.decide import Decision, Resource, require
from shared.codes.clock import shanghai_date
from shared.codes.id_documents import mask_name
from shared.eventstore.follower import wait_for
from shared.intake.tables_entry import SPECIAL_ADMISSION_LIST
from shared.rules.refused import NotFound

_ADMISSIONS: Final = f"""
    SELECT a.*, {RELEASED} AS released FROM admission_register AS a
    WHERE {{where}} ORDER BY admission_id LIMIT %(limit)s
"""
_OWN: Final = f"""
    SELECT a.*, {RELEASED} AS released FROM admission_register AS a WHERE a.admission_id IN (
        SELECT s.admission_id FROM status_holder AS h JOIN student_register AS s USING (status_id)
        WHERE h.person_id = %(person)s
    ) ORDER BY a.entry_year DESC, a.admission_id LIMIT 200
"""
_FIXES: Final = "SELECT * FROM admission_fix_register WHERE {where} ORDER BY fix_id LIMIT %(limit)s"
_FIX: Final = """
    SELECT f.*, a.category FROM admission_fix_register AS f LEFT JOIN admission_register AS a USING (admission_id)
    WHERE f.fix_id = %s
"""
# what a supplement asks for is sealed, and its kind of training with it
_FIX_OWN: Final = f"""
    AND (admission_id IS NULL OR %(categories)s::text[] IS NULL OR EXISTS (
        SELECT FROM admission_register AS a
        WHERE a.admission_id = admission_fix_register.admission_id AND {OF_CATEGORY.format("a.")}
    ))
"""
_PREPARATORY: Final = """
    SELECT p.*, a.exam_no, a.entry_year, a.level, a.major_name, a.sealed_person, a.id_key
    FROM preparatory_register AS p JOIN admission_register AS a USING (admission_id)
    WHERE {where} ORDER BY preparatory_id LIMIT %(limit)s
"""
_RECHECKS: Final = """
    SELECT s.status_id, s.exam_no, s.entry_date, s.sealed_person, s.id_key, s.state, r.result, r.failed, r.rechecked_on,
        r.late, coalesce(r.due_on, (s.entry_date + interval '3 months')::date) AS due_on
    FROM student_register AS s LEFT JOIN recheck_register AS r USING (status_id)
    WHERE s.school_code = %(school_code)s AND s.entry_year = %(entry_year)s
    AND s.state IN ('active', 'suspended', 'on_leave', 'reserved') AND s.origin = ''
    AND {wanted} AND {own} AND (%(after)s::uuid IS NULL OR s.status_id > %(after)s::uuid)
    ORDER BY s.status_id LIMIT %(limit)s
"""
# who came by a transfer was rechecked, or not, by the school of entry
_NOT_RECHECKED: Final = "r.result IS NULL AND s.continues IS NULL"
_WANTED: Final = {
    "failed": "r.result = '不合格'",
    "missing": _NOT_RECHECKED,
    "overdue": f"{_NOT_RECHECKED} AND s.entry_date + interval '3 months' < %(today)s",
    "passed": "r.result = '合格'",
}
_PENDING: Final = {"pending_fix": " AND a.fix_id <> ''", "pending_withdrawal": " AND a.withdrawal_by <> ''"}
_SHOWN: Final = (
    "exam_no",
    "entry_year",
    "school_code",
    "level",
    "major_name",
    "study_form",
    "outcome",
    "cause",
    "admission_type",
    "special_plan",
    "special_kind",
    "preparatory",
    "training_school",
    "joint_partner",
    "basis_version",
    "released",
    "version",
)
_DAYS: Final = ("deferred_until", "leave_until", "discharged_on", "withdrawal_until")
_FIX_SHOWN: Final = (
    "kind",
    "state",
    "school_code",
    "province",
    "entry_year",
    "exam_no",
    "reason",
    "opinion",
    "decision",
    "version",
)
# Whose turn it is to decide: these must see what is asked for, everybody else sees it masked (A25-1)
_TURN: Final = {"requested": "province_admissions", "proposed": "ministry"}


class AdmissionQueries(EnrollmentQueries):
    """What a school, its province and the ministry find out about admissions."""

    def list_admissions(
        self, *, school_code: str, entry_year: int, outcome: str | None, after: UUID | None, limit: int, by: By
    ) -> Answer:
        """The admissions to a school in one year, by outcome, or those that wait: for a correction, a second person."""
        decision = require(by.actor, "read_status", Resource("admission", school=school_code))
        asked: dict[str, Any] = {"school_code": school_code, "entry_year": entry_year}
        if outcome and outcome not in _PENDING:
            asked["outcome"] = outcome
        more = f" AND {OF_CATEGORY.format('a.')}" + _PENDING.get(outcome or "", "")
        categories = categories_of(by)
        rows = self._page(_ADMISSIONS, "a", "admission_id", asked, after, limit, more, categories=categories)
        self._saw(by, decision, [row["admission_id"] for row in rows])
        return {"admissions": [self._admission(row) for row in rows]}

    def get_admission(self, *, school_code: str, entry_year: int, exam_no: str, by: By) -> Answer:
        """One admission by its number: whether it is a basis, and what became of it."""
        require(by.actor, "read_status", Resource("admission", school=school_code))
        asked = {"school_code": school_code, "entry_year": entry_year, "exam_no": exam_no}
        for row in self._page(_ADMISSIONS, "a", "admission_id", asked, None, 1):
            training = TRAINING.get(row["category"])
            decision = require(by.actor, "read_status", Resource("admission", school=school_code, training=training))
            self._saw(by, decision, [row["admission_id"]], alone=True, in_case=bool(row["fix_id"]))
            return self._admission(row)
        raise NotFound(kind="admission")

    def list_own_admissions(self, *, by: By) -> Answer:
        """The admissions behind the asker's own statuses, under the own name in full (A21-1)."""
        require(by.actor, "read_own_records", Resource("admission", person=by.sub))
        rows = self._named(_OWN, {"person": by.sub})
        inside: Answer = {"withdrawal_by": None, "withdrawal_reason": None}  # of the school's own people
        return {"admissions": [self._admission(row) | {"name": self._name(row)} | inside for row in rows]}

    def list_admission_fixes(
        self,
        *,
        school_code: str | None,
        province: str | None,
        state: str | None,
        after: UUID | None,
        limit: int,
        by: By,
    ) -> Answer:
        """Corrections and supplements of a school, a province or the nation; the school finds its results here."""
        resource = Resource("admission_fix", school=school_code, province=province)
        decision = require(by.actor, "read_admission_fixes", resource)
        named = {"school_code": school_code, "province": province, "state": state}
        asked = {name: value for name, value in named.items() if value}
        rows = self._page(
            _FIXES, "admission_fix_register", "fix_id", asked, after, limit, _FIX_OWN, categories=categories_of(by)
        )
        for full in (False, True):
            seen = [row["admission_id"] or row["fix_id"] for row in rows if _is_open_to(row, by) is full]
            self._saw(by, decision, seen, full=full)
        return {"fixes": [self._fix(row, by) for row in rows]}

    def get_admission_fix(self, *, fix_id: UUID, after_version: int, by: By, paper: str | None = None) -> Answer:
        """One correction or supplement; its values and papers are open to the office whose turn it is."""
        if after_version:
            wait_for(self.store, fix_id, after_version)
        row = self._one(_FIX, (fix_id,))
        if row is None:
            raise NotFound(kind="admission_fix")
        registrar = by.actor is not None and by.actor.role == "registrar"
        scope = {"school": row["school_code"]} if registrar else {"province": row["province"]}
        training = TRAINING.get(row["category"])  # of a supplement none is known: what it asks for is sealed
        resource, open_to = Resource("admission_fix", training=training, **scope), _is_open_to(row, by)
        digest, by, decision = opened(
            paper,
            _papers_of(row),
            fix_id,
            by=by,
            decision=require(by.actor, "read_admission_fixes", resource),
            resource=resource,
            in_turn=open_to,
            use_case="see_admission_fix_evidence",
        )
        seen, waits = row["admission_id"] or fix_id, row["decided_on"] is None
        self._saw(by, decision, [seen], full=open_to or digest is not None, alone=True, in_case=waits)
        return self._fix(row, by) | {"paper": digest}

    def list_preparatory(
        self, *, school_code: str, state: str | None, after: UUID | None, limit: int, by: By
    ) -> Answer:
        """The preparatory students that a school admitted or trains."""
        decision = require(by.actor, "read_status", Resource("preparatory", school=school_code))
        either = f" AND %(school)s IN (p.admitting_school, p.training_school) AND {OF_CATEGORY.format('a.')}"
        asked, named = {"state": state} if state else {}, {"school": school_code, "categories": categories_of(by)}
        rows = self._page(_PREPARATORY, "p", "preparatory_id", asked, after, limit, either, **named)
        self._saw(by, decision, [row["admission_id"] for row in rows])
        return {"students": [self._preparatory(row) for row in rows]}

    def list_rechecks(
        self, *, school_code: str, entry_year: int, wanted: str, after: UUID | None, limit: int, by: By
    ) -> Answer:
        """Freshmen whose recheck failed (what follows is still to be done), passed, is missing or overdue (R41-11)."""
        decision = require(by.actor, "read_status", Resource("student_status", school=school_code))
        named = {"school_code": school_code, "entry_year": entry_year, "after": after, "limit": limit}
        named |= {"categories": categories_of(by), "today": shanghai_date(by.recorded_at)}
        rows = self._named(_RECHECKS.format(wanted=_WANTED[wanted], own=OF_CATEGORY.format("s.")), named)
        self.looks.saw(by, decision, [row["status_id"] for row in rows])
        return {"students": [self._recheck(row) for row in rows]}

    def _saw(self, by: By, decision: Decision, admission_ids: Sequence[UUID], **how: bool) -> None:
        self.looks.saw(by, decision, admission_ids, whose=whose(self.store, admission_ids), **how)

    def _page(
        self,
        query: str,
        table: str,
        key: str,
        asked: Mapping[str, Any],
        after: UUID | None,
        limit: int,
        more: str = "",
        **named: Any,
    ) -> list[Answer]:
        conditions = [f"{table}.{name} = %({name})s" for name in asked]
        if after:
            conditions.append(f"{table}.{key} > %(after)s")
        where = (" AND ".join(conditions) or "true") + more
        return self._named(query.format(where=where), {**asked, **named, "after": after, "limit": limit})

    def _named(self, query: str, named: Mapping[str, Any]) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(query, named)
            columns = [column.name for column in cursor.description or ()]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def _masked_name(self, row: Mapping[str, Any]) -> str:
        return mask_name(self._name(row))

    def _name(self, row: Mapping[str, Any]) -> str:
        return str(self.keyring.open_person(row["sealed_person"], row["id_key"])["name"])

    def _admission(self, row: Answer) -> Answer:
        return {
            "admission_id": str(row["admission_id"]),
            "name": self._masked_name(row),
            **{name: row[name] for name in _SHOWN},
            "entry_date": _iso(row["entry_date"]),
            "reported_on": _iso(row["reported_on"]),
            **{name: _iso(row[name]) for name in _DAYS},
            "withdrawal_by": row["withdrawal_by"] or None,
            "withdrawal_reason": row["withdrawal_reason"] or None,
            "fix_id": row["fix_id"] or None,
        }

    def _fix(self, row: Answer, by: By) -> Answer:
        place = f"admission_fix:{row['entry_year']}|{row['exam_no']}"
        values: dict[str, str] = msgspec.json.decode(self.keyring.open(row["sealed"], place))
        columns = SPECIAL_ADMISSION_LIST.by_code
        shown = values if _is_open_to(row, by) else {code: columns[code].mask(value) for code, value in values.items()}
        return {
            "fix_id": str(row["fix_id"]),
            "admission_id": str(row["admission_id"]) if row["admission_id"] else None,
            **{name: row[name] for name in _FIX_SHOWN},
            "values": shown,
            "evidence": names_of(row["fix_id"], _papers_of(row)),
            **{name: _iso(row[name]) for name in ("requested_on", "proposed_on", "decided_on")},
        }

    def _preparatory(self, row: Answer) -> Answer:
        same = ("kind", "admitting_school", "training_school", "state", "cause", "version")
        return {
            "preparatory_id": str(row["preparatory_id"]),
            "name": self._masked_name(row),
            **{name: row[name] for name in (*same, "exam_no", "entry_year", "level", "major_name")},
            **{name: _iso(row[name]) for name in ("starts_on", "ends_on", "ended_on")},
        }

    def _recheck(self, row: Answer) -> Answer:
        failed = [each for each in (row["failed"] or "").split(",") if each]
        return {
            "status_id": str(row["status_id"]),
            "name": self._masked_name(row),
            **{name: row[name] for name in ("exam_no", "state", "result")},
            "failed": failed,
            "late": bool(row["late"]),
            **{name: _iso(row[name]) for name in ("entry_date", "rechecked_on", "due_on")},
            "follows": what_follows(dict.fromkeys(failed, False), registered=True),
        }


def _is_open_to(row: Answer, by: By) -> bool:
    if by.actor is None or by.actor.scopes is not None:
        return False
    return _TURN.get(row["state"]) == by.actor.role


def _papers_of(row: Answer) -> list[str]:
    return [each for each in row["evidence"].split(",") if each]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
