"""A row that breaks several rules is told all of them at once, and of other schools' students nothing more."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.application.bulk import freshman_results, status_changes, year_results
from services.enrollment.application.bulk.entries import Entries
from services.enrollment.domain.rules.years import usual_due, usual_first
from services.enrollment.domain.student_status import first_standing
from services.enrollment.tests.conftest import ADMISSION
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.outcome import Reasons, reasons_of, together
from shared.rules.refused import NotFound, Refused

SCHOOL, OTHER = "4111010001", "4111010002"
TODAY = date(2024, 9, 20)
FIELDS = (
    "school_code", "id_key", "full_time", "entry_date", "expected_graduation_date", "level", "major_code",
    "major_name", "admission_type", "category",
)  # fmt: skip


@pytest.fixture
def status():
    return first_standing({name: getattr(ADMISSION, name) for name in FIELDS})


def said(outcome):
    assert isinstance(outcome, Refused), outcome
    return [(each.as_dict()["field"], each.as_dict()["rule"]) for each in reasons_of(outcome)]


def year_of(status, school=SCHOOL, training="all", academic_year=2023, **cells):
    year = year_results.Year(school, academic_year, training, TODAY, usual_due, usual_first)
    values = {"XN": 2023, "ZCJG": "注册学籍"} | cells
    return year_results._decided(values, (uuid7(), 1, status), year)


@pytest.mark.rule("A12-1", "A12-4", "A12-5", "A25-1")
def test_a_year_out_of_order_with_unknown_changes_is_told_all_of_it(status):
    """Given a row with several faults of their own, when the year is filed, then the row is told each of them."""
    assert said(year_of(status, XN=2024, XJBD=("休学",))) == [("XN", "A12-3"), ("XJBD", "A12-4")]
    row = year_of(
        status,
        academic_year=2024,
        XN=2024,
        XJBD=("休学", "留级", "转专业"),
        XJJZ=("奖励:三好学生", "与11010519491231002X同获", "=1+1", "三好学生"),
    )
    assert said(row) == [
        ("XN", "A12-1"),
        ("XJBD", "A12-4"),
        ("XJBD", "A12-4"),
        ("XJBD", "A12-4"),
        ("XJJZ", "A25-1"),
        ("XJJZ", "X-FILE-11"),
        ("XJJZ", "A12-5"),
    ]
    assert isinstance(row, Reasons)


@pytest.mark.rule("A12-1", "A12-3", "A12-9", "A14-2", "R41-27")
def test_a_year_that_cannot_be_registered_is_told_everything_that_stands_against_it(status):
    """Given a status that has ended, or who is away with a year left out, when a year is filed, then all of it is said:
    that the status has ended and the year lies beyond graduation, that the student is away and a year comes first."""
    left = replace(status, state="graduated", since=date(2026, 7, 1))
    beyond = year_of(left, academic_year=2027, XN=2027, JFQK="未缴")
    assert said(beyond) == [("KSH", "A14-2"), ("XN", "A12-9"), ("JFQK", "R41-12")]
    away = replace(status, state="reserved", in_service=True, since=date(2024, 3, 1))
    assert said(year_of(away, academic_year=2024, XN=2024)) == [("KSH", "R41-27"), ("XN", "A12-1")]
    done = replace(left.year_settled(2023, "registered", ()), state="dropped")
    assert said(year_of(done, XN=2023, ZCJG="暂缓注册")) == [("KSH", "A14-2"), ("XN", "A12-3")]


@pytest.mark.rule("A12-4", "A12-5")
def test_a_settled_year_is_told_every_change_and_record_that_comes_late(status):
    """Given a year that is settled, when a file adds to it, then everything that it adds is named."""
    settled = status.year_settled(2023, "registered", ())
    assert said(year_of(settled, XJBD=("休学",), XJJZ=("奖励:甲", "奖励:乙"))) == [
        ("XJBD", "A12-4"),
        ("XJJZ", "A12-5"),
        ("XJJZ", "A12-5"),
    ]


@pytest.mark.rule("A4-1", "A24-1")
def test_of_students_of_others_a_row_is_told_only_that_they_are(status):
    """Given another school's student, or another training's, when a wrong row names them, then no more is said."""
    wrong = {"XN": 2030, "XJBD": ("休学",)}
    assert said(year_of(replace(status, school_code=OTHER), **wrong | {"XN": 2023})) == [("KSH", "A4-1")]
    assert said(year_of(status, training="adult", **wrong)) == [("KSH", "A24-1")]


CHANGE = {
    "XJBD": "休学", "WH": "校学〔2024〕7号", "JDRQ": date(2024, 3, 1), "SXRQ": date(2024, 3, 1), "YY": "因病",
    "HXRQ": date(2025, 3, 1),
}  # fmt: skip


def change_of(status, school=SCHOOL, **cells):
    batch = Progress(school_code=school, submitted_by="r1", params={"entry_year": "2022", "training": "all"})
    return status_changes._decided(CHANGE | cells, (uuid7(), 1, status), batch, None, TODAY)


@pytest.mark.rule("A12-4", "A25-1", "X-CODE-7")
def test_a_change_with_wrong_days_number_and_length_is_told_all_of_it(status):
    """Given a leave with four faults, when it is filed, then decision, effect, number and length are named."""
    row = change_of(
        status,
        WH="见11010519491231002X",
        JDRQ=date(2024, 10, 1),
        SXRQ=date(2024, 10, 1),
        HXRQ=date(2030, 3, 1),
    )
    assert said(row) == [("JDRQ", "X-CODE-7"), ("SXRQ", "X-CODE-7"), ("WH", "A25-1"), ("HXRQ", "A12-4")]


@pytest.mark.rule("X-STATE-2", "A14-2", "A4-1")
def test_what_does_not_follow_is_told_without_guessing_where_it_would_lead(status):
    """Given a state from which nothing leads there, when a change is filed, then days are checked and effects not."""
    away = replace(status, state="on_leave", since=date(2024, 3, 1))
    assert said(change_of(away, HXRQ=date(2000, 1, 1), JDRQ=date(2000, 1, 1))) == [
        ("XJBD", "X-STATE-2"),
        ("JDRQ", "X-CODE-7"),
    ]
    left = replace(status, state="graduated", since=date(2024, 7, 1))
    assert said(change_of(left, JDRQ=date(2000, 1, 1))) == [("KSH", "A14-2"), ("JDRQ", "X-CODE-7")]
    assert said(change_of(replace(status, school_code=OTHER), JDRQ=date(2000, 1, 1))) == [("KSH", "A4-1")]


def freshman(admission, school=SCHOOL, training="all", released=True, **cells):
    one = uuid7()
    entries = Entries({admission.exam_no: (one, 1, admission)}, {}, {admission.batch_id: released})
    kind = freshman_results.FreshmanResultsKind(None)
    values = {"KSH": admission.exam_no, "RXJG": "注册学籍", "FCJG": "合格"} | cells
    try:
        return kind._outcome(values, entries, {}, set(), freshman_results.School(school, training))
    except Refused as refused:
        return refused


@pytest.mark.rule("A7-3", "A8-1", "A8-4", "R41-10")
def test_a_freshman_who_may_not_enter_is_told_the_rest_too():
    """Given an admission that is no basis and was decided about, when a row without a recheck comes, then it is told
    each of these; and a deferral that ends before entry names its cell beside."""
    decided = replace(ADMISSION, state="abandoned")
    assert said(freshman(decided, released=False, FCJG=None)) == [
        ("KSH", "A7-3"),
        ("RXJG", "A8-4"),
        ("FCJG", "A8-1"),
    ]
    waiting = replace(ADMISSION, state="deferred")
    row = freshman(waiting, RXJG="保留入学资格", BLYY="应征入伍", BLZ=date(2022, 8, 1))
    assert said(row) == [("RXJG", "R41-10"), ("BLZ", "R41-10")]
    assert said(freshman(decided, school=OTHER, released=False)) == [("KSH", "A4-1")]
    assert said(freshman(decided, training="adult", released=False)) == [("KSH", "A24-1")]


@pytest.mark.rule("A8-1", "A8-10", "A9-2", "A10-3")
def test_a_freshman_is_told_everything_that_stands_against_the_registration():
    """Given an admission with an open correction and a plan, when a poor row comes, then each reason is named."""
    basis = replace(ADMISSION, fix_id="x", special_plan=True, preparatory="minority", admission_type="")
    assert said(freshman(basis, FCJG=None, LHXX=SCHOOL)) == [
        ("KSH", "A10-3"),
        ("KSH", "A8-7"),
        ("FCJG", "A8-1"),
        ("LQLX", "A9-2"),
        ("LHXX", "A8-10"),
    ]
    assert said(freshman(basis, school=OTHER, FCJG=None)) == [("KSH", "A4-1")]
    assert said(freshman(basis, training="adult", FCJG=None)) == [("KSH", "A24-1")]
    assert len(freshman(ADMISSION)) == 1


def test_a_reason_is_told_once_and_a_single_one_stays_itself():
    first, second = NotFound(kind="a"), NotFound(kind="b")

    def raising(refused):
        def check():
            raise refused

        return check

    assert together(first, [lambda: None, raising(NotFound(kind="a"))]) is first
    assert reasons_of(together(first, [raising(second), raising(first)])) == (first, second)
