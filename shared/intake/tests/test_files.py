"""A file is read as what it is, or refused for one clear reason."""

import gzip
import io
import struct
import zipfile

import pytest

from shared.intake.columns import Row, check_rows
from shared.intake.files import read_sheet
from shared.intake.limits import Limits
from shared.intake.refusals import (
    ColumnsDoubled,
    ColumnsMissing,
    ColumnsUnknown,
    ControlCharacters,
    FileEmpty,
    FileRefused,
    FileTruncated,
    NoUsableRows,
    TooLarge,
    TooManyRows,
    UnpacksTooLarge,
    WrongEncoding,
    WrongFormat,
)
from shared.intake.tests.marbles import MARBLES
from shared.intake.tests.workbooks import HEADER, MAIN, packed, parts, row, text_cell, workbook
from shared.rules.rulebook import RULES

LIMITS = Limits(rows=1000, size=1 << 20, unpacked=4 << 20)
HEAD = "NO,COLOUR\r\n"


def rows_of(content: bytes, filename: str = "a.csv") -> list[Row]:
    return list(read_sheet(io.BytesIO(content), filename, LIMITS))


def values_of(content: bytes, filename: str = "a.csv") -> list[list[str]]:
    return [list(found.cells) for found in rows_of(content, filename)]


def refused(kind: type[FileRefused], content: bytes, filename: str = "a.csv") -> str:
    with pytest.raises(FileRefused) as raised:
        list(check_rows(MARBLES, read_sheet(io.BytesIO(content), filename, LIMITS)))
    assert type(raised.value) is kind
    answer = raised.value.as_dict()
    assert answer["rule"] in RULES
    assert "{" not in answer["zh"] + answer["en"]
    return str(answer["zh"])


# --- what is read ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_of_text_is_read_in_its_encoding(encoding: str) -> None:
    content = "编号,颜色\r\n1,蓝\r\n2,𠮷䶮㙓𬭚\r\n".encode(encoding)
    assert values_of(content) == [["1", "蓝"], ["2", "𠮷䶮㙓𬭚"]]


@pytest.mark.parametrize("first", ["COLOUR", "code", "0", "1", "2"])
def test_a_table_whose_first_letter_is_also_a_dbase_version_is_text(first: str) -> None:
    sheet = read_sheet(io.BytesIO(f"{first},NO\r\nblue,1\r\n".encode()), "a.csv", LIMITS)
    assert sheet.header == (first, "NO")
    assert [row.cells for row in sheet] == [["blue", "1"]]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    found = rows_of(b'NO,COLOUR\n\n1,"two\nlines"\n,\n2,x\n')
    assert [(row.number, list(row.cells)) for row in found] == [(3, ["1", "two\nlines"]), (5, ["2", "x"])]


def test_empty_cells_beyond_the_header_are_no_cells() -> None:
    assert values_of(b"NO,COLOUR,,\n1,x,,\n") == [["1", "x"]]


def test_a_sheet_can_be_read_again() -> None:
    for content, name in ((b"NO,COLOUR\n1,x\n", "a.csv"), (workbook(HEADER + row(2, text_cell("A2", "1"))), "a.xlsx")):
        sheet = read_sheet(io.BytesIO(content), name, LIMITS)
        next(iter(sheet))
        assert len(list(sheet)) == 1
        assert list(sheet) == list(sheet)


def test_a_workbook_is_read_as_its_reader_sees_it() -> None:
    cells = (
        '<c r="A2"><v>4.0</v></c>',
        '<c r="B2" s="1"><v>45901</v></c>',
        '<c r="D2" t="s"><v>0</v></c>',
        '<c r="E2" t="b"><v>1</v></c>',
        '<c r="F2"><v>1.1010519491231E+17</v></c>',
        '<c r="G2"><v>0.10000000000000001</v></c>',
        '<c r="H2"><v>110105194912310021</v></c>',
        '<c r="I2" t="str"><v>a_x0041_b</v></c>',
    )
    header = row(1, *(text_cell(f"{letter}1", letter) for letter in "ABCDEFGHI"))
    strings = ("<si><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></si>",)
    formats = '<numFmts><numFmt numFmtId="200" formatCode="yyyy&quot;年&quot;m"/></numFmts>'
    styles = f'{formats}<cellXfs><xf/><xf numFmtId="200"/></cellXfs>'
    content = workbook(header + row(2, *cells), strings=strings, styles=styles)
    assert values_of(content, "a.xlsx") == [
        ["4", "20250901", "", "张三", "TRUE", "1.1010519491231E+17", "0.1", "110105194912310021", "aAb"]
    ]


