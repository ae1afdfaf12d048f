"""The tables of what was decided of a status after its registration, and of proposals to close one."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.projection import Projection, Row, on


def _own(fact: Any) -> tuple[Any, ...]:
    return fact.originator_id, fact.originator_version


class ArchiveEntries(Projection):
    """One row for each change, study record, paper and ending of a status: what its archive consists of (A14-1)."""

    table: ClassVar[str] = "archive_entry"
    key: ClassVar[tuple[str, ...]] = ("status_id", "version")
    columns: ClassVar[tuple[str, ...]] = (
        "entry", "kind", "effective_on", "recorded_at", "decision_no", "decided_on", "due_on", "late", "content",
        "withdrawn_on",
    )  # fmt: skip

    @on(StudentStatus.Changed, key=_own)
    def changed(self, row: Row | None, fact: StudentStatus.Changed) -> Row:
        said = {name: getattr(fact, name) for name in _CHANGE}
        return _entry(fact, "change", fact.kind, fact.effective_on, said) | _decision(fact)

    @on(
        StudentStatus.ChangeWithdrawn,
        StudentStatus.AnnotationWithdrawn,
        StudentStatus.PaperWithdrawn,
        key=lambda fact: (fact.originator_id, fact.withdrawn_version),
    )
    def withdrawn(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {"withdrawn_on": _recorded_on(fact)}

    @on(StudentStatus.Annotated, key=_own)
    def annotated(self, row: Row | None, fact: StudentStatus.Annotated) -> Row:
        return _entry(fact, "record", fact.kind, fact.dated, {"text": fact.text})

    @on(StudentStatus.JointlyTrained, key=_own)
    def jointly_trained(self, row: Row | None, fact: StudentStatus.JointlyTrained) -> Row:
        said = {"partner_code": fact.partner_code, "partner_name": fact.partner_name, "ends_on": fact.ends_on}
        return _entry(fact, "record", "联合培养", fact.starts_on, said)

    @on(StudentStatus.PaperIssued, key=_own)
    def paper_issued(self, row: Row | None, fact: StudentStatus.PaperIssued) -> Row:
        return _entry(fact, "paper", fact.kind, fact.issued_on, {"number": fact.number})

    @on(StudentStatus.Cancelled, key=_own)
    def cancelled(self, row: Row | None, fact: StudentStatus.Cancelled) -> Row:
        said = {"illegal_entry": fact.illegal_entry, "reason": fact.reason, "cancellation_id": fact.cancellation_id}
        return _entry(fact, "ending", fact.kind, fact.effective_on, said) | _decision(fact)

    @on(StudentStatus.TransferredOut, key=_own)
    def transferred_out(self, row: Row | None, fact: StudentStatus.TransferredOut) -> Row:
        said = {"to_school_code": fact.to_school_code, "transfer_id": fact.transfer_id}
        return _entry(fact, "ending", "转学", fact.effective_on, said)

    @on(StudentStatus.RegistrationWithdrawn, key=_own)
    def registration_withdrawn(self, row: Row | None, fact: StudentStatus.RegistrationWithdrawn) -> Row:
        return _entry(fact, "ending", "注册撤回", fact.effective_on, {})

    @on(StudentStatus.Left, key=_own)
    def left(self, row: Row | None, fact: StudentStatus.Left) -> Row:
        said = {"certificate_id": fact.certificate_id, "number": fact.number}
        return _entry(fact, "ending", fact.conclusion, fact.left_on, said)

    @on(StudentStatus.Corrected, key=_own)
    def corrected(self, row: Row | None, fact: StudentStatus.Corrected) -> Row:
        said = {"case_id": fact.case_id, "fields": fact.fields, "identity_version": fact.identity_version}
        return _entry(fact, "correction", "更正", _effective_on(fact), said)

    @on(StudentStatus.AwardNoted, key=_own)
    def award_noted(self, row: Row | None, fact: StudentStatus.AwardNoted) -> Row:
        said = {name: getattr(fact, name) for name in ("certificate_id", "number", "ended_as", "case_id")}
        return _entry(fact, "correction", "终止后证书生效", fact.graduation_date, said)

    @on(StudentStatus.FoundWrong, key=_own)
    def found_wrong(self, row: Row | None, fact: StudentStatus.FoundWrong) -> Row:
        said = {"case_id": fact.case_id, "closed_as": fact.closed_as, "continued_by": fact.continued_by}
        return _entry(fact, "correction", "注销有误", fact.closed_on, said)


_CHANGE = (
    "state",
    "grade",
    "major_code",
    "major_name",
    "expected_graduation_date",
    "return_by",
    "cause",
    "retroactive",
    "applied_on",
    "discharged_on",
)


def _entry(fact: Any, entry: str, kind: str, effective_on: date, said: Mapping[str, Any]) -> Row:
    told = {name: value for name, value in said.items() if value not in (None, "", False)}
    return {
        "status_id": fact.originator_id,
        "version": fact.originator_version,
        "entry": entry,
        "kind": kind,
        "effective_on": effective_on,
        "recorded_at": fact.context["recorded_at"],
        "decision_no": None,
        "decided_on": None,
        "due_on": None,
        "late": False,
        "content": json.dumps(told, default=str, ensure_ascii=False),
        "withdrawn_on": None,
    }


def _effective_on(fact: Any) -> date:
    return date.fromisoformat(fact.context["effective_on"])


def _recorded_on(fact: Any) -> date:
    return shanghai_date(datetime.fromisoformat(fact.context["recorded_at"]))


def _decision(fact: Any) -> Row:
    return {name: getattr(fact, name) for name in ("decision_no", "decided_on", "due_on", "late")}


class CancellationRegister(Projection):
    """Every proposal to close a status, and what became of it (A24-2)."""

    table: ClassVar[str] = "cancellation_register"
    key: ClassVar[tuple[str, ...]] = ("cancellation_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", "school_code", "training", "kind", "state", "decision_no", "decided_on", "effective_on",
        "reason", "proof", "illegal_entry", "asked_on", "proposed_by", "proposed_on", "due_on", "remind_on",
        "reminded_on", "overdue_on", "decided_by", "closed_on", "late", "outcome", "version",
    )  # fmt: skip

    @on(Cancellation.Proposed)
    def proposed(self, row: Row | None, fact: Cancellation.Proposed) -> Row:
        return {
            "cancellation_id": fact.originator_id,
            **{name: getattr(fact, name) for name in _PROPOSED},
            "state": "proposed",
            "reminded_on": None,
            "overdue_on": None,
            "decided_by": None,
            "closed_on": None,
            "late": False,
            "outcome": None,
            "version": fact.originator_version,
        }

    @on(Cancellation.Reminded)
    def reminded(self, row: Row | None, fact: Cancellation.Reminded) -> Row:
        return _moved(row, fact, reminded_on=fact.reminded_on)

    @on(Cancellation.Reckoned)
    def reckoned(self, row: Row | None, fact: Cancellation.Reckoned) -> Row:
        return _moved(row, fact, due_on=fact.due_on, remind_on=fact.remind_on)

    @on(Cancellation.Overdue)
    def overdue(self, row: Row | None, fact: Cancellation.Overdue) -> Row:
        return _moved(row, fact, overdue_on=fact.found_on)

    @on(Cancellation.Confirmed)
    def confirmed(self, row: Row | None, fact: Cancellation.Confirmed) -> Row:
        said = {"decided_by": fact.confirmed_by, "closed_on": fact.confirmed_on, "late": fact.late}
        return _moved(row, fact, state="confirmed", **said)

    @on(Cancellation.Declined)
    def declined(self, row: Row | None, fact: Cancellation.Declined) -> Row:
        said = {"decided_by": fact.declined_by, "closed_on": _recorded_on(fact), "outcome": fact.reason}
        return _moved(row, fact, state="declined", **said)

    @on(Cancellation.Lapsed)
    def lapsed(self, row: Row | None, fact: Cancellation.Lapsed) -> Row:
        return _moved(row, fact, state="lapsed", closed_on=fact.lapsed_on, outcome=fact.cause)


_PROPOSED = (
    "status_id",
    "school_code",
    "training",
    "kind",
    "decision_no",
    "decided_on",
    "effective_on",
    "reason",
    "proof",
    "illegal_entry",
    "asked_on",
    "proposed_by",
    "proposed_on",
    "due_on",
    "remind_on",
)


def _moved(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}
