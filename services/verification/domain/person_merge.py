"""Two accounts of one person, as identity tells it: who speaks for whom, until it is split again (AC-19)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release

MERGED_PERSON: Final = "merged.person"


@dataclass(frozen=True, slots=True)
class MergeStanding:
    """The person who speaks for another one."""

    person_id: UUID
    other_person_id: UUID
    split: bool = False

    def after_split(self) -> "MergeStanding":
        return replace(self, split=True)


class PersonMerge(Aggregate, stored_as="verification.PersonMerge"):
    """A merge as heard from identity, under its own id. Reports stay whose they are; the survivor sees them too."""

    Standing: ClassVar[type] = MergeStanding
    standing: MergeStanding

    class Heard(Aggregate.Created):
        """Identity said PeopleMerged."""

        merge_id: UUID
        person_id: UUID
        other_person_id: UUID
        merged_on: date

    class SplitHeard(Aggregate.Event):
        """Identity said PeopleSplit: the merge was wrong."""

        person_id: UUID
        other_person_id: UUID
        split_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.after_split()

    @event(Heard)
    def __init__(self, *, merge_id: UUID, person_id: UUID, other_person_id: UUID, merged_on: date) -> None:
        self.standing = MergeStanding(person_id, other_person_id)

    @staticmethod
    def create_id(merge_id: UUID) -> UUID:
        """A heard merge is known by its publisher's id."""
        return merge_id

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """A person is spoken for by one other at a time."""
        if type(fact).__name__ == "Heard":
            yield Claim(MERGED_PERSON, str(fact.other_person_id))
        elif type(fact).__name__ == "SplitHeard":
            yield Release(MERGED_PERSON, str(fact.other_person_id))
