"""Every cell is checked, every error of a row is said, and nobody's number is shown."""

import csv
import io
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.codes.malformed import Malformed
from shared.intake.armour import armour, unarmour
from shared.intake.columns import CheckedRow, Table, check_rows
from shared.intake.errors import ErrorsFile
from shared.intake.files import read_sheet
from shared.intake.masking import masked_date, masked_name, masked_number, masked_remark, shown
from shared.intake.refusals import FileRefused
from shared.intake.tables import ADMISSION_LIST, CERTIFICATES, FRESHMAN_RESULTS, TABLES, YEAR_RESULTS
from shared.intake.tests.marbles import MARBLES
from shared.intake.values import academic_year, day, text, whole_number, words_of
from shared.rules.rulebook import RULES

GOOD = {
    "YXDM": "4111010001",
    "YXMC": "北京大学",
    "KSH": "22110108010001",
    "XM": "古丽·艾尔肯",
    "XB": "女",
    "CSRQ": "19491231",
    "SFZH": "11010519491231002X",
    "MZ": "维吾尔",
    "ZYMC": "数学",
    "CC": "本科",
    "XZ": "4.0",
    "XXXS": "普通全日制",
    "XLLB": "普通高等教育",
    "RXRQ": "2022/9/1",
}


def table_of(header: list[str], *rows: list[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def checked(table: Table, *rows: Mapping[str, str]) -> list[CheckedRow]:
    header = list(rows[0])
    content = table_of(header, *([row[code] for code in header] for row in rows))
    return list(check_rows(table, read_sheet(io.BytesIO(content), "a.csv")))


def errors_of(table: Table, row: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(error.field, error.rule) for error in checked(table, row)[0].errors]


def test_a_good_row_comes_out_typed_and_normalised() -> None:
    (row,) = checked(ADMISSION_LIST, GOOD)
    assert row.errors == ()
    assert row.values["MZ"] == "维吾尔族"
    assert row.values["XZ"] == "4"
    assert row.values["RXRQ"] == date(2022, 9, 1)
    assert row.values["ZJLX"] == "1"
    assert row.values["LQLX"] is None


def test_a_number_of_15_digits_becomes_18() -> None:
    (row,) = checked(ADMISSION_LIST, GOOD | {"SFZH": "110105491231002"})
    assert row.values["SFZH"] == "11010519491231002X"


@pytest.mark.parametrize("dot", "·•‧・･∙⋅．●")
def test_the_dot_of_a_name_is_one_dot(dot: str) -> None:
    (row,) = checked(ADMISSION_LIST, GOOD | {"XM": f"古丽{dot}艾尔肯"})
    assert row.values["XM"] == "古丽·艾尔肯"


@pytest.mark.parametrize("name", ["𠮷野", "王䶮", "李𬭚", "㙓", "𪚥𠔻", "\U00031350某"])
def test_every_han_character_of_a_name_is_kept(name: str) -> None:
    (row,) = checked(ADMISSION_LIST, GOOD | {"XM": name})
    assert row.values.get("XM") == name


@pytest.mark.rule("X-CODE-3")
@pytest.mark.parametrize("name", ["王?", "王？", "王\ufffd", "王\ue000", "王\U000f0000", "王\u200b小"])
def test_a_damaged_name_is_refused_with_the_reason(name: str) -> None:
    """Given a name with a question mark or an invisible character in it, when the row is checked, then the name is
    refused."""
    assert errors_of(ADMISSION_LIST, GOOD | {"XM": name}) == [("XM", "X-CODE-3")]


@pytest.mark.rule(
    "X-CODE-1", "X-CODE-2", "X-CODE-5", "X-CODE-7", "X-CODE-8", "X-FILE-11", "X-FILE-12", "X-FILE-13", "X-FILE-16"
)
@pytest.mark.parametrize(
    ("code", "value", "rule"),
    [
        ("SFZH", "110105194912310021", "X-CODE-2"),
        ("SFZH", "1.10105194912310E+17", "X-CODE-1"),
        ("ZJLX", "学生证", "X-CODE-8"),
        ("YXDM", "10001", "X-CODE-5"),
        ("YXDM", "4111110001", "X-CODE-5"),
        ("KSH", "22-1", "X-CODE-1"),
        ("CSRQ", "20230229", "X-CODE-7"),
        ("CSRQ", "18991231", "X-CODE-7"),
        ("RXRQ", "20221301", "X-CODE-7"),
        ("RXRQ", "99999999", "X-CODE-7"),
        ("CC", "大学本科", "X-CODE-8"),
        ("XM", "", "X-FILE-13"),
        ("XM", "=1+1", "X-FILE-11"),
        ("YXMC", "+SUM(A1)", "X-FILE-11"),
        ("YXMC", "-1+2", "X-FILE-11"),
        ("YXMC", "@a", "X-FILE-11"),
        ("YXMC", "＝1", "X-FILE-11"),
        ("YXMC", "大" * 81, "X-FILE-16"),
        ("ZYMC", "数\u202e学", "X-FILE-12"),
    ],
)
def test_a_wrong_cell_is_named_with_its_rule(code: str, value: str, rule: str) -> None:
    """Given a good row with one wrong cell, when it is checked, then that cell alone is named, with the rule that it
    breaks."""
    row = GOOD | {"ZJLX": "居民身份证"} | {code: value}
    assert errors_of(ADMISSION_LIST, row) == [(code, rule)]
    assert rule in RULES


def test_a_plain_signed_number_is_no_formula() -> None:
    assert [row.errors for row in checked(MARBLES, {"NO": "1", "COLOUR": "-5", "NOTE": "+3.5"})] == [()]


def test_all_errors_of_a_row_are_said_at_once_and_masked() -> None:
    (row,) = checked(ADMISSION_LIST, GOOD | {"SFZH": "110105194912310021", "XM": "王?", "CSRQ": "19491331"})
    said = {error.field: error.value_masked for error in row.errors}
    assert said == {"SFZH": "1101**********0021", "XM": "王*", "CSRQ": "1949****"}
    assert {(error.row, error.fixed_by) for error in row.errors} == {(2, "province_admissions")}
    assert all(error.zh and error.en for error in row.errors)


@pytest.mark.rule("X-FILE-14")
def test_the_second_row_of_a_number_is_refused_and_the_first_is_named() -> None:
    """Given two rows with one number, when the file is checked, then the second is refused and names the first."""
    rows = checked(ADMISSION_LIST, GOOD, GOOD | {"KSH": "22110108010002"}, GOOD)
    assert [[error.rule for error in row.errors] for row in rows] == [[], [], ["X-FILE-14"]]
    assert "2" in rows[2].errors[0].zh


@pytest.mark.rule("X-CODE-9")
def test_what_differs_from_the_identity_number_warns_and_does_not_refuse() -> None:
    """Given a birth date and a sex that disagree with the number, when the row is checked, then both are pointed at
    and nothing is refused."""
    (row,) = checked(ADMISSION_LIST, GOOD | {"CSRQ": "19491230", "XB": "男"})
    assert row.errors == ()
    assert [warning.field for warning in row.warnings] == ["CSRQ", "XB"]


def test_a_permit_of_hong_kong_is_checked_as_one() -> None:
    permit = GOOD | {"SFZH": "810000199408230021", "CSRQ": "19940823", "MZ": "香港", "ZJLX": "港澳台居民居住证"}
    assert errors_of(ADMISSION_LIST, permit) == []
    assert errors_of(ADMISSION_LIST, permit | {"ZJLX": "1"}) == [("SFZH", "X-CODE-2")]


def test_leaving_follows_entry() -> None:
    assert errors_of(ADMISSION_LIST, GOOD | {"YJBYRQ": "20220901"}) == [("YJBYRQ", "X-CODE-7")]


@pytest.mark.rule("X-FILE-4")
def test_a_row_with_more_or_fewer_cells_is_refused_alone() -> None:
    """Given a row with a cell too many or too few, when the file is checked, then that row alone is refused."""
    content = b"NO,COLOUR,NOTE\n1,blue\n2,blue,,more\n3,blue,x\n"
    rows = list(check_rows(MARBLES, read_sheet(io.BytesIO(content), "a.csv")))
    assert [[error.rule for error in row.errors] for row in rows] == [["X-FILE-4"], ["X-FILE-4"], []]


@pytest.mark.rule("A8-1", "X-CODE-4")
def test_the_files_of_a_school_have_their_words() -> None:
    """Given a freshman to be registered without a recheck, when the row is checked, then the missing result is named.
    Given a freshman to be registered without a recheck, when the row is checked, then the missing result is named."""
    assert errors_of(FRESHMAN_RESULTS, {"考生号": "22110108010001", "入学结果": "注册学籍", "复查结果": ""}) == [
        ("FCJG", "A8-1")
    ]
    assert errors_of(FRESHMAN_RESULTS, {"KSH": "22110108010001", "RXJG": "放弃入学资格"}) == []
    (year,) = checked(
        YEAR_RESULTS, {"KSH": "22110108010001", "XN": "2025-2026", "ZCJG": "暂缓注册", "XJBD": "休学、复学"}
    )
    assert (year.values["XN"], year.values["XJBD"]) == (2025, ("休学", "复学"))
    certificate = {
        "KSH": "22110108010001",
        "BYRQ": "20260701",
        "BJYJL": "毕业",
        "ZSBH": "100011202605001234",
        "XZXM": "林某",
    }
    assert errors_of(CERTIFICATES, certificate) == []
    assert errors_of(CERTIFICATES, certificate | {"ZSBH": "100011202603001234"}) == [("ZSBH", "X-CODE-4")]
    assert errors_of(CERTIFICATES, certificate | {"BJYJL": "肄业"}) == [("BJYJL", "X-CODE-8")]


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (whole_number(1, 10), "11"),
        (whole_number(1, 10), "9" * 30),
        (whole_number(1, 10), "１"),
        (academic_year(1950, 2099), "2025-2027"),
        (academic_year(1950, 2099), "99999"),
        (day(date(2000, 1, 1), date(2001, 1, 1)), "2001-01-02"),
        (words_of(("休学",)), "休学、飞升"),
        (text(3), "\u0085"),
        (text(3), "\ud800"),
    ],
)
def test_a_value_out_of_bounds_is_malformed(check: object, value: str) -> None:
    with pytest.raises(Malformed) as raised:
        check(value)  # type: ignore[operator]
    assert raised.value.rule in RULES


