"""The file of a year as it is read: its columns, and everything that is wrong with a row at once."""

import io

import pytest

from services.enrollment.domain.rules.year_results import CAUSES, TUITION
from shared.intake.columns import check_rows
from shared.intake.files import read_sheet
from shared.intake.tables import DEFERRAL_CAUSES, YEAR_RESULTS
from shared.intake.tables import TUITION as TUITION_WORDS

HEADER = "考生号,学年,注册结果,暂缓原因,缴费情况,学籍变动,学籍记载\n"


def read(*rows, header=HEADER):
    content = header + "".join(f"{row}\n" for row in rows)
    return list(check_rows(YEAR_RESULTS, read_sheet(io.BytesIO(content.encode()), "years.csv")))


def errors(row):
    (checked,) = read(row)
    return [(error.field, error.rule) for error in checked.errors]


def test_a_file_of_three_columns_is_enough():
    (row,) = read("22110108150001,2023-2024,注册学籍", header="KSH,XN,ZCJG\n")
    assert row.errors == ()
    assert (row.values["XN"], row.values["ZHYY"], row.values["XJBD"]) == (2023, None, None)


def test_changes_and_records_are_read_one_by_one():
    (row,) = read('22110108150001,2023,注册学籍,,,"休学、复学",奖励：三好学生；学业考试:合格;奖励:三好学生')
    assert row.errors == ()
    assert row.values["XJBD"] == ("休学", "复学")
    assert row.values["XJJZ"] == ("奖励:三好学生", "学业考试:合格")


def test_the_words_of_the_file_are_the_words_of_the_rules():
    assert set(CAUSES) == set(DEFERRAL_CAUSES)
    assert set(TUITION) == set(TUITION_WORDS)


@pytest.mark.rule("R41-12", "A12-3")
def test_everything_that_contradicts_itself_in_a_row_is_named_at_once():
    """Given a row with several contradictions, when the file is checked, then each of them is named."""
    assert errors("1,2023,注册学籍,欠缴学费,未缴,半工半读,") == [
        ("KSH", "X-CODE-1"),
        ("XJBD", "X-CODE-8"),
        ("ZHYY", "A12-3"),
        ("JFQK", "R41-12"),
    ]


@pytest.mark.rule("R41-12")
@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("22110108150001,2023,注册学籍,,未缴,,", [("JFQK", "R41-12")]),
        ("22110108150001,2023,注册学籍,,助学贷款,,", []),
        ("22110108150001,2023,暂缓注册,欠缴学费,未缴,,", []),
        ("22110108150001,2023,暂缓注册,欠缴学费,资助,,", [("ZHYY", "R41-12")]),
        ("22110108150001,2023,暂缓注册,未到校,资助,,", []),
        ("22110108150001,2023,暂缓注册,没钱,,,", [("ZHYY", "X-CODE-8")]),
    ],
)
def test_tuition_result_and_cause_go_together(row, wrong):
    """Given tuition, result and cause, when they do not go together, then the row says which cell is wrong."""
    assert errors(row) == wrong
