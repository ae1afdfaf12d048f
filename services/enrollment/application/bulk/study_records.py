"""Study records of a school's students, row by row; a row may hold one of each kind (A12-5)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
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
from services.enrollment.application.papers import RECORD_RULES, record_withdrawn
from services.enrollment.domain.rules.papers import decide_record, is_record_told, record_checks
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Receipt, Unchanged
from shared.intake.tables_changes import RECORD_COLUMNS, STUDY_RECORDS
from shared.intake.values import academic_year
from shared.rules.refused import Refused


class StudyRecordsKind(FileKind):
    """学业考试 社会实践 奖励 处分 of one school."""

    table: Table = STUDY_RECORDS
    rules = RECORD_RULES
    action = "annotate_records"
    undoable = True
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {"entry_year": academic_year(1949, 2100)}

    objections = objections_to_whom

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        statuses = own_students(self.enrollment, rows, batch)
        today = shanghai_date(self.enrollment.clock.now())
        return [_decided(row.values, found, batch, today) for row, found in zip(rows, statuses, strict=True)]

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> list[Decided]:
        found = self.enrollment.standings(StudentStatus, [receipt.originator_id for receipt in receipts])
        told = since(self.enrollment, receipts)
        return [_taken_back(each, *found[each.originator_id], told[each.originator_id]) for each in receipts]


def _taken_back(receipt: Receipt, version: int, standing: StatusStanding, told: Sequence[Any]) -> Decided:
    """A row's records, the last one first: all of them or none."""
    drafts = list[Draft]()
    noted = receipt.last_version - receipt.first_version + 1
    for at in reversed(range(noted)):
        fact = told[at]
        try:
            values = record_withdrawn(standing, fact, told[at + 1 :])
        except Refused as refused:
            return refused
        kind = StudentStatus.AnnotationWithdrawn
        draft = draft_of(StudentStatus, receipt.originator_id, version, standing, kind, values, fact.dated)
        drafts.append(draft)
        version, standing = draft.version, draft.standing_after
    return drafts


def _decided(values: Values, found: Found | None, batch: Progress, today: date) -> Decided:
    try:
        found = required(found, batch)
    except Refused as refused:
        return refused
    try:
        return _drafts(values, found, batch, today) or Unchanged()
    except Refused as refused:
        return objecting(refused, _checks(values, found[2], today))


def _drafts(values: Values, found: Found, batch: Progress, today: date) -> list[Draft]:
    status_id, version, standing = found
    dated, drafts = values["JZRQ"], list[Draft]()
    for code, kind in RECORD_COLUMNS.items():
        text = values.get(code)
        if not text:
            continue
        if standing.school_code == batch.school_code and is_record_told(standing, kind=kind, text=text, dated=dated):
            continue
        fact = decide_record(
            standing,
            kind=kind,
            text=text,
            dated=dated,
            school_code=batch.school_code or "",
            today=today,
            field=code,
        )
        draft = draft_of(StudentStatus, status_id, version, standing, StudentStatus.Annotated, fact, dated)
        drafts.append(draft)
        version, standing = draft.version, draft.standing_after
    return drafts


def _checks(values: Values, standing: StatusStanding, today: date) -> Iterator[Callable[[], object]]:
    """What is asked of each record that is new, one question at a time."""
    dated = values["JZRQ"]
    for code, kind in RECORD_COLUMNS.items():
        text = values.get(code)
        if text and not is_record_told(standing, kind=kind, text=text, dated=dated):
            yield from record_checks(standing, text=text, dated=dated, today=today, field=code)
