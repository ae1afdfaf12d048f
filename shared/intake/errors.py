"""The errors file: the refused rows as they were sent and in the format they came in, each with its reasons."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from shared.intake.columns import BLANKS, REASON_COLUMNS, RowError, Sheet, Table
from shared.intake.formats import ERRORS_FORMATS
from shared.intake.writers import Writer, write_as

NUMBER_TITLE, REASON_TITLE = REASON_COLUMNS[1], REASON_COLUMNS[3]


def reason_of(table: Table, errors: Iterable[RowError]) -> str:
    """All reasons of a row for one cell: column, both languages, rule."""
    parts = []
    for error in errors:
        column = table.by_code.get(error.field)
        title = f"{column.zh}({column.code}):" if column else ""
        parts.append(f"{title}{error.zh} / {error.en} [{error.rule}]")
    return "; ".join(parts)


class ErrorsFile:
    """Written row by row in the order of the file; only the present row is in memory.

    It comes back in the file's own format unless another is named; a DBF has no room for reasons and becomes a
    workbook.
    """

    def __init__(self, table: Table, sheet: Sheet, format: str | None = None) -> None:
        self.format = format or ERRORS_FORMATS[sheet.format]
        self._table = table
        self._rows = iter(sheet)
        self._kept = [at for at, title in enumerate(sheet.header) if title.strip(BLANKS).upper() not in REASON_COLUMNS]
        titles = (NUMBER_TITLE, REASON_TITLE, *self._of(sheet.header))
        self._writer: Writer = write_as(self.format, titles)

    def add(self, number: int, errors: Iterable[RowError]) -> None:
        """Copy the row of this number, further down than the last one, with its reasons."""
        row = next(row for row in self._rows if row.number == number)
        self._writer.write((str(number), reason_of(self._table, errors), *self._of(row.cells)))

    def content(self) -> BinaryIO:
        """The file, open at its beginning as long as this object lives."""
        return self._writer.content()

    def _of(self, cells: Sequence[str]) -> list[str]:
        return [cells[at] if at < len(cells) else "" for at in self._kept]
