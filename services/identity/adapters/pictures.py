"""Draws pictures anew with Pillow: what hides in the file that came does not come along."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from services.identity.application.claim_evidence import NotAPicture, Picture

FORMATS: Final = ("JPEG", "PNG", "GIF")
MOST_PIXELS: Final = 25_000_000
LONGEST_SIDE: Final = 12_000
SHORTEST_SIDE: Final = 200
MOST_SCANS: Final = 64  # a progressive JPEG has some ten; thousands of empty ones keep a decoder busy for minutes
_DRAWN: Final = 2_400  # the longest side of what is kept: every letter of a card stays legible
_QUALITY: Final = 88
_WHITE: Final = (255, 255, 255)
_JPEG: Final = b"\xff\xd8"
_SCAN: Final = b"\xff\xda"


class PillowPictures:
    """Only three formats are read at all, the size is known before a pixel is decoded, the first frame is drawn."""

    def redraw(self, content: bytes) -> Picture:
        """The same picture as a new JPEG, upright, without a word of what else the file held."""
        # within coded pixels 0xFF is never followed by it
        if content.startswith(_JPEG) and content.count(_SCAN) > MOST_SCANS:
            raise NotAPicture(field="file")
        try:
            with Image.open(BytesIO(content), formats=list(FORMATS)) as picture:
                _require_size(picture)
                picture.draft("RGB", (_DRAWN, _DRAWN))  # a JPEG is decoded no larger than needed
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                return _drawn(upright)
        except NotAPicture:
            raise
        except Exception as error:  # a decoder may raise anything at bytes that were made to deceive it
            raise NotAPicture(field="file") from error


def _require_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE or min(width, height) < SHORTEST_SIDE:
        raise NotAPicture(field="file")


def _drawn(picture: Image.Image) -> Picture:
    if picture.mode not in ("L", "RGB", "RGBA"):
        picture = picture.convert("RGBA")
    picture.thumbnail((_DRAWN, _DRAWN), Image.Resampling.LANCZOS)
    see_through = picture.convert("RGBA")
    paper = Image.new("RGB", see_through.size, _WHITE)
    paper.paste(see_through, mask=see_through.getchannel("A"))
    out = BytesIO()
    paper.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(out.getvalue(), *paper.size)
