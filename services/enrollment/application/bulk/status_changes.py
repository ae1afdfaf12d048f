"""Changes of a school's students, row by row (A12-4)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.own_students import (
    Decided,
    Found,
    objections_to_whom,
    own_students,
    required,
)
from services.enrollment.application.changes import CHANGE_RULES, change_at, leave_limit
from services.enrollment.application.drafting import draft_of
from services.enrollment.application.terms import calendar_of
from services.enrollment.domain.rules.changes import (
    ChangeWanted,
    change_checks,
    decide_change,
    decide_change_withdrawn,
    is_change_told,
    may_withdraw_change,
)
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.school_years import SchoolStanding
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Receipt, Unchanged, together
from shared.intake.tables_changes import STATUS_CHANGES
from shared.intake.values import academic_year
from shared.rules.refused import Refused


class StatusChangesKind(FileKind):
    """留级 降级 跳级 休学 复学 转专业 保留学籍 延长学习年限, by the decisions of one school."""

    table: Table = STATUS_CHANGES
    rules = (*CHANGE_RULES, "A12-9", "R41-21", "R41-27")
    action = "change_status"
    undoable = True
    dated = frozenset({"late"})
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {"entry_year": academic_year(1949, 2100)}

    objections = objections_to_whom

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        statuses = own_students(self.enrollment, rows, batch)
        calendar = calendar_of(self.enrollment, batch.school_code or "")
        today = shanghai_date(self.enrollment.clock.now())
        return [_decided(row.values, found, batch, calendar, today) for row, found in zip(rows, statuses, strict=True)]

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> list[Decided]:
        found = self.enrollment.standings(StudentStatus, [receipt.originator_id for receipt in receipts])
        return [self._withdrawn(receipt, *found[receipt.originator_id]) for receipt in receipts]

    def _withdrawn(self, receipt: Receipt, version: int, standing: StatusStanding) -> Decided:
        status_id, changed = receipt.originator_id, receipt.last_version
        kind, effective_on, before = change_at(self.enrollment, status_id, changed)
        try:
            may_withdraw_change(standing, version=changed, last_version=version, kind=kind)
        except Refused as refused:
            return refused
        values = decide_change_withdrawn(before, standing, kind=kind, effective_on=effective_on, version=changed)
        return [
            draft_of(StudentStatus, status_id, version, standing, StudentStatus.ChangeWithdrawn, values, effective_on)
        ]


def wanted_by(values: Values) -> ChangeWanted:
    """The decision that a row tells of."""
    get = values.get
    return ChangeWanted(
        kind=values["XJBD"],
        decision_no=values["WH"],
        decided_on=values["JDRQ"],
        effective_on=values["SXRQ"],
        cause=get("YY") or "",
        return_by=get("HXRQ"),
        applied_on=get("SQRQ"),
        discharged_on=get("TYRQ"),
        grade=get("NJ"),
        major_code=get("ZYDM"),
        major_name=get("ZYMC"),
        expected_graduation_date=get("YJBYRQ"),
        retroactive=get("ZS") == "是",
    )


def _decided(
    values: Values, found: Found | None, batch: Progress, calendar: SchoolStanding | None, today: date
) -> Decided:
    wanted = wanted_by(values)
    try:
        status_id, version, standing = required(found, batch)
    except Refused as refused:
        return refused
    if standing.school_code == batch.school_code and is_change_told(standing, wanted):
        return Unchanged()
    longest = leave_limit(calendar)
    try:
        fact = decide_change(standing, wanted, school_code=batch.school_code or "", today=today, longest_leave=longest)
    except NotOwnStudent as refused:
        return refused  # of other schools' students nobody learns more
    except Refused as refused:
        return together(refused, change_checks(standing, wanted, today=today, longest_leave=longest))
    return [draft_of(StudentStatus, status_id, version, standing, StudentStatus.Changed, fact, wanted.effective_on)]
