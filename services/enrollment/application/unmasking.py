"""One person's data unmasked: for a reason, right after a strong factor, recorded before it is shown (A25-1, AUD-1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.enrollment.application.holders import Holders, Known
from services.enrollment.domain.look import Look
from services.enrollment.domain.rules.texts import clean_reason
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.domain.unmasking import Unmasking, UnmaskingNotApproved, UnmaskingStanding
from shared.access.by import By
from shared.access.decide import Decision, Resource, require
from shared.eventstore.application import Answer, Draft, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.looking import looks_of
from shared.rules.refused import Refused

UNMASKING_RULES: Final = ("A25-1", "A24-3", "X-SIGN-2", "X-REASON-1")
_PERSON: Final = ("name", "id_type", "id_number", "birth_date", "sex", "ethnicity")

_SHOWN_AGAIN: Final = timedelta(minutes=10)  # to whoever asks with the same command id, because the answer was lost


class LookOver(Refused):
    """A repeated command shows nobody again whom it showed long ago: that is another look."""

    rule = "A24-3"
    status = 409
    zh = "此次查看已结束；再次查看须用新的请求编号，并另行记录。"
    en = "This look is over: look again by a new command, which is recorded too."


class Unmaskings(Holders):
    """Masking is the rule; this is the only way past it for staff."""

    @command
    def ask_unmasking(self, *, command_id: UUID, status_id: UUID, reason: str, by: By) -> Answer:
        """An auditor says whom and why; another person decides."""
        resource = Resource("student_status", school=self._school_of(status_id))
        require(by.actor, "ask_unmasking", resource, reason=reason)
        asked = Unmasking(status_id=self.known(status_id).status.id, reason=clean_reason(reason), asked_by=by.sub)
        return self.save(asked, by=Context.of(by, rules=("AUD-1",), reason=asked.standing.reason))

    @command
    def approve_unmasking(self, *, command_id: UUID, unmasking_id: UUID, by: By) -> Answer:
        """Another auditor or the ministry lets the asker see."""
        asked = self.get(Unmasking, unmasking_id)
        found = self.standings(StudentStatus, [asked.standing.status_id]).get(asked.standing.status_id)
        school, training = (found[1].school_code, found[1].training or None) if found else (None, None)
        resource = Resource("student_status", school=school, submitted_by=asked.standing.asked_by, training=training)
        require(by.actor, "approve_unmasking", resource)
        asked.approve(sub=by.sub, now=by.recorded_at)
        return self.save(asked, by=Context.of(by, rules=("AUD-1", "A24-2")))

    def unmask_status(
        self, *, command_id: UUID, status_id: UUID, reason: str, unmasking_id: UUID | None, by: By
    ) -> Answer:
        """Name, number and birth date of one record; the stored answer of the command holds none of them."""
        known = self.known(status_id)
        approval = self._approval(unmasking_id, known, by)
        standing = known.status.standing
        resource = Resource(
            "student_status",
            school=standing.school_code,
            training=standing.training or None,
            submitted_by=approval.approved_by if approval else None,
        )
        decision = require(by.actor, "unmask_person", resource, reason=reason)
        recorded = self._record(
            command_id=command_id,
            status_id=status_id,
            decision=decision,
            approved=approval is not None,
            reason=clean_reason(reason),
            by=by,
        )
        if by.recorded_at >= datetime.fromisoformat(recorded["at"]) + _SHOWN_AGAIN:
            raise LookOver
        person = self.keyring.open_person(known.said["sealed_person"], known.said["id_key"])
        return {
            "status_id": status_id,
            "look_id": recorded["id"],
            **{name: str(person.get(name) or "") for name in _PERSON},
        }

    def _school_of(self, status_id: UUID) -> str | None:
        """Where the student is, so far as an auditor's grant asks for it."""
        found = self.standings(StudentStatus, [status_id]).get(status_id)
        return found[1].school_code if found else None

    @command
    def _record(
        self, *, command_id: UUID, status_id: UUID, decision: Decision, approved: bool, reason: str, by: By
    ) -> Answer:
        stated = replace(by, purpose=reason)
        (values,) = looks_of(stated, decision, [status_id], full=True, alone=True, in_case=approved)
        look_id = uuid7()
        context = Context.of(by, rules=UNMASKING_RULES, reason=reason)
        answer: dict[str, Any] = {"id": str(look_id), "version": 1, "at": by.recorded_at.isoformat()}
        self.append([Draft(Look, look_id, 1, Look.Taken, values)], by=context, answer=answer)
        return answer

    def _approval(self, unmasking_id: UUID | None, known: Known, by: By) -> UnmaskingStanding | None:
        """An auditor's second person; nobody else needs one."""
        if by.actor is None or by.actor.role != "auditor":
            return None
        found = self.standings(Unmasking, [unmasking_id]).get(unmasking_id) if unmasking_id else None
        if found is None or not found[1].lets(by.sub, known.status.id, by.recorded_at):
            raise UnmaskingNotApproved(field="unmasking_id")
        approval: UnmaskingStanding = found[1]
        return approval
