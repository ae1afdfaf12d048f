"""The file check: exactly the file that the regulation asks for, and nothing hidden behind it."""

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.imaging.adapters.jpeg import structure_of
from services.imaging.adapters.vision import check_file
from services.imaging.tests.photos import photo

GOOD = photo()


def test_a_photo_of_the_regulation_passes_and_its_figures_are_noted() -> None:
    report = check_file(GOOD)
    assert report.reasons == ()
    assert report.findings == {
        "bytes": len(GOOD), "width": 480, "height": 640, "bits": 24, "dpi": 300, "quality": 75,
    }  # fmt: skip


@pytest.mark.rule("X-PHOTO-2", "X-PHOTO-3", "X-PHOTO-4", "X-PHOTO-7")
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: photo(640, 480), "SIZE"),
        (lambda: photo(479, 640), "SIZE"),
        (lambda: photo(mode="L"), "COLOUR"),
        (lambda: photo(mode="CMYK"), "COLOUR"),
        (lambda: photo(quality=40), "QUALITY_FACTOR"),
        (lambda: photo(quality=100), "FILE_BYTES"),
        (lambda: GOOD[:-200], "FORMAT"),
        (lambda: b"", "FORMAT"),
        (lambda: b"\x89PNG\r\n\x1a\n" + GOOD, "FORMAT"),
        (lambda: GOOD + b"PK\x03\x04 an archive behind the picture", "FOREIGN_DATA"),
        (lambda: photo(comment=b"<script>alert(1)</script>"), "FOREIGN_DATA"),
    ],
)
def test_a_file_that_is_not_as_asked_is_rejected_with_its_reason(make: Callable[[], bytes], reason: str) -> None:
    """Given a file of another size, format, weight or colour, when it is looked at, then it is rejected with its
    reason."""
    assert reason in check_file(make()).reasons


def test_a_photo_that_readers_would_turn_is_rejected() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert check_file(photo(exif=exif)).reasons == ("ORIENTATION",)


@pytest.mark.asvs("14.2.8")
def test_a_photo_that_says_where_it_was_taken_is_rejected() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    assert check_file(photo(exif=exif)).reasons == ("LOCATION",)


@pytest.mark.asvs("5.2.6")
def test_a_picture_bomb_is_refused_by_its_header_and_never_decoded() -> None:
    start = GOOD.index(b"\xff\xc0") + 5
    bomb = GOOD[:start] + b"\xff\xff\xff\xff" + GOOD[start + 4 :]
    report = check_file(bomb)
    assert report.reasons == ("SIZE",)
    assert report.findings["width"] == 65535


@pytest.mark.asvs("5.2.6")
def test_a_picture_of_thousands_of_scans_is_refused_and_never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scan is a few bytes of the file and a look at every pixel: 10 MiB of them kept a decoder for minutes."""
    out = BytesIO()
    Image.new("RGB", (480, 640), (200, 200, 200)).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rfind(b"\xff\xda")
    monkeypatch.setattr(Image, "open", None)
    assert "FORMAT" in check_file(whole[:last] + whole[last:-2] * 1_000 + whole[-2:]).reasons


def test_a_file_says_every_reason_at_once() -> None:
    assert set(check_file(photo(100, 100, quality=30) + b"junk").reasons) == {
        "FILE_BYTES", "SIZE", "QUALITY_FACTOR", "FOREIGN_DATA",
    }  # fmt: skip


@pytest.mark.parametrize("quality", [30, 59, 60, 61, 75, 90, 95])
def test_the_quality_factor_is_read_from_the_file_itself(quality: int) -> None:
    assert abs(structure_of(photo(quality=quality)).quality - quality) <= 1


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), value=st.integers(0, 255), cut=st.integers(0, 40))
def test_a_damaged_file_gets_a_report_and_never_an_error(place: int, value: int, cut: int) -> None:
    damaged = bytearray(GOOD)
    damaged[place] = value
    content = bytes(damaged[: len(damaged) - cut])
    report = check_file(content)
    assert report.findings["bytes"] == len(content)
    if not content.endswith(b"\xff\xd9"):
        assert {"FORMAT", "FOREIGN_DATA"} & set(report.reasons)
