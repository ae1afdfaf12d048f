"""Files that go out, row by row: CSV, XLSX, DBF and JSON lines; memory holds one row, whatever the file's length."""

import csv
import io
import json
import struct
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any, BinaryIO, Protocol, cast

from shared.intake.armour import armour
from shared.intake.formats import CSV, DBF, JSONL, XLSX
from shared.intake.workbook import TextBook

_LONGEST_FIELD = 254
_LONGEST_NAME = 10
_GB18030_DRIVER = 0x4D  # 936; GB18030 is its superset, and rare characters exist nowhere else


class Writer(Protocol):
    """A file in the making."""

    def write(self, cells: Sequence[str]) -> None:
        """Add a row; its cells stand in the order of the titles."""

    def content(self) -> BinaryIO:
        """The whole file, open at its beginning as long as this object lives; nothing is added afterwards."""

    def close(self) -> None:
        """Let the content go."""


def write_as(format_: str, titles: Sequence[str], **more: Any) -> Writer:
    """A new file of a format with these titles; `more` is what a workbook or a DBF can be told beside them."""
    writers: dict[str, Any] = {CSV: CsvWriter, DBF: DbfWriter, JSONL: JsonlWriter, XLSX: XlsxWriter}
    writer: Writer = writers[format_](titles, **more)
    return writer


class _Unnamed:
    """Holds files without a name, gone with the process at the latest: they hold personal data."""

    def __init__(self) -> None:
        self._close = ExitStack()
        weakref.finalize(self, self._close.close)

    def _new(self) -> BinaryIO:
        return cast(BinaryIO, self._close.enter_context(tempfile.TemporaryFile(prefix="xueji-out-")))

    def close(self) -> None:
        self._close.close()


class CsvWriter(_Unnamed):
    """UTF-8 with its mark, so that a spreadsheet knows it; cells that one could run are armoured."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._content = self._new()
        self._text = io.TextIOWrapper(self._content, encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._text)
        self.write(titles)

    def write(self, cells: Sequence[str]) -> None:
        self._rows.writerow([armour(cell) for cell in cells])

    def content(self) -> BinaryIO:
        self._text.flush()
        self._content.seek(0)
        return self._content


class JsonlWriter(_Unnamed):
    """One object a row; every value is text, for text is what was read."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._content = self._new()
        self._titles = tuple(titles)

    def write(self, cells: Sequence[str]) -> None:
        line = json.dumps(dict(zip(self._titles, cells, strict=True)), ensure_ascii=False)
        self._content.write(line.encode() + b"\n")

    def content(self) -> BinaryIO:
        self._content.seek(0)
        return self._content


class XlsxWriter(_Unnamed):
    """Every cell is text, in a column that is set to text: nothing runs, no digit is lost."""

    def __init__(self, titles: Sequence[str], **more: Any) -> None:
        super().__init__()
        self._content = self._new()
        self._book = TextBook(self._content, titles, **more)

    def write(self, cells: Sequence[str]) -> None:
        self._book.write(cells)

    def content(self) -> BinaryIO:
        self._book.close()
        self._content.seek(0)
        return self._content


class DbfWriter(_Unnamed):
    """dBASE III in GB18030, fields as wide as asked or as the widest cell; a name has ten bytes."""

    def __init__(self, titles: Sequence[str], widths: Sequence[int] = ()) -> None:
        super().__init__()
        self._content = self._new()
        self._rows = self._new()
        self._names = [title.encode("gb18030")[:_LONGEST_NAME] for title in titles]
        self._widths = [min(width, _LONGEST_FIELD) for width in widths] or [1] * len(titles)
        self._count = 0

    def write(self, cells: Sequence[str]) -> None:
        encoded = [_fitting(cell) for cell in cells]
        self._widths = [max(width, len(cell)) for width, cell in zip(self._widths, encoded, strict=True)]
        self._rows.write(b"".join(bytes((len(cell),)) + cell for cell in encoded))
        self._count += 1

    def content(self) -> BinaryIO:
        self._content.write(self._head())
        self._rows.seek(0)
        for _ in range(self._count):
            self._content.write(b" ")
            for width in self._widths:
                length = self._rows.read(1)[0]
                self._content.write(self._rows.read(length).ljust(width))
        self._content.write(b"\x1a")
        self._content.seek(0)
        return self._content

    def _head(self) -> bytes:
        # the day of writing tells nobody anything and would make two equal files differ
        made = date(2014, 9, 1)
        first, length = 32 * (len(self._names) + 1) + 1, 1 + sum(self._widths)
        head = struct.pack(
            "<BBBBIHH17xB2x", 3, made.year - 1900, made.month, made.day, self._count, first, length, _GB18030_DRIVER
        )
        fields = [
            struct.pack("<11sc4xBB14x", name, b"C", width, 0)
            for name, width in zip(self._names, self._widths, strict=True)
        ]
        return head + b"".join(fields) + b"\x0d"


def _fitting(cell: str) -> bytes:
    """The cell as bytes, without half characters at the end."""
    encoded = cell.encode("gb18030")
    if len(encoded) <= _LONGEST_FIELD:
        return encoded
    return encoded[:_LONGEST_FIELD].decode("gb18030", "ignore").encode("gb18030")
