"""The parts of a workbook that say how its sheets are meant: which one, where, which numbers are dates, which texts."""

import posixpath
import re
from datetime import date

from shared.intake.archive import PartParser
from shared.intake.limits import MEBIBYTE, Limits
from shared.intake.refusals import ControlCharacters, FileTruncated, UnpacksTooLarge

_DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def local(name: str) -> str:
    return name.rpartition(":")[2]


class Workbook(PartParser):
    """Which sheet is meant, and from which day this workbook counts."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet = ""
        # 1900 is taken for a leap year by the format, so the count begins a day early
        self.epoch = date(1899, 12, 30)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "sheet" and not self.sheet and attributes.get("state", "visible") == "visible":
            self.sheet = next((value for key, value in attributes.items() if local(key) == "id"), "")
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = date(1904, 1, 1)


class Relations(PartParser):
    """Where the parts of the workbook are."""

    def __init__(self) -> None:
        super().__init__()
        self._targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            self._targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def path_of(self, relation: str) -> str:
        """The part's name in the archive; a name only, never a path on a disk."""
        target = self._targets.get(relation, "")
        return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


class Styles(PartParser):
    """Which cell styles show a number as a date."""

    def __init__(self) -> None:
        super().__init__()
        self.dates: set[str] = set()
        self._formats: set[int] = set(_DATE_FORMATS)
        self._in_cells = False
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "numFmt" and re.search("[ymdYMD年月日]", _QUOTED.sub("", attributes.get("formatCode", ""))):
            self._formats.add(whole(attributes.get("numFmtId", "")))
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            if whole(attributes.get("numFmtId", "")) in self._formats:
                self.dates.add(str(self._count))
            self._count += 1

    def end(self, name: str) -> None:
        if local(name) == "cellXfs":
            self._in_cells = False


class Texts(PartParser):
    """Collects the text of cells, bounded."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._taking = False

    def text(self, text: str) -> None:
        if self._taking:
            self._parts.append(text)
            self._length += len(text)
            if self._length > self._limits.cell:
                raise FileTruncated(where=f"> {self._limits.cell} 字符 characters")

    def _taken(self) -> str:
        text = self._parts[0] if len(self._parts) == 1 else "".join(self._parts)
        self._parts, self._length = [], 0
        return text


class Strings(Texts):
    """The strings that cells refer to by number."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.found: list[str] = []
        self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "rPh":
            self._phonetic = True
        self._taking = name == "t" and not self._phonetic

    def end(self, name: str) -> None:
        name = local(name)
        self._taking = False
        if name == "rPh":
            self._phonetic = False
        elif name == "si":
            if len(self.found) >= self._limits.shared_strings:
                raise UnpacksTooLarge(limit=self._limits.unpacked // MEBIBYTE)
            self.found.append(plain(self._taken()))


def plain(text: str) -> str:
    """Undo the format's escapes of characters; those that no text may hold refuse the file."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        if _CONTROLS.search(text):
            raise ControlCharacters(where="_xHHHH_")
    return text


def whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
