"""Endings without a certificate, decided on small states: who may be closed, when it is late, what never reopens."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.rules.endings import (
    AlreadyDeclared,
    Archived,
    DeathUnproved,
    DecisionDayOutOfRange,
    EffectiveDayOutOfRange,
    EndingWanted,
    NeverReopened,
    NotWaiting,
    ReasonMissing,
    decide_ending,
    due_step,
    may_cancel,
    may_declare_illegal,
)
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.standing import CANCELLATIONS
from services.enrollment.domain.rules.texts import TextIsFormula, TextNamesPerson
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.ids import uuid7

SCHOOL = "4111010001"
TODAY = date(2025, 10, 23)


def wanted(kind="退学", on=date(2025, 9, 26), **values):
    asked = {"decision_no": "校学〔2025〕9号", "decided_on": on, "effective_on": on, "reason": "本人申请"} | values
    return EndingWanted(kind, **asked)


def cancel(status, asked, *, school=SCHOOL, today=TODAY):
    may_cancel(status, asked, school_code=school, today=today)
    values = decide_ending(status, asked, cancellation_id=uuid7(), today=today)
    return values, draft_of(StudentStatus, uuid7(), 1, status, StudentStatus.Cancelled, values).standing_after


@pytest.mark.rule("A12-6")
@pytest.mark.parametrize("state", ["active", "suspended", "on_leave", "reserved"])
@pytest.mark.parametrize(("kind", "end"), sorted(CANCELLATIONS.items()))
def test_any_open_status_may_end_in_each_of_four_ways(status, state, kind, end):
    """Given any open status, when the school decides that it ends, then it is closed in the state of that kind."""
    before = replace(status, state=state, since=date(2025, 3, 1))
    assert cancel(before, wanted(kind, proof="死亡医学证明"))[1].state == end


@pytest.mark.rule("A13-4")
@pytest.mark.parametrize("kind", sorted(CANCELLATIONS))
@pytest.mark.parametrize("state", sorted(CANCELLATIONS.values()))
def test_a_cancelled_status_is_not_cancelled_again(status, state, kind):
    """Given a cancelled status, when it is cancelled again, then it is refused and points to the correction case."""
    with pytest.raises(NeverReopened) as refusal:
        cancel(replace(status, state=state), wanted(kind, proof="x"))
    assert "立案" in refusal.value.as_dict()["zh"]


@pytest.mark.rule("A14-2")
def test_who_has_graduated_is_not_cancelled_by_the_school(status):
    """Given a graduate, when the school cancels the status, then the archive is not touched."""
    with pytest.raises(Archived):
        cancel(status.left("毕业", date(2025, 7, 1)), wanted())


@pytest.mark.rule("A13-2", "A13-3")
def test_a_cancellation_is_due_fifteen_working_days_after_the_decision(status):
    """Given a decision of 26 September, when it is recorded on 23 October, then in time, and a day later late."""
    in_time, _ = cancel(status, wanted())
    late, _ = cancel(status, wanted(), today=date(2025, 10, 24))
    assert (in_time["due_on"], in_time["late"], late["late"]) == (date(2025, 10, 23), False, True)


@pytest.mark.rule("A13-2")
def test_the_tenth_working_day_reminds_and_half_a_year_lets_lapse():
    """Given a proposal that waits, when ten working days are over, then it is reminded of once; later it lapses."""
    asked = proposal().standing
    assert asked.remind_on == date(2025, 10, 16)
    assert due_step(asked, ended=False, today=date(2025, 10, 15)) is None
    assert due_step(asked, ended=False, today=date(2025, 10, 16)) == "remind"
    told = replace(asked, reminded_on=date(2025, 10, 16))
    assert due_step(told, ended=False, today=date(2025, 10, 17)) is None
    assert due_step(told, ended=False, today=date(2025, 10, 23)) is None
    assert due_step(told, ended=False, today=date(2025, 10, 24)) == "overdue"
    assert due_step(asked, ended=False, today=date(2025, 10, 24)) == "overdue"  # nobody is reminded of what is late
    late = replace(told, overdue_on=date(2025, 10, 24))
    assert due_step(late, ended=False, today=date(2025, 10, 25)) is None
    assert due_step(late, ended=False, today=date(2026, 3, 29)) == "expired"
    assert due_step(told, ended=True, today=date(2025, 10, 17)) == "ended_otherwise"


@pytest.mark.rule("A24-3")
@pytest.mark.parametrize("kind", ["退学", "取消学籍", "开除学籍"])
def test_nobody_loses_a_status_without_a_reason(status, kind):
    """Given a decision without a reason, when it is proposed, then it is refused."""
    with pytest.raises(ReasonMissing):
        cancel(status, wanted(kind, reason=" "))


@pytest.mark.rule("A12-6")
def test_a_death_needs_its_proof_and_may_lie_before_the_last_change(status):
    """Given a death, when its proof is named, then the status ends on that day, whatever was recorded since."""
    changed = replace(status, changed_on=date(2025, 9, 1))
    with pytest.raises(DeathUnproved):
        cancel(changed, wanted("死亡", reason=""))
    died = wanted("死亡", reason="", proof="死亡医学证明", effective_on=date(2025, 7, 20))
    assert cancel(changed, died)[1].since == date(2025, 7, 20)
    with pytest.raises(EffectiveDayOutOfRange):
        cancel(changed, wanted(effective_on=date(2025, 7, 20)))


@pytest.mark.rule("A12-6")
def test_an_ending_holds_from_entry_to_today(status):
    """Given today, when an ending is decided or holds from tomorrow, then it is refused."""
    with pytest.raises(EffectiveDayOutOfRange):
        cancel(status, wanted(effective_on=date(2025, 10, 24)))
    with pytest.raises(EffectiveDayOutOfRange):
        cancel(status, wanted(effective_on=date(2022, 8, 31)))
    with pytest.raises(DecisionDayOutOfRange):
        cancel(status, wanted(decided_on=date(2025, 10, 24)))


@pytest.mark.rule("A4-1")
def test_a_school_ends_the_statuses_of_its_own_students(status):
    """Given another school's student, when a school cancels the status, then it is refused."""
    with pytest.raises(NotOwnStudent):
        cancel(status, wanted(), school="4133010335")


