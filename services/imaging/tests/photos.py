"""Pictures for tests: of the standard size or not, with and without faults."""

from io import BytesIO
from random import Random

from PIL import Image


def photo(
    width: int = 480, height: int = 640, *, quality: int = 75, mode: str = "RGB", seed: int = 7, **options: object
) -> bytes:
    """A picture of a light blue ground and a noisy middle: about 30 KB at the standard size."""
    ground = Image.new("RGB", (width, height), (100, 197, 255))
    noise = Image.frombytes("RGB", (60, 80), Random(seed).randbytes(60 * 80 * 3))
    ground.paste(noise.resize((width * 5 // 8, height * 5 // 8)), (width // 6, height // 5))
    out = BytesIO()
    ground.convert(mode).save(out, "JPEG", quality=quality, dpi=(300, 300), **options)
    return out.getvalue()
