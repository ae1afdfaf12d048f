"""How much one file may ask for."""

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file; what is beyond them is refused before it costs anything."""

    rows: int = 1_000_000
    size: int = 400 * MEBIBYTE
    unpacked: int = 1024 * MEBIBYTE
    shared_strings: int = 4_000_000
    cell: int = 32_767  # what a spreadsheet's cell can hold
    line: int = MEBIBYTE  # of JSON


LIMITS = Limits()
