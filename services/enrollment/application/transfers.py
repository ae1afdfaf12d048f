"""Transfers 转学 (R41-22..24): each side acts for its own; the last step moves the student in one transaction."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application.holders import Holders
from services.enrollment.domain.rules.endings import LONGEST_NUMBER
from services.enrollment.domain.rules.periods import deadline
from services.enrollment.domain.rules.texts import clean_reason, clean_text
from services.enrollment.domain.rules.transfers import (
    TransferAlreadyOpen,
    TransferTerms,
    may_complete,
    may_step,
    may_transfer,
)
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.domain.transfer import OPEN_TRANSFER, Transfer
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import add_months, shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context

TRANSFER_RULES = ("R41-22", "R41-23", "R41-24", "A8-9")


class Transfers(Holders):
    """Asking, agreeing, confirming, carrying out, filing; saying no at every step."""

    taken: ClassVar[Mapping[str, Any]] = {**Holders.taken, OPEN_TRANSFER: TransferAlreadyOpen}

    @command
    def request_transfer(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        to_school: str,
        to_school_name: str,
        to_level: str,
        to_major_code: str,
        to_major_name: str,
        reason_kind: str,
        reason: str,
        evidence: tuple[str, ...],
        by: By,
    ) -> Answer:
        """The student asks, or the school for its student (R41-22)."""
        known = self.known(status_id)
        standing, today = known.status.standing, shanghai_date(by.recorded_at)
        if by.actor and by.actor.role == "registrar":
            self._require_school(by, standing.school_code, standing.training)
        else:
            require(by.actor, "request_transfer", Resource("transfer", person=self.holder_of(status_id)))
        terms = TransferTerms(standing.school_code, to_school, standing.level, to_level, reason_kind, tuple(evidence))
        may_transfer(standing, terms, today)
        transfer = Transfer(
            status_id=status_id,
            id_key=standing.id_key,
            from_school=standing.school_code,
            to_school=to_school,
            to_school_name=to_school_name,
            from_level=standing.level,
            to_level=to_level,
            to_major_code=to_major_code,
            to_major_name=to_major_name,
            reason_kind=reason_kind,
            sealed_reason=self.keyring.seal(reason, f"transfer:{status_id}"),
            evidence=tuple(evidence),
            requested_by=by.sub,
            requested_role=by.actor.role if by.actor else "",
            requested_on=today,
            training=standing.training,
        )
        return self.save(transfer, by=Context.of(by, rules=("R41-22",), evidence=tuple(evidence)))

    @command
    def agree_to_transfer(self, *, command_id: UUID, transfer_id: UUID, score: float | None, by: By) -> Answer:
        """The school the student leaves agrees, and states the score of the entrance examination."""
        transfer = self.get(Transfer, transfer_id)
        standing, today = transfer.standing, shanghai_date(by.recorded_at)
        self._require_school(by, standing.terms.from_school, standing.training)
        may_step(standing, "requested")
        may_transfer(self.get(StudentStatus, standing.status_id).standing, standing.terms, today)
        transfer.agree(sub=by.sub, today=today, score=score)
        return self.save(transfer, by=Context.of(by, rules=("R41-22", "R41-23")))

    @command
    def review_transfer(
        self,
        *,
        command_id: UUID,
        transfer_id: UUID,
        decision_no: str,
        decided_on: date | None,
        target_score: float | None,
        standard_met: bool | None,
        evidence: tuple[str, ...],
        by: By,
    ) -> Answer:
        """The receiving school decides at its president's meeting; within one province that approves it (R41-23)."""
        transfer = self.get(Transfer, transfer_id)
        today = shanghai_date(by.recorded_at)
        self._require_school(by, transfer.standing.terms.to_school, transfer.standing.training)
        transfer.review(
            sub=by.sub,
            decision_no=clean_text(decision_no, field="decision_no", longest=LONGEST_NUMBER, empty=True),
            decided_on=decided_on,
            target_score=target_score,
            standard_met=standard_met,
            evidence=tuple(evidence),
        )
        status = self.get(StudentStatus, transfer.standing.status_id)
        may_transfer(status.standing, transfer.standing.terms, today, reviewed=True)
        if not transfer.standing.terms.crosses_provinces:
            self._approve(transfer, today)
        return self.save(transfer, by=Context.of(by, rules=("R41-22", "R41-23"), evidence=tuple(evidence)))

    @command
    def confirm_transfer(self, *, command_id: UUID, transfer_id: UUID, by: By) -> Answer:
        """One of the two provinces confirms its own side; the second word approves it (R41-24)."""
        transfer = self.get(Transfer, transfer_id)
        province, today = self._require_province(by, transfer), shanghai_date(by.recorded_at)
        may_step(transfer.standing, "target_reviewed")
        status = self.get(StudentStatus, transfer.standing.status_id)
        may_transfer(status.standing, transfer.standing.terms, today, reviewed=True)
        if transfer.confirm(sub=by.sub, province=province, today=today):
            self._approve(transfer, today)
        return self.save(transfer, by=Context.of(by, rules=("R41-24",)))

    def _approve(self, transfer: Transfer, today: date) -> None:
        until = deadline(today, self.periods.publicity)
        transfer.approve(today=today, until=until.on, unknown_year=until.unknown_year)

    @command
    def complete_transfer(
        self, *, command_id: UUID, transfer_id: UUID, effective_on: date, student_no: str | None, by: By
    ) -> Answer:
        """Close the old status and open the new one at once, so that not one day has none or two (A8-9, R41-23)."""
        transfer = self.get(Transfer, transfer_id)
        standing, today = transfer.standing, shanghai_date(by.recorded_at)
        self._require_school(by, standing.terms.to_school, standing.training)
        known = self.known(standing.status_id)
        until = standing.publicity_until or deadline(standing.approved_on or today, self.periods.publicity).on
        may_complete(standing, known.status.standing, until=until, effective_on=effective_on, today=today)
        old = known.status
        code, name = transfer.to_major
        new = known.continued(
            effective_on,
            school_code=standing.terms.to_school,
            school_name=transfer.to_school_name,
            level=standing.terms.to_level,
            major_code=code,
            major_name=name,
            student_no=student_no,
            college=None,
            department=None,
            class_no=None,
            joint_partner=None,
            marks=(*old.standing.marks, "转学"),
        )
        old.trigger_event(
            StudentStatus.TransferredOut,
            transfer_id=transfer.id,
            admission_id=known.said["admission_id"],
            to_school_code=standing.terms.to_school,
            effective_on=effective_on,
            id_key=old.standing.id_key,
            full_time=old.standing.full_time,
        )
        due_on = add_months(effective_on, self.periods.filing_months)
        transfer.complete(sub=by.sub, new_status_id=new.id, effective_on=effective_on, due_on=due_on)
        context = Context.of(by, rules=TRANSFER_RULES, effective_on=effective_on)
        answer = {"id": transfer.id, "version": transfer.version, "status_id": new.id}
        return self.save(transfer, old, new, by=context, answer=answer)

    @command
    def file_transfer(self, *, command_id: UUID, transfer_id: UUID, number: str, by: By) -> Answer:
        """The receiving school files it with its province; late after three months (R41-24)."""
        transfer = self.get(Transfer, transfer_id)
        self._require_school(by, transfer.standing.terms.to_school, transfer.standing.training)
        transfer.file(sub=by.sub, today=shanghai_date(by.recorded_at), number=number)
        return self.save(transfer, by=Context.of(by, rules=("R41-24",)))

    @command
    def reject_transfer(self, *, command_id: UUID, transfer_id: UUID, reason: str, by: By) -> Answer:
        """Whoever's turn it is says no, with the reason; after the approval the receiving school (objections)."""
        transfer = self.get(Transfer, transfer_id)
        side = self._require_turn(by, transfer)
        reason = clean_reason(reason)
        transfer.reject(sub=by.sub, on_behalf=side, reason=reason)
        return self.save(transfer, by=Context.of(by, rules=("R41-23", "R41-24"), reason=reason))

    @command
    def withdraw_transfer(self, *, command_id: UUID, transfer_id: UUID, by: By) -> Answer:
        """The student, or the school that asked, takes it back before it is carried out."""
        transfer = self.get(Transfer, transfer_id)
        standing = transfer.standing
        holder = self.holder_of(standing.status_id)
        # what the student asked for is the student's to take back; the school's way to say no is a reasoned refusal
        if by.actor and by.actor.role == "registrar" and standing.requested_by != holder:
            self._require_school(by, standing.terms.from_school, standing.training)
        else:
            require(by.actor, "request_transfer", Resource("transfer", person=holder))
        transfer.withdraw(sub=by.sub)
        return self.save(transfer, by=Context.of(by, rules=("R41-23",)))

    # --- who may ---

    @staticmethod
    def _require_school(by: By, school_code: str, training: str) -> str:
        require(by.actor, "agree_transfer", Resource("transfer", school=school_code, training=training))
        return school_code

    @staticmethod
    def _require_province(by: By, transfer: Transfer) -> str:
        terms, training = transfer.standing.terms, transfer.standing.training
        resource = Resource("transfer", school=terms.from_school, other_school=terms.to_school, training=training)
        require(by.actor, "confirm_transfer", resource)
        return by.actor.org if by.actor else ""

    def _require_turn(self, by: By, transfer: Transfer) -> str:
        standing, turns = transfer.standing, ("requested", "source_agreed", "target_reviewed", "approved")
        if standing.state not in turns:
            self._require_concerned(by, transfer)  # whom it never concerned is not told that it is over
        may_step(standing, *turns)
        if standing.state == "target_reviewed":
            return self._require_province(by, transfer)
        school = standing.terms.from_school if standing.state == "requested" else standing.terms.to_school
        return self._require_school(by, school, standing.training)

    def _require_concerned(self, by: By, transfer: Transfer) -> None:
        if by.actor and by.actor.role == "province_education":
            self._require_province(by, transfer)
        else:
            terms = transfer.standing.terms
            schools = Resource("transfer", school=terms.from_school, other_school=terms.to_school)
            require(by.actor, "agree_transfer", schools)
