"""The checks of single cells: text in, value out, Malformed when it cannot be."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from shared.codes.malformed import Malformed
from shared.intake.columns import BLANKS, Check

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]")
_UNCLEAR = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010fffd\ufffd]")
# what an old program writes for a character that its code page does not have
_REPLACED = re.compile(r"[?？]{2}")
_INTEGRAL = re.compile(r"-?\d+\.0*", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|([-/.])(\d{1,2})\4(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_LISTED = 12


def telling(check: Check, **told: Any) -> Check:
    """The same check; it tells templates and pages what it accepts: `words`, `several` of them, or what it `says`."""
    vars(check).update(told)
    return check


def text(longest: int) -> Check:
    """Any visible text up to a length; characters that a reader cannot see or a font cannot have are refused."""

    def check(value: str) -> str:
        if len(value) > longest:
            raise Malformed(f"超过 {longest} 个字符", f"longer than {longest} characters", "X-FILE-16")
        if value.isascii() and value.isprintable() and "??" not in value:
            return value
        return _visible(value)

    return telling(check, says=(f"至多 {longest} 个字符", f"up to {longest} characters"), longest=longest)


def _visible(value: str) -> str:
    if _REPLACED.search(value):
        raise Malformed(
            "问号处的生僻字已在转换中丢失", "question marks stand where rare characters were lost", "X-FILE-12"
        )
    if _INVISIBLE.search(value):
        raise Malformed("含有不可见字符", "holds invisible characters", "X-FILE-12")
    if _UNCLEAR.search(value):
        raise Malformed("含有私用区字符或乱码", "holds private-use characters or replaced ones", "X-FILE-12")
    return value


def pattern(expression: str, zh: str, en: str) -> Check:
    """Text of one exact shape."""
    shape = re.compile(expression, re.ASCII)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            raise Malformed(zh, en, "X-CODE-1")
        return value

    return telling(check, says=(zh, en))


def word_of(words: Iterable[str], *, also: dict[str, str] | None = None) -> Check:
    """One of a list of words; `also` maps other spellings to the stored word."""
    stored = {word: word for word in words} | (also or {})
    names = list(dict.fromkeys(stored.values()))
    listed = "、".join(names[:_LISTED]) + ("…" if len(names) > _LISTED else "")

    def check(value: str) -> str:
        try:
            return stored[value]
        except KeyError:
            raise Malformed(f"不在允许的取值内:{listed}", f"not one of: {listed}", "X-CODE-8") from None

    return telling(check, words=tuple(names))


def words_of(words: Iterable[str]) -> Check:
    """Any number of the words, separated by 、 or , or ; and without repeats."""
    one = word_of(words)

    def check(value: str) -> tuple[str, ...]:
        parts = [part.strip() for part in re.split(r"[、,,;;]", value)]
        return tuple(dict.fromkeys(one(part) for part in parts if part))

    return telling(check, words=vars(one)["words"], several=True)


def day(earliest: date, latest: date) -> Check:
    """A date between two days: 20250901, 2025-09-01, 2025/9/1 or 2025年9月1日."""

    @lru_cache(maxsize=20_000)
    def check(value: str) -> date:
        found = _DATE.fullmatch(value)
        if not found:
            raise Malformed("不是 YYYYMMDD 形式的日期", "not a date of the form YYYYMMDD", "X-CODE-7")
        month, of_month = found[2] or found[5] or found[7], found[3] or found[6] or found[8]
        try:
            parsed = date(int(found[1]), int(month), int(of_month))
        except ValueError:
            raise Malformed("日历上没有这一天", "there is no such day", "X-CODE-7") from None
        if not earliest <= parsed <= latest:
            raise Malformed(
                f"日期须在 {earliest} 至 {latest} 之间", f"the date must be from {earliest} to {latest}", "X-CODE-7"
            )
        return parsed

    return telling(check, says=("日期 YYYYMMDD", "a date, YYYYMMDD"))


def whole_number(least: int, most: int) -> Check:
    """A whole number between two bounds."""
    shape = re.compile(r"\d{1,18}(?:\.0+)?", re.ASCII)

    def check(value: str) -> int:
        number = int(value.split(".", maxsplit=1)[0]) if shape.fullmatch(value) else None
        if number is None or not least <= number <= most:
            raise Malformed(
                f"须为 {least} 至 {most} 的整数", f"must be a whole number from {least} to {most}", "X-CODE-7"
            )
        return number

    return telling(check, says=(f"{least} 至 {most} 的整数", f"a whole number, {least} to {most}"))


def academic_year(earliest: int, latest: int) -> Check:
    """An academic year by the year it starts in: 2026, 2026-2027 or 2026/27; the value is the starting year."""
    shape = re.compile(r"(\d{4})(?:\s*[-–/]\s*(\d{4}|\d\d))?(?:学年)?", re.ASCII)

    def check(value: str) -> int:
        found = shape.fullmatch(value)
        start = int(found[1]) if found else 0
        if not found or not earliest <= start <= latest:
            raise Malformed("不是学年,如 2026-2027", "not an academic year such as 2026-2027", "X-CODE-1")
        if found[2] and int(found[2]) % 100 != (start + 1) % 100:
            raise Malformed("学年的两个年份须相连", "the two years must follow each other", "X-CODE-1")
        return start

    return telling(check, says=("学年,如 2026-2027", "an academic year such as 2026-2027"))


def as_written(text: str) -> str:
    """A number as a person would write it: 4.0 is 4; 0.10000000000000001 is 0.1; 1.1E+17 has lost digits and stays."""
    text = text.strip(BLANKS)
    if text.isdigit() or not text:
        return text
    if _INTEGRAL.fullmatch(text):
        return text.partition(".")[0]
    if "E" in text or "e" in text:
        return text
    try:
        return repr(float(text))
    except ValueError:
        return text


def remembered(check: Callable[[str], str], size: int = 4096) -> Check:
    """The same check for a column in which few values come again and again."""
    return lru_cache(maxsize=size)(check)
