"""A workbook whose every cell is text, written row by row by XlsxWriter; made to be filled in and sent back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from shared.codes.clock import SHANGHAI

_WIDTH = 18
_LAST_ROW = 1_048_575
_MADE = datetime(2014, 9, 1, tzinfo=SHANGHAI).replace(tzinfo=None)  # two equal workbooks are equal


class TextBook:
    """One sheet of rows; the words that a column allows stand in a second sheet and are offered in its cells."""

    def __init__(
        self,
        content: BinaryIO,
        titles: Sequence[str],
        *,
        name: str = "Sheet1",
        words: Mapping[str, Sequence[str]] | None = None,
        notes: Sequence[Sequence[str]] = (),
        mark: str = "",
    ) -> None:
        # only whoever writes workbooks needs it
        import xlsxwriter  # type: ignore[import-untyped]

        self._book: Any = xlsxwriter.Workbook(content, {"constant_memory": True, "strings_to_urls": False})
        self._book.set_properties({"created": _MADE, "comments": mark})
        self._text = self._book.add_format({"num_format": "@"})
        self._bold = self._book.add_format({"num_format": "@", "bold": True})
        self._sheet = self._book.add_worksheet(name[:31])
        self._row = 0
        self._notes, self._titles = notes, tuple(titles)
        self._words = [(at, words[title]) for at, title in enumerate(titles) if title in words] if words else []
        self._sheet.set_column(0, max(len(titles) - 1, 0), _WIDTH, self._text)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_footer(f"&L{mark}&RP. &P / &N" if mark else "")
        self._offer(titles)
        self._put(titles, self._bold)

    def write(self, cells: Sequence[str]) -> None:
        self._put(cells, self._text)

    def close(self) -> None:
        """Add the sheets of words and notes, and finish the file."""
        if self._words:
            self._list_words()
        if self._notes:
            sheet = self._book.add_worksheet("说明 notes")
            sheet.set_column(0, 4, 2 * _WIDTH, self._text)
            for row, cells in enumerate(self._notes):
                for at, cell in enumerate(cells):
                    sheet.write_string(row, at, cell, self._text)
        self._book.close()

    def _put(self, cells: Sequence[str], style: Any) -> None:
        for at, cell in enumerate(cells):
            if cell:
                self._sheet.write_string(self._row, at, cell, style)
        self._row += 1

    def _offer(self, titles: Sequence[str]) -> None:
        """Let each cell of a column with words be chosen from their list; the list stands in the second sheet."""
        for place, (at, words) in enumerate(self._words):
            letter = chr(ord("A") + place)
            source = f"='代码 codes'!${letter}$2:${letter}${len(words) + 1}"
            rule = {"validate": "list", "source": source, "error_type": "warning", "error_title": titles[at][:32]}
            self._sheet.data_validation(1, at, _LAST_ROW, at, rule)

    def _list_words(self) -> None:
        sheet = self._book.add_worksheet("代码 codes")
        sheet.set_column(0, len(self._words) - 1, _WIDTH, self._text)
        longest = max(len(words) for _, words in self._words)
        for row in range(longest + 1):
            for place, (_, words) in enumerate(self._words):
                column = (self._title_of(place), *words)
                if row < len(column):
                    sheet.write_string(row, place, column[row], self._text)

    def _title_of(self, place: int) -> str:
        return self._titles[self._words[place][0]]
