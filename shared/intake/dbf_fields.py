"""The head of a DBF file: its version, its fields, how long its records are and how many there must be."""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from shared.intake.limits import Limits
from shared.intake.refusals import FileTruncated, MemoColumns, WrongFormat

_HEAD = struct.Struct("<B3xIHH")
_FIELD = struct.Struct("<11sc4xBB14x")
_END_OF_FIELDS = b"\x0d"
_ENCRYPTED_AT, _DRIVER_AT = 15, 29
_DBASE_7 = (0x04, 0x8C)
_FOXPRO = (0x30, 0x31, 0x32)
_MOST_FIELDS = 256
_MEMO, _SYSTEM = b"MGPW", b"0"
# length in bytes of the types that are not text; those that are written as text say it themselves
_BINARY = {b"I": 4, b"B": 8, b"Y": 8, b"T": 8}
WRITTEN = b"CNFDL"
_CHINESE_DRIVERS = (0x4D, 0x7A)


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the file: its name as bytes, its type, and where in a record it stands."""

    name: bytes
    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What the head says; `records` begin at byte `first`, each `length` bytes long."""

    fields: tuple[Field, ...]
    first: int
    length: int
    records: int
    marked_chinese: bool


def read_layout(stream: BinaryIO, size: int, limits: Limits) -> Layout:
    """Read the head and hold it against the size of the file: what it promises must be there, and nothing beyond."""
    stream.seek(0)
    head = stream.read(32)
    if len(head) < 32:
        raise FileTruncated(where="DBF 文件头 header")
    version, records, first, length = _HEAD.unpack_from(head)
    if version in _DBASE_7:
        raise WrongFormat(named=".dbf", found="dBASE 7")
    if head[_ENCRYPTED_AT]:
        raise WrongFormat(named=".dbf", found="加密的 DBF encrypted DBF")
    fields = _fields(stream, first, version)
    if first > size or length != (fields[-1].end if fields else 0):
        raise FileTruncated(where="DBF 字段表 field list")
    layout = Layout(
        tuple(field for field in fields if field.kind not in _SYSTEM),
        first,
        length,
        records,
        head[_DRIVER_AT] in _CHINESE_DRIVERS,
    )
    _compare(stream, layout, size)
    return layout


def _fields(stream: BinaryIO, first: int, version: int) -> list[Field]:
    fields: list[Field] = []
    memos: list[str] = []
    at = 1  # before the first field stands the mark of deletion
    for _ in range(_MOST_FIELDS + 1):
        described = stream.read(32)
        if described[:1] == _END_OF_FIELDS:
            break
        if len(described) < 32 or stream.tell() > first:
            raise FileTruncated(where="DBF 字段表 field list")
        name, kind, length, decimals = _FIELD.unpack(described)
        name = name.partition(b"\0")[0]
        kind = kind.upper()
        if kind in _MEMO or (kind == b"B" and version not in _FOXPRO):
            memos.append(name.decode("gb18030", "replace"))
        # Clipper keeps the upper half of a long text's length where others keep decimals
        length += (decimals << 8) if kind == b"C" else 0
        fields.append(Field(name, kind, at, at + _checked(name, kind, length)))
        at += length
    else:
        raise WrongFormat(named=".dbf", found=f"> {_MOST_FIELDS} 列 columns")
    if memos:
        raise MemoColumns(columns="、".join(memos[:10]))
    return fields


def _checked(name: bytes, kind: bytes, length: int) -> int:
    """The length, when it fits the type; a memo's is read over, for its file is refused anyway."""
    if kind not in WRITTEN + _MEMO + _SYSTEM and kind not in _BINARY:
        found = f"{name.decode('gb18030', 'replace')}: 类型 type {kind.decode('latin-1')!r}"
        raise WrongFormat(named=".dbf", found=found)
    if length == 0 or length != _BINARY.get(kind, length):
        raise FileTruncated(where=f"DBF 字段 field {name.decode('gb18030', 'replace')}")
    return length


def _compare(stream: BinaryIO, layout: Layout, size: int) -> None:
    """The number of records that the head names is the number that the file holds."""
    end = layout.first + layout.records * layout.length
    if end > size:
        there = max(size - layout.first, 0) // layout.length
        raise FileTruncated(where=f"第 {there + 1} 条记录(共 {layout.records}) record {there + 1} of {layout.records}")
    stream.seek(end)
    while chunk := stream.read(1 << 16):
        # an end mark and padding may follow; more rows than the head knows of would be lost in silence
        if chunk.strip(b"\x1a\x00"):
            where = f"文件头记录数 {layout.records} 之后 after the {layout.records} records of the header"
            raise FileTruncated(where=where)
