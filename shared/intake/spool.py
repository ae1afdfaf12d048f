"""A file read once at full price, then as often as needed at a small one."""

import csv
import io
import tempfile
import weakref
from collections.abc import Callable, Iterator

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

    @property
    def is_whole(self) -> bool:
        """Whether it was read to its end, so that the file itself is needed no more."""
        return self._whole

    def _again(self) -> Iterator[Row]:
        self._text.seek(0)
        for number, *cells in csv.reader(self._text):
            yield Row(int(number), cells)


class KeptSheets:
    """The spools of this process's newest plans: most are committed soon, and their files need not be parsed again.

    A key is the digest of a file and its name. Another process, or one begun anew, reads the file itself.
    """

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._kept: dict[tuple[str, str], Spool] = {}

    def sheet(self, key: tuple[str, str], read: Callable[[], Sheet]) -> Sheet:
        """The rows of a file, read anew unless they are still here as a whole."""
        kept = self._kept.pop(key, None)
        sheet = kept if kept is not None and kept.is_whole else read()
        if isinstance(sheet, Spool):
            self._kept[key] = sheet
            for oldest in list(self._kept)[: -self._most]:
                self.let_go(oldest)
        return sheet

    def let_go(self, *keys: tuple[str, str]) -> None:
        """Give the room of these files back; without keys, of all."""
        for key in keys or tuple(self._kept):
            self._kept.pop(key, None)
