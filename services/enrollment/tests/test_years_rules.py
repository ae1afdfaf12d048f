"""The rules of a student's years: who is due, in which order, why a year waits, and what it tells."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.papers import RECORDS
from services.enrollment.domain.rules.school_years import GRADE_MOVES
from services.enrollment.domain.rules.texts import TextNamesPerson
from services.enrollment.domain.rules.year_results import (
    AidComesFirst,
    CauseWithoutDeferral,
    ChangeNotRecorded,
    RecordComesLate,
    RecordUnclassified,
    TransferNotRecorded,
    TuitionUnpaid,
    YearFiling,
    YearNotLast,
    decide_year,
    decide_year_withdrawn,
    is_settled_alike,
    may_withdraw_year,
)
from services.enrollment.domain.rules.years import (
    AfterGraduation,
    AwayNotDue,
    FreshmanYear,
    ServiceNotDue,
    StatusNotOpen,
    StudyTime,
    YearAlreadySettled,
    YearOutOfOrder,
    YearSpentAway,
    is_due,
    last_begun,
    usual_due,
    usual_first,
)
from shared.codes.malformed import Malformed
from shared.intake.tables import RECORD_KINDS, YEAR_RESULTS

SCHOOL = "4111010001"
LATE_2023 = date(2023, 12, 1)


def filed(year, result="registered", **values):
    return YearFiling(values.pop("school_code", SCHOOL), year, result, **values)


def decided(status, year, result="registered", on=None, first_of=usual_first, **values):
    on = on or date(year, 9, 10)
    return decide_year(status, filed(year, result, **values), registered_on=on, due_of=usual_due, first_of=first_of)


def settled(status, year, result="registered", **values):
    said = decided(status, year, result, **values)
    return status.year_settled(year, result, (*said["changes"], *said["annotations"]))


def on_leave(status, since, kind="休学"):
    return status.moved("on_leave", since, marks=(*status.marks, kind))


def back(status, on):
    return status.moved("active", on, marks=(*status.marks, "复学"))


@pytest.mark.rule("A12-1")
def test_each_year_after_the_first_needs_a_result_until_graduation(status):
    """Given a student of 2022, when years pass, then each from 2023 on is due until the student has graduated: who
    was expected to in 2026 and has not is still due in 2026, and after graduation no year is."""
    due = [year for year in range(2020, 2028) if is_due(status, year)]
    assert due == [2023, 2024, 2025, 2026, 2027]
    assert not any(is_due(status.left("毕业"), year) for year in due)


@pytest.mark.rule("A12-2")
def test_the_year_of_entry_is_not_registered_again(status):
    """Given a freshman, when a file names the year of entry, then it is refused: registration covered it."""
    with pytest.raises(FreshmanYear):
        decided(status, 2022)
    assert not is_settled_alike(status, filed(2022))


@pytest.mark.rule("A12-3")
def test_a_year_ends_registered_or_deferred_and_once(status):
    """Given a settled year, when another result of it is filed, then it is refused, but a deferral may be ended."""
    deferred = settled(status, 2023, "deferred")
    assert (deferred.state, deferred.settled_as) == ("suspended", "deferred")
    later = settled(deferred, 2023)
    assert (later.state, later.settled_as) == ("active", "registered")
    with pytest.raises(YearAlreadySettled):
        decided(later, 2023, "deferred")


@pytest.mark.rule("A12-3")
def test_the_same_result_again_is_nothing_new(status):
    """Given a settled year, when the same row is filed again, then nothing happens and nobody is bothered."""
    once = settled(status, 2023)
    assert is_settled_alike(once, filed(2023))
    assert not is_settled_alike(once, filed(2023, "deferred"))
    assert not is_settled_alike(once, filed(2024))
    assert not is_settled_alike(once, filed(2023, school_code="4133010335"))


@pytest.mark.rule("A12-3")
def test_a_registration_after_a_deferral_says_that_it_ends_it(status):
    """Given a deferred year, when it is registered after all, then the fact says that the student goes on."""
    assert decided(status, 2023)["resumes"] is False
    assert decided(settled(status, 2023, "deferred"), 2023)["resumes"] is True


@pytest.mark.rule("A4-1")
def test_a_school_registers_its_own_students_only(status):
    """Given another school's student, when a year is filed, then it is refused."""
    with pytest.raises(NotOwnStudent):
        decided(status, 2023, school_code="4133010335")


@pytest.mark.rule("A12-1")
def test_no_year_before_the_one_before_it(status):
    """Given 2023 without a result, when 2024 is filed, then it is refused and 2023 is named."""
    with pytest.raises(YearOutOfOrder) as refused:
        decided(status, 2024)
    assert "2023" in refused.value.as_dict()["zh"]
    assert decided(settled(status, 2023, "deferred"), 2024)["academic_year"] == 2024


