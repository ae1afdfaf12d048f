"""CSV: proved to its last byte before its first row is given out, then streamed."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from shared.intake.armour import unarmour
from shared.intake.columns import BLANKS, READ_OVER, Row
from shared.intake.formats import CSV
from shared.intake.limits import Limits
from shared.intake.refusals import ControlCharacters, FileEmpty, FileTruncated, NoUsableRows, TooManyRows, WrongEncoding

_CHUNK = 1 << 18
_BOM = codecs.BOM_UTF8
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13)) + b"\x7f"
# So many characters beyond ASCII do not fit UTF-8 by chance: after them a broken byte is damage, not another encoding
_SURELY_UTF8 = 20


class CsvSheet:
    """The rows of a CSV file in UTF-8 (with or without mark) or GB18030."""

    format: ClassVar[str] = CSV

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self.encoding = encoding_of(stream)
        self.header = self._first()
        # our own errors file or template, filled in and sent: its cells are armoured against spreadsheets
        self._armoured = any(title.strip(BLANKS).upper() in READ_OVER for title in self.header)

    def _text(self) -> io.TextIOWrapper:
        self._stream.seek(0)
        return io.TextIOWrapper(io.BufferedReader(Unclosed(self._stream), _CHUNK), encoding=self.encoding, newline="")

    def _first(self) -> tuple[str, ...]:
        for _, cells in self._records():
            while cells and not cells[-1].strip(BLANKS):
                cells.pop()
            return tuple(cells)
        raise FileEmpty()

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record that is not blank, with its number as a spreadsheet counts rows."""
        number = 0
        try:
            for number, cells in enumerate(csv.reader(self._text(), strict=True), 1):
                if any(cells) and any(cell.strip(BLANKS) for cell in cells):
                    yield number, cells
        except csv.Error:
            # strict: a quote that never closes, or text after a closing one
            where = f"第 {number + 1} 行引号 quotes of row {number + 1}"
            raise FileTruncated(where=where) from None

    def __iter__(self) -> Iterator[Row]:
        records = self._records()
        next(records)
        width, count, number = len(self.header), 0, 0
        cells: list[str] = []
        for number, cells in records:
            count += 1
            if count > self._limits.rows:
                raise TooManyRows(limit=self._limits.rows)
            if len(cells) > width and not any(cells[width:]):
                del cells[width:]
            yield Row(number, [unarmour(cell) for cell in cells] if self._armoured else cells)
        if not count:
            raise NoUsableRows()
        if len(cells) < width and not self._ends_with_newline():
            raise FileTruncated(where=f"第 {number} 行 row {number}")

    def _ends_with_newline(self) -> bool:
        self._stream.seek(-1, io.SEEK_END)
        return self._stream.read(1) in b"\r\n"


@dataclass(frozen=True, slots=True)
class _Break:
    """Where a file cannot be read in an encoding, and how much beyond ASCII was read before."""

    refusal: WrongEncoding | FileTruncated
    seen: int


def encoding_of(stream: BinaryIO) -> str:
    """The encoding in which the whole file can be read; refuses a file that has none, or holds control characters."""
    stream.seek(0)
    marked = stream.read(len(_BOM)) == _BOM
    broken: _Break | None = None
    # never gbk: rare characters of names exist only in GB18030
    for encoding in ("utf-8-sig",) if marked else ("utf-8", "gb18030"):
        broken = _first_break(stream, encoding)
        if broken is None:
            return encoding
        if broken.seen >= _SURELY_UTF8 or isinstance(broken.refusal, FileTruncated):
            break
    assert broken is not None  # noqa: S101 - the loop ran
    raise broken.refusal


def _first_break(stream: BinaryIO, encoding: str) -> _Break | None:
    """Decode the file from end to end, keeping none of it."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    line, seen = 1, 0
    while True:
        chunk = stream.read(_CHUNK)
        if len(chunk.translate(None, _CONTROLS)) != len(chunk):
            raise ControlCharacters(where=_control_at(chunk, line))
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return _Break(_refusal(error, line, at_end=not chunk), seen + _beyond_ascii(error))
        if not chunk:
            return None
        line += text.count("\n")
        if seen < _SURELY_UTF8:
            seen += len(text.encode("utf-8")) - len(text)


def _beyond_ascii(error: UnicodeDecodeError) -> int:
    return sum(byte >= 0xC0 for byte in error.object[: error.start])


def _refusal(error: UnicodeDecodeError, line: int, *, at_end: bool) -> WrongEncoding | FileTruncated:
    line += error.object[: error.start].count(b"\n")
    where = f"第 {line} 行 line {line}"
    return FileTruncated(where=where) if at_end else WrongEncoding(where=where)


def _control_at(chunk: bytes, line: int) -> str:
    at = next(at for at, byte in enumerate(chunk) if byte in _CONTROLS)
    line += chunk[:at].count(b"\n")
    return f"第 {line} 行 line {line}: 0x{chunk[at]:02X}"


class Unclosed(io.RawIOBase):
    """Lends a stream to a text wrapper, which would otherwise close what it does not own."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
