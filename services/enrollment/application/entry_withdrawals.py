"""What was decided of an entry is taken back: one person asks, another decides (A8-4, A24-2)."""

from datetime import date
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.restoring import standing_before_outcome
from services.enrollment.domain.admission import Admission
from services.enrollment.domain.preparatory import PREPARATORY, Preparatory
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.restoring import (
    TIME_ANEW,
    may_ask_entry_withdrawal,
    require_entry_withdrawal,
    restored_entry,
)
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.domain.rules.texts import clean_reason
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context

WITHDRAWAL_RULES = ("A8-4", "R41-8", "A24-2")
BROKEN_OFF = "preparatory"  # the cause of an entry that ended with the preparatory phase


class EntryWithdrawals(Enrollment):
    """Nobody loses the right to enter by one mistake, neither a person's nor the clock's."""

    @command
    def propose_entry_withdrawal(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        reason: str,
        until: date | None,
        by: By,
    ) -> Answer:
        """Ask that the outcome of an own admission be taken back; nothing changes yet."""
        admission = self._asked(by, "decide_entry", school_code, entry_year, exam_no)
        basis, today = admission.standing, shanghai_date(by.recorded_at)
        released = self.is_released(basis.batch_id)
        may_ask_entry_withdrawal(basis, released=released, until=until, today=today)
        reason = clean_reason(reason)
        admission.trigger_event(Admission.WithdrawalAsked, asked_by=by.sub, asked_on=today, reason=reason, until=until)
        return self.save(admission, by=Context.of(by, rules=WITHDRAWAL_RULES, reason=reason))

    @command
    def decide_entry_withdrawal(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        accept: bool,
        reason: str,
        by: By,
    ) -> Answer:
        """Take the outcome back as the second person; or refuse, which whoever asked may do as well (A24-2)."""
        action = "confirm_entry_withdrawal" if accept else "decide_entry"
        admission = self._asked(by, action, school_code, entry_year, exam_no)
        require_entry_withdrawal(admission.standing)
        reason = clean_reason(reason)
        context = Context.of(by, rules=WITHDRAWAL_RULES, reason=reason)
        answer = {"id": admission.id, "version": admission.version + 1}
        if not accept:
            admission.trigger_event(Admission.WithdrawalRefused, refused_by=by.sub, reason=reason)
            return self.save(admission, by=context, answer=answer)
        basis = admission.standing
        resumed = self._resumed(admission) if basis.cause == BROKEN_OFF else []
        before = standing_before_outcome(self, admission.id)
        until = basis.withdrawal_until or shanghai_date(by.recorded_at) + TIME_ANEW
        admission.trigger_event(Admission.EntryWithdrawn, **restored_entry(before, until=until))
        return self.save(admission, *resumed, by=context, answer=answer)

    def _resumed(self, admission: Admission) -> list[Preparatory]:
        """The preparatory phase with which the entry had ended goes on."""
        owners = self.owners(PREPARATORY, [str(admission.id)])
        phases = [self.get(Preparatory, phase_id) for phase_id in owners.values()]
        for phase in phases:
            phase.trigger_event(Preparatory.Resumed)
        return phases

    def _asked(self, by: By, action: str, school_code: str, entry_year: int, exam_no: str) -> Admission:
        """An own admission, by an operator who is appointed for its kind of training, and is another one if need be."""
        require(by.actor, "decide_entry", Resource("admission", school=school_code))
        admission = self._admission(entry_year, exam_no)
        basis = admission.standing
        if basis.school_code != school_code:
            raise NotOwnStudent(field="KSH")
        training = TRAINING.get(basis.category)
        resource = Resource(
            "admission", school=school_code, training=training, submitted_by=basis.withdrawal_by or None
        )
        require(by.actor, action, resource)
        return admission
