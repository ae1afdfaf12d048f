"""JSON lines: one flat object a row; the keys of all rows together are the header."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar, NoReturn

from shared.intake.columns import BLANKS, Row
from shared.intake.csv_sheet import Unclosed, encoding_of
from shared.intake.formats import JSONL
from shared.intake.limits import Limits
from shared.intake.masking import shown
from shared.intake.refusals import (
    ControlCharacters,
    FileTruncated,
    KeyDoubled,
    LineTooLong,
    NotOneObject,
    NoUsableRows,
    TooManyRows,
    WrongEncoding,
    WrongFormat,
)
from shared.intake.values import as_written

_MARK = b"\xef\xbb\xbf"
_BUFFER = 1 << 18
_MOST_KEYS = 256
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Cells = dict[str, str]


class JsonlSheet:
    """The rows of a JSON-lines file, each numbered by its line; a key that a row does not have is an empty cell."""

    format: ClassVar[str] = JSONL

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self.encoding = encoding_of(stream)
        self.header = self._keys()

    def _keys(self) -> tuple[str, ...]:
        """Every key in the order of its first row; reads the file to its end and so proves it."""
        keys: Cells = {}
        count = 0
        for count, (_, cells) in enumerate(self._objects(), 1):
            if count > self._limits.rows:
                raise TooManyRows(limit=self._limits.rows)
            if not cells.keys() <= keys.keys():
                keys.update(cells)
                if len(keys) > _MOST_KEYS:
                    raise WrongFormat(named=".jsonl", found=f"> {_MOST_KEYS} 列 columns")
        if not count:
            raise NoUsableRows()
        return tuple(keys)

    def __iter__(self) -> Iterator[Row]:
        keys = self.header
        for number, cells in self._objects():
            yield Row(number, [cells.get(key, "") for key in keys])

    def _objects(self) -> Iterator[tuple[int, Cells]]:
        """Every object that holds something, with the number of its line."""
        for number, line, ended in self._lines():
            cells = _cells(line, number, ended=ended)
            if any(cells.values()):
                if len(max(cells.values(), key=len)) > self._limits.cell:
                    raise LineTooLong(line=number, limit=self._limits.cell)
                yield number, cells

    def _lines(self) -> Iterator[tuple[int, str, bool]]:
        """Every line that is not blank, and whether it ends; one without end costs no more than the longest allowed."""
        self._stream.seek(0)
        self._stream.seek(len(_MARK) if self._stream.read(len(_MARK)) == _MARK else 0)
        source = io.BufferedReader(Unclosed(self._stream), _BUFFER)
        encoding, longest, number = self.encoding.removesuffix("-sig"), self._limits.line, 0
        while line := source.readline(longest + 1):
            number += 1
            if len(line) > longest:
                raise LineTooLong(line=number, limit=longest)
            try:
                text = line.decode(encoding).strip(BLANKS)
            except UnicodeDecodeError:
                raise WrongEncoding(where=f"第 {number} 行 line {number}") from None
            if text:
                yield number, text, line.endswith(b"\n")


def _cells(line: str, number: int, *, ended: bool) -> Cells:
    """One line as text by key: numbers as they are written, true and false as a spreadsheet shows them, null empty."""
    try:
        pairs = _DECODER.decode(line)
    except ValueError:
        if not ended and not line.endswith("}"):
            raise FileTruncated(where=f"第 {number} 行 line {number}") from None
        raise _refused(number, "JSON 语法有误", "it is not well-formed JSON") from None
    except RecursionError:
        raise _refused(number, "嵌套过深", "it is nested too deeply") from None
    if not isinstance(pairs, tuple):
        raise _refused(number, "应为 {…}", "an object is expected")
    cells = {key: _text(value, number) for key, value in pairs}
    if len(cells) != len(pairs):
        raise _key_doubled(pairs, number)
    if "\\" in line and any(_CONTROLS.search(text) for pair in cells.items() for text in pair):
        raise ControlCharacters(where=f"第 {number} 行 line {number}: \\u")
    return cells


def _text(value: Any, number: int) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    raise _refused(number, "值不能是对象或数组", "a value is an object or an array")


def _key_doubled(pairs: tuple[tuple[str, Any], ...], number: int) -> KeyDoubled:
    keys = [key for key, _ in pairs]
    return KeyDoubled(line=number, key=shown(next(key for key in keys if keys.count(key) > 1)))


def _refused(number: int, why_zh: str, why_en: str) -> NotOneObject:
    return NotOneObject(line=number, why_zh=why_zh, why_en=why_en)


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


# a number stays what was written: an identity number has more digits than a float keeps
_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_int=str, parse_float=as_written, parse_constant=_no_number)