@pytest.mark.rule("A25-1")
def test_a_reason_names_nobody_by_number(status):
    """Given a reason with an identity number in it, when it is proposed, then it is refused."""
    with pytest.raises(TextNamesPerson):
        cancel(status, wanted(reason="冒用11010519491231002X"))
    with pytest.raises(TextIsFormula):
        cancel(status, wanted(reason="=1+1"))


@pytest.mark.rule("R41-27", "R41-33")
def test_time_away_ends_with_the_status(status):
    """Given a leave of half a year, when the status ends, then those months are no time of study."""
    away = replace(status, state="on_leave", since=date(2025, 3, 26))
    assert cancel(away, wanted())[1].away_months == 6


@pytest.mark.rule("A26-2", "R41-37")
@pytest.mark.parametrize("state", ["active", "on_leave", "graduated", "completed", "dropped", "transferred_out"])
def test_an_illegal_entry_is_revoked_whenever_it_is_found_out(status, state):
    """Given a status, open or ended, when the entry is found illegal, then it is cancelled and said to be so."""
    found = replace(status, state=state, since=date(2025, 7, 1))
    asked = wanted("取消学籍", illegal_entry=True, reason="冒名顶替入学")
    may_declare_illegal(found, asked, today=TODAY)
    values = decide_ending(found, asked, cancellation_id=uuid7(), today=TODAY)
    after = draft_of(StudentStatus, uuid7(), 1, found, StudentStatus.Cancelled, values).standing_after
    assert (after.state, after.illegal_entry) == ("cancelled", True)
    with pytest.raises(AlreadyDeclared):
        may_declare_illegal(after, asked, today=TODAY)


@pytest.mark.rule("A26-2")
def test_a_declaration_has_a_reason_and_a_day_that_has_come(status):
    """Given a declaration without a reason or from tomorrow, when it is made, then it is refused."""
    with pytest.raises(ReasonMissing):
        may_declare_illegal(status, wanted("取消学籍", reason="", illegal_entry=True), today=TODAY)
    with pytest.raises(DecisionDayOutOfRange):
        may_declare_illegal(status, wanted("取消学籍", date(2025, 10, 24), illegal_entry=True), today=TODAY)


def proposal():
    day = date(2025, 9, 26)
    return Cancellation(
        status_id=uuid7(),
        school_code=SCHOOL,
        training="regular",
        kind="退学",
        decision_no="校学〔2025〕9号",
        decided_on=day,
        effective_on=day,
        reason="本人申请",
        proof="",
        illegal_entry=False,
        asked_on=day,
        proposed_by="r1",
        proposed_on=day,
        due_on=date(2025, 10, 23),
        remind_on=date(2025, 10, 16),
    )


@pytest.mark.rule("A24-2", "A13-4")
@pytest.mark.parametrize("first", ["confirm", "decline", "lapse"])
def test_a_decided_proposal_is_not_decided_again(first):
    """Given a proposal that was confirmed, declined or lapsed, when it is decided again, then it is refused."""
    asked = proposal()
    steps = {
        "confirm": lambda: asked.confirm(confirmed_by="r2", confirmed_on=TODAY, late=False),
        "decline": lambda: asked.decline(declined_by="r2", reason="撤回"),
        "lapse": lambda: asked.lapse(lapsed_on=TODAY, cause="expired"),
    }
    steps[first]()
    for step in steps.values():
        with pytest.raises(NotWaiting):
            step()
    with pytest.raises(NotWaiting):
        asked.remind(reminded_on=TODAY)
