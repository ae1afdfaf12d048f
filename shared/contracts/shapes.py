"""The shapes of fields that contracts share: bounded texts, codes, keys, dates."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range, Regexp

LARGEST = 2**31 - 1
_SEALED = Regexp(r"\Ax[0-9]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9+/=_-]+\Z")


def text(longest: int, *, shortest: int = 1, **options: Any) -> fields.String:
    """A text of bounded length; required unless said otherwise."""
    options.setdefault("required", True)
    return fields.String(validate=Length(shortest, longest), **options)


def pattern(expression: str, **options: Any) -> fields.String:
    """A text that fits a regular expression from its first to its last character."""
    options.setdefault("required", True)
    return fields.String(validate=Regexp(rf"\A{expression}\Z"), **options)


def one_of(words: Iterable[str], **options: Any) -> fields.String:
    """One of the words of a code table."""
    options.setdefault("required", True)
    return fields.String(validate=OneOf(tuple(words)), **options)


def identifier(**options: Any) -> fields.UUID:
    """The id of something that is kept."""
    options.setdefault("required", True)
    return fields.UUID(**options)


def integer(least: int = 0, most: int = LARGEST, **options: Any) -> fields.Integer:
    """A whole number between two bounds."""
    options.setdefault("required", True)
    return fields.Integer(strict=True, validate=Range(least, most), **options)


def day(**options: Any) -> fields.Date:
    """A calendar day in China, as YYYY-MM-DD."""
    options.setdefault("required", True)
    return fields.Date(format="iso", **options)


class Instant(fields.AwareDateTime):
    """An instant, in UTC whatever offset it was written with: databases know fewer offsets than ISO 8601 can write."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        found: datetime = super()._deserialize(value, attr, data, **options)
        try:
            return found.astimezone(UTC)
        except OverflowError as beyond:  # within a day of the first or the last year that a date can have
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from beyond


def instant(**options: Any) -> Instant:
    """An instant in UTC."""
    options.setdefault("required", True)
    return Instant(format="iso", **options)


def flag(**options: Any) -> fields.Boolean:
    """Yes or no."""
    options.setdefault("required", True)
    return fields.Boolean(truthy={True}, falsy={False}, **options)


def school_code(**options: Any) -> fields.String:
    """The permanent code of a school: 10 digits."""
    return pattern(r"[0-9]{10}", **options)


def province(**options: Any) -> fields.String:
    """A province by the first two digits of GB/T 2260."""
    return pattern(r"[1-8][0-9]", **options)


def id_key(**options: Any) -> fields.String:
    """The keyed hash of a document type and number; never the number."""
    return pattern(r"[0-9a-f]{40}", **options)


def name_key(**options: Any) -> fields.String:
    """The keyed hash of a name."""
    return pattern(r"[0-9a-f]{40}", **options)


def digest(**options: Any) -> fields.String:
    """The SHA-256 of a file, in hexadecimal."""
    return pattern(r"[0-9a-f]{64}", **options)


def sealed(**options: Any) -> fields.String:
    """Personal data, encrypted: x1.<key id>.<base64>."""
    options.setdefault("required", True)
    return fields.String(validate=[Length(8, 8000), _SEALED], **options)


def academic_year(**options: Any) -> fields.Integer:
    """The calendar year in which an academic year begins."""
    return integer(1949, 2100, **options)
