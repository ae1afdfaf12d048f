"""The use cases of study records and of other papers than certificates (A12-5, A12-7)."""

from datetime import date
from uuid import UUID

from services.enrollment.application.changes import Changes
from services.enrollment.domain.rules.endings import is_told
from services.enrollment.domain.rules.papers import decide_paper, decide_record, is_record_told
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context

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
