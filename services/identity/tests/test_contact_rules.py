"""Whatever an owner does with contacts, in whatever order: what is claimed is what was proven, and one always stays."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.account import Account
from services.identity.domain.account_contact_facts import MOST_CONTACTS
from shared.eventstore.aggregate import Claim
from shared.eventstore.ids import uuid7
from shared.rules.refused import Refused

START = datetime(2026, 10, 20, tzinfo=UTC)
KEYS = [letter * 40 for letter in "abcdef"]
MOVES = st.one_of(
    st.tuples(st.just("name"), st.sampled_from(KEYS), st.sampled_from(["", *KEYS])),
    st.tuples(st.just("prove"), st.booleans(), st.just("")),
    st.tuples(st.just("remove"), st.sampled_from(KEYS), st.just("")),
    st.tuples(st.just("sign_in"), st.booleans(), st.just("")),
    st.tuples(st.just("close"), st.just(""), st.just("")),
)


def opened() -> Account:
    account = Account(
        account_id=uuid7(), person_id=UUID(int=1), id_type="1", id_key="1" * 40, name_key="2" * 40,
        contact_key=KEYS[0], channel="mail", sealed_person="", sealed_contact="s", opened_at=START,
    )  # fmt: skip
    account.issue_code(purpose="prove", salt="s", digest="right", now=START)
    account.try_code(purpose="prove", digest="right", now=START)
    return account


def move(account: Account, what: str, first: Any, second: Any, now: datetime) -> None:
    if what == "name":
        account.name_contact(contact_key=first, channel="sms", sealed_contact="s", replaces=second, now=now)
        account.issue_code(purpose="contact", salt="s", digest="right", now=now, to=first)
    elif what == "prove":
        account.try_code(purpose="contact", digest="right" if first else "wrong", now=now)
    elif what == "remove":
        account.remove_contact(first, now)
    elif what == "sign_in":
        account.issue_code(purpose="sign_in", salt="s", digest="right", now=now)
        account.try_code(purpose="sign_in", digest="right" if first else "wrong", now=now)
    else:
        account.close()


@given(st.lists(MOVES, max_size=30))
def test_what_is_claimed_is_what_was_proven(moves: list[tuple[str, Any, Any]]) -> None:
    account, held, now = opened(), set[str](), START
    for what, first, second in [("", "", ""), *moves]:
        now += timedelta(minutes=6)  # six codes an hour: days go by, and with them their counts
        try:
            if what:
                move(account, what, first, second, now)
        except Refused:
            assert not account.collect_events()
        for fact in account.collect_events():
            for entry in Account.claims_of(fact, account.id):
                if entry.scope == "account.contact":
                    held = held | {entry.key} if isinstance(entry, Claim) else held - {entry.key}
        living = account.standing.state == "active"
        assert held == (set(account.standing.contact_keys) if living else set())
        assert not living or 1 <= len(held) == len(account.standing.contact_keys) <= MOST_CONTACTS
        assert account.contacts[account.standing.contact_key][0] == account.channel == account.standing.channel


@given(st.lists(MOVES, max_size=30))
def test_a_history_replays_to_the_account_that_wrote_it(moves: list[tuple[str, Any, Any]]) -> None:
    account, facts, now = opened(), list[Any](), START
    for what, first, second in moves:
        now += timedelta(minutes=6)
        try:
            move(account, what, first, second, now)
        except Refused:
            continue
    facts += account.collect_events()
    again: Any = None
    for fact in facts:
        again = fact.mutate(again)
    assert again.standing == account.standing
    assert (again.contacts, again.channel, again.sealed_contact) == (
        account.contacts, account.channel, account.sealed_contact,
    )  # fmt: skip