@pytest.mark.rule("A12-1")
def test_years_of_a_leave_are_passed_over(status):
    """Given a leave over the last days of 2023 and 2024, when 2025 is filed on return, then no year is in its way."""
    returned = back(on_leave(status, date(2023, 9, 5)), date(2025, 8, 25))
    assert [year for year in range(2022, 2026) if is_due(returned, year)] == [2025]
    assert decided(returned, 2025)["academic_year"] == 2025


@pytest.mark.rule("A12-1")
def test_a_year_left_out_beside_a_leave_is_still_named(status):
    """Given a leave that began after the last day of 2023, when 2025 is filed, then 2023 still comes first."""
    returned = back(on_leave(status, date(2023, 11, 1)), date(2025, 8, 25))
    with pytest.raises(YearOutOfOrder) as refused:
        decided(returned, 2025)
    assert "2023" in refused.value.as_dict()["en"]
    assert decided(settled(returned, 2023), 2025)["academic_year"] == 2025


@pytest.mark.rule("A12-1")
def test_who_is_on_leave_is_not_due_and_refused_in_words(status):
    """Given a student on leave, when the file names him, then the row says since when and what to do first."""
    away = on_leave(status, date(2023, 9, 5))
    assert not is_due(away, 2023)
    with pytest.raises(AwayNotDue) as refused:
        decided(away, 2023)
    said = refused.value.as_dict()
    assert (said["rule"], said["field"]) == ("A12-1", "KSH")
    assert "2023-09-05" in said["zh"]
    assert "复学" in said["zh"]


@pytest.mark.rule("A12-1")
def test_who_went_on_leave_after_the_last_day_still_owes_the_year(status):
    """Given a leave from November, when the year is registered late, then it is taken and the leave goes on."""
    away = on_leave(status, date(2023, 11, 1))
    assert is_due(away, 2023)
    assert decided(away, 2023, on=LATE_2023)["late"] is True
    assert settled(away, 2023, on=LATE_2023).state == "on_leave"


@pytest.mark.rule("A12-1")
def test_who_comes_back_within_the_year_may_be_registered_a_month_long(status):
    """Given a return in March, when the year that goes on is registered, then a month from the return is in time."""
    returned = back(on_leave(status, date(2023, 9, 5)), date(2024, 3, 1))
    said = decided(returned, 2023, on=date(2024, 3, 20))
    assert (said["due_on"], said["late"]) == (date(2024, 4, 1), False)
    assert decided(returned, 2023, on=date(2024, 4, 2))["late"] is True


@pytest.mark.rule("A12-1")
def test_a_year_spent_away_is_not_made_up_for(status):
    """Given a return in the year after, when the year away is filed, then it is refused: it was not due."""
    returned = back(on_leave(status, date(2023, 9, 5)), date(2024, 9, 1))
    with pytest.raises(YearSpentAway):
        decided(returned, 2023)


@pytest.mark.rule("R41-27")
def test_the_time_in_the_forces_counts_for_no_year(status):
    """Given a status reserved for military service, when years pass, then none is due until the return."""
    serving = replace(status.moved("reserved", date(2023, 9, 1)), in_service=True)
    with pytest.raises(ServiceNotDue) as refused:
        decided(serving, 2023)
    assert refused.value.rule == "R41-27"
    home = serving.moved("active", date(2025, 9, 1), in_service=False, expected_graduation_date=date(2028, 7, 1))
    assert [year for year in range(2022, 2028) if is_due(home, year)] == [2025, 2026, 2027]
    assert decided(home, 2025)["academic_year"] == 2025


@pytest.mark.rule("A12-9")
def test_years_end_with_graduation_and_graduation_may_move(status):
    """Given all years settled, when one more is filed, then it waits until a change has moved the graduation."""
    for year in (2023, 2024, 2025):
        status = settled(status, year)
    with pytest.raises(AfterGraduation) as refused:
        decided(status, 2026)
    said = refused.value.as_dict()
    assert "2026-07-01" in said["zh"]
    assert "延长学习年限" in said["zh"]
    longer = status.moved("active", date(2026, 6, 1), expected_graduation_date=date(2027, 7, 1))
    assert decided(longer, 2026)["academic_year"] == 2026


