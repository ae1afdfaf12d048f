"""Report codes: a bearer secret of 16 characters that notices when one was mistyped.

A code is one letter for the kind of report, 14 random characters of Crockford's base 32 (70 bits) and one check
character. The check is a sum over GF(32) with a different factor for each place, so that no single wrong character
and no exchange of two characters goes unnoticed.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Final, Literal

from shared.codes.malformed import Malformed

RULE: Final = "X-CODE-6"
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# A and X open the codes of the system before us; S, Q, D, T: status, qualification, degree, translation
KIND_LETTERS: Final = frozenset("AXSQDT")
LENGTH: Final = 16
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None, "\u3000": None})
_LEGACY_16: Final = re.compile(r"[AX][A-Z0-9]{15}")

Shape = Literal["code", "legacy", "certificate_number", "malformed"]


def _powers_of_two() -> tuple[list[int], list[int]]:
    """Exponentials and logarithms of GF(32) with the polynomial x^5 + x^2 + 1."""
    exponentials, logarithms, value = [], [0] * 32, 1
    for exponent in range(31):
        exponentials.append(value)
        logarithms[value] = exponent
        value <<= 1
        if value & 32:
            value ^= 0b100101
    return exponentials, logarithms


_EXP, _LOG = _powers_of_two()


def new_report_code(kind_letter: str) -> str:
    """A fresh code; 70 of its bits come from the system's random source."""
    if kind_letter not in KIND_LETTERS:
        raise ValueError(f"no report is of kind {kind_letter!r}")
    body = kind_letter + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 2))
    return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes the weighted sum of all 16 zero; the last place has factor one."""
    return ALPHABET[_weighted_sum([_VALUES[character] for character in body])]


def check_report_code(text: str) -> str:
    """The code in its one spelling (capitals, no spaces, I and L read as 1, O as 0); raises Malformed."""
    code = normalise_report_code(text)
    if len(code) == 18 and code.isascii() and code.isdigit():
        raise Malformed(
            "这像是证书编号，不是在线验证码", "this looks like a certificate number, not like a report code", RULE
        )
    if len(code) != LENGTH or code[0] not in KIND_LETTERS or not all(character in _VALUES for character in code):
        raise Malformed("在线验证码应为16位字母和数字", "a report code has 16 letters and digits", RULE)
    if check_character(code[:-1]) != code[-1]:
        raise Malformed("在线验证码有误，请核对每一位", "a character of the code is wrong; please check each", RULE)
    return code


def normalise_report_code(text: str) -> str:
    """What was typed, in the one spelling of codes; not checked."""
    return text[:64].upper().translate(_MISREAD).strip()


def shape_of_code(text: str) -> Shape:
    """What somebody typed where a code is asked for: ours, one of the system before us, a certificate number, or none.

    Earlier codes are 12 digits, or A or X and 15 characters; they have no check character that is published.
    """
    typed = re.sub(r"[\s-]", "", text[:64].upper())
    try:
        check_report_code(typed)
    except Malformed:
        pass
    else:
        return "code"
    if re.fullmatch(r"[0-9]{12}", typed) or _LEGACY_16.fullmatch(typed):
        return "legacy"
    return "certificate_number" if re.fullmatch(r"[0-9]{18}", typed) else "malformed"


def _weighted_sum(values: Sequence[int]) -> int:
    """Sum of value x 2^place over GF(32), places counted from the right, the check character's being 0."""
    total = 0
    for place, value in enumerate(reversed(values), start=1):
        if value:
            total ^= _EXP[(_LOG[value] + place) % 31]
    return total
