"""A DBF of an old system is read as its writer meant it, or refused for one clear reason."""

import contextlib
import io
import struct
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.intake.columns import Row, check_rows
from shared.intake.files import read_sheet
from shared.intake.limits import Limits
from shared.intake.refusals import (
    ColumnsUnknown,
    ControlCharacters,
    FileRefused,
    FileTruncated,
    MemoColumns,
    NoUsableRows,
    TooManyRows,
    WrongEncoding,
    WrongFormat,
)
from shared.intake.tables import CERTIFICATES, YEAR_RESULTS
from shared.intake.tests.dbf_files import deleted, made, written
from shared.intake.tests.marbles import MARBLES
from shared.rules.rulebook import RULES

LIMITS = Limits(rows=1000, size=1 << 20)
YEAR_FIELDS = "KSH C(18); XN C(9); ZCJG C(20)"
BOX = [(b"NO", b"N", 5), (b"COLOUR", b"C", 10)]
BLUE = b"     1blue      "


def rows_of(content: bytes, limits: Limits = LIMITS) -> list[Row]:
    return list(read_sheet(io.BytesIO(content), "a.dbf", limits))


def cells_of(content: bytes) -> list[list[str]]:
    return [list(row.cells) for row in rows_of(content)]


def refused(kind: type[FileRefused], content: bytes, filename: str = "a.DBF") -> str:
    with pytest.raises(FileRefused) as raised:
        list(check_rows(MARBLES, read_sheet(io.BytesIO(content), filename, LIMITS)))
    assert type(raised.value) is kind
    answer = raised.value.as_dict()
    assert answer["rule"] in RULES
    assert "{" not in answer["zh"] + answer["en"]
    return str(answer["zh"])


@pytest.mark.parametrize("kind", ["db3", "clp", "fp", "vfp"])
def test_a_table_of_another_program_is_read_as_it_was_meant(tmp_path: Path, kind: str) -> None:
    fields = "KSH C(18); XM C(40); BYRQ D; ZSBH N(18,0); XZ N(4,1); OK L"
    content = written(
        tmp_path / "a.dbf",
        fields,
        [
            ("22110108150001", "古丽·艾尔肯", date(2026, 7, 1), 100011202605001, 2.5, True),
            ("2", "王", None, 1, 4, False),
        ],
        kind=kind,
    )
    sheet = read_sheet(io.BytesIO(content), "a.dbf", LIMITS)
    assert sheet.header == ("KSH", "XM", "BYRQ", "ZSBH", "XZ", "OK")
    assert [list(row.cells) for row in sheet] == [
        ["22110108150001", "古丽·艾尔肯", "20260701", "100011202605001", "2.5", "TRUE"],
        ["2", "王", "", "1", "4", "FALSE"],
    ]
    assert list(sheet) == list(sheet)


def test_the_binary_types_of_visual_foxpro_are_read(tmp_path: Path) -> None:
    content = written(
        tmp_path / "a.dbf",
        "N I; D B; M Y; T T",
        [(-7, 2.25, 12, datetime(2025, 9, 1, 8, 30))],  # noqa: DTZ001 - the format keeps no zone
        kind="vfp",
    )
    assert cells_of(content) == [["-7", "2.25", "12", "20250901"]]


def test_its_rows_are_checked_like_those_of_every_other_format(tmp_path: Path) -> None:
    content = written(
        tmp_path / "a.dbf",
        YEAR_FIELDS,
        [("22110108150001", "2023-2024", "注册学籍"), ("22110108150002", "2023-2024", "已注册")],
    )
    checked = list(check_rows(YEAR_RESULTS, read_sheet(io.BytesIO(content), "a.dbf")))
    assert checked[0].values["XN"] == 2023
    assert [(row.number, [error.rule for error in row.errors]) for row in checked] == [(1, []), (2, ["X-CODE-8"])]


