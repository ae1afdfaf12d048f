"""Prints a report as PDF/A-3a and PDF/UA-1 with typst; the same sheet always gives the same bytes."""

import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, cast

import segno
import typst

from services.verification.adapters.fonts import ReportFonts, report_fonts
from services.verification.domain.particulars import NotPrintable, Particular, Sheet
from services.verification.domain.words import chinese_day, english_day
from shared.codes.clock import start_of_shanghai_day

# With a standard typst refuses what it cannot draw; without one it would draw empty boxes.
STANDARDS: Final[list[Literal["a-3a", "ua-1"]]] = ["a-3a", "ua-1"]
_UNDRAWN: Final = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed', re.DOTALL)
_CODE_IN_METADATA: Final = re.compile(rb"<pdf:Keywords>(?P<code>[0-9A-Z]{16})</pdf:Keywords>")

Phrase = dict[str, str]

TITLES: Final[dict[str, Phrase]] = {
    "status": {"zh": "学籍在线验证报告", "en": "Online Verification Report of Student Status"},
    "qualification": {"zh": "学历证书电子注册备案表", "en": "Registration Record of Higher Education Qualification"},
}
NOTES: Final[tuple[Phrase, ...]] = (
    {
        "zh": "本报告依据备案的电子注册信息生成；内容以在线验证结果为准。",
        "en": "Generated from the filed electronic registration; the result shown online prevails.",
    },
    {
        "zh": "有效期内可扫描二维码，或访问验证网址并输入在线验证码核验；持有人可随时关闭或延长在线验证。",
        "en": "Until the last day, check it by the QR code or by the code at the address above; "
        "its owner may close or extend it.",
    },
    {
        "zh": "持有在线验证码即可查看本报告，请勿转交无关人员。本报告不替代证书原件，涂改无效。",
        "en": "Whoever has the code can see this report: pass it on with care. It does not replace the certificate; "
        "altered copies are void.",
    },
    {
        "zh": "人名、学校名称和专业名称以登记的中文为准。",
        "en": "Names of persons, institutions and majors are given as registered, in Chinese.",
    },
)
# Beside the photo stand the lines on the person; lines too long for half a row get a whole one.
_BESIDE_PHOTO: Final = {
    "status": ("name", "sex", "birth_date", "ethnicity"),
    "qualification": ("name", "sex", "birth_date", "number"),
}
_WHOLE_ROW: Final = frozenset({"school_name", "major_name", "state"})


@dataclass(frozen=True, slots=True)
class Issuer:
    """In whose name reports are issued, and the one address where they are checked (A5-1)."""

    zh: str
    en: str
    origin: str
    sample: str | None = None  # printed across the page where the register is not a real one

    def link(self, code: str) -> str:
        """Where the QR code leads; the code stands in the fragment, which no server and no log ever sees."""
        return f"{self.origin}/verify#{code}"


