"""Two accounts of one human being: proposed by one of the registry, confirmed by another, and split again if wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.rules.refused import Refused

MERGED: Final = "merge.other"  # an account is merged into one other at a time


class NotToBeMerged(Refused):
    """Both accounts must be living, proven, and two."""

    rule = "AC-19"
    zh = "只能合并两个有效且已验证联系方式的不同账号。"
    en = "Two different accounts are merged, both living and with a proven contact."


class OwnMerge(Refused):
    """Nobody proposes or decides about accounts that are the own, by whatever document."""

    rule = "A24-2"
    status = 403
    zh = "不得提出、审核或拆分本人账号的合并。"
    en = "Nobody proposes, confirms or splits a merge of the own accounts."


class AlreadyMerged(Refused):
    """The account is merged into another one, or somebody proposed it."""

    rule = "AC-19"
    zh = "该账号已合并，或合并申请正在处理。"
    en = "This account is merged already, or its merge waits for a decision."


class MergeNotInState(Refused):
    """A merge is confirmed once, and only what was confirmed is split."""

    rule = "AC-19"
    zh = "合并当前状态为 {state}，不能执行此操作。"
    en = "The merge is {state}; this cannot be done with it."


@dataclass(frozen=True)
class MergeStanding:
    """What decides about a merge: how far it is, and whose hands it was in."""

    account_id: UUID
    other_account_id: UUID
    person_id: UUID
    other_person_id: UUID
    proposed_by: str  # of what waits: the merge, or its split
    state: str = "proposed"
    moved: tuple[UUID, ...] = ()  # records that were the other account's until then


class Merge(Aggregate, stored_as="identity.Merge"):
    """The surviving account speaks for both; the other keeps its data, and gets everything back by a split."""

    Standing: ClassVar[type] = MergeStanding
    standing: MergeStanding

    class Proposed(Aggregate.Created):
        """One of the registry says that both are one human being."""

        merge_id: UUID
        account_id: UUID
        other_account_id: UUID
        person_id: UUID
        other_person_id: UUID
        proposed_by: str
        proposed_on: date

    class Confirmed(Aggregate.Event):
        """Another one agreed; accounts and records changed in the same moment."""

        confirmed_by: str
        settled_on: date
        moved: tuple[UUID, ...]
        person_id: UUID | None = None  # who speaks for whom from now on; not said in the first years
        other_person_id: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="confirmed", moved=tuple(self.moved))

    class Refused(Aggregate.Event):
        """Another one did not agree; nothing changed."""

        other_account_id: UUID
        confirmed_by: str
        settled_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="refused")

    class SplitProposed(Aggregate.Event):
        """One of the registry says that the merge was wrong."""

        proposed_by: str
        proposed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="split_proposed", proposed_by=self.proposed_by)

    class SplitRefused(Aggregate.Event):
        """Another one lets the merge stand."""

        confirmed_by: str
        settled_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="confirmed")

    class Split(Aggregate.Event):
        """Two people again: each account is what it was, records that came meanwhile go by their document."""

        other_account_id: UUID
        confirmed_by: str
        settled_on: date
        person_id: UUID | None = None
        other_person_id: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="split", moved=())

    @event(Proposed)
    def __init__(
        self,
        *,
        merge_id: UUID,
        account_id: UUID,
        other_account_id: UUID,
        person_id: UUID,
        other_person_id: UUID,
        proposed_by: str,
        proposed_on: date,
    ) -> None:
        self.standing = MergeStanding(account_id, other_account_id, person_id, other_person_id, proposed_by)

    @staticmethod
    def create_id(merge_id: UUID) -> UUID:
        """Chosen by the caller."""
        return merge_id

    def decide(self, *, confirm: bool, sub: str, on: date, moved: tuple[UUID, ...] = ()) -> None:
        """What another one says to a proposed merge."""
        self._require("proposed")
        if confirm:
            self.trigger_event(self.Confirmed, confirmed_by=sub, settled_on=on, moved=moved, **self._people())
        else:
            other = self.standing.other_account_id
            self.trigger_event(self.Refused, other_account_id=other, confirmed_by=sub, settled_on=on)

    def propose_split(self, *, sub: str, on: date) -> None:
        """Only what was confirmed is split."""
        self._require("confirmed")
        self.trigger_event(self.SplitProposed, proposed_by=sub, proposed_on=on)

    def decide_split(self, *, confirm: bool, sub: str, on: date) -> None:
        """What another one says to a proposed split."""
        self._require("split_proposed")
        if confirm:
            other = self.standing.other_account_id
            self.trigger_event(self.Split, other_account_id=other, confirmed_by=sub, settled_on=on, **self._people())
        else:
            self.trigger_event(self.SplitRefused, confirmed_by=sub, settled_on=on)

    def _people(self) -> dict[str, UUID]:
        return {"person_id": self.standing.person_id, "other_person_id": self.standing.other_person_id}

    def _require(self, state: str) -> None:
        if self.standing.state != state:
            raise MergeNotInState(state=self.standing.state)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """An account is merged into one other at a time."""
        if isinstance(fact, cls.Proposed):
            yield Claim(MERGED, str(fact.other_account_id))
        elif isinstance(fact, cls.Refused | cls.Split):
            yield Release(MERGED, str(fact.other_account_id))
