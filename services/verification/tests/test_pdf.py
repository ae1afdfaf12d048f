"""The printed report: a standard PDF, the same bytes for the same sheet, never an empty box."""

import re
import subprocess
from dataclasses import replace
from datetime import date

import pytest

from services.verification.adapters.fonts import FontMissing, report_fonts
from services.verification.adapters.pdf import TypstPress, groups
from services.verification.domain.particulars import NotPrintable, Sheet, particulars
from services.verification.tests.conftest import AWARD, ISSUER, PERSON, a_photo

CODE = "Q0123456789ABCD7"
LONG = "阿卜杜热依木江·麦麦提吐尔逊·阿布都热西提·买买提艾力䶮𠮷"


def sheet(**changes):
    person = PERSON | {"name": changes.pop("name", PERSON["name"])}
    record = AWARD | {"expected_graduation_date": date(2023, 6, 30), "major_name": changes.pop("major", "哲学")}
    kind = changes.get("kind", "qualification")
    plain = Sheet(kind, "both", particulars(kind, record, person), a_photo(), CODE, date(2026, 11, 22),
                  date(2027, 5, 22))  # fmt: skip
    return replace(plain, **changes)


@pytest.fixture(scope="module")
def press(chinese_font: None) -> TypstPress:
    return TypstPress(ISSUER)


def test_the_same_sheet_gives_the_same_bytes(press):
    assert press.print(sheet()) == press.print(sheet())


def test_the_document_says_that_it_is_pdf_a_3a_and_pdf_ua_1(press):
    document = press.print(sheet())
    for mark in (b"<pdfaid:part>3</pdfaid:part>", b"<pdfaid:conformance>A</pdfaid:conformance>", b"pdfuaid:part"):
        assert mark in document


def test_the_code_is_found_again_in_the_document(press):
    assert press.code_in(press.print(sheet())) == CODE


@pytest.mark.parametrize("language", ["zh", "en", "both"])
@pytest.mark.parametrize("kind", ["status", "qualification"])
def test_long_names_fit_on_one_page_in_every_language(press, kind, language, tmp_path):
    document = press.print(sheet(kind=kind, language=language, name=LONG, major="智能网联汽车" * 8, photo=None))
    assert len(document) > 20_000
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1


def test_a_glyph_that_no_font_has_is_refused_and_named(press):
    with pytest.raises(NotPrintable) as refused:
        press.print(sheet(name="李\U00020002"))
    assert (refused.value.reason, refused.value.detail) == ("GLYPH_MISSING", "U+20002")
    assert "李" not in str(refused.value)


def test_a_photo_that_is_no_picture_is_refused(press):
    with pytest.raises(NotPrintable) as refused:
        press.print(sheet(photo=b"not a picture"))
    assert refused.value.reason == "PHOTO_UNREADABLE"


def test_what_a_name_contains_is_text_and_never_markup(press):
    assert press.print(sheet(name='#panic("x") *bold* $ @ref'))


def test_without_a_chinese_font_one_line_says_what_to_install(tmp_path):
    with pytest.raises(FontMissing) as missing:
        report_fonts((str(tmp_path),))
    assert "apt-get install fonts-noto-cjk" in missing.value.detail


@pytest.mark.rule("A5-1")
def test_the_code_stands_in_groups_of_four_and_in_the_fragment_of_the_link():
    """Given a report to be printed, when its link is made, then it points to the one official origin and carries the
    code in its fragment."""
    assert groups(CODE) == ["Q012", "3456", "789A", "BCD7"]
    assert ISSUER.link(CODE) == f"https://xueji.example.edu.cn/verify#{CODE}"


def test_a_camera_reads_the_link_from_the_printed_page(press, paper_tools, tmp_path):
    (tmp_path / "r.pdf").write_bytes(press.print(sheet()))
    subprocess.run(["pdftoppm", "-r", "130", "-png", "-singlefile", "r.pdf", "r"], cwd=tmp_path, check=True)
    seen = subprocess.run(["zbarimg", "-q", "--raw", "r.png"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert seen.stdout.strip() == ISSUER.link(CODE)
