"""A preparatory status 预科学籍标注: another kind than a student status, without academic years (A8-5 to A8-8)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.preparatory import PreparatoryStanding, may_end_preparation
from shared.eventstore.aggregate import Aggregate, Claim, Release

PREPARATORY: Final = "preparatory.admission"


class Preparatory(Aggregate, stored_as="enrollment.Preparatory"):
    """The phase before the study proper: annotated where the rules say, completed, then a new recheck follows."""

    Standing: ClassVar[type] = PreparatoryStanding
    standing: PreparatoryStanding

    class Annotated(Aggregate.Created):
        """The school that trains (or, for other programmes, admits) annotated the preparatory status (A8-6, A8-8)."""

        admission_id: UUID
        kind: str  # minority | backbone | other
        admitting_school: str
        training_school: str
        starts_on: date
        ends_on: date | None  # as expected

    class Completed(Aggregate.Event):
        """The phase was completed 预科结业; the admitting school takes the student over (A8-7)."""

        completed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.now("completed")

    class Ended(Aggregate.Event):
        """The phase was broken off; no study follows from it."""

        cause: str
        ended_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.now("ended")

    class Resumed(Aggregate.Event):
        """That the phase was broken off was recorded in error: it goes on."""

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.now("annotated")

    @event(Annotated)
    def __init__(
        self,
        *,
        admission_id: UUID,
        kind: str,
        admitting_school: str,
        training_school: str,
        starts_on: date,
        ends_on: date | None,
    ) -> None:
        self.standing = PreparatoryStanding(
            state="annotated",
            admission_id=str(admission_id),
            kind=kind,
            admitting_school=admitting_school,
            training_school=training_school,
            starts_on=starts_on,
        )

    def complete(self, *, school_code: str, completed_on: date) -> None:
        """Close the phase with success."""
        may_end_preparation(self.standing, school_code=school_code, on=completed_on)
        self.trigger_event(self.Completed, completed_on=completed_on)

    def end(self, *, school_code: str, cause: str, ended_on: date) -> None:
        """Close the phase without success."""
        may_end_preparation(self.standing, school_code=school_code, on=ended_on)
        self.trigger_event(self.Ended, cause=cause, ended_on=ended_on)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """One preparatory status an admission."""
        if type(fact).__name__ == "Annotated":
            yield Claim(PREPARATORY, str(fact.admission_id))