def test_a_workbook_that_counts_from_1904_has_the_same_days() -> None:
    book = parts(
        HEADER + row(2, '<c r="A2" s="0"><v>44439</v></c>', text_cell("B2", "x")),
        styles="<cellXfs><xf numFmtId='14'/></cellXfs>",
    )
    book["xl/workbook.xml"] = book["xl/workbook.xml"].replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert values_of(packed(book), "a.xlsx")[0][0] == "20250901"


@pytest.mark.rule("X-FILE-11")
def test_a_formula_is_known_for_one_whatever_value_was_kept() -> None:
    """Given a cell that holds a formula with a good value, when its row is checked, then the cell is refused."""
    content = workbook(HEADER + row(2, '<c r="A2"><f>1+1</f><v>2</v></c>', text_cell("B2", "x")))
    (checked,) = check_rows(MARBLES, read_sheet(io.BytesIO(content), "a.xlsx"))
    assert [(error.field, error.rule) for error in checked.errors] == [("NO", "X-FILE-11")]


def test_elements_may_carry_a_prefix() -> None:
    book = parts("")
    book["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>NO</x:t></x:is></x:c></x:row>'
        "<x:row><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    assert values_of(packed(book), "a.xlsx") == [["7"]]


# --- what is refused ---


@pytest.mark.rule("X-FILE-1")
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    """Given a file without a single row, when it is read, then it is refused as empty."""
    refused(FileEmpty, content)


@pytest.mark.rule("X-FILE-15")
@pytest.mark.parametrize("content", [b"NO,COLOUR\r\n", HEAD.encode() + b" , \r\n,\r\n"])
def test_a_header_alone_is_no_file_to_take_in(content: bytes) -> None:
    """Given a header with blank rows or none beneath it, when the file is read, then it has no usable rows."""
    refused(NoUsableRows, content)


def test_an_empty_workbook_is_refused() -> None:
    refused(FileEmpty, workbook(""), "a.xlsx")
    refused(NoUsableRows, workbook(HEADER), "a.xlsx")


@pytest.mark.rule("X-FILE-4")
@pytest.mark.parametrize(
    "content",
    [
        (HEAD + '1,"blue').encode(),
        (HEAD + "1,blue\r\n2").encode(),
        (HEAD + "1,蓝").encode()[:-1],
        (HEAD + "1,蓝").encode("gb18030")[:-1],
        (HEAD + "1," + "蓝" * 30 + "\r\n2,蓝").encode()[:-2],
        (HEAD + '1,"a"b\r\n').encode(),
    ],
)
def test_a_table_that_breaks_off_is_refused(content: bytes) -> None:
    """Given a table that breaks off within a row, a quote or a character, when it is read, then it is refused as cut
    off."""
    refused(FileTruncated, content)


@pytest.mark.rule("X-FILE-4")
@pytest.mark.parametrize("kept", [30, 200, -1, -30])
def test_a_workbook_that_breaks_off_is_refused(kept: int) -> None:
    """Given a workbook cut off anywhere, when it is read, then it is refused as damaged."""
    whole = workbook(HEADER + row(2, text_cell("A2", "1"), text_cell("B2", "blue")))
    refused(FileTruncated, whole[:kept], "a.xlsx")


def test_a_workbook_whose_xml_breaks_off_is_refused() -> None:
    book = parts(HEADER + row(2, text_cell("A2", "1"), text_cell("B2", "blue")))
    book["xl/worksheets/sheet1.xml"] = book["xl/worksheets/sheet1.xml"][:-40]
    refused(FileTruncated, packed(book), "a.xlsx")


@pytest.mark.asvs("5.2.2")
@pytest.mark.rule("X-FILE-2")
@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (b"NO,COLOUR\r\n1,x\r\n", "a.xlsx"),
        (workbook(HEADER), "a.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsx"),
        (b"%PDF-1.7\n", "a.csv"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "a.csv"),
        (b"<html><table><tr><td>NO</td></tr></table></html>", "a.csv"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><Workbook/>", "a.xlsx"),
        (gzip.compress(b"NO,COLOUR\n1,x\n", mtime=0), "a.csv"),
        (b"\x03\x7c\x01\x01" + struct.pack("<IHH", 1, 65, 9) + bytes(20), "a.csv"),
        (packed({"word/document.xml": "<w/>"}), "a.xlsx"),
        (b"NO,COLOUR\r\n1,x\r\n", "a.txt"),
        (b"NO,COLOUR\r\n1,x\r\n", "csv"),
        (b"NO,COLOUR\r\n1,x\r\n", ""),
    ],
)
def test_another_format_under_the_name_is_refused(content: bytes, filename: str) -> None:
    """Given a file of another format than its name says, when it is read, then it is refused for that reason."""
    refused(WrongFormat, content, filename)


