"""The use cases of endings: proposed by one person, confirmed by another; reminders, and what lapses (A12-6, A24-2)."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.enrollment.application.changes import Changes
from services.enrollment.application.deadlines import due_command
from services.enrollment.domain.cancellation import DECLARED, WAITING, Cancellation, CancellationStanding
from services.enrollment.domain.rules.endings import (
    ILLEGAL_ENTRY,
    DueStep,
    EndingWanted,
    decide_ending,
    due_step,
    may_cancel,
    may_declare_illegal,
    record_due,
    record_reminder,
)
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.rules.texts import clean_text
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.facts import decode_standing
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.eventstore.violations import CommandKnown

CANCELLATION_RULES = ("A4-1", "A12-6", "A13-2", "A24-2")
AT_ONCE: Final = 500  # proposals a step
WAITING_PROPOSALS: Final = """
    SELECT standings.originator_id, standings.state FROM claims JOIN standings USING (originator_id)
    WHERE claims.scope IN (%s, %s) ORDER BY originator_id
"""
ILLEGAL_RULES = ("A26-2", "R41-37", "A24-2")


class Endings(Changes):
    """A status is closed without a certificate, for good; each time by two persons."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        super().__init__(store, clock, keyring)
        self._day: date | None = None
        self._looked: set[UUID] = set()  # at what was looked on this day

    @command
    def propose_cancellation(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        kind: str,
        decision_no: str,
        decided_on: date,
        effective_on: date,
        reason: str,
        proof: str,
        asked_on: date | None,
        evidence: list[str],
        by: By,
    ) -> Answer:
        """Propose that an own status ends; that the student asked to leave is evidence, and decides nothing."""
        status = self.own_status(status_id, "propose_cancellation", by)
        today = shanghai_date(by.recorded_at)
        wanted = EndingWanted(kind, decision_no.strip(), decided_on, effective_on, reason.strip(), proof.strip())
        may_cancel(status.standing, wanted, school_code=status.standing.school_code, today=today)
        proposal = proposed(status.id, status.standing, wanted, asked_on=asked_on, by=by.sub, today=today)
        context = Context.of(by, rules=CANCELLATION_RULES, effective_on=effective_on, evidence=tuple(evidence))
        return self.save(proposal, by=context)

    @command
    def declare_illegal_entry(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        decision_no: str,
        decided_on: date,
        reason: str,
        evidence: list[str],
        by: By,
    ) -> Answer:
        """Declare that somebody entered against the rules, whether they have left since or not (A26-2)."""
        status = self.own_status(status_id, "declare_illegal_entry", by)
        today = shanghai_date(by.recorded_at)
        wanted = EndingWanted(
            ILLEGAL_ENTRY, decision_no.strip(), decided_on, decided_on, reason.strip(), illegal_entry=True
        )
        may_declare_illegal(status.standing, wanted, today=today)
        proposal = proposed(status.id, status.standing, wanted, asked_on=None, by=by.sub, today=today)
        return self.save(proposal, by=Context.of(by, rules=ILLEGAL_RULES, evidence=tuple(evidence)))

    @command
    def confirm_cancellation(self, *, command_id: UUID, cancellation_id: UUID, by: By) -> Answer:
        """Stand for a proposal as the second person: the status is closed in the same moment (A24-2)."""
        proposal = self.get(Cancellation, cancellation_id)
        asked = proposal.standing
        status = self.get(StudentStatus, UUID(asked.status_id))
        standing = status.standing
        action = "confirm_illegal_entry" if asked.illegal_entry else "confirm_cancellation"
        require(
            by.actor,
            action,
            Resource(
                "cancellation",
                school=asked.school_code,
                submitted_by=asked.proposed_by,
                training=asked.training or None,
            ),
        )
        proposal.require_waiting()
        today, wanted = shanghai_date(by.recorded_at), asked.wanted
        if asked.illegal_entry:
            may_declare_illegal(standing, wanted, today=today)
        else:
            may_cancel(standing, wanted, school_code=asked.school_code, today=today)
        values = decide_ending(standing, wanted, cancellation_id=cancellation_id, today=today)
        status.trigger_event(StudentStatus.Cancelled, **values)
        proposal.confirm(confirmed_by=by.sub, confirmed_on=today, late=values["late"])
        rules = ILLEGAL_RULES if asked.illegal_entry else CANCELLATION_RULES
        context = Context.of(by, rules=rules, effective_on=wanted.effective_on, reason=wanted.reason or None)
        return self.save(
            status,
            proposal,
            by=context,
            answer={"id": cancellation_id, "version": proposal.version, "status_id": status.id, "late": values["late"]},
        )

    @command
    def decline_cancellation(self, *, command_id: UUID, cancellation_id: UUID, reason: str, by: By) -> Answer:
        """Give a proposal up, with the reason: anybody who may propose such a thing may."""
        proposal = self.get(Cancellation, cancellation_id)
        asked = proposal.standing
        action = "declare_illegal_entry" if asked.illegal_entry else "propose_cancellation"
        require(by.actor, action, Resource("cancellation", school=asked.school_code, training=asked.training or None))
        reason = clean_text(reason, field="reason", longest=200)
        proposal.decline(declined_by=by.sub, reason=reason)
        return self.save(proposal, by=Context.of(by, rules=("A24-2",), reason=reason))

    # --- what the day brings ---

    def due_cancellations(self, now: datetime) -> int:
        """Remind after ten working days, tell the province after fifteen, let lapse at last; how many steps it took."""
        today = shanghai_date(now)
        if today != self._day:
            self._day, self._looked = today, set()
        waiting = [each for each in self._waiting() if each[0] not in self._looked][:AT_ONCE]
        found = self.standings(StudentStatus, [UUID(asked.status_id) for _, asked in waiting])
        acted = 0
        for proposal_id, asked in waiting:
            status = found.get(UUID(asked.status_id))
            ended = status is not None and is_over(asked, status[1])
            acted += self._look(proposal_id, asked, ended, today, now)
            self._looked.add(proposal_id)
        return acted

    def _look(self, proposal_id: UUID, asked: CancellationStanding, ended: bool, today: date, now: datetime) -> int:
        """One day may ask for two steps: the days reckoned at last, and one of them over already."""
        for acted in range(2):
            step = due_step(asked, ended=ended, today=today)
            proposal = self._take(proposal_id, step, today, now) if step is not None else None
            if proposal is None:
                return acted
            if proposal.standing.state != "proposed":
                return acted + 1
            asked = proposal.standing
        return 2

    def _waiting(self) -> list[tuple[UUID, CancellationStanding]]:
        with self.store.reading() as cursor:
            cursor.execute(
                WAITING_PROPOSALS,
                (WAITING, DECLARED),
            )
            return [(UUID(str(found)), decode_standing(CancellationStanding, state)) for found, state in cursor]

    def _take(self, proposal_id: UUID, step: DueStep, today: date, now: datetime) -> Cancellation | None:
        proposal = self.get(Cancellation, proposal_id)
        if proposal.standing.state != "proposed":
            return None
        _step(proposal, step, today)
        command_id = due_command(step, proposal_id, today)
        by = Context.system("due_cancellations", now, rules=("A13-2",), command_id=command_id, request_hash=step)
        try:
            self.save(proposal, by=by)
        except (ChangedMeanwhile, CommandKnown):
            return None  # somebody decided it just now, or another leader was there first
        return proposal


