"""The pure rules of passwords (AC-4): long enough, not known to everybody, not about oneself. Nothing is prescribed."""

import re
import unicodedata
from collections.abc import Container, Iterable
from typing import Final

from shared.rules.refused import Refused

SHORTEST: Final = 10
LONGEST: Final = 128
_LEET: Final = str.maketrans("0134578@$!", "oieastbasi")
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv")
_PERIOD: Final = 4
_AROUND: Final = re.compile(r"^[^a-z\u4e00-\u9fff]+|[^a-z\u4e00-\u9fff]+$")


class PasswordRefused(Refused):
    """This password would not protect anybody."""

    rule = "AC-4"
    status = 422
    zh = "密码不能使用：{reason_zh}"
    en = "This password cannot be used: {reason_en}"


def normalised(password: str) -> str:
    """One spelling of what a keyboard may send in two; nothing else is changed, and nothing is cut off."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, personal: Iterable[str], known: Container[str]) -> None:
    """Refuse what is too short or too long, what everybody tries first, and what is known of its owner."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise _refused(
            f"密码须为 {SHORTEST} 至 {LONGEST} 个字符，可用任何字符",
            f"a password has {SHORTEST} to {LONGEST} characters, of any kind",
        )
    folded = _folded(password)
    if is_known(folded, known):
        raise _refused("这个密码太常见，已在泄露名单中", "this password is among those that are tried first")
    if is_pattern(folded):
        raise _refused("密码只是重复或键盘顺序", "this password is a repetition or a walk over the keyboard")
    if any(_tells(folded, _folded(word)) for word in personal):
        raise _refused("密码不得含姓名、证件号或联系方式", "a password holds no name, number or contact of its owner")


def is_known(folded: str, known: Container[str]) -> bool:
    """Whether it is one of the list, as it is, with letters for the digits that stand for them, or but for its ends."""
    core = _AROUND.sub("", folded)
    spellings = (folded, folded.translate(_LEET), core, core.translate(_LEET))
    return any(len(spelling) > 3 and spelling in known for spelling in spellings)


def is_pattern(folded: str) -> bool:
    """A few characters again and again, or pieces of the keyboard's rows and of the alphabet one after another."""
    if any(folded == (folded[:period] * len(folded))[: len(folded)] for period in range(1, _PERIOD + 1)):
        return True
    walks = [*_ROWS, *(row[::-1] for row in _ROWS)]
    left, pieces = folded, 0
    while left:
        step = max(
            (length for length in range(1, len(left) + 1) if any(left[:length] in row for row in walks)), default=0
        )
        if step < 3:
            return False
        left, pieces = left[step:], pieces + 1
    return pieces <= 4


def _tells(folded: str, word: str) -> bool:
    least = 2 if any(ord(character) > 0x2E7F for character in word) else 4
    return len(word) >= least and word in folded


def _folded(text: str) -> str:
    """Without case, blanks and full-width forms: what people take for the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _refused(zh: str, en: str) -> PasswordRefused:
    return PasswordRefused(field="password", reason_zh=zh, reason_en=en)
