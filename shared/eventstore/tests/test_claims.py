"""Claims and releases folded: what a transaction writes, what a log must have left behind."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.claims import Claim, Release, Settlement, slot_of

ANNA, BEN = UUID(int=1), UUID(int=2)
START = date(2026, 9, 1)
LATER = date(2028, 7, 1)


def held(*entries: tuple[UUID, Claim | Release]) -> list[tuple[UUID, Claim]]:
    return [(row.originator_id, row.claim) for row in Settlement(entries).held]


def test_a_claim_stands_until_it_is_released() -> None:
    assert held((ANNA, Claim("seat", "1"))) == [(ANNA, Claim("seat", "1"))]
    assert held((ANNA, Claim("seat", "1")), (ANNA, Release("seat", "1"))) == []


def test_a_release_ends_a_period_and_keeps_what_was() -> None:
    assert held((ANNA, Claim("seat", "1", (START, None))), (ANNA, Release("seat", "1", LATER))) == [
        (ANNA, Claim("seat", "1", (START, LATER)))
    ]


def test_a_release_before_the_first_day_leaves_nothing() -> None:
    assert held((ANNA, Claim("seat", "1", (START, None))), (ANNA, Release("seat", "1", START))) == []


def test_a_release_never_makes_a_period_longer() -> None:
    ended = Claim("seat", "1", (START, START + timedelta(days=9)))
    assert held((ANNA, ended), (ANNA, Release("seat", "1", LATER))) == [(ANNA, ended)]


def test_a_dated_release_does_not_touch_a_claim_for_good() -> None:
    assert held((ANNA, Claim("seat", "1")), (ANNA, Release("seat", "1", LATER))) == [(ANNA, Claim("seat", "1"))]


def test_only_the_holder_releases() -> None:
    assert held((ANNA, Claim("seat", "1")), (BEN, Release("seat", "1"))) == [(ANNA, Claim("seat", "1"))]


def test_what_is_released_can_be_claimed_again_at_once() -> None:
    claim = Claim("seat", "1")
    assert held((ANNA, claim), (ANNA, Release("seat", "1")), (BEN, claim)) == [(BEN, claim)]
    assert held((ANNA, claim), (ANNA, Release("seat", "1")), (ANNA, claim)) == [(ANNA, claim)]


def test_releases_are_sent_once_and_in_order() -> None:
    entries = [(ANNA, Release("seat", key)) for key in "3121"]
    slots = [row.slot for row in Settlement(entries).given]
    assert slots == sorted(slot_of("seat", key) for key in "123")


def test_a_slot_tells_scope_from_key() -> None:
    assert slot_of("ab", "c") != slot_of("a", "bc")


DAYS = st.dates(START, LATER)
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from([ANNA, BEN]),
        st.builds(Claim, st.just("seat"), st.sampled_from("12"))
        | st.builds(Claim, st.just("seat"), st.sampled_from("12"), st.tuples(DAYS, st.none()))
        | st.builds(Release, st.just("seat"), st.sampled_from("12"), st.none() | DAYS),
    ),
    max_size=12,
)


@given(ENTRIES, st.integers(0, 12))
def test_folding_in_two_transactions_is_folding_at_once(entries: list[tuple[UUID, Claim | Release]], cut: int) -> None:
    first = Settlement(entries[:cut])
    stored: list[tuple[UUID, Claim | Release]] = [(row.originator_id, row.claim) for row in first.held]
    assert sorted(held(*stored, *entries[cut:]), key=repr) == sorted(held(*entries), key=repr)
