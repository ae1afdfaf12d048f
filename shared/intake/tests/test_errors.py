"""Refused rows come back in the format they were sent in, harmless and complete, and can be sent again."""

import csv
import io
import zipfile
from pathlib import Path

import dbf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.intake.columns import Sheet, check_rows
from shared.intake.errors import ErrorsFile
from shared.intake.files import read_sheet
from shared.intake.formats import CSV, DBF, FORMATS, JSONL, XLSX, format_written
from shared.intake.tests.dbf_files import written
from shared.intake.tests.marbles import MARBLES
from shared.intake.writers import write_as

TITLES = ("NO", "颜色", "NOTE")
ROWS = [("1", "蓝", ""), ("x", "红𠮷", "=1+1"), ("3", "绿", "a"), ("4", "", "'-x")]
# what a cell may hold: nothing a file of ours was refused for, no blank ends, no row without anything
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30).map(str.strip)


def sheet_of(format_: str, rows: list[tuple[str, ...]], titles: tuple[str, ...] = TITLES) -> Sheet:
    writer = write_as(format_, titles)
    for row in rows:
        writer.write(row)
    # the content is gone with its writer
    return read_sheet(io.BytesIO(writer.content().read()), f"a.{format_}")


def errors_of(sheet: Sheet) -> ErrorsFile:
    errors = ErrorsFile(MARBLES, sheet)
    for row in check_rows(MARBLES, sheet):
        if row.errors:
            errors.add(row.number, row.errors)
    return errors


@pytest.mark.parametrize(("sent", "returned"), [(CSV, CSV), (XLSX, XLSX), (JSONL, JSONL), (DBF, XLSX)])
def test_refused_rows_come_back_in_the_format_of_the_file(sent: str, returned: str) -> None:
    errors = errors_of(sheet_of(sent, ROWS, ("NO", "COLOUR", "NOTE")))
    content = errors.content()
    assert errors.format == format_written(content) == returned
    again = read_sheet(io.BytesIO(content.read()), f"errors.{returned}")
    assert again.header[:2] == ("原行号", "错误原因")
    assert [row.cells[2] for row in again] == ["x", "4"]
    assert "X-CODE-7" in next(iter(again)).cells[1]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_corrected_errors_file_is_accepted_as_it_is(format_: str) -> None:
    sheet = sheet_of(format_, ROWS, ("NO", "COLOUR", "NOTE"))
    errors = errors_of(sheet)
    again = read_sheet(io.BytesIO(errors.content().read()), f"errors.{errors.format}")
    correct = write_as(errors.format, again.header)
    for row, good in zip(again, (("2", "红", ""), ("4", "黄", "'-x")), strict=True):
        correct.write((*row.cells[:2], *good))
    sent = read_sheet(io.BytesIO(correct.content().read()), f"b.{errors.format}")
    checked = list(check_rows(MARBLES, sent))
    assert [row.errors for row in checked] == [(), ()]
    assert [row.values["NO"] for row in checked] == [2, 4]
    assert checked[1].values["NOTE"] == "'-x"


def test_no_cell_of_a_workbook_runs() -> None:
    errors = errors_of(sheet_of(XLSX, ROWS))
    with zipfile.ZipFile(errors.content()) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in sheet


def test_a_file_in_gb18030_comes_back_readable_for_every_program() -> None:
    sheet = read_sheet(io.BytesIO("编号,颜色\r\nx,𠮷䶮\r\n".encode("gb18030")), "a.csv")
    errors = errors_of(sheet)
    raw = errors.content().read()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert next(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))["颜色"] == "𠮷䶮"


def test_rows_of_another_programs_table_come_back_as_a_workbook(tmp_path: Path) -> None:
    content = written(tmp_path / "a.dbf", "NO C(5); COLOUR C(10)", [("1", "蓝"), ("x", "红")])
    errors = errors_of(read_sheet(io.BytesIO(content), "a.dbf"))
    rows = list(read_sheet(io.BytesIO(errors.content().read()), "errors.xlsx"))
    assert [(row.cells[0], row.cells[2], row.cells[3]) for row in rows] == [("2", "x", "红")]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FORMATS), st.lists(st.tuples(CELLS, CELLS, CELLS).filter(any), min_size=1, max_size=8))
def test_what_is_written_is_read_back(format_: str, rows: list[tuple[str, ...]]) -> None:
    titles = ("导出编号", "B", "C")  # a file of our own making, so its cells are armoured and come back bare
    if format_ == DBF:
        titles = ("DCBH", "B", "C")
    found = [tuple(row.cells) for row in sheet_of(format_, rows, titles)]
    assert found == rows


def test_a_table_of_ours_is_read_by_another_program(tmp_path: Path) -> None:
    writer = write_as(DBF, ("KSH", "XM"), widths=[18, 40])
    rows = [("22110108150001", "王小明"), ("2", "古丽·艾尔肯")]
    for row in rows:
        writer.write(row)
    (tmp_path / "a.dbf").write_bytes(writer.content().read())
    with dbf.Table(str(tmp_path / "a.dbf")) as table:
        assert table.field_names == ["KSH", "XM"]
        assert [tuple(str(cell).rstrip() for cell in record) for record in table] == rows
