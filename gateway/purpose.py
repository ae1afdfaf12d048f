"""What a request says it is for: the header X-Purpose, kept in clear with every look at somebody's record."""

from typing import Final
from urllib.parse import unquote

from flask import has_request_context, request

from shared.rules.free_texts import checked_words
from shared.rules.refused import MalformedValue

HEADER: Final = "X-Purpose"
LONGEST: Final = 120


def stated_purpose() -> str:
    """The purpose in the caller's words, which name nobody's numbers; what is not ASCII is percent-encoded UTF-8."""
    said = request.headers.get(HEADER, "") if has_request_context() else ""
    if not said:
        return ""
    purpose = unquote(said, errors="replace").strip()
    if len(purpose) > LONGEST or not purpose.isprintable() or "\ufffd" in purpose:
        raise MalformedValue(
            field=HEADER,
            reason_zh=f"查看目的须为至多 {LONGEST} 字的一行文字",
            reason_en=f"a purpose is one line of at most {LONGEST} characters",
        )
    return checked_words(purpose, field=HEADER)
