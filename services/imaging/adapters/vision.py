"""Checks a photo file against its profile; every reason at once, the file's own structure before any pixel."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from services.imaging.adapters.jpeg import NotAJpeg, Structure, structure_of

LARGEST_FILE: Final = 10 * 1024 * 1024
MOST_SCANS: Final = 64  # a progressive JPEG has some ten; each is a look at every pixel
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = 1
_PLACE: Final = 0x8825


@dataclass(frozen=True)
class Profile:
    """What one kind of photo must be as a file."""

    name: str
    width: int
    height: int
    least_bytes: int
    most_bytes: int
    least_quality: int


# 教毕指〔2017〕99号: 480 x 640, 300 dpi, 24-bit colour, JPEG quality 60 or better, about 20 to 40 KB
GRADUATION: Final = Profile("graduation-2017", 480, 640, 20_000, 40_960, 60)


@dataclass(frozen=True)
class FileReport:
    """What the check found: the reasons against the file, and the figures it read."""

    reasons: tuple[str, ...]
    findings: dict[str, int | str] = field(default_factory=dict)


def check_file(data: bytes, profile: Profile = GRADUATION) -> FileReport:
    """Whether the bytes are exactly the file that the profile asks for."""
    if len(data) > LARGEST_FILE:
        return FileReport(("FILE_BYTES",), {"bytes": len(data)})
    reasons = [] if profile.least_bytes <= len(data) <= profile.most_bytes else ["FILE_BYTES"]
    try:
        structure = structure_of(data)
    except NotAJpeg:
        return FileReport((*reasons, "FORMAT"), {"bytes": len(data)})
    reasons += _against(structure, profile)
    # size and scans are known before a pixel is decoded: a picture bomb never unpacks
    if structure.scans > MOST_SCANS:
        reasons.append("FORMAT")
    elif "SIZE" not in reasons:
        reasons += _decoding(data)
    findings: dict[str, int | str] = {
        "bytes": len(data),
        "width": structure.width,
        "height": structure.height,
        "bits": structure.bits * structure.components,
        "dpi": structure.dpi,
        "quality": structure.quality,
    }
    return FileReport(tuple(dict.fromkeys(reasons)), findings)


def _against(found: Structure, profile: Profile) -> list[str]:
    wrong = {
        "SIZE": (found.width, found.height) != (profile.width, profile.height),
        "COLOUR": (found.bits, found.components) != (8, 3),
        "QUALITY_FACTOR": found.quality < profile.least_quality,
        "FOREIGN_DATA": found.foreign_bytes > 0,
    }
    return [reason for reason, is_wrong in wrong.items() if is_wrong]


def _decoding(data: bytes) -> list[str]:
    try:
        with Image.open(BytesIO(data), formats=["JPEG"]) as picture:
            picture.load()
            exif = picture.getexif()
            reasons = [] if exif.get(_ORIENTATION, _UPRIGHT) == _UPRIGHT else ["ORIENTATION"]
            # the photo will be shown to strangers: it must not say where its owner was
            return [*reasons, "LOCATION"] if exif.get_ifd(_PLACE) else reasons
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return ["FORMAT"]
