"""Changes of an open status, decided on small states: every edge of the table, its guard and its words."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.rules.change_refusals import (
    BoundToMajor,
    CauseUnknown,
    ChangeDoesNotFollow,
    DischargeMissing,
    GradeOutOfRange,
    GraduationNotLater,
    GraduationOutOfRange,
    LeaveTooLong,
    MajorUnchanged,
    ReturnAskedTooEarly,
    ReturnDayMissing,
    ReturnNotAsked,
    ReturnTakesTooLong,
    ReturnTooLate,
    ServiceReturnTooLate,
    SomethingFollowed,
)
from services.enrollment.domain.rules.changes import (
    CHANGES,
    ChangeWanted,
    decide_change,
    decide_change_withdrawn,
    is_change_told,
    is_overdue,
    may_withdraw_change,
)
from services.enrollment.domain.rules.endings import (
    Archived,
    DecisionDayOutOfRange,
    EffectiveDayOutOfRange,
    NeverReopened,
)
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.years import AfterGraduation, may_settle_year
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.ids import uuid7

SCHOOL = "4111010001"
TODAY = date(2025, 12, 1)


def wanted(kind, on=date(2024, 3, 1), **values):
    asked = {"decision_no": "校学〔2024〕7号", "decided_on": on, "effective_on": on} | values
    return ChangeWanted(kind, **asked)


def decide(status, asked, *, school=SCHOOL, today=TODAY):
    return decide_change(status, asked, school_code=school, today=today)


def changed(status, asked, **options):
    """The standing after the change."""
    values = decide(status, asked, **options)
    return draft_of(StudentStatus, uuid7(), 1, status, StudentStatus.Changed, values).standing_after


def on_leave(status, **values):
    return changed(status, wanted("休学", cause="因病", return_by=date(2025, 3, 1), **values))


def in_service(status):
    return changed(status, wanted("保留学籍", cause="应征入伍"))


@pytest.mark.rule("A12-4")
def test_leave_has_a_cause_and_a_day_of_return(status):
    """Given an active student, when leave is granted with cause and day of return, then the status is on leave."""
    after = on_leave(status)
    assert (after.state, after.since, after.return_by) == ("on_leave", date(2024, 3, 1), date(2025, 3, 1))
    assert (after.marks, after.leave_terms) == (("休学",), 2)
    with pytest.raises(CauseUnknown):
        decide(status, wanted("休学", return_by=date(2025, 3, 1)))
    with pytest.raises(ReturnDayMissing):
        decide(status, wanted("休学", cause="因病"))
    with pytest.raises(ReturnDayMissing):
        decide(status, wanted("休学", cause="因病", return_by=date(2024, 3, 1)))


@pytest.mark.rule("A12-4")
def test_all_leave_together_stays_within_the_limit(status):
    """Given three terms of leave, when two more are granted, then the change is refused."""
    first = changed(status, wanted("休学", on=date(2023, 3, 1), cause="创业", return_by=date(2024, 9, 1)))
    back = changed(first, wanted("复学", on=date(2024, 9, 1), applied_on=date(2024, 8, 20)))
    assert changed(back, wanted("休学", date(2025, 3, 1), cause="因病", return_by=date(2025, 9, 1))).leave_terms == 4
    with pytest.raises(LeaveTooLong):
        decide(back, wanted("休学", date(2025, 3, 1), cause="因病", return_by=date(2025, 9, 2)))


@pytest.mark.rule("A12-4")
def test_the_limit_of_leave_is_the_schools_own(status):
    """Given a school that grants two terms, when three are asked for, then the leave is refused."""
    asked = wanted("休学", cause="因病", return_by=date(2025, 3, 2))
    assert decide(status, asked)["terms"] == 3
    with pytest.raises(LeaveTooLong) as refusal:
        decide_change(status, asked, school_code=SCHOOL, today=TODAY, longest_leave=2)
    assert refusal.value.as_dict()["detail"]["most"] == "2"


@pytest.mark.rule("A28-1", "A13-2")
def test_before_the_measure_its_rules_bind_no_decision(status):
    """Given a decision from before September 2014, when it is recorded, then no cause is asked for and nothing late."""
    earlier = replace(status, entry_date=date(2012, 9, 1), since=date(2012, 9, 1), grade=2012)
    values = decide(earlier, wanted("休学", date(2014, 3, 1), return_by=date(2015, 3, 1)))
    assert (values["due_on"], values["late"]) == (None, False)
    assert decide(earlier, wanted("留级", date(2014, 3, 1)))["grade"] == 2013
    with pytest.raises(CauseUnknown):
        decide(earlier, wanted("休学", date(2014, 9, 1), return_by=date(2015, 3, 1)))


@pytest.mark.rule("A12-4")
def test_who_returns_has_applied_in_time(status):
    """Given a leave until March, when the application comes in April, then the return is refused."""
    away = on_leave(status)
    with pytest.raises(ReturnNotAsked):
        decide(away, wanted("复学", date(2025, 3, 1)))
    with pytest.raises(ReturnNotAsked):
        decide(away, wanted("复学", date(2025, 3, 1), applied_on=date(2025, 3, 2)))
    with pytest.raises(ReturnTooLate) as refusal:
        decide(away, wanted("复学", date(2025, 4, 2), applied_on=date(2025, 4, 1)))
    assert "退学" in refusal.value.as_dict()["zh"]
    back = changed(away, wanted("复学", date(2025, 3, 1), applied_on=date(2025, 3, 1)))
    assert (back.state, back.return_by, back.since) == ("active", None, date(2025, 3, 1))
    assert (back.away_months, back.grade, back.expected_graduation_date) == (12, 2023, date(2027, 7, 1))


@pytest.mark.rule("A12-4")
def test_a_leave_that_outlasts_its_day_is_listed_and_ends_nothing_by_itself(status):
    """Given a leave that is over, when nobody decides, then it is overdue and still on leave."""
    away = on_leave(status)
    assert not is_overdue(away, date(2025, 3, 1))
    assert is_overdue(away, date(2025, 3, 2))
    assert away.state == "on_leave"
    assert not is_overdue(status, date(2030, 1, 1))


@pytest.mark.rule("R41-27")
def test_service_keeps_the_status_until_two_years_after_discharge(status):
    """Given a status kept for service, when the student applies within two years of discharge, then it is active."""
    away = in_service(status)
    assert (away.state, away.in_service, away.return_by) == ("reserved", True, None)
    with pytest.raises(DischargeMissing):
        decide(away, wanted("复学", date(2025, 9, 1), applied_on=date(2025, 8, 1)))
    asked = wanted("复学", date(2028, 9, 1), applied_on=date(2028, 9, 1), discharged_on=date(2026, 9, 1))
    assert changed(away, asked, today=date(2028, 9, 2)).state == "active"
    with pytest.raises(ServiceReturnTooLate):
        decide(
            away,
            wanted("复学", date(2028, 9, 2), applied_on=date(2028, 9, 2), discharged_on=date(2026, 9, 1)),
            today=date(2028, 9, 2),
        )


@pytest.mark.rule("R41-27")
def test_time_in_service_is_not_counted(status):
    """Given two years of military service, when the student returns, then graduation is expected two years later."""
    asked = wanted("复学", date(2026, 3, 1), applied_on=date(2026, 2, 1), discharged_on=date(2026, 1, 1))
    back = changed(in_service(status), asked, today=date(2026, 3, 1))
    assert (back.expected_graduation_date, back.grade, back.away_months) == (date(2028, 7, 1), 2024, 24)
    assert not back.in_service


@pytest.mark.rule("R41-27", "A28-1")
def test_before_the_present_regulation_the_right_to_return_lasted_one_year(status):
    """Given a discharge before September 2017, when the student applies after a year, then the return is refused."""
    earlier = replace(status, entry_date=date(2014, 9, 1), expected_graduation_date=date(2018, 7, 1), since=None)
    away = changed(earlier, wanted("保留学籍", date(2015, 9, 1), cause="应征入伍"))
    asked = wanted("复学", date(2018, 3, 1), applied_on=date(2018, 2, 1), discharged_on=date(2017, 1, 1))
    with pytest.raises(ServiceReturnTooLate):
        decide(away, asked)


@pytest.mark.rule("A12-4")
def test_an_exchange_has_an_end_and_counts_as_study(status):
    """Given a status kept for an exchange, when the student is back, then grade and graduation are as before."""
    with pytest.raises(ReturnDayMissing):
        decide(status, wanted("保留学籍", cause="交流学习"))
    away = changed(status, wanted("保留学籍", cause="交流学习", return_by=date(2025, 3, 1)))
    back = changed(away, wanted("复学", date(2025, 2, 20), applied_on=date(2025, 2, 1)))
    assert (back.grade, back.expected_graduation_date, back.away_months) == (2022, date(2026, 7, 1), 0)


@pytest.mark.rule("R41-21")
def test_a_major_is_changed_to_another_one(status):
    """Given an active student, when the school grants another major, then the status carries it."""
    after = changed(status, wanted("转专业", major_code="020101", major_name="经济学"))
    assert (after.major_code, after.major_name, after.state) == ("020101", "经济学", "active")
    with pytest.raises(MajorUnchanged):
        decide(status, wanted("转专业", major_code="010101", major_name="哲学"))
    with pytest.raises(MajorUnchanged):
        decide(status, wanted("转专业", major_name="哲学"))
    with pytest.raises(MajorUnchanged):
        decide(status, wanted("转专业", major_code="020101"))


@pytest.mark.rule("R41-21")
@pytest.mark.parametrize("admission_type", ["免费师范生", "公费师范生", "定向生", "国防生", "少数民族骨干计划"])
def test_who_was_admitted_under_a_contract_keeps_the_major(status, admission_type):
    """Given a student admitted for a special purpose, when another major is asked for, then it is refused."""
    bound = replace(status, admission_type=admission_type)
    with pytest.raises(BoundToMajor) as refusal:
        decide(bound, wanted("转专业", major_code="020101", major_name="经济学"))
    assert admission_type in refusal.value.as_dict()["zh"]


@pytest.mark.rule("R41-21")
def test_a_regional_plan_binds_to_no_major(status):
    """Given a student of a regional plan, when another major is granted, then the status carries it."""
    plan = replace(status, admission_type="国家专项计划")
    assert changed(plan, wanted("转专业", major_code="020101", major_name="经济学")).major_name == "经济学"


@pytest.mark.rule("A12-4")
@pytest.mark.parametrize(
    ("kind", "grade", "after", "graduates"),
    [
        ("留级", None, 2023, date(2027, 7, 1)),
        ("降级", 2024, 2024, date(2028, 7, 1)),
        ("跳级", None, 2021, date(2025, 7, 1)),
    ],
)
def test_a_grade_moves_and_graduation_with_it(status, kind, grade, after, graduates):
    """Given an active student, when a year is repeated, lowered or skipped, then class and graduation move."""
    moved = changed(status, wanted(kind, grade=grade))
    assert (moved.grade, moved.expected_graduation_date, moved.marks) == (after, graduates, (kind,))


@pytest.mark.rule("A12-4")
@pytest.mark.parametrize(
    ("kind", "grade"), [("留级", 2024), ("留级", 2022), ("降级", 2021), ("降级", 2026), ("跳级", 2023)]
)
def test_a_grade_moves_the_way_the_kind_says(status, kind, grade):
    """Given a grade move, when the class named is not where it leads, then it is refused."""
    with pytest.raises(GradeOutOfRange):
        decide(status, wanted(kind, grade=grade))


@pytest.mark.rule("A12-4")
def test_nobody_asks_to_come_back_before_going(status):
    """Given a leave from March, when an application of February is named, then the return is refused."""
    away = on_leave(status)
    with pytest.raises(ReturnAskedTooEarly) as refusal:
        decide(away, wanted("复学", date(2024, 9, 1), applied_on=date(2024, 2, 29)))
    assert "休学" in refusal.value.as_dict()["zh"]
    assert changed(away, wanted("复学", date(2024, 9, 1), applied_on=date(2024, 3, 1))).state == "active"


@pytest.mark.rule("A12-4", "R41-27")
def test_a_return_takes_effect_within_a_semester(status):
    """Given a leave until March 2025 or a discharge, when a return asked for in time takes effect later than a
    semester after the day of return, or after the application that follows service, then it is refused."""
    away = on_leave(status)
    assert changed(away, wanted("复学", date(2025, 9, 1), applied_on=date(2024, 6, 1))).state == "active"
    with pytest.raises(ReturnTakesTooLong) as refusal:
        decide(away, wanted("复学", date(2025, 9, 2), applied_on=date(2025, 2, 1)))
    assert refusal.value.as_dict()["field"] == "SXRQ"
    assert "2025-09-01" in refusal.value.as_dict()["zh"]
    home = {"applied_on": date(2025, 3, 1), "discharged_on": date(2025, 1, 1)}
    assert changed(in_service(status), wanted("复学", date(2025, 9, 1), **home)).state == "active"
    with pytest.raises(ReturnTakesTooLong):
        decide(in_service(status), wanted("复学", date(2025, 9, 2), **home))


@pytest.mark.rule("A12-1", "A12-9")
@pytest.mark.parametrize("state", ["active", "suspended"])
def test_who_does_not_graduate_in_time_is_given_more_time(status, state):
    """Given a student who was expected to graduate in July 2026, when the school extends the time of study, then the
    later day is expected, nothing else has moved, and the year after takes its result."""
    for year in (2023, 2024, 2025):
        status = status.year_settled(year, "registered")
    late, asked = replace(status, state=state), wanted("延长学习年限", date(2026, 9, 10))
    longer = changed(late, replace(asked, expected_graduation_date=date(2027, 7, 1)), today=date(2026, 9, 10))
    moved = {"expected_graduation_date": date(2027, 7, 1), "changed_on": date(2026, 9, 10), "told": longer.told}
    assert longer == replace(late, **moved)
    may_settle_year(longer, school_code=SCHOOL, academic_year=2026, result="registered")
    with pytest.raises(AfterGraduation):
        may_settle_year(late, school_code=SCHOOL, academic_year=2026, result="registered")


@pytest.mark.rule("A12-9")
def test_more_time_leads_to_a_later_day_within_the_longest_time(status):
    """Given an expected graduation, when the time of study is extended to no day, an earlier one or one far away, then
    it is refused; so it is of whoever is away, for a return moves graduation by itself."""
    for day in (None, date(2026, 6, 30), date(2026, 7, 1)):
        with pytest.raises(GraduationNotLater):
            decide(status, wanted("延长学习年限", expected_graduation_date=day))
    with pytest.raises(GraduationOutOfRange):
        decide(status, wanted("延长学习年限", expected_graduation_date=date(2038, 1, 1)))
    with pytest.raises(ChangeDoesNotFollow):
        decide(on_leave(status), wanted("延长学习年限", expected_graduation_date=date(2027, 7, 1)))


@pytest.mark.rule("A12-4")
def test_expected_graduation_is_what_the_decision_says_within_reason(status):
    """Given a decision that names the graduation, when it is before the change or far away, then it is refused."""
    said = changed(status, wanted("留级", expected_graduation_date=date(2027, 1, 15)))
    assert said.expected_graduation_date == date(2027, 1, 15)
    for day in (date(2024, 3, 1), date(2038, 1, 1)):
        with pytest.raises(GraduationOutOfRange):
            decide(status, wanted("留级", expected_graduation_date=day))


@pytest.mark.rule("A12-4", "X-STATE-2")
@pytest.mark.parametrize("kind", sorted(set(CHANGES) - {"延长学习年限"}))
def test_no_change_starts_where_the_table_has_no_edge(status, kind):
    """Given a suspended registration, when any change of state is asked for, then it does not follow."""
    suspended = status.year_settled(2023, "deferred")
    with pytest.raises(ChangeDoesNotFollow) as refusal:
        decide(suspended, wanted(kind, cause="因病"))
    assert "暂缓注册" in refusal.value.as_dict()["zh"]


@pytest.mark.rule("A13-4")
@pytest.mark.parametrize("state", ["dropped", "cancelled", "expelled", "deceased"])
@pytest.mark.parametrize("kind", CHANGES)
def test_nothing_changes_a_status_that_was_cancelled(status, kind, state):
    """Given a cancelled status, when any change is asked for, then it is refused and points to the correction case."""
    with pytest.raises(NeverReopened) as refusal:
        decide(status.moved(state, date(2024, 1, 1)), wanted(kind))
    assert "更正" in refusal.value.as_dict()["zh"]
    assert "correction case" in refusal.value.as_dict()["en"]


@pytest.mark.rule("A14-2")
@pytest.mark.parametrize("state", ["graduated", "completed", "transferred_out", "withdrawn"])
@pytest.mark.parametrize("kind", CHANGES)
def test_nothing_changes_an_archive(status, kind, state):
    """Given a student who has left, when any change is asked for, then the archive is not touched."""
    with pytest.raises(Archived) as refusal:
        decide(status.moved(state, date(2024, 1, 1)), wanted(kind))
    assert "correction case" in refusal.value.as_dict()["en"]


@pytest.mark.rule("A4-1")
def test_a_school_changes_its_own_students_only(status):
    """Given a student of one school, when another school decides, then it is refused."""
    with pytest.raises(NotOwnStudent):
        decide(status, wanted("留级"), school="4133010335")


@pytest.mark.rule("A12-4")
def test_changes_follow_each_other_in_the_order_of_their_days(status):
    """Given a change from September, when one from June is recorded, then it is refused unless said retroactive."""
    after = changed(status, wanted("留级", date(2024, 9, 1)))
    earlier = wanted("转专业", date(2024, 6, 1), decided_on=date(2024, 9, 2), major_code="020101", major_name="经济学")
    with pytest.raises(EffectiveDayOutOfRange):
        decide(after, earlier)
    said = changed(after, replace(earlier, retroactive=True))
    assert (said.major_name, said.changed_on) == ("经济学", date(2024, 9, 1))


@pytest.mark.rule("A12-4")
def test_what_moves_the_state_is_never_retroactive(status):
    """Given a return from leave, when a grade move is said to hold from within the leave, then it is refused."""
    back = changed(on_leave(status), wanted("复学", date(2025, 3, 1), applied_on=date(2025, 2, 1)))
    with pytest.raises(EffectiveDayOutOfRange):
        decide(back, wanted("留级", date(2024, 6, 1), decided_on=date(2025, 4, 1), retroactive=True))
    asked = wanted("休学", date(2025, 2, 1), cause="因病", return_by=date(2025, 6, 1), retroactive=True)
    with pytest.raises(EffectiveDayOutOfRange):
        decide(back, asked)


@pytest.mark.rule("A12-4")
def test_no_change_holds_before_entry_or_after_today(status):
    """Given today, when a change holds from tomorrow or from before entry, then it is refused."""
    with pytest.raises(EffectiveDayOutOfRange):
        decide(status, wanted("留级", date(2025, 12, 2), decided_on=TODAY))
    with pytest.raises(EffectiveDayOutOfRange):
        decide(status, wanted("留级", date(2022, 8, 31), decided_on=TODAY))
    with pytest.raises(DecisionDayOutOfRange):
        decide(status, wanted("留级", TODAY, decided_on=date(2025, 12, 2)))


@pytest.mark.rule("A13-2")
def test_a_change_recorded_after_fifteen_working_days_is_marked_late(status):
    """Given a decision of 26 September 2025, when it is recorded on 23 October, then in time, and a day later late."""
    asked = wanted("留级", date(2025, 9, 26))
    in_time, late = (decide(status, asked, today=date(2025, 10, day)) for day in (23, 24))
    assert (in_time["due_on"], in_time["late"], late["late"]) == (date(2025, 10, 23), False, True)


@pytest.mark.rule("A13-3")
def test_where_no_calendar_is_published_nothing_is_late(status):
    """Given a decision in a year without a published calendar, when it is recorded, then no due day is guessed."""
    later = replace(status, entry_date=date(2031, 9, 1), expected_graduation_date=date(2035, 7, 1), grade=2031)
    values = decide(later, wanted("留级", date(2033, 3, 1)), today=date(2033, 9, 1))
    assert (values["due_on"], values["late"]) == (None, False)


@pytest.mark.rule("A12-4")
def test_the_same_decision_is_known_again(status):
    """Given a recorded decision, when the same comes again, then it is known and another one is not."""
    asked = wanted("留级", date(2024, 9, 1))
    after = changed(status, asked)
    assert is_change_told(after, asked)
    assert not is_change_told(after, replace(asked, decision_no="校学〔2024〕8号"))
    assert not is_change_told(status, asked)


@pytest.mark.rule("X-UNDO-1")
def test_only_the_last_change_is_taken_back(status):
    """Given two changes, when the first is taken back, then it is refused, for something followed."""
    with pytest.raises(SomethingFollowed):
        may_withdraw_change(status, version=2, last_version=3, kind="留级")
    with pytest.raises(SomethingFollowed):
        may_withdraw_change(status, version=3, last_version=3, kind="")
    may_withdraw_change(status, version=3, last_version=3, kind="留级")


@pytest.mark.rule("A13-4")
def test_no_change_of_a_closed_status_is_taken_back(status):
    """Given a cancelled status, when its last change is to be taken back, then it is refused."""
    with pytest.raises(NeverReopened):
        may_withdraw_change(status.moved("dropped", TODAY), version=3, last_version=3, kind="休学")


@pytest.mark.rule("X-UNDO-1")
def test_what_is_taken_back_leaves_everything_as_it_was(status):
    """Given any change, when it is taken back, then the status stands exactly as before it."""
    for before, asked in (
        (status, wanted("休学", cause="因病", return_by=date(2025, 3, 1))),
        (status, wanted("保留学籍", cause="应征入伍")),
        (status, wanted("转专业", major_code="020101", major_name="经济学")),
        (status, wanted("跳级")),
        (status, wanted("延长学习年限", expected_graduation_date=date(2027, 7, 1))),
        (on_leave(status), wanted("复学", date(2025, 3, 1), applied_on=date(2025, 2, 1))),
    ):
        now = changed(before, asked)
        values = decide_change_withdrawn(before, now, kind=asked.kind, effective_on=asked.effective_on, version=2)
        draft = draft_of(StudentStatus, uuid7(), 2, now, StudentStatus.ChangeWithdrawn, values)
        assert draft.standing_after == before
        assert values["restored"]
