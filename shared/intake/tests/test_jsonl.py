"""JSON lines are rows like any others; what is no flat object, or hides something, is refused once and clearly."""

import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.intake.columns import check_rows
from shared.intake.files import read_sheet
from shared.intake.limits import Limits
from shared.intake.refusals import (
    ColumnsMissing,
    ColumnsUnknown,
    ControlCharacters,
    FileEmpty,
    FileRefused,
    FileTruncated,
    KeyDoubled,
    LineTooLong,
    NotOneObject,
    NoUsableRows,
    TooManyRows,
    WrongEncoding,
    WrongFormat,
)
from shared.intake.tests.marbles import MARBLES
from shared.rules.rulebook import RULES

LIMITS = Limits(rows=1000, size=1 << 22, line=4096, cell=300)


def cells_of(content: bytes, filename: str = "a.jsonl") -> list[list[str]]:
    return [list(row.cells) for row in read_sheet(io.BytesIO(content), filename, LIMITS)]


def refused(kind: type[FileRefused], content: bytes, filename: str = "a.jsonl") -> str:
    with pytest.raises(FileRefused) as raised:
        list(check_rows(MARBLES, read_sheet(io.BytesIO(content), filename, LIMITS)))
    assert type(raised.value) is kind
    answer = raised.value.as_dict()
    assert answer["rule"] in RULES
    assert "{wh" not in answer["zh"] + answer["en"]
    return str(answer["zh"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rows_are_read_in_their_encoding_with_the_keys_of_all(encoding: str) -> None:
    content = '{"编号":1,"颜色":"蓝"}\r\n\n{"颜色":"𠮷䶮","NOTE":"x"}\n'.encode(encoding)
    sheet = read_sheet(io.BytesIO(content), "a.ndjson", LIMITS)
    assert sheet.header == ("编号", "颜色", "NOTE")
    assert [(row.number, list(row.cells)) for row in sheet] == [(1, ["1", "蓝", ""]), (3, ["", "𠮷䶮", "x"])]
    assert list(sheet) == list(sheet)


def test_a_value_is_the_text_that_was_written() -> None:
    line = '{"a":110105194912310021,"b":4.0,"c":0.1,"d":1.1E+17,"e":true,"f":false,"g":null,"h":"\\u5f20","i":-0}'
    assert cells_of(line.encode()) == [["110105194912310021", "4", "0.1", "1.1E+17", "TRUE", "FALSE", "", "张", "-0"]]


def test_rows_are_checked_like_those_of_every_other_format() -> None:
    content = b'{"NO":1,"COLOUR":"blue"}\n{"NO":"x","COLOUR":null}\n{"NO":1.5e3,"COLOUR":"=1+1"}\n'
    checked = list(check_rows(MARBLES, read_sheet(io.BytesIO(content), "a.jsonl")))
    assert [(row.number, [(error.field, error.rule) for error in row.errors]) for row in checked] == [
        (1, []),
        (2, [("NO", "X-CODE-7"), ("COLOUR", "X-FILE-13")]),
        (3, [("NO", "X-CODE-1"), ("COLOUR", "X-FILE-11")]),
    ]


def test_unknown_keys_are_refused_like_unknown_columns() -> None:
    assert "COLOR" in refused(ColumnsUnknown, b'{"NO":1,"COLOUR":"x"}\n{"NO":2,"COLOUR":"x","color":"y"}\n')
    assert "颜色(COLOUR)" in refused(ColumnsMissing, b'{"NO":1}\n')


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FileEmpty, b""),
        (NoUsableRows, b'{"NO":null}\n{}\n'),
        (WrongFormat, b"\n\n"),
        (WrongFormat, b"NO,COLOUR\n1,x\n"),
        (WrongFormat, b'[{"NO":1,"COLOUR":"x"}]'),
        (WrongFormat, b'"NO"\n'),
        (WrongFormat, b"{" + b",".join(b'"k%d":1' % at for at in range(300)) + b"}\n"),
        (NotOneObject, b'{"NO":1,"COLOUR":"x"}\n[1]\n'),
        (NotOneObject, b'{"NO":1,"COLOUR":"x"}\n7\n'),
        (NotOneObject, b'{"NO":1,"COLOUR":"x"} {"NO":2,"COLOUR":"x"}\n'),
        (NotOneObject, b'{"NO":{"a":1},"COLOUR":"x"}\n'),
        (NotOneObject, b'{"NO":[1],"COLOUR":"x"}\n'),
        (NotOneObject, b'{"NO":NaN,"COLOUR":"x"}\n'),
        (NotOneObject, b'{"NO":-Infinity,"COLOUR":"x"}\n'),
        (NotOneObject, b'{"NO":01,"COLOUR":"x"}\n'),
        (NotOneObject, b"{'NO':1}\n"),
        (NotOneObject, b'{"NO":1,"COLOUR":"x"}\n{"NO":1,\n'),
        (NotOneObject, b'{"NO":' + b"[" * 1500 + b"]" * 1500 + b',"COLOUR":"x"}\n'),
        (FileTruncated, b'{"NO":1,"COLOUR":"x"}\n{"NO":2,"COL'),
        (KeyDoubled, b'{"NO":1,"COLOUR":"x","NO":2}\n'),
        (LineTooLong, b'{"NO":1,"COLOUR":"' + b"x" * 5000 + b'"}\n'),
        (LineTooLong, b'{"NO":1,"COLOUR":"' + b"x" * 400 + b'"}\n'),
        (ControlCharacters, b'{"NO":1,"COLOUR":"\\u0000"}\n'),
        (ControlCharacters, b'{"NO":1,"COLOUR":"\\ud800"}\n'),
        (ControlCharacters, b'{"NO":1,"COLOUR":"\x1b"}\n'),
        (WrongEncoding, '{"NO":1,"COLOUR":"蓝"}\n'.encode("utf-16")),
        (WrongEncoding, '{"NO":1,"COLOUR":"蓝"}\n'.encode() * 20 + b'{"NO":1,"COLOUR":"\xff\xff"}\n'),
        (TooManyRows, b'{"NO":1,"COLOUR":"x"}\n' * 1001),
    ],
)
def test_everything_else_gets_one_clear_refusal(kind: type[FileRefused], content: bytes) -> None:
    refused(kind, content)


