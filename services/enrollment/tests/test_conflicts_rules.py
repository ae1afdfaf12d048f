"""Who decides a conflict and what may come out of it, on small states."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.enrollment.domain.rules.conflicts import (
    AlreadyJoined,
    ConflictDecided,
    ConflictStanding,
    DecidedByAParty,
    EndingMissing,
    EndsOutsideItsTime,
    NotYetJoined,
    SomethingFollowed,
    may_act,
    may_both_keep,
    may_decide,
    may_end,
    may_join,
    periods_disjoint,
)
from services.enrollment.domain.rules.entry import OneFulltimeStatus

HERE, SAME_PROVINCE, ELSEWHERE = "4111010001", "4111010002", "4133010335"
TODAY = date(2023, 3, 1)


@pytest.fixture
def conflict():
    return ConflictStanding(
        state="open",
        id_key="a" * 40,
        first_status_id=uuid4(),
        first_school=HERE,
        second_school=ELSEWHERE,
        second_status_id=None,
        admission_id=uuid4(),
        two_people=False,
        due_on=date(2023, 3, 22),
        hands=("opener",),
    )


@pytest.mark.rule("A8-9", "A4-2")
def test_the_province_of_both_sides_decides_and_the_ministry_between_two(conflict):
    """Given two schools, when they lie in one province, then it decides; between two provinces the ministry does."""
    assert conflict.deciding_province is None
    assert replace(conflict, second_school=SAME_PROVINCE).deciding_province == "11"


@pytest.mark.rule("A24-2")
def test_who_spoke_for_a_side_does_not_decide(conflict):
    """Given somebody who opened or answered, when the same person decides, then it is refused."""
    with pytest.raises(DecidedByAParty):
        may_decide(conflict.with_hand("witness"), sub="witness", outcome="first_keeps")
    may_decide(conflict, sub="judge", outcome="first_keeps")


@pytest.mark.rule("X-CASE-1")
@pytest.mark.parametrize("outcome", ["both_keep", "second_corrected"])
def test_some_outcomes_need_both_statuses(conflict, outcome):
    """Given a second side that is not on record, when an outcome needs it, then its registration comes first."""
    with pytest.raises(NotYetJoined):
        may_decide(conflict, sub="judge", outcome=outcome)
    may_decide(replace(conflict, second_status_id=uuid4()), sub="judge", outcome=outcome)


@pytest.mark.rule("X-CASE-1", "X-CASE-2")
def test_a_conflict_is_joined_once_and_decided_once(conflict):
    """Given a conflict, when it is joined twice or acted upon after its end, then it is refused."""
    may_join(conflict)
    with pytest.raises(AlreadyJoined):
        may_join(replace(conflict, second_status_id=uuid4()))
    with pytest.raises(ConflictDecided):
        may_act(replace(conflict, state="decided"))


@pytest.mark.rule("A8-9")
@pytest.mark.parametrize(
    ("one", "other", "disjoint"),
    [
        ((date(2020, 9, 1), date(2022, 9, 1)), (date(2022, 9, 1), None), True),
        ((date(2022, 9, 1), None), (date(2020, 9, 1), date(2022, 9, 1)), True),
        ((date(2020, 9, 1), date(2022, 9, 2)), (date(2022, 9, 1), None), False),
        ((date(2020, 9, 1), None), (date(2022, 9, 1), None), False),
    ],
)
def test_both_keep_only_in_different_times(one, other, disjoint):
    """Given two full-time statuses, when they share a day, then they cannot both stand; touching they can."""
    assert periods_disjoint(one, other) is disjoint
    if disjoint:
        may_both_keep(one, other)
    else:
        with pytest.raises(OneFulltimeStatus):
            may_both_keep(one, other)


@pytest.mark.rule("A8-9")
@pytest.mark.parametrize(("ending", "ends_on"), [(None, None), ("死亡", None), ("退学", None)])
def test_it_is_said_how_the_other_ends(status, ending, ends_on):
    """Given a status that does not stand, when its ending or the day of a withdrawal is missing, then it is refused."""
    with pytest.raises(EndingMissing):
        may_end(status, ending=ending, ends_on=ends_on, today=TODAY)


@pytest.mark.rule("X-CODE-7")
@pytest.mark.parametrize("ends_on", [date(2022, 9, 1), date(2023, 3, 2), date(2020, 1, 1)])
def test_a_withdrawal_lies_within_the_status(status, ends_on):
    """Given a status, when its withdrawal is dated outside of it or ahead, then it is refused."""
    with pytest.raises(EndsOutsideItsTime):
        may_end(status, ending="退学", ends_on=ends_on, today=TODAY)
    may_end(status, ending="退学", ends_on=date(2022, 12, 1), today=TODAY)


@pytest.mark.rule("X-STATE-2")
@pytest.mark.parametrize("change", [{"settled_year": 2023}, {"marks": ("休学",)}, {"state": "graduated"}])
def test_a_registration_is_taken_back_only_while_nothing_followed(status, change):
    """Given a status with a later year, a change or an end, when its registration is taken back, then it is refused."""
    may_end(status, ending="撤回注册", ends_on=None, today=TODAY)
    with pytest.raises(SomethingFollowed):
        may_end(replace(status, **change), ending="撤回注册", ends_on=None, today=TODAY)


@pytest.mark.rule("A26-2")
def test_an_impostors_status_ends_even_after_graduation(status):
    """Given a graduate who was somebody else, when the status is cancelled, then its being closed is no bar, as it is
    to a withdrawal."""
    graduate = replace(status, state="graduated")
    may_end(graduate, ending="取消学籍", ends_on=None, today=TODAY)
    with pytest.raises(EndsOutsideItsTime):
        may_end(graduate, ending="退学", ends_on=date(2022, 12, 1), today=TODAY)
