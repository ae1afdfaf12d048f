"""A file read once at full price, then as often as needed at a small one."""

import csv
import io
import tempfile
import weakref
from collections.abc import Iterator

from shared.intake.columns import Row, Sheet


class Spool:
    """The rows of a sheet; the first whole reading proves the file and leaves them in an unnamed temporary file."""

    def __init__(self, sheet: Sheet) -> None:
        self.header = sheet.header
        self.format = sheet.format
        self._sheet = sheet
        self._whole = False
        # unnamed, and gone with the process: it holds personal data
        self._content = tempfile.TemporaryFile(prefix="xueji-rows-")  # noqa: SIM115 - as long as the spool
        self._text = io.TextIOWrapper(self._content, encoding="utf-8", newline="")
        weakref.finalize(self, self._text.close)

    def __iter__(self) -> Iterator[Row]:
        return self._again() if self._whole else self._first()

    def _first(self) -> Iterator[Row]:
        self._text.seek(0)
        self._text.truncate()
        writer = csv.writer(self._text)
        for row in self._sheet:
            writer.writerow((row.number, *row.cells))
            yield row
        self._text.flush()
        self._whole = True

    def _again(self) -> Iterator[Row]:
        self._text.seek(0)
        for number, *cells in csv.reader(self._text):
            yield Row(int(number), cells)
