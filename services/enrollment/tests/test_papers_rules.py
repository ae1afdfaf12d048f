"""Study records and other papers, decided on small states: what may stand in a text, who earned which paper."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.rules.endings import Archived, NeverReopened
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.papers import (
    ExpelledEarnsStatement,
    PaperGivenAlready,
    PaperNotEarned,
    RecordDayOutOfRange,
    YearNotStudied,
    decide_paper,
    decide_record,
    is_record_told,
    months_of_study,
)
from services.enrollment.domain.rules.texts import (
    TextInvisible,
    TextIsFormula,
    TextNamesPerson,
    TextOutOfBounds,
    clean_text,
)
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.ids import uuid7

SCHOOL = "4111010001"
TODAY = date(2025, 12, 1)


def record(status, text="校级三好学生", kind="奖励", dated=date(2023, 6, 1), school=SCHOOL):
    return decide_record(status, kind=kind, text=text, dated=dated, school_code=school, today=TODAY)


def paper(status, kind="肄业证书", number="Y0001", issued_on=date(2025, 1, 10), school=SCHOOL):
    return decide_paper(status, kind=kind, number=number, issued_on=issued_on, school_code=school, today=TODAY)


@pytest.mark.rule("A12-5")
@pytest.mark.parametrize("kind", ["学业考试", "社会实践", "奖励", "处分"])
def test_a_record_waits_for_the_next_year_to_be_told(status, kind):
    """Given an open status, when a study record is noted, then it stands with the status until the next year."""
    values = record(status, kind=kind)
    after = draft_of(StudentStatus, uuid7(), 1, status, StudentStatus.Annotated, values).standing_after
    assert after.records == (f"{kind}:校级三好学生",)
    assert is_record_told(after, kind=kind, text="校级三好学生 ", dated=date(2023, 6, 1))
    assert not is_record_told(after, kind=kind, text="校级三好学生", dated=date(2023, 6, 2))
    assert after.year_settled(2023, "registered").records == ()


@pytest.mark.rule("A12-5")
@pytest.mark.parametrize("day", [date(2022, 8, 31), date(2025, 12, 2)])
def test_a_record_is_of_the_time_of_study(status, day):
    """Given a record from before entry or from tomorrow, when it is noted, then it is refused."""
    with pytest.raises(RecordDayOutOfRange):
        record(status, dated=day)


@pytest.mark.rule("A25-1")
@pytest.mark.parametrize(
    "text",
    [
        "与11010519491231002X同学",
        "与110105 19491231 002X同学",
        "身份证１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
        "电话13800138000",
        "电话138-0013-8000",
        "卡号6222 0200 0000 0000 123",
        "见 wang@example.edu.cn",
    ],
)
def test_a_text_names_nobody_by_number(status, text):
    """Given a text with somebody's number or address, when it is noted, then it is refused."""
    with pytest.raises(TextNamesPerson):
        record(status, text=text)


@pytest.mark.rule("A25-1")
@pytest.mark.parametrize(
    "text",
    [
        "2024-2025学年第一学期 2025-01-15 英语四级 512分",
        "校学〔2025〕123号",
        "学号2200010001",
        "GPA 3.85/4.00",
        "80-90分",
    ],
)
def test_dates_marks_and_document_numbers_are_no_persons_numbers(status, text):
    """Given a text with dates, marks or a decision's number, when it is noted, then it stands as written."""
    assert record(status, text=text)["text"] == text


