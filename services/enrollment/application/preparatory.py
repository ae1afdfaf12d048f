"""Preparatory students: rechecked where they were admitted, annotated where they are trained (A8-5 to A8-8)."""

from datetime import date
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.entering import RECHECK
from services.enrollment.domain.admission import Admission
from services.enrollment.domain.preparatory import PREPARATORY, Preparatory
from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent, decided_entry
from services.enrollment.domain.rules.preparatory import NotPreparatory, may_annotate, may_recheck_preparatory
from services.enrollment.domain.rules.reporting import DayLiesAhead, is_passed, next_entry
from services.enrollment.domain.rules.standing import TRAINING, AdmissionStanding
from services.enrollment.domain.rules.texts import clean_reason
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context


class Preparation(Enrollment):
    """The phase before the study proper, which is no year of any status."""

    @command
    def recheck_preparatory(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        result: str,
        rechecked_on: date,
        by: By,
    ) -> Answer:
        """Record the admitting school's recheck before the preparatory phase (A8-5, A8-8)."""
        admission, released = self._asked(by, "recheck_students", school_code, entry_year, exam_no)
        may_recheck_preparatory(admission.standing, released=released, school_code=school_code)
        _happened(rechecked_on, by)
        if is_passed(result):
            admission.trigger_event(Admission.PreparatoryRechecked, result=result, rechecked_on=rechecked_on)
        else:  # A8-3
            cancelled = decided_entry(admission.standing, "cancelled", cause=RECHECK)
            admission.trigger_event(Admission.EntryDecided, **cancelled)
        return self.save(admission, by=Context.of(by, rules=("A8-5", "A8-8"), effective_on=rechecked_on))

    @command
    def annotate_preparatory(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        starts_on: date,
        ends_on: date | None,
        by: By,
    ) -> Answer:
        """Annotate the preparatory status at the school that the programme names (A8-6, A8-8)."""
        admission, released = self._asked(by, "annotate_preparatory", school_code, entry_year, exam_no)
        basis = admission.standing
        may_annotate(basis, released=released, school_code=school_code, starts_on=starts_on)
        preparatory = Preparatory(
            admission_id=admission.id,
            kind=basis.preparatory,
            admitting_school=basis.school_code,
            training_school=basis.training_school,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        return self.save(preparatory, by=Context.of(by, rules=("A8-6", "A8-8"), effective_on=starts_on))

    @command
    def complete_preparatory(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        completed_on: date,
        entry_date: date,
        by: By,
    ) -> Answer:
        """Record that the phase was completed; the student enters with the intake of `entry_date` (A8-7)."""
        admission, _ = self._asked(by, "annotate_preparatory", school_code, entry_year, exam_no)
        preparatory = self._preparatory_of(admission.id)
        _happened(completed_on, by)
        preparatory.complete(school_code=school_code, completed_on=completed_on)
        basis = admission.standing
        days = next_entry(basis, entry_date)
        admission.trigger_event(Admission.IntakeMoved, exam_no=basis.exam_no, **days, cause="preparatory")
        answer = {"id": str(preparatory.id), "version": preparatory.version}
        context = Context.of(by, rules=("A8-7",), effective_on=completed_on)
        return self.save(preparatory, admission, by=context, answer=answer)

    @command
    def end_preparatory(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        cause: str,
        ended_on: date,
        by: By,
    ) -> Answer:
        """Record that the phase was broken off: the right of entry ends with it (A8-7)."""
        admission, _ = self._asked(by, "annotate_preparatory", school_code, entry_year, exam_no)
        preparatory = self._preparatory_of(admission.id)
        _happened(ended_on, by)
        cause = clean_reason(cause, field="cause")
        preparatory.end(school_code=school_code, cause=cause, ended_on=ended_on)
        cancelled = decided_entry(admission.standing, "cancelled", cause="preparatory")
        admission.trigger_event(Admission.EntryDecided, **cancelled)
        answer = {"id": str(preparatory.id), "version": preparatory.version}
        context = Context.of(by, rules=("A8-4", "A8-7"), reason=cause, effective_on=ended_on)
        return self.save(preparatory, admission, by=context, answer=answer)

    def _asked(self, by: By, action: str, school_code: str, entry_year: int, exam_no: str) -> tuple[Admission, bool]:
        """The admission that one of its two schools acts on, and whether its list is released."""
        require(by.actor, action, Resource("admission", school=school_code))
        admission = self._admission(entry_year, exam_no)
        basis: AdmissionStanding = admission.standing
        if school_code not in (basis.school_code, basis.training_school):
            raise NotOwnStudent(field="KSH")
        training = TRAINING.get(basis.category)
        require(by.actor, action, Resource("admission", school=school_code, training=training))
        released = self.is_released(basis.batch_id)
        if not released:
            raise NoAdmissionBasis(field="KSH")
        return admission, released

    def _preparatory_of(self, admission_id: UUID) -> Preparatory:
        found = self.owners(PREPARATORY, [str(admission_id)])
        if not found:
            raise NotPreparatory(field="KSH")
        return self.get(Preparatory, found[str(admission_id)])


def _happened(day: date, by: By) -> None:
    if day > shanghai_date(by.recorded_at):
        raise DayLiesAhead(field="on", day=day)
