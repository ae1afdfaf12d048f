"""A template is a file that its own table accepts: whatever format, whatever titles, filled in and sent back."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.intake.catalogue import tables
from shared.intake.columns import READ_OVER, Column, Table, check_rows
from shared.intake.files import read_sheet
from shared.intake.formats import DBF, FORMATS, XLSX
from shared.intake.refusals import NoUsableRows
from shared.intake.tables import TABLES, YEAR_RESULTS
from shared.intake.templates import TITLES, Template
from shared.intake.tests.dbf_files import made
from shared.intake.values import academic_year, day, pattern, text, whole_number, word_of, words_of
from shared.intake.writers import write_as

EACH_TABLE = pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
MARK = "019b0000-0000-7000-8000-000000000001"


def content_of(template: Template, *rows: dict[str, str], mark: str = MARK) -> bytes:
    writer = template.write(rows, mark=mark, purpose="学年注册 2023")
    return writer.content().read()


def test_the_catalogue_knows_every_table() -> None:
    assert set(TABLES) <= set(tables())
    assert all(name == table.name for name, table in tables().items())


@EACH_TABLE
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("titles", TITLES)
def test_the_titles_of_every_template_are_those_of_its_table(table: Table, format_: str, titles: str) -> None:
    row = {column.code: "1" for column in table.columns}
    sheet = read_sheet(io.BytesIO(content_of(Template(table, format_, titles), row)), f"a.{format_}")
    assert [column for column in table.match(sheet.header) if column] == list(table.columns)
    assert not READ_OVER & {name for column in table.columns for name in (column.code, column.zh)}


@EACH_TABLE
def test_every_field_of_a_dbf_template_has_room_for_what_goes_in(table: Table) -> None:
    content = content_of(Template(table, DBF))
    names = {content[at : at + 11].rstrip(b"\0").decode(): content[at + 16] for at in range(32, len(content) - 32, 32)}
    for column in table.columns:
        assert names[column.code] >= max((len(word.encode("gbk")) for word in column.words), default=8)


def test_an_empty_template_has_a_header_and_no_rows() -> None:
    for format_ in ("csv", XLSX, DBF):
        with pytest.raises(NoUsableRows):
            list(read_sheet(io.BytesIO(content_of(Template(YEAR_RESULTS, format_), mark="")), f"a.{format_}"))
    assert content_of(Template(YEAR_RESULTS, "csv"), mark="").decode("utf-8-sig").startswith("考生号,学年,注册结果")


@pytest.mark.rule("A25-2")
@pytest.mark.parametrize("format_", FORMATS)
def test_every_row_of_an_export_carries_its_number(format_: str) -> None:
    """Given an export of own students, when a file is made of it, then every row carries the number of the export."""
    content = content_of(Template(YEAR_RESULTS, format_), {"KSH": "1", "REF_XM": "王小明"}, {"KSH": "2"})
    sheet = read_sheet(io.BytesIO(content), f"a.{format_}")
    at = [title in ("导出编号", "DCBH") for title in sheet.header].index(True)
    assert [row.cells[at] for row in sheet] == [MARK, MARK]


CHOICES = Table(
    "choices",
    "选择",
    "choices",
    (
        Column("NO", "编号", "number", text(9), required=True),
        Column("ONE", "结果", "result", word_of(("注册学籍", "暂缓注册")), required=True),
        Column("MANY", "变动", "changes", words_of(("休学", "复学"))),
    ),
)


def test_a_workbook_offers_the_words_of_a_column_and_says_whose_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(content_of(Template(CHOICES, XLSX), {"NO": "1"}))) as book:
        sheet, words, notes = (book.read(f"xl/worksheets/sheet{at}.xml").decode() for at in (1, 2, 3))
    # four columns of ours and the number stand before the result; several changes are allowed, so none is offered
    assert sheet.count("<dataValidation ") == 1
    assert 'sqref="F2:F1048576"' in sheet
    assert MARK in sheet
    assert "注册学籍" in words
    assert "暂缓注册" in words
    assert MARK in notes
    assert "学年注册 2023" in notes
    assert "休学、复学" in notes


NAMES = st.sampled_from(["王小明", "𠮷野", "古丽·艾尔肯", "=cmd|'/c'!A1", "+86", "李\u3400", 'a,b"c'])
NUMBERS = st.lists(st.from_regex(r"\A[0-9]{8,18}\Z"), min_size=1, max_size=6, unique_by=int)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(FORMATS), st.sampled_from(TITLES), NUMBERS, NAMES, st.sampled_from(["注册学籍", "暂缓注册"]))
def test_a_template_filled_in_is_accepted_as_it_is(
    format_: str, titles: str, numbers: list[str], name: str, result: str
) -> None:
    rows = [{"KSH": number, "XN": "2023-2024", "REF_XM": name, "REF_XH": "-1"} for number in numbers]
    begun = read_sheet(io.BytesIO(content_of(Template(YEAR_RESULTS, format_, titles), *rows)), f"a.{format_}")
    at = YEAR_RESULTS.match(begun.header).index(YEAR_RESULTS.by_code["ZCJG"])
    filled = write_as(format_, begun.header)
    for row in begun:
        assert name in row.cells
        filled.write([*row.cells[:at], result, *row.cells[at + 1 :]])
    checked = list(check_rows(YEAR_RESULTS, read_sheet(io.BytesIO(filled.content().read()), f"b.{format_}")))
    assert [(row.values["KSH"], row.values["XN"], row.values["ZCJG"], row.errors) for row in checked] == [
        (number, 2023, result, ()) for number in numbers
    ]


def test_a_reference_column_is_read_over_and_no_other_unknown_one() -> None:
    content = made([(b"KSH", b"C", 8), (b"XN", b"C", 4), (b"ZCJG", b"C", 8), (b"REF_XM", b"C", 4)],
                   [b" 22110108" + b"2023" + "注册学籍".encode("gbk") + "王".encode("gbk").ljust(4)])  # fmt: skip
    (row,) = check_rows(YEAR_RESULTS, read_sheet(io.BytesIO(content), "a.dbf"))
    assert row.errors == ()
    assert "REF_XM" not in row.values


def test_a_check_tells_what_it_accepts() -> None:
    several = words_of(("休学", "复学"))
    assert (vars(several)["words"], vars(several)["several"]) == (("休学", "复学"), True)
    assert vars(word_of(("a",), also={"b": "a"}))["words"] == ("a",)
    for check in (text(3), pattern("a", "甲", "an a"), whole_number(1, 2), academic_year(1950, 2099)):
        assert all(vars(check)["says"])
    from datetime import date

    assert "YYYYMMDD" in vars(day(date(2000, 1, 1), date(2001, 1, 1)))["says"][0]
