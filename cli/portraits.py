"""Portraits of people who do not exist: drawn, not photographed, in the exact file format of the standard."""

import io
import random
from functools import lru_cache
from hashlib import blake2b

from PIL import Image, ImageDraw

SIZE = (480, 640)
BACKGROUND = (100, 197, 255)
_SKIN = ((255, 224, 196), (241, 206, 172), (224, 187, 150), (205, 163, 125))
_HAIR = ((28, 26, 30), (44, 34, 30), (60, 44, 36))
_CLOTHES = ((46, 46, 58), (88, 44, 52), (70, 66, 60), (120, 112, 104), (96, 60, 92))
_QUALITY = 76


def portrait(exam_no: str) -> bytes:
    """A JPEG of 480 by 640 pixels at 300 dpi, 20 to 40 KB, always the same for one examination number."""
    chance = random.Random(blake2b(exam_no.encode(), digest_size=8).digest())  # noqa: S311 - a drawing, no secret
    image = Image.new("RGB", SIZE, BACKGROUND)
    draw = ImageDraw.Draw(image)
    width = chance.randrange(196, 236)
    hairline = chance.randrange(66, 96)
    chin = chance.randrange(386, 412)
    skin, hair = chance.choice(_SKIN), chance.choice(_HAIR)
    _shoulders(image, draw, chance)
    _head(draw, chance, width, hairline, chin, skin, hair)
    _face(draw, chance, width, chin)
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=_QUALITY, dpi=(300, 300), subsampling=0)
    return stored.getvalue()


def _shoulders(image: Image.Image, draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """Clothes of a coarse weave: the texture gives the file the weight of a photograph."""
    cloth = Image.new("L", SIZE, 0)
    top = chance.randrange(446, 462)
    ImageDraw.Draw(cloth).rounded_rectangle((34, top, 446, 760), radius=120, fill=255)
    image.paste(Image.new("RGB", SIZE, chance.choice(_CLOTHES)), mask=cloth)
    image.paste(_weave(chance.randrange(8)), mask=cloth.point(lambda level: level // 9))
    draw.polygon([(188, top), (292, top), (240, top + chance.randrange(70, 110))], fill=(244, 244, 240))


@lru_cache(maxsize=8)
def _weave(pattern: int) -> Image.Image:
    threads = random.Random(pattern).randbytes(SIZE[0] * SIZE[1])  # noqa: S311 - a texture, no secret
    return Image.frombytes("L", SIZE, threads).convert("RGB")


def _head(
    draw: ImageDraw.ImageDraw,
    chance: random.Random,
    width: int,
    hairline: int,
    chin: int,
    skin: tuple[int, int, int],
    hair: tuple[int, int, int],
) -> None:
    left, right = 240 - width // 2, 240 + width // 2
    if chance.random() < 0.5:
        draw.rounded_rectangle((left - 22, hairline + 40, right + 22, chin + 70), radius=60, fill=hair)
    draw.rounded_rectangle((204, chin - 40, 276, 486), radius=26, fill=tuple(level - 18 for level in skin))
    draw.ellipse((left - 10, hairline - 24, right + 10, hairline + 220), fill=hair)
    draw.ellipse((left, hairline, right, chin), fill=skin)
    fringe = chance.randrange(18, 44)
    draw.chord((left - 4, hairline - 14, right + 4, hairline + 190), 200, 340, fill=hair)
    draw.ellipse((left + 6, hairline + fringe, right - 6, hairline + fringe + 150), fill=skin)


def _face(draw: ImageDraw.ImageDraw, chance: random.Random, width: int, chin: int) -> None:
    """Eyes, brows, nose and mouth as plain shapes: nobody takes them for a person."""
    eyes = chance.randrange(232, 262)
    apart = width // 4 + chance.randrange(-4, 5)
    for middle in (240 - apart, 240 + apart):
        draw.ellipse((middle - 20, eyes - 11, middle + 20, eyes + 11), fill=(250, 250, 250))
        draw.ellipse((middle - 9, eyes - 9, middle + 9, eyes + 9), fill=(40, 34, 32))
        draw.line((middle - 24, eyes - 26, middle + 24, eyes - 28), fill=(48, 40, 38), width=6)
    draw.line((240, eyes + 18, 234, eyes + 62), fill=(170, 120, 96), width=5)
    draw.line((234, eyes + 62, 248, eyes + 64), fill=(170, 120, 96), width=5)
    smile = chance.randrange(6, 16)
    draw.arc((240 - 34, chin - 78, 240 + 34, chin - 78 + 2 * smile + 18), 20, 160, fill=(176, 74, 74), width=6)
