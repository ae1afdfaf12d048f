"""Opens a file that somebody sent: CSV, XLSX, DBF or JSON lines, streaming; anything else gets one clear refusal."""

import io
from typing import BinaryIO

from shared.intake.columns import Sheet
from shared.intake.csv_sheet import CsvSheet
from shared.intake.dbf_sheet import DbfSheet
from shared.intake.formats import CSV, DBF, JSONL, XLSX, format_named, suffix_of
from shared.intake.jsonl_sheet import JsonlSheet
from shared.intake.limits import LIMITS, MEBIBYTE, Limits
from shared.intake.refusals import FileEmpty, TooLarge, WrongEncoding, WrongFormat
from shared.intake.spool import Spool
from shared.intake.xlsx_sheet import XlsxSheet

_MAGIC = (
    (b"PK\x03\x04", "ZIP/XLSX"),
    (b"PK\x05\x06", "ZIP"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS (97-2003), DOC or an encrypted workbook"),
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"Rar!", "RAR"),
    (b"\x28\xb5\x2f\xfd", "ZSTD"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"{\\rtf", "RTF"),
)
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<script")
# the first byte is the version; what could be a letter or a digit is told from text by the date that follows
_DBASE = (b"\x02", b"\x03", b"\x04", b"\x83", b"\x8b", b"\x8c", b"\xcb", b"\xf5", b"\xfb")
_DBASE_OR_TEXT = (b"\x30", b"\x31", b"\x32", b"\x43", b"\x63")
_EXPECTED = {CSV: "text", XLSX: "ZIP/XLSX", DBF: "DBF", JSONL: "JSON"}


def read_sheet(stream: BinaryIO, filename: str, limits: Limits = LIMITS) -> Sheet:
    """The rows of a seekable file of the format its name says. Refusals come here or, later, while rows are read."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > limits.size:
        raise TooLarge(limit=limits.size // MEBIBYTE)
    if size == 0:
        raise FileEmpty()
    named, found = format_named(filename), _content_of(stream)
    if named is not None and found == _EXPECTED[named]:
        return _opened(named, stream, limits)
    if found.startswith("UTF-"):
        raise WrongEncoding(where=f"{found}(开头 start)")
    suffix = suffix_of(filename)
    raise WrongFormat(named=f".{suffix[:10]}" if suffix else "—", found="CSV/TXT" if found == "text" else found)


def _opened(named: str, stream: BinaryIO, limits: Limits) -> Sheet:
    if named == CSV:
        return CsvSheet(stream, limits)
    # these cost much to read, so they are read once
    readers: dict[str, type[XlsxSheet | DbfSheet | JsonlSheet]] = {XLSX: XlsxSheet, DBF: DbfSheet, JSONL: JsonlSheet}
    return Spool(readers[named](stream, limits))


def _content_of(stream: BinaryIO) -> str:
    """What the first bytes say the content is; `text` when they say nothing else."""
    start = stream.read(512)
    stream.seek(0)
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    for mark, name in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32")):
        if start.startswith(mark):
            return name
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        return "HTML/XML"
    if start[:1] in _DBASE or (start[:1] in _DBASE_OR_TEXT and start[2:3] <= b"\x0c"):
        return "DBF"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return "JSON"
    return "JSON 数组 array" if text.startswith((b"[{", b"[\n", b"[\r", b"[ ")) else "text"
