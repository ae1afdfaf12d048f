"""Cells that a spreadsheet could run: recognised in what comes in, made harmless in what goes out."""

import re

FORMULA_STARTS = frozenset("=+-@＝＋－＠")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_RISKY = re.compile(r"'*\s*[=+\-@＝＋－＠]")
_ARMOURED = re.compile(r"'+\s*[=+\-@＝＋－＠]")


def armour(text: str) -> str:
    """The cell as text that no spreadsheet runs; `unarmour` gives the very same text back."""
    if _RISKY.match(text) and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def unarmour(text: str) -> str:
    """The text before it was armoured."""
    return text[1:] if _ARMOURED.match(text) else text
