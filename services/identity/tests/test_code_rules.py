"""Whatever is asked in whatever order: no code outlives its minutes, its tries or its use."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.account import Account
from shared.codes.clock import shanghai_date
from shared.eventstore.ids import uuid7

START = datetime(2026, 10, 20, 15, 55, tzinfo=UTC)  # five minutes before midnight in China
MOVES = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(["prove", "sign_in"])),
    st.tuples(st.just("right"), st.sampled_from(["prove", "sign_in"])),
    st.tuples(st.just("wrong"), st.sampled_from(["prove", "sign_in"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 59, 60, 599, 600, 3600])),
)


def play(moves: list[tuple[str, Any]]) -> list[tuple[datetime, Any]]:
    """The facts that a series of moves leads to, each with its moment."""
    now, made = START, 0
    account = Account(
        account_id=uuid7(), person_id=UUID(int=1), id_type="1", id_key="a" * 40, name_key="b" * 40,
        contact_key="c" * 40, channel="mail", sealed_person="", sealed_contact="", opened_at=now,
    )  # fmt: skip
    account.collect_events()
    facts: list[tuple[datetime, Any]] = []
    for move, value in moves:
        if move == "wait":
            now += timedelta(seconds=value)
        elif move == "ask":
            made += account.issue_code(purpose=value, salt="s", digest=f"code {made}", now=now)
        else:
            account.try_code(purpose=value, digest=f"code {made - 1}" if move == "right" else "wrong", now=now)
        facts += [(now, fact) for fact in account.collect_events()]
    return facts


@given(st.lists(MOVES, max_size=40))
def test_a_code_serves_once_in_time_for_its_purpose_and_within_five_tries(moves: list[tuple[str, Any]]) -> None:
    code: Any = None
    misses = 0
    for now, fact in play(moves):
        if isinstance(fact, Account.CodeIssued):
            code, misses = fact, 0
            continue
        assert code is not None
        assert now < code.expires_at
        assert misses < 5
        if isinstance(fact, Account.CodeMissed):
            misses += 1
        else:
            assert code.purpose == ("prove" if isinstance(fact, Account.ContactProven) else "sign_in")
            code = None


@given(st.lists(MOVES, max_size=60))
def test_codes_go_out_once_a_minute_and_five_times_a_day_in_china(moves: list[tuple[str, Any]]) -> None:
    sent = [now for now, fact in play(moves) if isinstance(fact, Account.CodeIssued)]
    assert all(later - earlier >= timedelta(minutes=1) for earlier, later in itertools.pairwise(sent))
    days = [shanghai_date(now) for now in sent]
    assert all(days.count(day) <= 5 for day in days)
