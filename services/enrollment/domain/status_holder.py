"""Whose a student status is, as identity tells it: the person who may look at it, confirm it, dispute it (A11-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release

HELD_STATUS = "holder.status"


@dataclass(frozen=True)
class HolderStanding:
    """A status and its person."""

    status_id: UUID
    person_id: UUID | None  # None since the person said that the status is not theirs


class StatusHolder(Aggregate, stored_as="enrollment.StatusHolder"):
    """What enrollment heard of the person behind one status."""

    Standing: ClassVar[type] = HolderStanding
    standing: HolderStanding

    class Heard(Aggregate.Created):
        """Identity bound the status to a person."""

        status_id: UUID
        person_id: UUID
        bound_on: date

    class HeardAnew(Aggregate.Event):
        """Identity bound the same status to another person, who alone holds it now."""

        status_id: UUID
        person_id: UUID
        bound_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = HolderStanding(self.status_id, self.person_id)

    class Disowned(Aggregate.Event):
        """The person said: this is not me, I never studied there. The status stays, and is nobody's (AC-21)."""

        status_id: UUID
        person_id: UUID
        disowned_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = HolderStanding(self.status_id, None)

    @event(Heard)
    def __init__(self, *, status_id: UUID, person_id: UUID, bound_on: date) -> None:
        self.standing = HolderStanding(status_id, person_id)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One holder a status."""
        if type(fact).__name__ == "Heard":
            yield Claim(HELD_STATUS, str(fact.status_id))
