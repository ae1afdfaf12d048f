"""The tables of cases and conflicts, and of every step that anybody took in them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from services.enrollment.domain.case import Case
from services.enrollment.domain.conflict import Conflict
from services.enrollment.domain.transfer import Transfer
from shared.codes.schools import province_of
from shared.eventstore.aggregate import facts_of
from shared.eventstore.projection import Projection, Route, Row, on

_FILED = (
    "status_id",
    "school_code",
    "training",
    "kind",
    "level",
    "sealed_request",
    "filed_by",
    "filed_role",
    "filed_on",
    "due_on",
    "unknown_year",
)
_OPENED = (
    "first_status_id",
    "first_school",
    "second_status_id",
    "second_school",
    "two_people",
    "opened_on",
    "due_on",
    "unknown_year",
)


class CaseRegister(Projection):
    """Every case about a record and where it stands (A19-1)."""

    table: ClassVar[str] = "case_register"
    key: ClassVar[tuple[str, ...]] = ("case_id",)
    columns: ClassVar[tuple[str, ...]] = (
        *_FILED, "province", "fields", "state", "evidence", "overdue_on", "decided_on", "late", "reason",
        "continued_by", "version",
    )  # fmt: skip

    @on(Case.Filed)
    def filed(self, row: Row | None, fact: Case.Filed) -> Row:
        return {
            "case_id": fact.originator_id,
            **{name: getattr(fact, name) for name in _FILED},
            "province": province_of(fact.school_code),
            "fields": " ".join(fact.fields),
            "state": "filed",
            "evidence": " ".join(fact.evidence),
            "late": False,
            "version": fact.originator_version,
        }

    @on(Case.ReviewBegun)
    def review_begun(self, row: Row | None, fact: Case.ReviewBegun) -> Row:
        return _moved(row, fact, state="school_review")

    @on(Case.ValuesNamed)
    def values_named(self, row: Row | None, fact: Case.ValuesNamed) -> Row:
        evidence = " ".join(dict.fromkeys((*((row or {}).get("evidence") or "").split(), *fact.evidence)))
        named = {"level": fact.level, "fields": " ".join(fact.fields), "sealed_request": fact.sealed_request}
        return _moved(row, fact, evidence=evidence, **named)

    @on(Case.PassedOn)
    def passed_on(self, row: Row | None, fact: Case.PassedOn) -> Row:
        due = {"due_on": fact.due_on, "unknown_year": fact.unknown_year, "overdue_on": None}
        return _moved(row, fact, state="province_review", reason=fact.opinion, **due)

    @on(Case.Applied)
    def applied(self, row: Row | None, fact: Case.Applied) -> Row:
        return _decided(row, fact, "applied") | {"continued_by": fact.continued_by}

    @on(Case.Rejected)
    def rejected(self, row: Row | None, fact: Case.Rejected) -> Row:
        return _decided(row, fact, "rejected")

    @on(Case.NotAccepted)
    def not_accepted(self, row: Row | None, fact: Case.NotAccepted) -> Row:
        return _moved(row, fact, state="not_accepted", decided_on=fact.refused_on, reason=fact.reason, due_on=None)

    @on(Case.Withdrawn)
    def withdrawn(self, row: Row | None, fact: Case.Withdrawn) -> Row:
        return _moved(row, fact, state="withdrawn", due_on=None)

    @on(Case.Overdue)
    def overdue(self, row: Row | None, fact: Case.Overdue) -> Row:
        return _moved(row, fact, overdue_on=fact.found_on)


class ConflictRegister(Projection):
    """Every conflict over one identity, for both sides to see (A8-9)."""

    table: ClassVar[str] = "conflict_register"
    key: ClassVar[tuple[str, ...]] = ("conflict_id",)
    columns: ClassVar[tuple[str, ...]] = (
        *_OPENED, "state", "overdue_on", "answered_by", "evidence", "outcome", "ending", "decision_no", "decided_on",
        "late", "reason", "version",
    )  # fmt: skip

    @on(Conflict.Opened)
    def opened(self, row: Row | None, fact: Conflict.Opened) -> Row:
        return {
            "conflict_id": fact.originator_id,
            **{name: getattr(fact, name) for name in _OPENED},
            "state": "noticed" if fact.noticed else "open",
            "answered_by": "",
            "evidence": " ".join(fact.evidence),
            "late": False,
            "version": fact.originator_version,
        }

    @on(Conflict.Raised)
    def raised(self, row: Row | None, fact: Conflict.Raised) -> Row:
        evidence = " ".join(fact.evidence)
        return _moved(row, fact, state="open", evidence=evidence, due_on=fact.due_on, unknown_year=fact.unknown_year)

    @on(Conflict.Joined)
    def joined(self, row: Row | None, fact: Conflict.Joined) -> Row:
        return _moved(row, fact, second_status_id=fact.status_id)

    @on(Conflict.Answered)
    def answered(self, row: Row | None, fact: Conflict.Answered) -> Row:
        before = row or {}
        schools = dict.fromkeys((*(before.get("answered_by") or "").split(), fact.school_code))
        evidence = dict.fromkeys((*(before.get("evidence") or "").split(), *fact.evidence))
        return _moved(row, fact, answered_by=" ".join(schools), evidence=" ".join(evidence))

    @on(Conflict.Decided)
    def decided(self, row: Row | None, fact: Conflict.Decided) -> Row:
        names = ("outcome", "ending", "decision_no", "decided_on", "late", "reason")
        return _moved(row, fact, state="decided", **{name: getattr(fact, name) for name in names})

    @on(Conflict.Withdrawn)
    def withdrawn(self, row: Row | None, fact: Conflict.Withdrawn) -> Row:
        return _moved(row, fact, state="withdrawn", reason=fact.reason)

    @on(Conflict.Overdue)
    def overdue(self, row: Row | None, fact: Conflict.Overdue) -> Row:
        return _moved(row, fact, overdue_on=fact.found_on)


class CaseSteps(Projection):
    """One row for every fact of a case, a conflict or a transfer: a notice at every step."""

    table: ClassVar[str] = "case_steps"
    key: ClassVar[tuple[str, ...]] = ("subject_id", "number")
    columns: ClassVar[tuple[str, ...]] = ("step", "role", "taken_at")

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        return _STEPS.get(fact_type, ())


def _step(row: Row | None, fact: Any) -> Row:
    return {
        "subject_id": fact.originator_id,
        "number": fact.originator_version,
        "step": fact.TOPIC.rpartition(".")[2],
        "role": fact.context["actor_role"],
        "taken_at": fact.context["recorded_at"],
    }


_STEP = (Route(_step, key=lambda fact: (fact.originator_id, fact.originator_version)),)
_STEPS = {
    fact: _STEP for each in (Case, Conflict, Transfer) for name, fact in facts_of(each).items() if name != "Created"
}


def _moved(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}


def _decided(row: Row | None, fact: Any, state: str) -> Row:
    return _moved(row, fact, state=state, decided_on=fact.decided_on, late=fact.late, reason=fact.reason, due_on=None)
