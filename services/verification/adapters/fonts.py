"""Where the fonts of the report are: Chinese fonts come from the system, and are never replaced by empty boxes."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import typst

from services.verification.domain.particulars import NotPrintable

DIRECTORIES: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
)
# Families that hold simplified Chinese in regular and bold, best first.
SERIF: Final = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Source Han Serif CN")
SANS: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Source Han Sans CN")
# Fonts that hold the rare characters of names; used where they are installed.
RARE: Final = ("HanaMinA", "HanaMinB", "BabelStone Han", "Plangothic P1", "Plangothic P2", "TH-Tshyn-P1", "TH-Tshyn-P2")
_FILES: Final = (
    "notoserifcjk", "notosanscjk", "sourcehanse", "sourcehansa", "notoserifsc", "notosanssc",
    "hanamin", "babelstonehan", "plangothic", "th-tshyn",
)  # fmt: skip


class FontMissing(NotPrintable):
    """The machine has no Chinese font; the report waits rather than be printed with empty boxes."""

    INSTALL: Final = "no Chinese font found: install one with `apt-get install fonts-noto-cjk` (Debian, Ubuntu)"

    def __init__(self) -> None:
        super().__init__("FONT_MISSING", self.INSTALL)


@dataclass(frozen=True)
class ReportFonts:
    """The fonts that reports are set in."""

    serif: str
    sans: str
    rare: tuple[str, ...]
    loaded: typst.Fonts


@cache
def report_fonts(directories: Sequence[str] = DIRECTORIES) -> ReportFonts:
    """Look for the fonts once a process; raises FontMissing with the one line that says what to install."""
    paths = sorted({str(path.parent) for path in _font_files(directories)})
    loaded = typst.Fonts(include_system_fonts=False, font_paths=paths)
    families = set(loaded.families())
    serif, sans = _first(SERIF, families), _first(SANS, families)
    if not serif and not sans:
        raise FontMissing
    return ReportFonts(
        serif=serif or sans or "",
        sans=sans or serif or "",
        rare=tuple(family for family in RARE if family in families),
        loaded=loaded,
    )


def _font_files(directories: Iterable[str]) -> Iterator[Path]:
    for directory in directories:
        for folder, _, names in os.walk(Path(directory).expanduser()):
            yield from (Path(folder, name) for name in names if name.lower().startswith(_FILES))


def _first(wanted: Iterable[str], families: set[str]) -> str | None:
    return next((family for family in wanted if family in families), None)
