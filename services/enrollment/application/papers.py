"""The use cases of study records and of other papers than certificates, and taking them back (A12-5, A12-7)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.application.bulk.earlier import since
from services.enrollment.application.changes import Changes
from services.enrollment.domain.rules.endings import is_told
from services.enrollment.domain.rules.papers import (
    NotOnRecord,
    decide_paper,
    decide_paper_withdrawn,
    decide_record,
    decide_record_withdrawn,
    is_record_told,
)
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.rules.texts import clean_text
from services.enrollment.domain.status_facts import record_line
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.intake.outcome import Receipt

RECORD_RULES = ("A4-1", "A12-5", "A25-1")
PAPER_RULES = ("A4-1", "A12-7", "R41-33")


class Papers(Changes):
    """Exams, practice, rewards, punishments; and what those get who leave without a certificate."""

    @command
    def annotate_record(
        self, *, command_id: UUID, status_id: UUID, kind: str, text: str, dated: date, by: By
    ) -> Answer:
        """Note one study record; told with the next academic year (A12-5)."""
        status = self.own_status(status_id, "annotate_records", by)
        context = Context.of(by, rules=RECORD_RULES, effective_on=dated)
        if is_record_told(status.standing, kind=kind, text=text, dated=dated):
            return self.unchanged(status, by=context)
        values = decide_record(
            status.standing,
            kind=kind,
            text=text,
            dated=dated,
            school_code=status.standing.school_code,
            today=shanghai_date(by.recorded_at),
        )
        status.trigger_event(StudentStatus.Annotated, **values)
        return self.save(status, by=context)

    @command
    def issue_paper(
        self, *, command_id: UUID, status_id: UUID, kind: str, number: str, issued_on: date, by: By
    ) -> Answer:
        """Note a leaving certificate or a study statement: an annotation, never a qualification (A12-7, A15-2)."""
        status = self.own_status(status_id, "issue_papers", by)
        context = Context.of(by, rules=PAPER_RULES, effective_on=issued_on)
        if is_told(status.standing, kind, issued_on, number):
            return self.unchanged(status, by=context)
        values = decide_paper(
            status.standing,
            kind=kind,
            number=number,
            issued_on=issued_on,
            school_code=status.standing.school_code,
            today=shanghai_date(by.recorded_at),
        )
        status.trigger_event(StudentStatus.PaperIssued, **values)
        return self.save(status, by=context)

    @command
    def withdraw_record(self, *, command_id: UUID, status_id: UUID, version: int, reason: str, by: By) -> Answer:
        """Take a study record back that was filed in error, whatever was recorded since (X-UNDO-1)."""
        status = self.own_status(status_id, "annotate_records", by)
        reason = clean_text(reason, field="reason", longest=200)
        fact, *later = self._facts_since(status_id, version, StudentStatus.Annotated)
        values = record_withdrawn(status.standing, fact, later)
        status.trigger_event(StudentStatus.AnnotationWithdrawn, **values)
        return self.save(status, by=Context.of(by, rules=RECORD_RULES, effective_on=fact.dated, reason=reason))

    @command
    def withdraw_paper(self, *, command_id: UUID, status_id: UUID, version: int, reason: str, by: By) -> Answer:
        """Take another paper back that was noted in error; its number is free again (X-UNDO-1)."""
        status = self.own_status(status_id, "issue_papers", by)
        reason = clean_text(reason, field="reason", longest=200)
        fact, *_ = self._facts_since(status_id, version, StudentStatus.PaperIssued)
        status.trigger_event(StudentStatus.PaperWithdrawn, **paper_withdrawn(status.standing, fact))
        return self.save(status, by=Context.of(by, rules=PAPER_RULES, effective_on=fact.issued_on, reason=reason))

    def _facts_since(self, status_id: UUID, version: int, first: type[Any]) -> Sequence[Any]:
        found = since(self, [Receipt(0, status_id, version, version)]).get(status_id, ())
        if not found or not isinstance(found[0], first):
            raise NotOnRecord(field="version")
        return found


def record_withdrawn(standing: StatusStanding, fact: Any, later: Iterable[Any]) -> dict[str, Any]:
    """What `AnnotationWithdrawn` says of a record, one by one and in bulk; `later` is what was recorded since."""
    return decide_record_withdrawn(
        standing,
        kind=fact.kind,
        text=fact.text,
        dated=fact.dated,
        version=fact.originator_version,
        told_with=_told_with(record_line(fact.kind, fact.text), later),
    )


def paper_withdrawn(standing: StatusStanding, fact: Any) -> dict[str, Any]:
    """What `PaperWithdrawn` says of a paper, one by one and in bulk."""
    return decide_paper_withdrawn(
        standing,
        kind=fact.kind,
        number=fact.number,
        issued_on=fact.issued_on,
        school_code=fact.school_code,
        version=fact.originator_version,
    )


def _told_with(line: str, later: Iterable[Any]) -> int | None:
    """The academic year whose result told a record; None where none did, or it was taken back."""
    year: int | None = None
    for fact in later:
        if isinstance(fact, StudentStatus.YearRegistered | StudentStatus.YearDeferred):
            year = fact.academic_year if year is None and line in fact.annotations else year
        elif isinstance(fact, StudentStatus.YearWithdrawn) and fact.academic_year == year:
            year = None if line in fact.restored_records else year
    return year
