"""Names of people: every Han character is kept, one spelling of the dot, nothing that stands for a lost character."""

import re
import unicodedata
from typing import Final

from shared.codes.malformed import Malformed

RULE: Final = "X-CODE-3"
LONGEST: Final = 60
DOT: Final = "\u00b7"

# The dots that keyboards and old systems write between the parts of a minority or foreign name
_DOTS: Final = dict.fromkeys(map(ord, "\u2022\u2027\u30fb\uff65\u2219\u22c5\uff0e\u25cf\u2024\u0387\u16eb\u2e31"), DOT)
_HAN: Final = (
    r"\u2e80-\u2fd5\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_SPACES: Final = r" \u00a0\u3000"
_PLAIN: Final = re.compile(r"[\u4e00-\u9fff]{2,20}")
_HAN_CHARACTER: Final = re.compile(rf"[{_HAN}]")
_DOT_BETWEEN_HAN: Final = re.compile(rf"(?<=[{_HAN}])[{_SPACES}]*[.{DOT}][{_SPACES}]*(?=[{_HAN}])")
_SPACE_BETWEEN_HAN: Final = re.compile(rf"(?<=[{_HAN}])[{_SPACES}]+(?=[{_HAN}])")
_COMPATIBILITY: Final = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")
_VARIATIONS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FULL_WIDTH_LETTERS: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
}


def normalise_name(text: str) -> str:
    """The one spelling under which a name is kept; raises Malformed for a name that was damaged on its way.

    It is NFC but for compatibility ideographs, which NFC would replace by others: a name is kept as it is written.
    """
    if _PLAIN.fullmatch(text):
        return text
    name = _composed(text).translate(_DOTS).translate(_FULL_WIDTH_LETTERS)
    name = _DOT_BETWEEN_HAN.sub(DOT, name)
    name = _SPACE_BETWEEN_HAN.sub("", name)
    name = re.sub(rf"[{_SPACES}]+", " ", name).strip()
    _check(name)
    return name


def name_for_matching(name: str) -> str:
    """A normalised name without what two honest spellings differ in: glyph variants, capitals, spaces."""
    return unicodedata.normalize("NFC", _VARIATIONS.sub("", name)).casefold().replace(" ", "")


def _composed(text: str) -> str:
    return "".join(
        part if _COMPATIBILITY.match(part) else unicodedata.normalize("NFC", part)
        for part in _COMPATIBILITY.split(text)
    )


def _check(name: str) -> None:
    if not name:
        raise Malformed("姓名为空", "the name is empty", RULE)
    if len(name) > LONGEST:
        raise Malformed(f"姓名超过{LONGEST}个字符", f"the name is longer than {LONGEST} characters", RULE)
    for character in name:
        _check_character(character)
    if not any(_is_han(character) or unicodedata.category(character).startswith("L") for character in name):
        raise Malformed("姓名中没有文字", "the name holds no letter", RULE)


def _is_han(character: str) -> bool:
    # Python's own tables may be older than the newest extensions: the Han planes count whole
    return _HAN_CHARACTER.fullmatch(character) is not None and ord(character) & 0xFFFE != 0xFFFE


def _check_character(character: str) -> None:
    if character in "?？\ufffd":
        raise Malformed(
            "姓名中有问号：生僻字在传输中丢失，请补录原字",
            "a question mark stands where a rare character was lost; write the character itself",
            RULE,
        )
    if _is_han(character):
        return
    category = unicodedata.category(character)
    if category == "Co":
        raise Malformed(
            "姓名中有自造字（专用区字符），请使用标准字符",
            "the name holds a private-use character; write the standard one",
            RULE,
        )
    if category in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"):
        raise Malformed("姓名中有控制字符或不可见字符", "the name holds a control or invisible character", RULE)
    if character in '<>"=@;|\\':
        raise Malformed("姓名中有不能接受的符号", "the name holds a sign that no name has", RULE)
