"""The errors file: the refused rows as they were sent, each with its row number and every reason."""

import csv
import io
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from typing import BinaryIO, cast

from shared.intake.armour import armour
from shared.intake.columns import BLANKS, REASON_COLUMNS, RowError, Sheet, Table

NUMBER_TITLE, REASON_TITLE = REASON_COLUMNS[1], REASON_COLUMNS[3]


def reason_of(table: Table, errors: Iterable[RowError]) -> str:
    """All reasons of a row for one cell: column, both languages, rule."""
    parts = []
    for error in errors:
        column = table.by_code.get(error.field)
        title = f"{column.zh}({column.code}):" if column else ""
        parts.append(f"{title}{error.zh} / {error.en} [{error.rule}]")
    return armour("; ".join(parts))


class ErrorsFile:
    """Written row by row in the order of the file; only the present row is in memory."""

    def __init__(self, table: Table, sheet: Sheet) -> None:
        self._table = table
        self._rows = iter(sheet)
        self._kept = [at for at, title in enumerate(sheet.header) if title.strip(BLANKS).upper() not in REASON_COLUMNS]
        # unnamed, and gone with the process: it holds personal data
        self._content = tempfile.TemporaryFile(prefix="xueji-errors-")  # noqa: SIM115 - handed out at the end
        self._text = io.TextIOWrapper(self._content, encoding="utf-8-sig", newline="")
        weakref.finalize(self, self._content.close)
        self._writer = csv.writer(self._text)
        self._writer.writerow([NUMBER_TITLE, REASON_TITLE, *self._of([armour(title) for title in sheet.header])])

    def add(self, number: int, errors: Iterable[RowError]) -> None:
        """Copy the row of this number, further down than the last one, with its reasons."""
        row = next(row for row in self._rows if row.number == number)
        self._writer.writerow([number, reason_of(self._table, errors), *map(armour, self._of(row.cells))])

    def content(self) -> BinaryIO:
        """The file, open at its beginning as long as this object lives."""
        self._text.flush()
        self._content.seek(0)
        return cast(BinaryIO, self._content)

    def _of(self, cells: Sequence[str]) -> list[str]:
        return [cells[at] if at < len(cells) else "" for at in self._kept]
