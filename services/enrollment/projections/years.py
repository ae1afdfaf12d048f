"""The tables of academic years, and of the times in which no year was due."""

from datetime import date
from typing import Any, ClassVar

import msgspec

from services.enrollment.domain.rules.standing import AWAY_STATES
from services.enrollment.domain.status_facts import record_line, without
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Key, Projection, Row, on

_json = msgspec.json.Encoder()


def _of_year(fact: Any) -> Key:
    return fact.originator_id, fact.academic_year


class AnnualRegister(Projection):
    """One row per status and academic year (A12): the result, and the changes and records that it tells."""

    table: ClassVar[str] = "annual_register"
    key: ClassVar[tuple[str, ...]] = ("status_id", "academic_year")
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", "academic_year", "result", "registered_on", "due_on", "late", "cause", "deferred_on", "changes",
        "annotations", "origin", "evidence_level",
    )  # fmt: skip

    @on(StudentStatus.YearRegistered, key=_of_year)
    def registered(self, row: Row | None, fact: StudentStatus.YearRegistered) -> Row:
        """A deferral before it is remembered, for it may come back (A12-3)."""
        before = row or {}
        return _year(before, fact, "registered", before.get("cause"), before.get("deferred_on"))

    @on(StudentStatus.YearDeferred, key=_of_year)
    def deferred(self, row: Row | None, fact: StudentStatus.YearDeferred) -> Row:
        return _year({}, fact, "deferred", fact.cause or "other", fact.registered_on)

    @on(StudentStatus.YearWithdrawn, key=_of_year)
    def withdrawn(self, row: Row | None, fact: StudentStatus.YearWithdrawn) -> Row | None:
        """No row, or the deferral that the result had ended."""
        if row is None or fact.restored_year != fact.academic_year:
            return None
        on = row["deferred_on"] or row["registered_on"]
        back = {"changes": len(fact.restored_marks), "annotations": len(fact.restored_records)}
        told = {name: _joined(_read(row[name])[: -count or None], ()) for name, count in back.items()}
        return row | told | {"result": fact.restored_as, "registered_on": on, "late": on > row["due_on"]}

    @on(StudentStatus.AnnotationWithdrawn, key=lambda fact: (fact.originator_id, fact.told_with or 0))
    def annotation_withdrawn(self, row: Row | None, fact: StudentStatus.AnnotationWithdrawn) -> Row | None:
        """A year that told the record tells it no more; one that no year has told stands in none."""
        if row is None:
            return None
        told = without(tuple(_read(row["annotations"])), record_line(fact.kind, fact.text))
        return row | {"annotations": _joined([], told)}


def _year(before: Row, fact: Any, result: str, cause: str | None, deferred_on: date | None) -> Row:
    return {
        "status_id": fact.originator_id,
        "academic_year": fact.academic_year,
        "result": result,
        "registered_on": fact.registered_on,
        "due_on": fact.due_on,
        "late": fact.late,
        "cause": cause,
        "deferred_on": deferred_on,
        "changes": _joined(_read(before.get("changes")), fact.changes),
        "annotations": _joined(_read(before.get("annotations")), fact.annotations),
        "origin": fact.origin or None,
        "evidence_level": fact.evidence_level or None,
    }


class AbsenceRegister(Projection):
    """When students were on leave or had a reserved status: a year whose last day lies there is not due (A12-1)."""

    table: ClassVar[str] = "absence_register"
    key: ClassVar[tuple[str, ...]] = ("status_id",)
    columns: ClassVar[tuple[str, ...]] = ("status_id", "state", "away_since", "absences")

    @on(StudentStatus.Registered)
    def registered(self, row: Row | None, fact: StudentStatus.Registered) -> Row | None:
        """An old register may tell of somebody who is away."""
        return _away(fact.state, fact.holds_from or fact.entry_date, []) if fact.state in AWAY_STATES else None

    @on(StudentStatus.Changed)
    def changed(self, row: Row | None, fact: StudentStatus.Changed) -> Row | None:
        if row is None and fact.state not in AWAY_STATES:
            return None
        before = row or {"state": "", "away_since": None, "absences": "[]"}
        if before["state"] == fact.state:
            return before
        over = _read(before["absences"])
        if before["away_since"] is not None:
            over = [*over, [str(before["away_since"]), str(fact.effective_on)]]
        return _away(fact.state, fact.effective_on, over)

    @on(StudentStatus.Continued)
    def continued(self, row: Row | None, fact: StudentStatus.Continued) -> Row | None:
        if fact.state not in AWAY_STATES and not fact.absences:
            return None
        return _away(fact.state, fact.since, [[str(since), str(until)] for since, until in fact.absences])

    @on(StudentStatus.ChangeWithdrawn)
    def change_withdrawn(self, row: Row | None, fact: StudentStatus.ChangeWithdrawn) -> Row | None:
        if row is None and fact.state not in AWAY_STATES:
            return None
        return _away(fact.state, fact.since, [[str(since), str(until)] for since, until in fact.absences])


def _away(state: str, since: date | None, over: list[list[str]]) -> Row:
    away_since = since if state in AWAY_STATES else None
    return {"state": state, "away_since": away_since, "absences": _json.encode(over).decode()}


def _read(stored: str | None) -> list[Any]:
    return msgspec.json.decode(stored) if stored else []


def _joined(before: list[str], more: tuple[str, ...]) -> str | None:
    """Texts as one JSON text; nothing, where there are none, for most years tell of none."""
    return _json.encode([*before, *more]).decode() if before or more else None