def test_masks_show_little_and_steer_no_screen() -> None:
    assert masked_number("11010519491231002X") == "1101**********002X"
    assert masked_name("欧阳若曦") == "欧***"
    assert masked_remark("校学〔2024〕7号") == "校学〔2024〕7号"
    assert masked_remark("与1101 0519 4912 31002X斗殴") == "与" + "*" * 23
    assert masked_remark("a@b.cn") == "a*****"
    assert masked_date("20040230") == "2004****"
    assert shown("a\x1b[31m\u202eb") == "a\ufffd[31m\ufffdb"
    assert len(shown("x" * 100)) == 40


# --- whatever is in the cells ---

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)
PRINTED = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\t\r\n"), max_size=30)


def rows_or_refusal(table: Table, content: bytes, filename: str) -> list[CheckedRow]:
    """All rows, or none where the file was refused by a rule of the book."""
    refusal: FileRefused | None = None
    try:
        return list(check_rows(table, read_sheet(io.BytesIO(content), filename)))
    except FileRefused as refused:
        refusal = refused
    assert refusal.as_dict()["rule"] in RULES
    return []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(TABLES)), st.data())
def test_no_text_in_a_cell_breaks_a_check(name: str, data: st.DataObject) -> None:
    table = TABLES[name]
    codes = [column.code for column in table.columns]
    cells = data.draw(st.lists(CELLS, min_size=len(codes), max_size=len(codes)))
    for row in rows_or_refusal(table, table_of(codes, cells), "a.csv"):
        assert row.errors or all(row.values[column.code] is not None for column in table.columns if column.required)
        for error in row.errors:
            assert error.rule in RULES
            assert error.value_masked.replace("\ufffd", "").isprintable()