@pytest.mark.asvs("5.3.2")
def test_a_path_in_the_name_is_only_a_name() -> None:
    assert values_of(b"NO,COLOUR\n1,x\n", "..\\..\\C:\\a.CSV") == [["1", "x"]]


@pytest.mark.rule("X-FILE-3")
@pytest.mark.parametrize(
    "content",
    [
        (HEAD + "1,蓝\r\n").encode("utf-16"),
        (HEAD + "1,蓝\r\n").encode("utf-16-be").join([b"\xfe\xff", b""]),
        b"\xef\xbb\xbf" + HEAD.encode() + b"1,\xb0\xa1\r\n",
        HEAD.encode() + "蓝".encode() * 40 + b",\xff\xff\r\n",
        HEAD.encode() + b"1,\x81\x20\r\n",
    ],
)
def test_text_in_no_known_encoding_is_refused(content: bytes) -> None:
    """Given text that is neither UTF-8 nor GB18030, when it is read, then it is refused for its encoding."""
    refused(WrongEncoding, content)


def test_a_broken_byte_in_utf8_is_not_taken_for_gb18030() -> None:
    reason = refused(WrongEncoding, HEAD.encode() + "1,蓝色蓝色蓝色蓝色蓝色\r\n".encode() * 5 + b"6,\xb0\xa1\r\n")
    assert "7" in reason


@pytest.mark.rule("X-FILE-5", "X-FILE-6", "X-FILE-7")
def test_columns_are_required_once_each_and_known() -> None:
    """Given a header with a column missing, doubled or unknown, when the file is read, then it is refused and the
    column is named."""
    assert "颜色(COLOUR)" in refused(ColumnsMissing, b"NO\n1\n")
    assert "编号(NO)" in refused(ColumnsDoubled, "NO,COLOUR,编号\n1,x,1\n".encode())
    assert "COLOR" in refused(ColumnsUnknown, b"NO,COLOUR,color\n1,x,y\n")
    assert "空" in refused(ColumnsUnknown, b"NO,,COLOUR\n1,,y\n")


@pytest.mark.rule("X-FILE-12")
@pytest.mark.parametrize("code", [0, 1, 8, 11, 12, 27, 31, 127])
def test_control_characters_refuse_the_file(code: int) -> None:
    """Given a cell with a control character, when the file is read, then it is refused and the row is named."""
    assert "2" in refused(ControlCharacters, HEAD.encode() + b"1,x" + bytes([code]) + b"\r\n")


@pytest.mark.parametrize("escaped", ["_x0001_", "_xD800_", "_x001B_"])
def test_escaped_control_characters_refuse_a_workbook(escaped: str) -> None:
    refused(ControlCharacters, workbook(HEADER + row(2, text_cell("A2", "1"), text_cell("B2", escaped))), "a.xlsx")