@pytest.mark.rule("A12-9")
@pytest.mark.parametrize(
    ("graduates", "first_day", "taken"),
    [
        (date(2026, 8, 1), date(2026, 9, 1), False),
        (date(2026, 8, 31), date(2026, 9, 1), False),
        (date(2026, 9, 1), date(2026, 9, 1), False),
        (date(2026, 9, 2), date(2026, 9, 1), True),
        (date(2026, 9, 10), date(2026, 9, 14), False),
        (date(2027, 1, 15), date(2026, 9, 1), True),
        (date(2027, 1, 15), date(2027, 3, 1), False),
    ],
)
def test_whoever_graduates_before_a_year_begins_is_not_registered_in_it(status, graduates, first_day, taken):
    """Given an expected graduation and the first day of a school's year, when the year is filed, then it is taken of
    those only who graduate after that day."""
    for year in (2023, 2024, 2025):
        status = settled(status, year)
    leaving = replace(status, expected_graduation_date=graduates)
    if taken:
        assert decided(leaving, 2026, first_of=lambda _: first_day)["academic_year"] == 2026
    else:
        with pytest.raises(AfterGraduation):
            decided(leaving, 2026, first_of=lambda _: first_day)


@pytest.mark.rule("A14-2")
def test_an_ended_status_takes_no_year(status):
    """Given a student who left, when a year is filed, then it is refused."""
    with pytest.raises(StatusNotOpen):
        decided(status.moved("dropped", date(2023, 5, 1)), 2023)


@pytest.mark.rule("R41-12")
def test_who_owes_tuition_is_not_registered(status):
    """Given unpaid tuition, when the year is filed as registered, then it is refused; deferred it is taken."""
    with pytest.raises(TuitionUnpaid):
        decided(status, 2023, tuition="unpaid")
    assert decided(status, 2023, "deferred", tuition="unpaid", cause="unpaid_tuition")["cause"] == "unpaid_tuition"
    assert decided(status, 2023, "deferred")["cause"] == "other"


@pytest.mark.rule("R41-12")
@pytest.mark.parametrize("tuition", ["loan", "aid"])
def test_who_applied_for_a_loan_or_aid_is_registered_first(status, tuition):
    """Given an applicant for a loan or aid, when the year is deferred for tuition, then it is refused."""
    assert decided(status, 2023, tuition=tuition)["academic_year"] == 2023
    with pytest.raises(AidComesFirst):
        decided(status, 2023, "deferred", tuition=tuition, cause="unpaid_tuition")


@pytest.mark.rule("A12-3")
def test_a_registered_year_has_no_cause(status):
    """Given a registered year, when a cause of deferral is filed with it, then the row contradicts itself."""
    with pytest.raises(CauseWithoutDeferral):
        decided(status, 2023, cause="absence")


@pytest.mark.rule("A12-4")
def test_a_year_tells_every_change_on_record_named_or_not(status):
    """Given a change of major on record, when the year is filed without a word of it, then the year tells it."""
    changed = replace(status, marks=("转专业",))
    assert decided(changed, 2023)["changes"] == ("转专业",)
    assert decided(changed, 2023, changes=("转专业",))["changes"] == ("转专业",)
    assert settled(changed, 2023).marks == ()


@pytest.mark.rule("A12-4")
def test_a_change_that_was_never_decided_is_refused_and_says_what_to_file(status):
    """Given no decision on record, when a file names a leave, then the row says what has to be filed first."""
    with pytest.raises(ChangeNotRecorded) as refused:
        decided(status, 2023, changes=("休学",))
    said = refused.value.as_dict()
    assert (said["field"], said["rule"]) == ("XJBD", "A12-4")
    assert "休学" in said["zh"]
    assert "生效日期" in said["zh"]
    with pytest.raises(TransferNotRecorded):
        decided(status, 2023, changes=("转学",))


@pytest.mark.rule("A12-4")
def test_a_change_told_with_a_deferral_may_be_named_when_it_ends(status):
    """Given a change told with a deferred year, when the year is registered naming it again, then it is known."""
    deferred = settled(replace(status, marks=("转专业",)), 2023, "deferred")
    said = decided(deferred, 2023, changes=("转专业",))
    assert said["changes"] == ()  # the row of the year has it from the deferral
    with pytest.raises(ChangeNotRecorded):
        decided(settled(deferred, 2024), 2025, changes=("转专业",))


@pytest.mark.rule("A12-5")
def test_records_of_the_file_stand_beside_those_on_record(status):
    """Given a reward on record, when a file names it and an exam, then the year tells both, each once."""
    rewarded = replace(status, records=("奖励:三好学生",))
    said = decided(rewarded, 2023, records=("奖励:三好学生", "学业考试:全部合格"))
    assert said["annotations"] == ("奖励:三好学生", "学业考试:全部合格")
    assert decided(rewarded, 2023)["annotations"] == ("奖励:三好学生",)


@pytest.mark.rule("A12-5")
def test_a_new_record_of_a_settled_year_is_not_lost_silently(status):
    """Given a registered year, when the file comes again with one more record, then the row says where it belongs."""
    once = settled(status, 2023, records=("奖励:三好学生",))
    assert is_settled_alike(once, filed(2023, records=("奖励:三好学生",)))
    with pytest.raises(RecordComesLate):
        is_settled_alike(once, filed(2023, records=("处分:警告",)))
    with pytest.raises(ChangeNotRecorded):
        is_settled_alike(once, filed(2023, changes=("休学",)))