def test_json_under_another_name_is_refused() -> None:
    refused(WrongFormat, b'{"NO":1,"COLOUR":"x"}\n', "a.csv")
    refused(WrongFormat, b'{"NO":1,"COLOUR":"x"}\n', "a.json")


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=4), min_size=1, max_size=8))
def test_what_was_written_as_text_is_read_as_the_same_text(rows: list[dict[str, str]]) -> None:
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    kept = [row for row in rows if any(row.values())]
    if not kept:
        return
    sheet = read_sheet(io.BytesIO(content), "a.jsonl")
    found = [{key: cell for key, cell in zip(sheet.header, row.cells, strict=True) if cell} for row in sheet]
    assert found == [{key: cell for key, cell in row.items() if cell} for row in kept]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_file_that_was_damaged_anywhere_is_rows_or_one_refusal(data: st.DataObject) -> None:
    whole = '{"NO":1,"COLOUR":"蓝","NOTE":null}\n{"NO":2.5,"COLOUR":"\\u84dd"}\n'.encode()
    at, cut = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 6))
    put = data.draw(st.sampled_from([b"", b"{", b"}", b'"', b"[", b"\\", b",", b":", b"9" * 400, b"\xb0", b"\n", b"-"]))
    with contextlib.suppress(FileRefused):
        list(check_rows(MARBLES, read_sheet(io.BytesIO(whole[:at] + put + whole[at + cut :]), "a.jsonl")))
