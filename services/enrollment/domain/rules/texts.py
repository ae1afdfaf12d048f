"""The rule of remarks: what may stand in a text that many may read and export (A25-1)."""

import re

from shared.codes.id_documents import check_id_number
from shared.codes.malformed import Malformed
from shared.rules.free_texts import TextNamesPerson as TextNamesPerson  # noqa: PLC0414 -- re-exported
from shared.rules.free_texts import checked_words
from shared.rules.refused import Refused

LONGEST_REASON = 500
_FORMULA = "=+-@＝＋－＠"
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]")
_EIGHTEEN = re.compile(r"(?=(\d{17}[\dXx]))", re.ASCII)  # wherever it begins
_RESIDENT = "1"
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ＠", "0123456789Xx@")


class TextOutOfBounds(Refused):
    """A text says something, and not more than there is room for."""

    rule = "X-FILE-16"
    zh = "文字须为 1 至 {longest} 个字符"
    en = "the text has 1 to {longest} characters"


class TextIsFormula(Refused):
    """A spreadsheet would run what begins so."""

    rule = "X-FILE-11"
    zh = "文字不得以 = + - @ 开头"
    en = "a text must not begin with = + - or @, which a spreadsheet would run"


class TextInvisible(Refused):
    """A text is what its reader sees."""

    rule = "X-FILE-12"


class FilenameNamesPerson(TextNamesPerson):
    """A file is named after what it holds, not after a person."""

    zh = "文件名中不得含有身份证号,请改名后重新上传"
    en = "the name of the file holds the number of an identity card: rename it and send it again"


def clean_text(text: str, *, field: str, longest: int, empty: bool = False) -> str:
    """A remark that may be shown and exported: bounded, visible, no formula, nobody's numbers (A25-1)."""
    text = text.strip()
    if len(text) > longest or not (text or empty):
        raise TextOutOfBounds(field=field, longest=longest)
    if text and text[0] in _FORMULA:
        raise TextIsFormula(field=field)
    if _INVISIBLE.search(text):
        raise TextInvisible(field=field)
    return checked_words(text, field=field)


def clean_filename(filename: str) -> str:
    """The name of a file stands in lists and logs: no identity number in it; dates and other long numbers may be."""
    for found in _EIGHTEEN.finditer(filename.translate(_WIDE)):
        try:
            check_id_number(_RESIDENT, found[1])
        except Malformed:
            continue
        raise FilenameNamesPerson(field="filename")
    return filename


def clean_reason(text: str, *, field: str = "reason") -> str:
    """Why somebody decided so: it stands in the fact and in its context for ever, and names nobody's numbers."""
    return clean_text(text, field=field, longest=LONGEST_REASON, empty=True)
