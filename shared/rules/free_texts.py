"""What a text that stays for ever must not say: anybody's numbers and addresses; the one home of this check (A25-1)."""

import re
from typing import Final
from unicodedata import normalize

from shared.rules.refused import Refused

_PERSONAL: Final = re.compile(
    r"\d{11,}|\d{6}[ -]\d{8}[ -]\d{3}[\dXx]"  # identity numbers of 15 or 18 digits, telephones, bank cards
    r"|1[3-9]\d[ -]?\d{4}[ -]?\d{4}|(?:\d{4}[ -]){3,4}\d{3,4}"  # the same in groups
    r"|(?<![A-Za-z0-9])(?:[CDEGHMPS]\d{8}|E[A-Z]\d{7}|[HM]\d{10})(?![A-Za-z0-9])"  # passports and permits
    r"|[^\s@]@[^\s@]+\.[^\s@.]",
    re.ASCII,
)
# What the registry itself calls things by: digits that are nobody's
_OWN_IDS: Final = re.compile(
    r"(?<![0-9a-f-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f-])"
    r"|(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])"
)


class TextNamesPerson(Refused):
    """Numbers of documents, telephones or bank cards and addresses have no place in a text that many may read."""

    rule = "A25-1"
    status = 422
    zh = "文字中不得写入身份证件号、电话、银行卡号或邮箱等个人信息"
    en = "no numbers of identity documents, telephones or bank cards and no mail addresses in this text"


def names_person(text: str) -> bool:
    """Whether a number of somebody or an address stands in a text, in whatever width its digits are written."""
    plain = text if text.isascii() else normalize("NFKC", text)
    return bool(_PERSONAL.search(plain) and _PERSONAL.search(_OWN_IDS.sub(" ", plain)))


def checked_words(text: str, *, field: str = "reason") -> str:
    """The text as it is, if it names nobody's numbers; whoever keeps a text in clear asks this first."""
    if names_person(text):
        raise TextNamesPerson(field=field)
    return text
