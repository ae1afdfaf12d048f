"""The zoo of uploads: whatever is not a plain picture stays out, and of a picture only what one sees comes in."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.identity.adapters.pictures import MOST_PIXELS, PillowPictures
from services.identity.application.allowances import TriesUsedUp
from services.identity.application.claim_evidence import LARGEST_PICTURE, NotAPicture
from services.identity.tests.claiming import Counter, counter_of, picture
from services.identity.tests.conftest import House
from shared.blobs.sealed import CannotUnseal, open_file, seal_file
from shared.rules.refused import Refused

PLACE, SCRIPT = b"39.9042N 116.4074E", b"<script>alert(1)</script>"


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Counter:
    return counter_of(house, tmp_path)


def redrawn(content: bytes) -> Any:
    return PillowPictures().redraw(content)


def png_that_says(width: int, height: int) -> bytes:
    """A small PNG that claims to be huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    exif[0x0112] = 6  # lies on its side
    return picture(exif=exif.tobytes())


def with_comment(words: bytes) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", len(words) + 2) + words
    return picture().replace(b"\xff\xdb", comment + b"\xff\xdb", 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_three_formats_come_in_and_one_goes_on(kind: str) -> None:
    drawn = redrawn(picture(kind))
    assert drawn.content.startswith(b"\xff\xd8\xff")
    assert (drawn.width, drawn.height) == (640, 400)


@pytest.mark.asvs("5.2.2", "14.2.8")
@pytest.mark.parametrize(
    "content",
    [
        with_exif(),
        picture() + b"PK\x03\x04 a zip behind the picture " + SCRIPT,
        picture("GIF") + SCRIPT + PLACE,
        with_comment(SCRIPT + PLACE),
    ],
    ids=["exif", "zip behind it", "script behind it", "comment inside"],
)  # fmt: skip
def test_of_a_picture_only_what_one_sees_comes_along(content: bytes) -> None:
    drawn = redrawn(content)
    assert not [hidden for hidden in (PLACE, SCRIPT, b"PK\x03\x04", b"Exif") if hidden in drawn.content]


def test_a_picture_that_lies_on_its_side_is_set_upright() -> None:
    drawn = redrawn(with_exif())
    assert (drawn.width, drawn.height) == (400, 640)


@pytest.mark.asvs("5.2.1", "5.2.6")
@pytest.mark.parametrize(
    "content",
    [
        png_that_says(50_000, 50_000),
        png_that_says(12_001, 300),
        png_that_says(5_001, 5_001),
        picture(size=(199, 300)),
        picture()[: len(picture()) // 2],
        picture("PNG")[:-30],
        picture("GIF")[:200],
        b"",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"GIF89a" + b"\xff" * 50,
        b"%PDF-1.7\n1 0 obj\n",
        b"MZ\x90\x00 program",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"II*\x00" + b"\0" * 200,
        b"BM" + b"\0" * 200,
    ],
    ids=[
        "bomb", "too long", "too many pixels", "too small", "half a JPEG", "PNG without its end", "half a GIF",
        "nothing", "only a beginning", "PNG of zeros", "GIF of ones", "PDF", "program", "SVG", "TIFF", "BMP",
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_whole_picture_of_a_sensible_size_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        redrawn(content)


def with_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each is a few bytes, and a look at every pixel."""
    out = BytesIO()
    Image.new("L", (5_000, 5_000), 255).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rfind(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


@pytest.mark.asvs("5.2.6")
def test_a_picture_of_thousands_of_scans_is_refused_before_the_first_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a JPEG that would keep a decoder busy for minutes, when it is handed in, then nobody begins with it; one of
    as many scans as pictures have is drawn."""
    assert redrawn(with_scans(1)).width == 2_400
    content = with_scans(5_000)
    assert len(content) < LARGEST_PICTURE
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(NotAPicture) as refused:
        redrawn(content)
    assert refused.value.__cause__ is None, "refused, and not broken by"


def test_a_bomb_is_refused_before_a_pixel_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    side = int(MOST_PIXELS**0.5) + 1
    with pytest.raises(NotAPicture):
        redrawn(png_that_says(side, side))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["JPEG", "PNG", "GIF"]), st.integers(0, 3000))
def test_no_bytes_bring_the_decoder_down(noise: bytes, kind: str, place: int) -> None:
    content = picture(kind)
    spoiled = content[:place] + noise + content[place + len(noise) :]
    try:
        drawn = redrawn(spoiled)
    except NotAPicture:
        return
    with Image.open(BytesIO(drawn.content)) as again:
        again.load()


@pytest.mark.rule("AC-8")
def test_no_picture_of_a_claim_is_kept_in_clear(counter: Counter) -> None:
    """Given a picture with a place in it, when it is handed in for a claim, then no file that is kept can be read
    without the claim's key, and the drawn one holds no place."""
    counter.house.student()
    claim_id, secret = counter.begun()
    counter.add(claim_id, secret, "front", with_exif())
    counter.work()
    kept = [counter.blobs.read(digest) for digest in counter.blobs.digests()]
    assert len(kept) == 2
    for content in kept:
        assert b"\xff\xd8\xff" not in content[:64]
        assert PLACE not in content
        with pytest.raises(CannotUnseal):
            open_file(content, seal_file(b"")[1])


def test_a_picture_is_no_larger_than_a_megabyte_and_a_claim_holds_eight(counter: Counter) -> None:
    counter.house.student()
    claim_id, secret = counter.begun()
    with pytest.raises(Refused) as large:
        counter.add(claim_id, secret, "front", picture() + b"\0" * LARGEST_PICTURE)
    assert large.value.as_dict()["rule"] == "X-FILE-9"
    for _ in range(8):
        counter.add(claim_id, secret, "front", picture())
    with pytest.raises(Refused) as many:
        counter.add(claim_id, secret, "front", picture())
    assert many.value.code == "TOO_MANY_FILES"
    with pytest.raises(Refused):
        counter.ask("check_evidence_room", claim_id=claim_id, secret=secret)


@pytest.mark.servers
@pytest.mark.asvs("2.4.1")
@pytest.mark.rule("AC-13")
def test_with_one_claim_nobody_fills_the_disk_by_files_that_are_no_pictures(counter: Counter) -> None:
    """Given a claim, when room is asked for forty files a day, whatever became of them, then no more are received until
    tomorrow."""
    counter.house.student()
    claim_id, secret = counter.begun()
    for _ in range(40):
        counter.ask("check_evidence_room", claim_id=claim_id, secret=secret)
    with pytest.raises(TriesUsedUp):
        counter.ask("check_evidence_room", claim_id=claim_id, secret=secret)
    counter.forward(days=1)
    counter.ask("check_evidence_room", claim_id=claim_id, secret=secret)


def test_the_same_picture_again_under_one_command_is_a_repeat_however_it_was_sealed(counter: Counter) -> None:
    counter.house.student()
    claim_id, secret = counter.begun()
    by, content = counter.by("add_claim_evidence"), picture()
    answers = []
    for _ in range(2):
        sealed, key = seal_file(content)
        named = {"claim_id": claim_id, "secret": secret, "role": "front", "original": "5f" * 32}
        answers.append(
            counter.claims.add_claim_evidence(
                command_id=by.command_id, digest=counter.blobs.put(sealed), key=key, by=by, **named
            )
        )
    assert answers[0] == answers[1]
    assert counter.claim(claim_id).files == 1


@pytest.mark.parametrize("key", ["", "x", "b" * 44, "!" * 44])
def test_a_file_that_its_key_does_not_open_is_no_picture(counter: Counter, key: str) -> None:
    counter.house.student()
    claim_id, secret = counter.begun()
    sealed, _ = seal_file(picture())
    named = {"claim_id": claim_id, "secret": secret, "role": "front", "original": "5f" * 32}
    with pytest.raises(NotAPicture):
        counter.tell("add_claim_evidence", digest=counter.blobs.put(sealed), key=key, **named)
