"""Opens a file that somebody sent: CSV or XLSX, streaming; anything else gets one clear refusal."""

import io
from pathlib import PurePath
from typing import BinaryIO

from shared.intake.columns import Sheet
from shared.intake.csv_sheet import CsvSheet
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
_DBASE = (b"\x03", b"\x30", b"\x83", b"\x8b", b"\xf5")


def read_sheet(stream: BinaryIO, filename: str, limits: Limits = LIMITS) -> Sheet:
    """The rows of a seekable file, by its name CSV or XLSX. Refusals come here or, later, while rows are read."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > limits.size:
        raise TooLarge(limit=limits.size // MEBIBYTE)
    named = PurePath(filename.replace("\\", "/")).suffix.lower().lstrip(".")
    if size == 0:
        raise FileEmpty()
    found = _content_of(stream)
    if named == "csv" and found == "text":
        return CsvSheet(stream, limits)
    if named == "xlsx" and found == "ZIP/XLSX":
        return Spool(XlsxSheet(stream, limits))
    if found.startswith("UTF-"):
        raise WrongEncoding(where=f"{found}(开头 start)")
    raise WrongFormat(named=f".{named[:10]}" if named else "—", found="CSV/TXT" if found == "text" else found)


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
    if start[:1] in _DBASE and b"\x00\x00\x00" in start[:32]:
        return "DBF"
    return "text"
