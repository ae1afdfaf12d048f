"""Leaving certificates and study statements of a school, row by row (A12-7)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.earlier import since
from services.enrollment.application.bulk.objecting import objecting
from services.enrollment.application.bulk.own_students import (
    Decided,
    Found,
    objections_to_whom,
    own_students,
    required,
)
from services.enrollment.application.drafting import draft_of
from services.enrollment.application.papers import PAPER_RULES, paper_withdrawn
from services.enrollment.domain.rules.endings import is_told
from services.enrollment.domain.rules.papers import PaperNumberTaken, decide_paper, paper_checks
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import PAPER, StudentStatus, paper_key
from shared.codes.clock import shanghai_date
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Receipt, Unchanged
from shared.intake.tables_changes import LEAVING_PAPERS
from shared.intake.values import academic_year
from shared.rules.refused import Refused


class LeavingPapersKind(FileKind):
    """肄业证书 学习证明 of one school."""

    table: Table = LEAVING_PAPERS
    rules = PAPER_RULES
    action = "issue_papers"
    undoable = True
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {"entry_year": academic_year(1949, 2100)}

    objections = objections_to_whom

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        statuses = own_students(self.enrollment, rows, batch)
        numbers = [paper_key(batch.school_code or "", row.values["ZSBH"]) for row in rows]
        taken = set(self.enrollment.owners(PAPER, numbers))
        today = shanghai_date(self.enrollment.clock.now())
        decided = []
        for row, found, number in zip(rows, statuses, numbers, strict=True):
            decided.append(_decided(row.values, found, batch, number in taken, today))
            if not isinstance(decided[-1], Refused):
                taken.add(number)  # for the rows that follow
        return decided

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> list[Decided]:
        found = self.enrollment.standings(StudentStatus, [receipt.originator_id for receipt in receipts])
        told = since(self.enrollment, receipts)
        return [_taken_back(each, *found[each.originator_id], told[each.originator_id][0]) for each in receipts]


def _taken_back(receipt: Receipt, version: int, standing: StatusStanding, fact: Any) -> Decided:
    try:
        values = paper_withdrawn(standing, fact)
    except Refused as refused:
        return refused
    kind = StudentStatus.PaperWithdrawn
    return [draft_of(StudentStatus, receipt.originator_id, version, standing, kind, values, fact.issued_on)]


def _decided(values: Values, found: Found | None, batch: Progress, taken: bool, today: date) -> Decided:
    kind, number, issued_on = values["ZSLX"], values["ZSBH"], values["FZRQ"]
    try:
        status_id, version, standing = required(found, batch)
    except Refused as refused:
        return refused
    try:
        if standing.school_code == batch.school_code and is_told(standing, kind, issued_on, number):
            return Unchanged()
        fact = decide_paper(
            standing, kind=kind, number=number, issued_on=issued_on, school_code=batch.school_code or "", today=today
        )
        _require_free(taken)
    except Refused as refused:
        return objecting(refused, _checks(values, standing, taken, today))
    return [draft_of(StudentStatus, status_id, version, standing, StudentStatus.PaperIssued, fact, issued_on)]


def _checks(values: Values, standing: StatusStanding, taken: bool, today: date) -> Iterator[Callable[[], object]]:
    """What is asked of a paper, one question at a time."""
    yield from paper_checks(standing, kind=values["ZSLX"], issued_on=values["FZRQ"], today=today)
    if values["ZSLX"] not in standing.papers:  # else the number may well be the one that was given already
        yield partial(_require_free, taken)


def _require_free(taken: bool) -> None:
    if taken:
        raise PaperNumberTaken(field="ZSBH")