class TypstPress:
    """The press: one form, one set of fonts; safe to use from several threads."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def print(self, sheet: Sheet) -> bytes:
        """The document; raises NotPrintable when anything on it cannot be shown."""
        fonts = report_fonts()
        parts: dict[str, Any] = {
            "main.typ": _resource("report.typ"),
            "mark.svg": _resource("mark.svg"),
            "qr.svg": self._qr(sheet.code),
        }
        instant = int(start_of_shanghai_day(sheet.issued_on).timestamp())
        compiler = typst.Compiler(
            cast(Any, parts),  # its stub names paths and bytes only; it takes a dictionary of files too
            font_paths=fonts.loaded,
            sys_inputs={"data": json.dumps(self._data(sheet, fonts), ensure_ascii=False)},
        )
        try:
            document = compiler.compile(format="pdf", pdf_standards=[*STANDARDS], timestamp=instant)
        except typst.TypstError as error:
            raise _not_printable(str(error)) from None  # the message quotes the sheet: it goes no further than here
        return cast(bytes, document)

    def code_in(self, document: bytes) -> str:
        """The code of a document that this press printed: it stands in the metadata, for machines to read."""
        found = _CODE_IN_METADATA.search(document)
        if found is None:
            raise ValueError("no code in this document")
        return found["code"].decode()

    def _qr(self, code: str) -> bytes:
        drawing = io.BytesIO()
        symbol = segno.make(self._issuer.link(code), error="m", micro=False)
        symbol.save(drawing, kind="svg", border=2, dark="#16324f", light="#ffffff", xmldecl=False)
        return drawing.getvalue()

    def _data(self, sheet: Sheet, fonts: ReportFonts) -> dict[str, Any]:
        title, issuer = TITLES[sheet.kind], {"zh": self._issuer.zh, "en": self._issuer.en}
        person, study = _rows(sheet)
        lang = "en" if sheet.language == "en" else "zh"
        return {
            "language": sheet.language,
            "lang": lang,
            "fonts": {"serif": fonts.serif, "sans": fonts.sans, "rare": list(fonts.rare)},
            "plain_title": title["en"] if lang == "en" else title["zh"],
            "issuer": issuer,
            "mark": issuer[lang],
            "title": title,
            "dates": [_dated("更新日期", "Updated", sheet.issued_on)],
            "sample": self._issuer.sample,
            "footer": issuer,
            "person": person,
            "study": study,
            "photo": list(sheet.photo) if sheet.photo else None,
            "photo_alt": _say(lang, "持有人照片", "Photo of the holder"),
            "no_photo": {"zh": "暂无照片", "en": "No photo on file"},
            "qr_alt": _say(lang, "二维码，打开在线验证页面", "QR code that opens online verification"),
            "keyword": sheet.code,
            "code": groups(sheet.code),
            "code_label": {"zh": "在线验证码", "en": "Verification code"},
            "valid_label": {"zh": "有效期至", "en": "Valid until"},
            "valid": {
                "zh": f"{chinese_day(sheet.valid_until)}（含当日）",
                "en": f"{english_day(sheet.valid_until)} (inclusive, China time)",
            },
            "where_label": {"zh": "验证网址", "en": "Verify at"},
            "where": f"{self._issuer.origin}/verify",
            "notes_label": {"zh": "说明", "en": "Notes"},
            "notes": [note for note in NOTES if sheet.language != "zh" or note is not NOTES[-1]],
        }


def groups(code: str) -> list[str]:
    """The code in groups of four, as people read it."""
    return [code[start : start + 4] for start in range(0, len(code), 4)]


def _rows(sheet: Sheet) -> tuple[list[list[dict[str, Any]]], list[list[dict[str, Any]]]]:
    lines = {line.code: _item(line) for line in sheet.particulars}
    beside = _BESIDE_PHOTO[sheet.kind]
    person = [[lines[code]] for code in beside]
    return person, list(_paired(line for code, line in lines.items() if code not in beside))


def _paired(lines: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Two short lines to a row, a long one alone."""
    waiting: list[dict[str, Any]] = []
    for line in lines:
        if line["code"] in _WHOLE_ROW:
            yield [line]
        elif waiting:
            yield [waiting.pop(), line]
        else:
            waiting.append(line)
    if waiting:
        yield waiting


def _item(line: Particular) -> dict[str, Any]:
    return {
        "code": line.code,
        "name": {"zh": line.name_zh, "en": line.name_en},
        "value": {"zh": line.zh, "en": line.en},
        "strong": line.code == "name",
    }


def _dated(zh: str, en: str, day: date) -> Phrase:
    return {"zh": f"{zh} {day.isoformat()}", "en": f"{en} {english_day(day)}"}


def _say(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh


@cache
def _resource(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


def _not_printable(message: str) -> NotPrintable:
    undrawn = _UNDRAWN.search(message)
    if undrawn:
        points = " ".join(f"U+{ord(character):04X}" for character in undrawn["text"])
        return NotPrintable("GLYPH_MISSING", points)
    if "image" in message:
        return NotPrintable("PHOTO_UNREADABLE")
    return NotPrintable("FORM_BROKEN", message.splitlines()[0][:200])
