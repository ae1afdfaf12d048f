"""How a wrong cell is shown: enough to find it, not enough to tell who it is."""

import re

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_SHOWN = 40


def shown(text: str) -> str:
    """A value that names no person: as it is, shortened, without characters that could steer a screen."""
    clean = _UNPRINTABLE.sub("\ufffd", text)
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"


def masked_name(text: str) -> str:
    """A name: its first character, then one star for each further character (at most four)."""
    clean = shown(text)
    return clean[:1] + "*" * min(len(clean) - 1, 4) if clean else ""


def masked_number(text: str) -> str:
    """An identity number: its first and last four characters; a short one only its first."""
    clean = shown(text)
    if len(clean) < 12:
        return clean[:1] + "*" * max(len(clean) - 1, 0)
    return clean[:4] + "*" * (len(clean) - 8) + clean[-4:]


def masked_date(text: str) -> str:
    """A birth date: its year."""
    clean = shown(text)
    return clean[:4] + "*" * max(len(clean) - 4, 0)