def test_chinese_field_names_are_names(tmp_path: Path) -> None:
    fields = [("编号".encode("gbk"), b"C", 4), ("颜色".encode("gbk"), b"C", 4)]
    content = made(fields, [b" 1   " + "蓝".encode("gbk").ljust(4)], driver=0x7A)
    (row,) = check_rows(MARBLES, read_sheet(io.BytesIO(content), "a.dbf"))
    assert (row.values["NO"], row.values["COLOUR"]) == (1, "蓝")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("driver", [0, 0x4D])
def test_the_encoding_is_found_whatever_the_head_says(encoding: str, driver: int) -> None:
    cells = ["蓝色蓝", "𠮷䶮㙓", "绿"]
    content = made([(b"COLOUR", b"C", 12)], [b" " + cell.encode(encoding).ljust(12) for cell in cells], driver=driver)
    assert cells_of(content) == [[cell] for cell in cells]


def test_deleted_rows_are_no_rows_and_the_others_keep_their_numbers() -> None:
    content = made(BOX, [BLUE, BLUE, BLUE])
    assert [row.number for row in rows_of(deleted(content, 2))] == [1, 3]
    refused(NoUsableRows, deleted(made(BOX, [BLUE]), 1))
    refused(NoUsableRows, made(BOX, [b" " * 16]))


@pytest.mark.parametrize("name", ["王??", "??"])
def test_what_stands_for_a_lost_character_is_an_error_of_the_row(name: str) -> None:
    fields = "KSH C(18); XM C(40); BYRQ C(8); BJYJL C(4); ZSBH C(18); XZXM C(40); BZ C(40)"
    encoded = [f.partition(" ")[0].encode() for f in fields.split("; ")]
    widths = [18, 40, 8, 4, 18, 40, 40]
    cells = ["22110108150001", name, "20260701", "毕业", "100011202605001234", "林知远", f"原名{name}"]
    record = b" " + b"".join(cell.encode("gbk").ljust(width) for cell, width in zip(cells, widths, strict=True))
    content = made([(name, b"C", width) for name, width in zip(encoded, widths, strict=True)], [record], driver=0x4D)
    (row,) = check_rows(CERTIFICATES, read_sheet(io.BytesIO(content), "a.dbf"))
    assert [(error.field, error.rule) for error in row.errors] == [("XM", "X-CODE-3"), ("BZ", "X-FILE-12")]


def test_a_text_cut_in_the_middle_of_a_character_is_an_error_of_its_row_alone() -> None:
    fields = [(b"NOTE", b"C", 5), (b"NO", b"C", 1), (b"COLOUR", b"C", 1)]
    records = [b" " + note + b"1b" for note in ("蓝色".encode("gbk") + b" ", "蓝色蓝".encode("gbk")[:5], b"blue ")]
    rows = list(check_rows(MARBLES, read_sheet(io.BytesIO(made(fields, records)), "a.dbf")))
    assert [[(error.field, error.rule) for error in row.errors] for row in rows] == [[], [("NOTE", "X-FILE-12")], []]