@pytest.mark.rule("A25-1")
def test_a_record_holds_nobodys_number(status):
    """Given a record with an identity number in it, when it is filed with a year, then it is refused."""
    with pytest.raises(TextNamesPerson):
        decided(status, 2023, records=("处分:110105194912310021 记过",))


@pytest.mark.rule("A12-8")
@pytest.mark.parametrize("kind", GRADE_MOVES)
def test_a_move_between_classes_need_not_be_named_and_may_be(status, kind):
    """Given a move between classes on record, when the year is filed with and without naming it, then both are taken:
    a school that teaches by credits need not mark it, and one that does may."""
    moved = replace(status, marks=(kind,))
    assert decided(moved, 2023, changes=(kind,)) == decided(moved, 2023)


@pytest.mark.rule("A12-5")
@pytest.mark.parametrize(
    "record", ["三好学生", "其他:三好学生", "奖励", "奖励:", "奖励: ", ":三好学生", "表彰:奖励:甲"]
)
def test_a_record_says_which_of_the_four_kinds_it_is(status, record):
    """Given a record of no kind, when it is filed with a year, then the row is refused by file and by command, and
    told the four kinds."""
    with pytest.raises(RecordUnclassified) as refused:
        decided(status, 2023, records=(record,))
    assert refused.value.as_dict()["field"] == "XJJZ"
    (column,) = (each for each in YEAR_RESULTS.columns if each.code == "XJJZ")
    with pytest.raises(Malformed) as malformed:
        column.check(record)
    for said in (refused.value.as_dict()["zh"], malformed.value.zh):
        assert all(kind in said for kind in RECORDS)
    assert malformed.value.rule == "A12-5"


@pytest.mark.rule("A12-5")
@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_of_each_kind_is_told_alike_by_file_and_by_command(status, kind):
    """Given a record of one of the four kinds, when it is filed with wide or narrow colons, then the year tells it."""
    (column,) = (each for each in YEAR_RESULTS.columns if each.code == "XJJZ")
    assert column.check(f"{kind}：甲; {kind} : 甲") == (f"{kind}:甲",)
    assert decided(status, 2023, records=(f"{kind}： 甲",))["annotations"] == (f"{kind}:甲",)
    assert tuple(RECORDS) == RECORD_KINDS


@pytest.mark.rule("X-UNDO-1")
def test_taking_back_the_last_year_restores_what_stood_before(status):
    """Given a deferral ended by a registration, when that is taken back, then the deferral stands with its marks."""
    deferred = settled(replace(status, marks=("转专业",)), 2023, "deferred")
    ended = settled(deferred, 2023)
    said = decide_year_withdrawn(ended, deferred, academic_year=2023, effective_on=date(2023, 9, 10))
    assert ended.year_withdrawn(said) == deferred
    said = decide_year_withdrawn(
        deferred, replace(status, marks=("转专业",)), academic_year=2023, effective_on=LATE_2023
    )
    assert deferred.year_withdrawn(said) == replace(status, marks=("转专业",))


@pytest.mark.rule("X-UNDO-1")
def test_only_the_last_year_of_an_open_status_is_taken_back(status):
    """Given two settled years, when the first is taken back, then it is refused; so is the year of entry."""
    twice = settled(settled(status, 2023), 2024)
    for year in (2022, 2023, 2025):
        with pytest.raises(YearNotLast):
            may_withdraw_year(twice, year)
    with pytest.raises(YearNotLast):
        may_withdraw_year(status, 2022)
    with pytest.raises(StatusNotOpen):
        may_withdraw_year(twice.left("毕业"), 2024)


@pytest.mark.rule("A12-1")
def test_every_year_of_a_student_has_a_state():
    """Given years with and without results, when they are shown, then each is due, overdue, away or closed."""
    time = StudyTime(date(2022, 9, 1), None, None, ((date(2023, 9, 5), date(2024, 3, 1)),))
    today = date(2025, 9, 20)
    assert list(time.years(today, ())) == [2023, 2024, 2025]
    states = [time.state_of(usual_due(year), today) for year in time.years(today, ())]
    assert states == ["AWAY", "OVERDUE", "DUE"]
    left = replace(time, left_on=date(2024, 11, 2))
    assert [left.state_of(usual_due(year), today) for year in left.years(today, ())] == ["AWAY", "CLOSED_BY_STATUS"]
    assert list(time.years(date(2028, 9, 1), ()))[-1] == 2028  # who did not graduate still has years
    assert list(replace(time, left_on=date(2028, 8, 31)).years(date(2029, 1, 1), ()))[-1] == 2027
    spring = {2027: date(2028, 3, 1)}
    assert last_begun(date(2028, 2, 1), lambda year: spring.get(year, usual_first(year))) == 2026
