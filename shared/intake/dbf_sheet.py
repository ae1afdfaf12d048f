"""DBF (dBASE III and IV, FoxPro): proved against its own head, then streamed record by record.

Old systems of schools still speak it. The readers on PyPI were looked at: dbfread had its last release in 2016, opens
files by name only and takes a file that breaks off for a shorter one; dbf maps a table for changing it. The records
have a fixed length, so reading them with bounds of our own is shorter than guarding either.
"""

import io
import re
import struct
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import BinaryIO, ClassVar

from shared.intake.columns import Row
from shared.intake.dbf_fields import WRITTEN, Field, read_layout
from shared.intake.formats import DBF
from shared.intake.limits import Limits
from shared.intake.refusals import ControlCharacters, FileEmpty, FileTruncated, NoUsableRows, TooManyRows, WrongEncoding
from shared.intake.values import as_written

_BLOCK = 1 << 18
_PRESENT, _DELETED = b" ", b"*"
_PADDING = b" \0"
_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]|\x00(?!\x00*\Z)")
_YES, _NO = b"TtYy", b"FfNn"
_DAY_ZERO = 1_721_425  # the Julian number of the day before 1 January of the year 1
Reader = Callable[[bytes], str]


class DbfSheet:
    """The rows of a DBF that are not deleted, each numbered as the record it is."""

    format: ClassVar[str] = DBF

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._layout = read_layout(stream, stream.seek(0, io.SEEK_END), limits)
        self.encoding = self._encoding()
        self.header = tuple(field.name.decode(self.encoding, "replace") for field in self._layout.fields)
        if not self.header:
            raise FileEmpty()
        self._readers = [(field.start, field.end, _reader_of(field, self.encoding)) for field in self._layout.fields]

    def __iter__(self) -> Iterator[Row]:
        count = 0
        for number, record in self._records():
            cells = [read(record[start:end]) for start, end, read in self._readers]
            if any(cells):
                count += 1
                if count > self._limits.rows:
                    raise TooManyRows(limit=self._limits.rows)
                yield Row(number, cells)
        if not count:
            raise NoUsableRows()

    def _records(self) -> Iterator[tuple[int, bytes]]:
        """Every record that is not deleted, with its number."""
        length = self._layout.length
        at_once = max(1, _BLOCK // length)
        for first in range(0, self._layout.records, at_once):
            wanted = min(at_once, self._layout.records - first)
            self._stream.seek(self._layout.first + first * length)
            block = self._stream.read(wanted * length)
            for place in range(wanted):
                record, number = block[place * length : (place + 1) * length], first + place + 1
                mark = record[:1]
                if mark == _PRESENT:
                    yield number, record
                elif mark != _DELETED:
                    raise FileTruncated(where=f"第 {number} 条记录 record {number}")

    def _encoding(self) -> str:
        """UTF-8 or GB18030, whichever breaks fewer texts; text that is neither is refused.

        A few broken ones are no reason: old programs cut a text at the field's last byte, in the middle of a
        character. Such a cell shows the mark of a lost character, and its column names the row.
        """
        written = broken_utf8 = broken_gb18030 = 0
        for text in self._texts():
            written += 1
            broken_utf8 += not _fits(text, "utf-8")
            broken_gb18030 += not _fits(text, "gb18030")
        fewest = min(broken_utf8, broken_gb18030)
        if 2 * fewest > written:
            raise WrongEncoding(where="DBF 文字字段 text fields")
        chinese = broken_gb18030 < broken_utf8 or (self._layout.marked_chinese and broken_gb18030 == fewest)
        return "gb18030" if chinese else "utf-8"

    def _texts(self) -> Iterator[bytes]:
        """Whatever is beyond ASCII: names of fields, records as a whole, and the cells of one that is broken."""
        places = [(field.start, field.end) for field in self._layout.fields if field.kind == b"C"]
        all_text = all(field.kind in WRITTEN for field in self._layout.fields)
        yield from (field.name for field in self._layout.fields if not field.name.isascii())
        for number, record in self._records():
            if all_text and not _CONTROLS.search(record) and (record.isascii() or _fits(record, "gb18030")):
                if not record.isascii():
                    yield record
                continue
            for start, end in places:
                cell = record[start:end]
                if found := _CONTROLS.search(cell):
                    raise ControlCharacters(where=f"第 {number} 条记录 record {number}: 0x{found[0][0]:02X}")
                if not cell.isascii():
                    yield cell


def _fits(cell: bytes, encoding: str) -> bool:
    try:
        cell.rstrip(_PADDING).decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _reader_of(field: Field, encoding: str) -> Reader:
    """How the bytes of a field become the text that a spreadsheet would show."""
    if field.kind == b"C":
        return partial(_text, encoding=encoding)
    return _READERS[field.kind]


def _text(cell: bytes, encoding: str) -> str:
    return cell.rstrip(_PADDING).decode(encoding, "replace")


def _number(cell: bytes) -> str:
    return as_written(cell.strip(_PADDING).decode("ascii", "replace"))


def _day(cell: bytes) -> str:
    text = cell.strip(_PADDING).decode("ascii", "replace")
    return "" if text == "00000000" else text


def _flag(cell: bytes) -> str:
    if cell in _YES:
        return "TRUE"
    return "FALSE" if cell in _NO else ""


def _whole(cell: bytes) -> str:
    return str(struct.unpack("<i", cell)[0])


def _double(cell: bytes) -> str:
    return as_written(repr(struct.unpack("<d", cell)[0]))


def _money(cell: bytes) -> str:
    return as_written(f"{struct.unpack('<q', cell)[0] / 10_000:.4f}")


def _instant(cell: bytes) -> str:
    """The day of an instant; none has a time that matters here."""
    julian, _ = struct.unpack("<ii", cell)
    try:
        return date.fromordinal(julian - _DAY_ZERO).strftime("%Y%m%d") if julian else ""
    except (ValueError, OverflowError):
        return str(julian)


_READERS: dict[bytes, Reader] = {
    b"N": _number,
    b"F": _number,
    b"D": _day,
    b"L": _flag,
    b"I": _whole,
    b"B": _double,
    b"Y": _money,
    b"T": _instant,
}
