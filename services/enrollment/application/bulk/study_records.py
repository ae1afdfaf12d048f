"""Study records of a school's students, row by row; a row may hold one of each kind (A12-5)."""

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
from services.enrollment.application.drafting import draft_of
from services.enrollment.application.papers import RECORD_RULES
from services.enrollment.domain.rules.papers import decide_record, is_record_told
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Unchanged
from shared.intake.tables_changes import RECORD_COLUMNS, STUDY_RECORDS
from shared.intake.values import academic_year
from shared.rules.refused import Refused


class StudyRecordsKind(FileKind):
    """学业考试 社会实践 奖励 处分 of one school."""

    table: Table = STUDY_RECORDS
    rules = RECORD_RULES
    action = "annotate_records"
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {"entry_year": academic_year(1949, 2100)}

    objections = objections_to_whom

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        statuses = own_students(self.enrollment, rows, batch)
        today = shanghai_date(self.enrollment.clock.now())
        return [_decided(row.values, found, batch, today) for row, found in zip(rows, statuses, strict=True)]


def _decided(values: Values, found: Found | None, batch: Progress, today: date) -> Decided:
    dated, drafts = values["JZRQ"], list[Draft]()
    try:
        status_id, version, standing = required(found, batch)
        for code, kind in RECORD_COLUMNS.items():
            text = values.get(code)
            if not text:
                continue
            if standing.school_code == batch.school_code and is_record_told(
                standing, kind=kind, text=text, dated=dated
            ):
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
            draft = draft_of(StudentStatus, status_id, version, standing, StudentStatus.Annotated, fact)
            drafts.append(draft)
            version, standing = draft.version, draft.standing_after
    except Refused as refused:
        return refused
    return drafts or Unchanged()
