"""Whatever is asked in whatever order, by whomever: no code outlives its minutes, its tries or its use."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.account import Account
from services.identity.domain.rules import CODES_OF_ONE_A_DAY
from shared.codes.clock import shanghai_date
from shared.eventstore.ids import uuid7

START = datetime(2026, 10, 20, 15, 55, tzinfo=UTC)  # five minutes before midnight in China
WHO = st.sampled_from([("prove", ""), ("sign_in", "one"), ("sign_in", "another")])
MOVES = st.one_of(
    st.tuples(st.just("ask"), WHO),
    st.tuples(st.just("right"), WHO),
    st.tuples(st.just("wrong"), WHO),
    st.tuples(st.just("wait"), st.sampled_from([1, 59, 60, 599, 600, 3600])),
)


def play(moves: list[tuple[str, Any]]) -> list[tuple[datetime, Any]]:
    """The facts that a series of moves leads to, each with its moment and who moved."""
    now, made = START, 0
    newest: dict[tuple[str, str], str] = {}
    account = Account(
        account_id=uuid7(), person_id=UUID(int=1), id_type="1", id_key="a" * 40, name_key="b" * 40,
        contact_key="c" * 40, channel="mail", sealed_person="", sealed_contact="", opened_at=now,
    )  # fmt: skip
    account.collect_events()
    facts: list[tuple[datetime, Any]] = []
    for move, value in moves:
        if move == "wait":
            now += timedelta(seconds=value)
            continue
        purpose, request = value
        if move == "ask":
            digest = f"code {made}"
            if account.issue_code(purpose=purpose, salt="s", digest=digest, now=now, request=request):
                made, newest[value] = made + 1, digest
        else:
            digest = newest.get(value, "none") if move == "right" else "wrong"
            account.try_code(purpose=purpose, digest=digest, now=now, request=request)
        facts += [(now, fact) for fact in account.collect_events()]
    return facts


@given(st.lists(MOVES, max_size=40))
def test_a_code_serves_once_in_time_for_its_purpose_and_asker_and_within_five_tries(
    moves: list[tuple[str, Any]],
) -> None:
    living: dict[tuple[str, str], Any] = {}
    misses: dict[tuple[str, str], int] = {}
    for now, fact in play(moves):
        if isinstance(fact, Account.CodeIssued):
            living[fact.purpose, fact.request], misses[fact.purpose, fact.request] = fact, 0
        elif isinstance(fact, Account.CodeMissed):
            slot = fact.purpose, fact.request
            assert now < living[slot].expires_at
            misses[slot] += 1
            assert misses[slot] <= 5
        else:
            purpose = "prove" if isinstance(fact, Account.ContactProven) else "sign_in"
            assert any(
                now < code.expires_at and misses[slot] < 5 for slot, code in living.items() if slot[0] == purpose
            )
            living = {slot: code for slot, code in living.items() if slot[0] != purpose}


@given(st.lists(MOVES, max_size=200))
def test_a_bounded_number_of_codes_goes_out_on_a_day_in_china(moves: list[tuple[str, Any]]) -> None:
    days = [shanghai_date(now) for now, fact in play(moves) if isinstance(fact, Account.CodeIssued)]
    assert all(days.count(day) <= CODES_OF_ONE_A_DAY for day in days)
