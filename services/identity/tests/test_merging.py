"""Merging two accounts and splitting them again: a split leaves what would be there had they never been merged."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.domain.account import Account
from services.identity.domain.merge import Merge, MergeNotInState
from services.identity.domain.merging import merge_accounts, move_records, part_records, split_accounts
from services.identity.domain.records import StudentRecord
from services.identity.tests.test_account_identities import opened
from shared.eventstore.aggregate import Claim
from shared.eventstore.claims import Settlement
from shared.eventstore.ids import uuid7
from shared.rules.refused import Refused

DAY = date(2026, 10, 20)
MERGE = UUID("01930f3a-0000-7000-8000-0000000000f2")
NAMES = [letter * 40 for letter in "1234"]


class World:
    """Two accounts, the records under their documents, and the binding that the worker does."""

    def __init__(self, ids: list[UUID]) -> None:
        self.ids = iter(ids)
        self.survivor, self.other = opened("a" * 40, NAMES[0]), opened("b" * 40, NAMES[1])
        self.records: list[StudentRecord] = []

    def step(self, kind: str, which: int, name: int, document: str) -> None:
        """One thing that happens to a person: a renewed document, another name, a record, a number in vain."""
        account = (self.survivor, self.other)[which]
        source = next(self.ids)
        if kind == "record":
            self._hear(source, document, NAMES[name])
        elif kind == "miss":
            self._try(account.miss_record, kind="status", on=DAY)
        elif account.standing.state == "active":
            now = account.standing
            said = {"id_type": "A", "sealed": f"s1.{source}", "reason": "seen", "claim_id": source}
            keys = {
                "renewed": (f"{document}{which}" * 20, now.name_key),
                "changed_name": (now.id_key, NAMES[name]),
                "linked": (f"{document}{which + 2}" * 20, NAMES[name]),
                "corrected": (f"{document}{which + 4}" * 20, NAMES[name]),
            }[kind]
            self._try(account.add_identity, kind=kind, id_key=keys[0], name_key=keys[1], **said)
        self.bind()

    def merge(self) -> None:
        theirs = [one for one in self.records if one.standing.person_id == self.other.standing.person_id]
        self.moved = move_records(theirs, self.survivor.standing.person_id, DAY)
        merge_accounts(self.survivor, self.other, MERGE, "the same person")
        self.bind()

    def split(self) -> None:
        split_accounts(self.survivor, self.other, MERGE, "two people after all")
        mine = [one for one in self.records if one.standing.person_id == self.survivor.standing.person_id]
        part_records(mine, self.survivor, self.other, self.moved, DAY)
        self.bind()

    def bind(self) -> None:
        for record in self.records:
            for account in (self.survivor, self.other):
                record.bind(account.standing, DAY)

    def owners(self) -> list[int | None]:
        people = [self.survivor.standing.person_id, self.other.standing.person_id]
        return [people.index(one.standing.person_id) if one.standing.person_id else None for one in self.records]

    def held(self) -> list[set[str]]:
        """The documents that the claims of each account say it holds, from all of its facts."""
        found = []
        for account in (self.survivor, self.other):
            facts = account.pending_events
            entries = [(account.id, entry) for fact in facts for entry in Account.claims_of(fact, account.id)]
            held = [one.claim for one in Settlement(entries).held if isinstance(one.claim, Claim)]
            found.append({claim.key for claim in held if claim.scope == "account.document"})
        return found

    def _hear(self, status_id: UUID, document: str, name_key: str) -> None:
        record = StudentRecord(
            status_id=status_id,
            id_key={"a": "a" * 40, "b": "b" * 40, "c": "c0" * 20, "d": "d3" * 20}[document],
            name_key=name_key,
            school_code="4111010001",
            school_name="北京大学",
            level="本科",
            category="普通高等教育",
            major_name="哲学",
            entry_date=date(2026, 9, 1),
        )
        self.records.append(record)

    @staticmethod
    def _try(act: Any, **said: Any) -> None:
        try:
            act(**said)
        except Refused:
            return


STEPS = st.tuples(
    st.sampled_from(["record", "record", "renewed", "changed_name", "linked", "corrected", "miss"]),
    st.integers(0, 1),
    st.integers(0, 3),
    st.sampled_from("abcd"),
)


def standing_of(account: Account) -> Any:
    return replace(account.standing, person_id=UUID(int=0))


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=8), st.lists(STEPS, max_size=4))
def test_a_merge_that_was_split_leaves_no_trace(before: list[Any], meanwhile: list[Any]) -> None:
    ids = [uuid7() for _ in range(len(before) + len(meanwhile))]
    merged, never = World(ids), World(ids)
    for step in before:
        merged.step(*step)
        never.step(*step)
    merged.merge()
    for kind, _, name, document in meanwhile:
        # the other account is silent while it is merged: what happens then happens to the survivor
        merged.step(kind, 0, name, document)
        never.step(kind, 0, name, document)
    merged.split()
    assert standing_of(merged.survivor) == standing_of(never.survivor)
    assert standing_of(merged.other) == standing_of(never.other)
    assert merged.survivor.sealed_person == never.survivor.sealed_person
    assert merged.held() == never.held()
    assert merged.owners() == never.owners()


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, max_size=8))
def test_while_merged_everything_of_both_is_one_persons_and_nobody_elses(before: list[Any]) -> None:
    world = World([uuid7() for _ in before])
    for step in before:
        world.step(*step)
    owned = [one is not None for one in world.owners()]
    held = set().union(*world.held())
    world.merge()
    assert [one == 0 for one in world.owners()] == [
        mine or now == 0 for mine, now in zip(owned, world.owners(), strict=True)
    ]
    assert world.held() == [held, set()]
    assert world.other.standing.superseded_by == world.survivor.id


def a_merge() -> Merge:
    return Merge(
        merge_id=MERGE,
        account_id=uuid7(),
        other_account_id=uuid7(),
        person_id=uuid7(),
        other_person_id=uuid7(),
        proposed_by="ctr-1",
        proposed_on=DAY,
    )


def test_a_merge_is_decided_once_and_split_only_when_confirmed() -> None:
    merge = a_merge()
    with pytest.raises(MergeNotInState):
        merge.propose_split(sub="ctr-1", on=DAY)
    merge.decide(confirm=True, sub="ctr-2", on=DAY)
    with pytest.raises(MergeNotInState):
        merge.decide(confirm=True, sub="ctr-2", on=DAY)
    merge.propose_split(sub="ctr-3", on=DAY)
    merge.decide_split(confirm=False, sub="ctr-2", on=DAY)
    assert merge.standing.state == "confirmed"
    merge.propose_split(sub="ctr-3", on=DAY)
    merge.decide_split(confirm=True, sub="ctr-2", on=DAY)
    assert merge.standing.state == "split"


def test_a_refused_merge_leaves_the_account_free_to_be_merged_elsewhere() -> None:
    merge = a_merge()
    merge.decide(confirm=False, sub="ctr-2", on=DAY)
    entries = [(merge.id, entry) for fact in merge.collect_events() for entry in Merge.claims_of(fact, merge.id)]
    assert Settlement(entries).held == []


def test_what_was_added_to_the_others_document_meanwhile_goes_with_it() -> None:
    world = World([uuid7() for _ in range(3)])
    world.merge()
    world.survivor.add_identity(
        kind="linked", id_type="1", id_key="b" * 40, name_key=NAMES[3], sealed="s1.x", reason="seen", claim_id=uuid7()
    )
    world.split()
    assert ("b" * 40, NAMES[3]) in world.other.standing.identities
    assert world.survivor.standing.identities == (("a" * 40, NAMES[0]),)
    assert world.held() == [{"a" * 40}, {"b" * 40}]