@pytest.mark.rule("X-FILE-8")
def test_one_row_more_than_allowed_is_too_many() -> None:
    """Given a file with as many rows as allowed and one with one more, when they are read, then only the second is
    refused."""
    assert len(rows_of(HEAD.encode() + b"1,x\r\n" * 1000)) == 1000
    refused(TooManyRows, HEAD.encode() + b"1,x\r\n" * 1001)
    more = "".join(row(at, f'<c r="A{at}"><v>1</v></c>', f'<c r="B{at}"><v>1</v></c>') for at in range(2, 1003))
    refused(TooManyRows, workbook(HEADER + more), "a.xlsx")


@pytest.mark.asvs("5.2.1")
@pytest.mark.rule("X-FILE-9")
def test_a_file_beyond_the_size_is_refused_unread() -> None:
    """Given a file one byte beyond the limit, when it comes, then it is refused unread."""
    refused(TooLarge, b"x" * ((1 << 20) + 1))


@pytest.mark.asvs("5.2.3")
@pytest.mark.rule("X-FILE-10")
def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    """Given a small workbook that unpacks to more than the limit, when it comes, then it is refused before it is
    unpacked."""
    bomb = workbook(HEADER + row(2, text_cell("A2", "0" * (5 << 20))))
    assert len(bomb) < 1 << 16
    assert "4" in refused(UnpacksTooLarge, bomb, "a.xlsx")


@pytest.mark.asvs("5.2.3")
def test_a_zip_bomb_that_lies_about_its_size_is_stopped() -> None:
    bomb = bytearray(workbook(HEADER + row(2, text_cell("A2", "0" * (5 << 20)))))
    with zipfile.ZipFile(io.BytesIO(bomb)) as book:
        size = book.getinfo("xl/worksheets/sheet1.xml").file_size
    bomb = bytearray(bytes(bomb).replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    with pytest.raises(FileRefused):
        rows_of(bytes(bomb), "a.xlsx")


def test_a_cell_and_a_tag_have_an_end() -> None:
    refused(FileTruncated, workbook(HEADER + row(2, text_cell("A2", "0" * 40_000))), "a.xlsx")
    refused(FileTruncated, workbook(HEADER + f'<row r="{"2" * (2 << 20)}"/>'), "a.xlsx")


def test_two_cells_far_apart_cost_nothing() -> None:
    far = row(2, text_cell("A2", "1"), text_cell("B2", "x")) + row(
        1_048_576, text_cell("A1048576", "2"), text_cell("XFD1048576", "x")
    )
    found = list(check_rows(MARBLES, read_sheet(io.BytesIO(workbook(HEADER + far)), "a.xlsx")))
    assert [(each.number, [error.rule for error in each.errors]) for each in found] == [
        (2, []),
        (1_048_576, ["X-FILE-4"]),
    ]


def test_a_column_that_no_sheet_has_is_refused() -> None:
    refused(FileTruncated, workbook(HEADER + row(2, text_cell("ZZZZ2", "1"))), "a.xlsx")


def test_too_many_columns_are_refused() -> None:
    cells = [f'<c t="inlineStr"><is><t>c{at}</t></is></c>' for at in range(300)]
    refused(WrongFormat, workbook(row(1, *cells)), "a.xlsx")


def test_entities_are_never_expanded() -> None:
    book = parts("")
    book["xl/worksheets/sheet1.xml"] = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    refused(WrongFormat, packed(book), "a.xlsx")


def test_a_workbook_points_to_parts_of_itself_only() -> None:
    for target in ("../../../../etc/passwd", "/etc/passwd", "http://example.invalid/x.xml"):
        book = parts(HEADER)
        name = "xl/_rels/workbook.xml.rels"
        book[name] = book[name].replace("worksheets/sheet1.xml", target)
        refused(WrongFormat, packed(book), "a.xlsx")


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(workbook(HEADER))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    refused(WrongFormat, bytes(content), "a.xlsx")