@pytest.mark.parametrize("text", ["=SUM(A1)", "+1", "-1", "@x", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_is_refused(status, text):
    with pytest.raises(TextIsFormula):
        record(status, text=text)


@pytest.mark.parametrize("text", ["", "  ", "字" * 201])
def test_a_text_says_something_and_fits(status, text):
    with pytest.raises(TextOutOfBounds):
        record(status, text=text)


def test_a_text_is_what_its_reader_sees():
    with pytest.raises(TextInvisible):
        clean_text("三好\u202e学生", field="text", longest=200)


@pytest.mark.rule("A14-2", "A13-4")
def test_nothing_is_noted_of_who_has_left(status):
    """Given an ended status, when a study record is noted, then the archive is not touched."""
    with pytest.raises(Archived):
        record(status.left("毕业", date(2025, 7, 1)))
    with pytest.raises(NeverReopened):
        record(status.moved("dropped", date(2025, 7, 1)))


@pytest.mark.rule("A4-1")
def test_a_school_notes_what_its_own_students_did(status):
    """Given another school's student, when a record or paper is noted, then it is refused."""
    with pytest.raises(NotOwnStudent):
        record(status, school="4133010335")
    with pytest.raises(NotOwnStudent):
        paper(status.moved("dropped", date(2024, 1, 1)), school="4133010335")


@pytest.mark.rule("R41-33", "A12-7")
@pytest.mark.parametrize("kind", ["肄业证书", "学习证明"])
def test_after_a_year_of_study_withdrawal_earns_either_paper(status, kind):
    """Given a withdrawal after a year, when a leaving certificate or a statement is given, then it is noted."""
    values = paper(status.moved("dropped", date(2023, 9, 1)), kind)
    assert values == {"kind": kind, "number": "Y0001", "issued_on": date(2025, 1, 10), "school_code": SCHOOL}


@pytest.mark.rule("R41-33")
def test_less_than_a_year_earns_a_statement_only(status):
    """Given a withdrawal a day short of a year, when a leaving certificate is given, then it is refused."""
    short = status.moved("dropped", date(2023, 8, 31))
    with pytest.raises(YearNotStudied):
        paper(short)
    assert paper(short, "学习证明")["kind"] == "学习证明"


@pytest.mark.rule("R41-33", "A28-1")
def test_a_paper_from_before_the_regulation_followed_the_rules_of_its_day(status):
    """Given a leaving certificate of 2016 after half a year of study, when it is noted, then it stands."""
    earlier = replace(status, entry_date=date(2015, 9, 1)).moved("dropped", date(2016, 3, 1))
    assert paper(earlier, issued_on=date(2016, 3, 10))["kind"] == "肄业证书"
    with pytest.raises(YearNotStudied):
        paper(earlier, issued_on=date(2017, 9, 1))


@pytest.mark.rule("R41-33")
def test_time_away_is_no_time_of_study(status):
    """Given two years of which one was leave, when study is counted, then it is a year."""
    dropped = replace(status, away_months=12).moved("dropped", date(2024, 9, 1))
    assert months_of_study(dropped) == 12
    with pytest.raises(YearNotStudied):
        paper(replace(dropped, away_months=13))


@pytest.mark.rule("R41-33")
def test_an_expelled_student_earns_a_statement_only(status):
    """Given an expulsion after three years, when a leaving certificate is given, then it is refused."""
    expelled = status.moved("expelled", date(2025, 6, 1))
    with pytest.raises(ExpelledEarnsStatement):
        paper(expelled, issued_on=date(2025, 7, 1))
    assert paper(expelled, "学习证明", issued_on=date(2025, 7, 1))["kind"] == "学习证明"


@pytest.mark.rule("R41-33", "R41-37")
@pytest.mark.parametrize("state", ["active", "on_leave", "cancelled", "deceased", "graduated", "transferred_out"])
@pytest.mark.parametrize("kind", ["肄业证书", "学习证明"])
def test_nobody_else_earns_such_a_paper(status, state, kind):
    """Given a status that neither ended by withdrawal nor by expulsion, when a paper is given, then it is refused."""
    with pytest.raises(PaperNotEarned):
        paper(replace(status, state=state), kind)


@pytest.mark.rule("A12-7")
def test_a_paper_of_a_kind_is_given_once_and_after_leaving(status):
    """Given a paper that was noted, when another of its kind comes, then it is refused."""
    dropped = status.moved("dropped", date(2024, 9, 1))
    after = draft_of(StudentStatus, uuid7(), 1, dropped, StudentStatus.PaperIssued, paper(dropped)).standing_after
    with pytest.raises(PaperGivenAlready):
        paper(after, number="Y0002")
    with pytest.raises(RecordDayOutOfRange):
        paper(dropped, issued_on=date(2024, 8, 31))


@pytest.mark.rule("A15-2")
def test_a_paper_is_an_annotation_and_no_qualification(status):
    """Given a leaving certificate, when it is noted, then the status stays 退学 and no public fact tells of it."""
    from services.enrollment.publishing import _TELLS

    dropped = status.moved("dropped", date(2024, 9, 1))
    after = draft_of(StudentStatus, uuid7(), 1, dropped, StudentStatus.PaperIssued, paper(dropped)).standing_after
    assert (after.state, after.papers) == ("dropped", ("肄业证书",))
    assert StudentStatus.PaperIssued not in _TELLS
