"""Codes of schools: the permanent 10 digits, and the 5 digits that stand in certificate numbers."""

from typing import Final

from shared.codes.malformed import Malformed
from shared.codes.tables import EDUCATION_AUTHORITIES

RULE: Final = "X-CODE-5"
# Institutions of higher education; their sequence is 0 and the national 5-digit code
CATEGORIES: Final = {
    "41": "普通高等学校",
    "42": "成人高等学校",
    "91": "培养研究生的科研机构",
    "92": "民办的其他高等教育机构",
}


def check_school_code(text: str) -> str:
    """The 10-digit code of a school of higher education; raises Malformed."""
    code = text.strip()
    if len(code) != 10 or not (code.isascii() and code.isdigit()):
        raise Malformed("学校标识码应为10位数字", "a school code has ten digits", RULE)
    if code[:2] not in CATEGORIES:
        raise Malformed("前两位不是高等教育机构的类别", "the first two digits name no kind of higher education", RULE)
    if code[2:4] not in EDUCATION_AUTHORITIES:
        raise Malformed("第3、4位不是省级代码", "digits 3 and 4 are no province", RULE)
    if code[4] != "0":
        raise Malformed("高等学校标识码第5位应为0", "digit 5 of a higher-education code is 0", RULE)
    return code


def national_code(school_code: str) -> str:
    """The 5 digits that certificate numbers write: 4111010001 -> 10001."""
    return school_code[5:]


def province_of(school_code: str) -> str:
    """The two digits of the school's province: 4111010001 -> 11."""
    return school_code[2:4]
