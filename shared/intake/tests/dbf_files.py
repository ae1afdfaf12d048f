"""DBF files by a writer that is not ours, and files made byte by byte so that they can be wrong in one place."""

import struct
from collections.abc import Sequence
from pathlib import Path

import dbf


def written(
    path: Path, fields: str, rows: Sequence[tuple[object, ...]], *, kind: str = "db3", codepage: str = "cp936"
) -> bytes:
    """What the package `dbf` writes."""
    table = dbf.Table(str(path), fields, codepage=codepage, dbf_type=kind)
    table.open(mode=dbf.READ_WRITE)
    for row in rows:
        table.append(row)
    table.close()
    return path.read_bytes()


def deleted(content: bytes, record: int) -> bytes:
    """The same file with one record marked as deleted."""
    first, length = struct.unpack_from("<HH", content, 8)
    at = first + (record - 1) * length
    return content[:at] + b"*" + content[at + 1 :]


def made(
    fields: Sequence[tuple[bytes, bytes, int]],
    records: Sequence[bytes],
    *,
    version: int = 3,
    driver: int = 0,
    count: int | None = None,
    flags: int = 0,
    end: bytes = b"\x1a",
) -> bytes:
    """A file of fields (name, type, length) and records, the mark of deletion included in each."""
    first, length = 32 * (len(fields) + 1) + 1, 1 + sum(width for _, _, width in fields)
    told = len(records) if count is None else count
    head = struct.pack("<BBBBIHH3xB13xBxx", version, 114, 9, 1, told, first, length, flags, driver)
    described = b"".join(struct.pack("<11sc4xBB14x", name, kind, width, 0) for name, kind, width in fields)
    return head + described + b"\x0d" + b"".join(records) + end