@settings(max_examples=300, deadline=None)
@given(PRINTED)
@example("'=1")
@example("''-2")
@example("' +3")
@example("-5")
def test_armour_is_taken_off_without_a_trace(cell: str) -> None:
    assert unarmour(armour(cell)) == cell or cell == unarmour(cell)
    assert unarmour(armour(cell)) == cell
    assert armour(cell).lstrip()[:1] not in ("=", "@", "＝", "＠")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PRINTED, PRINTED, PRINTED), min_size=1, max_size=5))
def test_the_errors_file_gives_back_the_very_cells(rows: list[tuple[str, str, str]]) -> None:
    content = table_of(["NO", "COLOUR", "NOTE"], *map(list, rows))
    try:
        sheet = read_sheet(io.BytesIO(content), "a.csv")
        found = list(check_rows(MARBLES, sheet))
    except FileRefused:
        return
    errors = ErrorsFile(MARBLES, sheet)
    for row in found:
        errors.add(row.number, row.errors)
    again = read_sheet(errors.content(), "errors.csv")
    assert [list(row.cells)[2:] for row in again] == [list(row.cells) for row in sheet]
    assert [row.cells[0] for row in again] == [str(row.number) for row in sheet]
    assert [row.values for row in check_rows(MARBLES, again)] == [row.values for row in found]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx"]))
def test_any_bytes_are_rows_or_one_refusal(content: bytes, filename: str) -> None:
    rows_or_refusal(MARBLES, content, filename)
