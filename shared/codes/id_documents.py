"""Numbers of identity documents: one spelling, well formed or refused, masked for everyone but the owner."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final

from stdnum.iso7064 import mod_11_2

from shared.codes.countries import country
from shared.codes.malformed import Malformed
from shared.codes.tables import ID_TYPES, PROVINCES

RULE: Final = "X-CODE-2"
RESIDENT: Final = "1"
PERMANENT_RESIDENT: Final = "9"
PASSPORT: Final = "A"
HMT_RESIDENT: Final = "C"

# A card keeps the region of its day: counties are abolished and merged, so only the province is looked at
_MAINLAND: Final = frozenset(PROVINCES) - {"71", "81", "82"}
# Residence permits: Hong Kong, Macau, and Taiwan as 83, which GB/T 2260 writes as 71
_HMT_REGIONS: Final = frozenset({"810000", "820000", "830000"})
_EARLIEST_YEAR: Final = 1850
_LATEST_YEAR: Final = 2100

_SHAPES: Final[dict[str, re.Pattern[str]]] = {
    "2": re.compile(r"[0-9A-Z\u4e00-\u9fff-]{4,18}"),
    "3": re.compile(r"[0-9A-Z\u4e00-\u9fff-]{4,18}"),
    "4": re.compile(r"[0-9A-Z\u4e00-\u9fff-]{4,18}"),
    "5": re.compile(r"[0-9A-Z\u4e00-\u9fff-]{4,18}"),
    # permit to the mainland (H or M, 8 digits, formerly 2 more), or a passport or identity card of the region
    "6": re.compile(r"H[0-9]{8}(?:[0-9]{2})?|[A-Z]{1,2}[0-9]{6,8}(?:\([0-9A]\)|[0-9A])?"),
    "7": re.compile(r"M[0-9]{8}(?:[0-9]{2})?|[A-Z]{1,2}[0-9]{6,8}|[1578][0-9]{6}(?:\([0-9]\)|[0-9])?"),
    "8": re.compile(r"[0-9]{8}"),
    # the issuing country, where it is known, is part of the number: two countries give out equal ones
    PASSPORT: re.compile(r"(?:[A-Z]{3}:)?[0-9A-Z]{5,15}"),
    "B": re.compile(r"[0-9A-Z]{4,18}"),
    "Z": re.compile(r"[0-9A-Z\u4e00-\u9fff()-]{1,18}"),
}
_OLD_PERMANENT_RESIDENT: Final = re.compile(r"[A-Z]{3}[0-9]{12}")


def normalise_id_number(id_type: str, text: str) -> str:
    """The one spelling under which a number is kept: no spaces, capital letters, a 15-digit number made 18."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.strip().upper()
    if " " in text:
        text = text.replace(" ", "")
    if id_type == PASSPORT and ":" in text:
        issuer, _, own = text.rpartition(":")
        text = f"{country(issuer) or issuer}:{own}"
    if id_type == RESIDENT and len(text) == 15 and text.isascii() and text.isdigit():
        body = f"{text[:6]}19{text[6:]}"
        return body + str(mod_11_2.calc_check_digit(body))
    return text


def check_id_number(id_type: str, text: str, *, born_by: date | None = None) -> str:
    """The normalised number of any document that a student may have (A3-2); raises Malformed when no such number can
    exist, or its owner is not yet born."""
    number = normalise_id_number(id_type, text)
    check = _CHECKS.get(id_type)
    if check is not None:
        check(number)
    elif id_type not in ID_TYPES:
        raise Malformed("证件类型不在代码表中", "the type of document is not in the code table", "X-CODE-8")
    elif not _SHAPES[id_type].fullmatch(number) or (id_type == PASSPORT and country_of(number) == ""):
        raise Malformed(f"不符合{ID_TYPES[id_type]}号码的格式", "the number does not fit this type of document", RULE)
    if born_by is not None:
        born = birth_date_of(id_type, number)
        if born is not None and born > born_by:
            raise Malformed("证件号码中的出生日期在今天之后", "the birth date in the number lies ahead", RULE)
    return number


