"""Numbers of qualification certificates: made, read, and refused; and what people type for old ones."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from shared.codes.malformed import Malformed
from shared.codes.schools import national_code
from shared.codes.tables import CERTIFICATE_LEVELS, LEVEL_DIGITS

RULE: Final = "X-CODE-4"
_PARTS: Final = re.compile(
    r"(?P<school>[0-9]{5})(?P<type>[1567])(?P<year>[0-9]{4})(?P<level>[0-9]{2})(?P<serial>[0-9]+)"
)
_SELF_TAUGHT: Final = re.compile(r"6[0-9]{16,17}")
_TYPED_AROUND: Final = re.compile(r"^(?:NO|№|编号|证书编号)[.．:：\s]*|[.\s　．:：-]", re.IGNORECASE)
LAST_YEAR_OF_17_DIGITS: Final = 2002
CATEGORY_TYPES: Final = {
    "普通高等教育": "1",
    "研究生": "1",
    "成人高等教育": "5",
    "高等教育自学考试": "6",
    "高等教育学历文凭考试": "6",
    "网络教育": "7",
    "开放教育": "7",
}


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """The parts of a certificate number: 100011202605001234 is 10001, 1, 2026, 05, 001234."""

    school: str
    type: str
    year: int
    level: str
    serial: str
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.school}{self.type}{self.year:04d}{self.level}{self.serial}"

    @property
    def level_name(self) -> str | None:
        """The level in words, None for a level that only old certificates carry."""
        return CERTIFICATE_LEVELS.get(self.level)


def make_certificate_number(school_code: str, category: str, year: int, level: str, serial: int) -> str:
    """A new number of 18 digits from the 10-digit school code, the words of category and level, and a serial."""
    if not 0 < serial <= 999_999:
        raise Malformed("序号应在1到999999之间", "the serial lies between 1 and 999999", RULE)
    if category not in CATEGORY_TYPES or level not in LEVEL_DIGITS:
        raise Malformed("该类别或层次没有证书编号", "no certificate number exists for this category or level", RULE)
    return f"{national_code(school_code)}{CATEGORY_TYPES[category]}{year:04d}{LEVEL_DIGITS[level]}{serial:06d}"


def check_certificate_number(text: str) -> str:
    """A number as a school may register it today; raises Malformed."""
    number = text.strip()
    read_certificate_number(number)
    return number


def read_certificate_number(text: str, *, legacy: bool = False) -> CertificateNumber:
    """The parts of a number; legacy rows may carry 17 digits up to 2002 and levels no longer in use, with a warning."""
    number = text.strip()
    match = _PARTS.fullmatch(number)
    if match is None or len(number) not in (17, 18):
        raise Malformed("证书编号应为18位数字", "a certificate number has 18 digits", RULE)
    year, level = int(match["year"]), match["level"]
    if not 1990 <= year <= 2100:
        raise Malformed("证书编号中的年份超出范围", "the year in the number is out of range", RULE)
    if len(number) == 17 and not (legacy and year <= LAST_YEAR_OF_17_DIGITS):
        raise Malformed("17位编号只用于2002年及以前的证书", "17 digits are for certificates up to 2002 only", RULE)
    if int(match["serial"]) == 0:
        raise Malformed("证书编号的序号为零", "the serial in the number is zero", RULE)
    warnings: tuple[str, ...] = ()
    if level not in CERTIFICATE_LEVELS:
        if not legacy:
            raise Malformed("证书编号中的层次代码不存在", "the level in the number does not exist", RULE)
        warnings = ("unknown level",)
    return CertificateNumber(match["school"], match["type"], year, level, match["serial"], warnings)


def is_self_taught_number(text: str) -> bool:
    """Whether this has the shape of a self-taught diploma's number; its inside is not published, so it stays opaque."""
    return _SELF_TAUGHT.fullmatch(text) is not None


def spellings_to_try(text: str) -> tuple[str, ...]:
    """What to look up for a number somebody typed (AC-17): as typed without NO, dots and spaces, then without leading
    zeros, then its digits alone."""
    number = unicodedata.normalize("NFKC", text).strip().upper()
    while (shorter := _TYPED_AROUND.sub("", number)) != number:
        number = shorter
    bare = number.lstrip("0")
    digits = re.sub(r"[^0-9]", "", number).lstrip("0")
    return tuple(dict.fromkeys(spelling for spelling in (number, bare, digits) if spelling))


def plainest_spelling(text: str) -> str:
    """The spelling in which two ways of writing one number are equal: digits alone, where there are any."""
    return (spellings_to_try(text) or ("",))[-1]
