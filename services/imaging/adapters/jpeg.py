"""Reads the structure of a JPEG file without decoding a pixel: size, depth, quality, and what does not belong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_PLAIN: Final = frozenset({0xC4, 0xDB, 0xDD})
_SCAN: Final = 0xDA
_END: Final = 0xD9
# What an application segment may hold: JFIF, Exif, a colour profile, Adobe's colour mark
_KNOWN: Final = {0xE0: (b"JFIF\0", b"JFXX\0"), 0xE1: (b"Exif\0",), 0xE2: (b"ICC_PROFILE\0",), 0xEE: (b"Adobe",)}
# Sum of the standard luminance table; the table a file carries is this one scaled by its quality factor
_STANDARD_SUM: Final = 3688


class NotAJpeg(ValueError):
    """The bytes are not one whole JPEG picture."""


@dataclass
class Structure:
    """What the markers say."""

    width: int = 0
    height: int = 0
    bits: int = 0
    components: int = 0
    dpi: int = 0
    table_sum: int = 0
    foreign_bytes: int = 0
    scans: int = 0

    @property
    def quality(self) -> int:
        """The quality factor 1 to 100 that the file's own luminance table amounts to."""
        if not self.table_sum:
            return 0
        scale = 100 * self.table_sum / _STANDARD_SUM
        return max(1, min(100, round((200 - scale) / 2 if scale <= 100 else 5000 / scale)))


def structure_of(data: bytes) -> Structure:
    """Walk the markers from the first byte to the last."""
    if data[:3] != b"\xff\xd8\xff":
        raise NotAJpeg("no start")
    found = Structure()
    place = 2
    while True:
        marker, place = _marker(data, place)
        if marker == _END:
            found.foreign_bytes += len(data) - place
            return _complete(found)
        if marker in _ALONE:
            continue
        segment, place = _segment(data, place)
        _note(found, marker, segment)
        if marker == _SCAN:
            found.scans += 1
            place = _after_scan(data, place)


def _complete(found: Structure) -> Structure:
    if not (found.width and found.height and found.scans):
        raise NotAJpeg("no picture")
    return found


def _marker(data: bytes, place: int) -> tuple[int, int]:
    if place >= len(data) or data[place] != 0xFF:
        raise NotAJpeg("no marker")
    while place < len(data) and data[place] == 0xFF:
        place += 1
    if place >= len(data):
        raise NotAJpeg("cut off")
    return data[place], place + 1


def _segment(data: bytes, place: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[place : place + 2], "big")
    end = place + length
    if length < 2 or end > len(data):
        raise NotAJpeg("cut off")
    return data[place + 2 : end], end


def _after_scan(data: bytes, place: int) -> int:
    """The next marker after the coded picture; 0xFF00 and restart marks belong to the picture."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise NotAJpeg("cut off")
        if data[place + 1] != 0x00 and not 0xD0 <= data[place + 1] <= 0xD7:
            return place
        place += 2


def _note(found: Structure, marker: int, segment: bytes) -> None:
    if marker in _FRAMES:
        _note_frame(found, segment)
    elif marker == 0xDB:
        _note_tables(found, segment)
    elif marker in _KNOWN and segment.startswith(_KNOWN[marker]):
        _note_density(found, segment)
    elif marker not in _PLAIN and marker != _SCAN:
        found.foreign_bytes += len(segment) + 4


def _note_frame(found: Structure, segment: bytes) -> None:
    if found.width or len(segment) < 6:
        raise NotAJpeg("frame")
    found.bits = segment[0]
    found.height = int.from_bytes(segment[1:3], "big")
    found.width = int.from_bytes(segment[3:5], "big")
    found.components = segment[5]


def _note_density(found: Structure, segment: bytes) -> None:
    if segment.startswith(b"JFIF\0") and len(segment) >= 12:
        density = int.from_bytes(segment[8:10], "big")
        found.dpi = {1: density, 2: round(density * 2.54)}.get(segment[7], 0)


def _note_tables(found: Structure, segment: bytes) -> None:
    place = 0
    while place < len(segment):
        width = 2 if segment[place] >> 4 else 1
        table, end = segment[place] & 15, place + 1 + 64 * width
        if end > len(segment):
            raise NotAJpeg("table")
        if table == 0:
            values = segment[place + 1 : end]
            found.table_sum = sum(int.from_bytes(values[at : at + width], "big") for at in range(0, 64 * width, width))
        place = end