def passport_number(issuing_country: str, number: str) -> str:
    """A passport's number with the country that issued it, as it is kept: USA:E12345678; raises Malformed."""
    issuer = country(issuing_country)
    if issuer is None:
        raise Malformed("签发国代码不存在", "there is no country with this code", "X-CODE-8")
    own = without_country(normalise_id_number(PASSPORT, number))
    return f"{issuer}:{own}"


def country_of(number: str) -> str | None:
    """The issuing country in a passport's number; None where it was not kept, empty where there is no such country."""
    issuer, mark, _ = number.rpartition(":")
    return (country(issuer) or "") if mark else None


def without_country(number: str) -> str:
    """A passport's number as it is printed."""
    return number.rpartition(":")[2]


def birth_date_of(id_type: str, number: str) -> date | None:
    """The birth date written in a checked 18-character number; other documents do not tell."""
    if not _tells(id_type, number):
        return None
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex_of(id_type: str, number: str) -> str | None:
    """男 or 女 as written in a checked 18-character number; other documents do not tell."""
    if not _tells(id_type, number):
        return None
    return "男" if int(number[16]) % 2 else "女"


def mask_id_number(number: str) -> str:
    """The number as others may see it: 1101**********002X; short numbers show less."""
    length = len(number)
    shown = 4 if length >= 15 else 2 if length >= 8 else 0
    if not shown:
        return "*" * length
    return f"{number[:shown]}{'*' * (length - 2 * shown)}{number[-shown:]}"


def mask_name(name: str) -> str:
    """The name as others may see it: the first character, then stars."""
    return name[:1] + "*" * (len(name) - 1)


def _tells(id_type: str, number: str) -> bool:
    return id_type in _CHECKS and len(number) == 18


def _check_eighteen(number: str) -> None:
    body = number[:17]
    if len(number) != 18 or not (number.isascii() and body.isdigit() and (number[17].isdigit() or number[17] == "X")):
        raise Malformed(
            "应为18位：17位数字加1位校验码", "18 characters are expected: 17 digits and a check character", RULE
        )
    year = int(number[6:10])
    try:
        date(year, int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Malformed("出生日期不存在", "the birth date in the number does not exist", RULE) from None
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        raise Malformed("出生年份超出范围", "the birth year in the number is out of range", RULE)
    if mod_11_2.checksum(number) != 1:
        raise Malformed("校验码不正确", "the check character is wrong", RULE)


def _check_resident(number: str) -> None:
    if number[:2] not in _MAINLAND:
        if number[:6] in _HMT_REGIONS:
            raise Malformed(
                "这是港澳台居民居住证号码，请选择相应证件类型",
                "this is a residence permit for Hong Kong, Macau or Taiwan residents; choose that type",
                RULE,
            )
        raise Malformed("前两位不是省级行政区代码", "the first two digits are no province", RULE)
    _check_eighteen(number)


def _check_hmt_resident(number: str) -> None:
    if number[:6] not in _HMT_REGIONS:
        raise Malformed("前六位应为810000、820000或830000", "the number begins with 810000, 820000 or 830000", RULE)
    _check_eighteen(number)


def _check_permanent_resident(number: str) -> None:
    if _OLD_PERMANENT_RESIDENT.fullmatch(number):
        return
    if number[:1] != "9":
        raise Malformed(
            "应为9开头的18位号码，或旧版3位字母加12位数字",
            "18 characters that begin with 9, or the older 3 letters and 12 digits, are expected",
            RULE,
        )
    _check_eighteen(number)


_CHECKS: Final[dict[str, Callable[[str], None]]] = {
    RESIDENT: _check_resident,
    PERMANENT_RESIDENT: _check_permanent_resident,
    HMT_RESIDENT: _check_hmt_resident,
}
