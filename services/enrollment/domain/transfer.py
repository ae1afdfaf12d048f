"""A transfer 转学: asked for, agreed by both schools, confirmed by both provinces, published, carried out, filed."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.transfers import (
    MeetingMissing,
    TransferStanding,
    TransferTerms,
    may_confirm,
    may_step,
)
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed

OPEN_TRANSFER = "transfer.open"


class Transfer(Aggregate, stored_as="enrollment.Transfer"):
    """One student's way from one school to another (R41-22..24)."""

    Standing: ClassVar[type] = TransferStanding
    standing: TransferStanding

    class Requested(Aggregate.Created):
        """The student, or the school for the student, asks for it."""

        status_id: UUID
        id_key: str
        from_school: str
        to_school: str
        to_school_name: str
        from_level: str
        to_level: str
        to_major_code: str
        to_major_name: str
        reason_kind: str
        sealed_reason: str
        evidence: tuple[str, ...]
        requested_by: str
        requested_role: str
        requested_on: date
        training: str

    class SourceAgreed(Aggregate.Event):
        """The school the student leaves agrees, and states the score of entry."""

        agreed_by: str
        agreed_on: date
        score: float | None

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            terms = changed(standing.terms, score=self.score)
            aggregate.standing = changed(standing.moved("source_agreed"), terms=terms)

    class TargetReviewed(Aggregate.Event):
        """The receiving school decided at its president's meeting (R41-23)."""

        reviewed_by: str
        decision_no: str
        decided_on: date
        target_score: float | None
        standard_met: bool | None
        evidence: tuple[str, ...]

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            terms = changed(standing.terms, target_score=self.target_score, standard_met=self.standard_met)
            aggregate.standing = changed(standing.moved("target_reviewed"), terms=terms)

    class ProvinceConfirmed(Aggregate.Event):
        """One of the two provinces confirms its side (R41-24)."""

        province: str
        confirmed_by: str
        confirmed_on: date
        both: bool

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            aggregate.standing = changed(standing, confirmed_by=(*standing.confirmed_by, self.province))

    class Approved(Aggregate.Event):
        """Nothing is missing any more; the transfer is published (R41-24)."""

        approved_on: date
        publicity_until: date | None
        unknown_year: int | None

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing.moved("approved")
            aggregate.standing = changed(standing, approved_on=self.approved_on, publicity_until=self.publicity_until)

    class Completed(Aggregate.Event):
        """The old status is closed and the new one opened, in one transaction."""

        status_id: UUID
        new_status_id: UUID
        completed_by: str
        effective_on: date
        due_on: date

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing.moved("completed")
            aggregate.standing = changed(standing, effective_on=self.effective_on, due_on=self.due_on)

    class Filed(Aggregate.Event):
        """The receiving school filed the transfer with its province (R41-24)."""

        filed_by: str
        filed_on: date
        due_on: date
        late: bool
        number: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("filed")

    class Rejected(Aggregate.Event):
        """One of the sides says no, at its step, with its reason."""

        status_id: UUID
        step: str
        rejected_by: str
        rejected_for: str  # the school or province that says no
        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("rejected")

    class Withdrawn(Aggregate.Event):
        """Whoever asked for it takes it back."""

        status_id: UUID
        withdrawn_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("withdrawn")

    class Lapsed(Aggregate.Event):
        """The status ended otherwise: there is nobody left to transfer."""

        status_id: UUID
        ended_as: str
        lapsed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("lapsed")

    class FilingOverdue(Aggregate.Event):
        """Three months have passed and the transfer is not filed (R41-24)."""

        due_on: date
        found_on: date

        def apply(self, aggregate: Any) -> None:
            """It binds no decision; the list of overdue transfers shows it."""

    @event(Requested)
    def __init__(
        self,
        *,
        status_id: UUID,
        id_key: str,
        from_school: str,
        to_school: str,
        to_school_name: str,
        from_level: str,
        to_level: str,
        to_major_code: str,
        to_major_name: str,
        reason_kind: str,
        sealed_reason: str,
        evidence: tuple[str, ...],
        requested_by: str,
        requested_role: str,
        requested_on: date,
        training: str,
    ) -> None:
        self.to_school_name, self.to_major = to_school_name, (to_major_code, to_major_name)
        terms = TransferTerms(from_school, to_school, from_level, to_level, reason_kind, tuple(evidence))
        self.standing = TransferStanding("requested", status_id, terms, requested_by, training)

    def agree(self, *, sub: str, today: date, score: float | None) -> None:
        """The school the student leaves agrees."""
        may_step(self.standing, "requested")
        self.trigger_event(self.SourceAgreed, agreed_by=sub, agreed_on=today, score=score)

    def review(
        self,
        *,
        sub: str,
        decision_no: str,
        decided_on: date | None,
        target_score: float | None,
        standard_met: bool | None,
        evidence: tuple[str, ...],
    ) -> None:
        """The receiving school's decision."""
        may_step(self.standing, "source_agreed")
        if not decision_no.strip() or decided_on is None:
            raise MeetingMissing(field="decision_no")
        self.trigger_event(
            self.TargetReviewed,
            reviewed_by=sub,
            decision_no=decision_no,
            decided_on=decided_on,
            target_score=target_score,
            standard_met=standard_met,
            evidence=evidence,
        )

    def confirm(self, *, sub: str, province: str, today: date) -> bool:
        """One province's word; whether both have spoken."""
        both = may_confirm(self.standing, province)
        self.trigger_event(self.ProvinceConfirmed, province=province, confirmed_by=sub, confirmed_on=today, both=both)
        return both

    def approve(self, *, today: date, until: date | None, unknown_year: int | None) -> None:
        """Both schools, and where it takes them both provinces, have agreed."""
        may_step(self.standing, "target_reviewed")
        self.trigger_event(self.Approved, approved_on=today, publicity_until=until, unknown_year=unknown_year)

    def complete(self, *, sub: str, new_status_id: UUID, effective_on: date, due_on: date) -> None:
        """Recorded together with the two statuses; `may_complete` has been asked."""
        self.trigger_event(
            self.Completed,
            status_id=self.standing.status_id,
            new_status_id=new_status_id,
            completed_by=sub,
            effective_on=effective_on,
            due_on=due_on,
        )

    def file(self, *, sub: str, today: date, number: str) -> None:
        """Filed with the province; late after three months, and said so."""
        may_step(self.standing, "completed")
        due_on = self.standing.due_on or today
        self.trigger_event(self.Filed, filed_by=sub, filed_on=today, due_on=due_on, late=today > due_on, number=number)

    def reject(self, *, sub: str, on_behalf: str, reason: str) -> None:
        """One side says no."""
        may_step(self.standing, "requested", "source_agreed", "target_reviewed", "approved")
        self.trigger_event(
            self.Rejected,
            status_id=self.standing.status_id,
            step=self.standing.state,
            rejected_by=sub,
            rejected_for=on_behalf,
            reason=reason,
        )

    def withdraw(self, *, sub: str) -> None:
        """Taken back before it is carried out."""
        may_step(self.standing, "requested", "source_agreed", "target_reviewed", "approved")
        self.trigger_event(self.Withdrawn, status_id=self.standing.status_id, withdrawn_by=sub)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One open transfer a status."""
        name = type(fact).__name__
        if name == "Requested":
            yield Claim(OPEN_TRANSFER, str(fact.status_id))
        elif name in ("Rejected", "Withdrawn", "Completed", "Lapsed"):
            yield Release(OPEN_TRANSFER, str(fact.status_id))