def _step(proposal: Cancellation, step: DueStep, today: date) -> None:
    due_on = record_due(proposal.standing.decided_on)
    if step == "reckon" and due_on is not None:
        proposal.reckon(due_on=due_on, remind_on=record_reminder(proposal.standing.decided_on))
    elif step == "remind":
        proposal.remind(reminded_on=today)
    elif step == "overdue":
        proposal.find_overdue(found_on=today)
    else:
        proposal.lapse(lapsed_on=today, cause=step)


def is_over(asked: CancellationStanding, status: StatusStanding) -> bool:
    """Whether what a proposal asks for has come about otherwise, so that it can be confirmed no more."""
    return status.illegal_entry if asked.illegal_entry else not status.is_open


def proposed(
    status_id: UUID, standing: StatusStanding, wanted: EndingWanted, *, asked_on: date | None, by: str, today: date
) -> Cancellation:
    """A new proposal to close a status."""
    return Cancellation(**proposal_values(status_id, standing, wanted, asked_on=asked_on, by=by, today=today))


def proposal_values(
    status_id: UUID, standing: StatusStanding, wanted: EndingWanted, *, asked_on: date | None, by: str, today: date
) -> dict[str, Any]:
    """What a proposal says, one by one and in bulk."""
    return {
        "status_id": status_id,
        "school_code": standing.school_code,
        "training": standing.training,
        "kind": wanted.kind,
        "decision_no": wanted.decision_no,
        "decided_on": wanted.decided_on,
        "effective_on": wanted.effective_on,
        "reason": wanted.reason,
        "proof": wanted.proof,
        "illegal_entry": wanted.illegal_entry,
        "asked_on": asked_on,
        "proposed_by": by,
        "proposed_on": today,
        "due_on": record_due(wanted.decided_on),
        "remind_on": record_reminder(wanted.decided_on),
    }
