"""The formats of files: how they are named, told apart and sent, and in which of them refused rows come back."""

from pathlib import PurePath
from typing import BinaryIO, Final

CSV: Final = "csv"
XLSX: Final = "xlsx"
DBF: Final = "dbf"
JSONL: Final = "jsonl"
FORMATS: Final = (CSV, XLSX, DBF, JSONL)

CONTENT_TYPES: Final = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DBF: "application/vnd.dbf",
    JSONL: "application/x-ndjson; charset=utf-8",
}

# A field of a DBF ends after 254 bytes: no room for reasons, so its refused rows come back as a workbook
ERRORS_FORMATS: Final = {CSV: CSV, XLSX: XLSX, DBF: XLSX, JSONL: JSONL}

_SUFFIXES: Final = {"csv": CSV, "xlsx": XLSX, "dbf": DBF, "jsonl": JSONL, "ndjson": JSONL}


def format_named(filename: str) -> str | None:
    """The format that a file's name says; a path in the name is only a name."""
    return _SUFFIXES.get(suffix_of(filename))


def suffix_of(filename: str) -> str:
    """What stands behind the last dot, in lower case."""
    return PurePath(filename.replace("\\", "/")).suffix.lower().lstrip(".")


def format_written(stream: BinaryIO) -> str:
    """The format of a file that we wrote ourselves, by its first byte; the stream is at its beginning again."""
    start = stream.read(2)
    stream.seek(0)
    if start == b"PK":
        return XLSX
    return JSONL if start.startswith(b"{") else CSV