@pytest.mark.parametrize("kind", ["db3", "vfp"])
def test_memo_fields_are_refused_by_name(tmp_path: Path, kind: str) -> None:
    content = written(tmp_path / "a.dbf", "NO N(5,0); COLOUR C(10); NOTE M", [(1, "blue", "x")], kind=kind)
    assert "NOTE" in refused(MemoColumns, content)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (FileTruncated, lambda whole: whole[:20]),
        (FileTruncated, lambda whole: whole[:70]),
        (FileTruncated, lambda whole: whole[:-8]),
        (FileTruncated, lambda _: made(BOX, [BLUE], count=2)),
        (FileTruncated, lambda _: made(BOX, [BLUE], count=4_000_000_000)),
        (FileTruncated, lambda _: made(BOX, [BLUE, BLUE], count=1)),
        (FileTruncated, lambda _: made(BOX, [BLUE], count=0)),
        (FileTruncated, lambda whole: whole[:8] + b"\xff\xff" + whole[10:]),
        (FileTruncated, lambda whole: whole[:10] + b"\x07\x00" + whole[12:]),
        (FileTruncated, lambda whole: whole[:10] + b"\x00\x00" + whole[12:]),
        (FileTruncated, lambda _: made(BOX, [b"x" + BLUE[1:]])),
        (FileTruncated, lambda _: made([(b"NO", b"C", 0)], [b" "])),
        (FileTruncated, lambda _: made([(b"NO", b"I", 3)], [b" abc"])),
        (FileTruncated, lambda _: made([], [])),
        (NoUsableRows, lambda _: made(BOX, [])),
        (WrongFormat, lambda _: made([(b"NO", b"Q", 5)], [b" 12345"])),
        (WrongFormat, lambda _: made([(b"N%d" % at, b"C", 1) for at in range(300)], [b" " * 301])),
        (WrongFormat, lambda _: made(BOX, [BLUE], version=4)),
        (WrongFormat, lambda whole: whole[:15] + b"\x01" + whole[16:]),
        (ColumnsUnknown, lambda _: made([*BOX, (b"COLOR", b"C", 1)], [BLUE + b"x"])),
        (ControlCharacters, lambda _: made(BOX, [b"     1bl\x1bue      "[:16]])),
        (ControlCharacters, lambda _: made(BOX, [b"     1bl\0ue     "[:16]])),
        (WrongEncoding, lambda _: made([(b"NO", b"C", 1), (b"COLOUR", b"C", 3)], [b" 1\xff\xfe\xff"])),
        (WrongFormat, lambda _: b"NO,COLOUR\r\n1,x\r\n"),
    ],
)
def test_a_damaged_or_hostile_file_gets_one_clear_refusal(
    kind: type[FileRefused], change: Callable[[bytes], bytes]
) -> None:
    refused(kind, change(made(BOX, [BLUE])))


def test_a_truncated_file_names_the_record_where_it_breaks_off() -> None:
    assert "第 2 条记录(共 3)" in refused(FileTruncated, made(BOX, [BLUE] * 3)[:-20])


def test_a_table_under_another_name_is_refused() -> None:
    refused(WrongFormat, made(BOX, [BLUE]), "a.csv")
    refused(WrongFormat, made(BOX, [BLUE], version=0x30), "a.csv")


def test_padding_and_an_end_mark_may_follow_the_records() -> None:
    for end in (b"", b"\x1a", b"\x1a" + bytes(500), bytes(512)):
        assert len(rows_of(made(BOX, [BLUE], end=end))) == 1


def test_digits_before_a_comma_are_text_and_no_foxpro_table() -> None:
    assert len(list(read_sheet(io.BytesIO(b"0,1\r\n2,3\r\n"), "a.csv", LIMITS))) == 1


def test_one_row_more_than_allowed_is_too_many() -> None:
    assert len(rows_of(made(BOX, [BLUE] * 1000))) == 1000
    refused(TooManyRows, made(BOX, [BLUE] * 1001))
    assert len(rows_of(deleted(made(BOX, [BLUE] * 1001), 7))) == 1000


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_table_that_was_damaged_anywhere_is_rows_or_one_refusal(data: st.DataObject) -> None:
    fields = [*BOX, (b"DAY", b"D", 8), (b"WHOLE", b"I", 4), (b"AT", b"T", 8), (b"SUM", b"Y", 8), (b"X", b"B", 8)]
    record = BLUE + b"20250901" + struct.pack("<iiiqd", 5, 2_460_920, 0, 12_500, 1.5)
    whole = bytearray(made(fields, [record] * 3, version=0x30))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole)
    with contextlib.suppress(FileRefused):
        list(check_rows(MARBLES, read_sheet(io.BytesIO(content), "a.dbf")))
