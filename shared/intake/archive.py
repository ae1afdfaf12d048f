"""The zip container of an XLSX file: bounded by its directory before, and by a count while, anything is inflated."""

import errno
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO
from xml.parsers import expat

from shared.intake.limits import MEBIBYTE, Limits
from shared.intake.refusals import FileTruncated, UnpacksTooLarge, WrongFormat

_CHUNK = 1 << 16
_MOST_PARTS = 10_000
# Expat keeps a tag until it is whole: one that never ends would be a way to fill the memory
_LONGEST_TAG = 1 << 20


@contextmanager
def _damaged(where: str) -> Iterator[None]:
    """What zipfile raises for an archive that is not whole; a disk that fails is another matter and passes."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, OverflowError) as error:
        raise FileTruncated(where=where) from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise FileTruncated(where=where) from error


class Archive:
    """The parts of one archive; all reading counts against one budget."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.unpacked
        with _damaged("ZIP 目录 directory"):
            self._zip = zipfile.ZipFile(stream)
        parts = self._zip.infolist()
        if any(part.flag_bits & 0x1 for part in parts):
            raise WrongFormat(named=".xlsx", found="加密压缩包 encrypted ZIP")
        if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
            raise WrongFormat(named=".xlsx", found="ZIP (压缩方法 method of compression)")
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
            raise self._too_large()
        self._names = {part.filename.lstrip("/").lower(): part for part in parts}

    def has(self, name: str) -> bool:
        return name.lower() in self._names

    def parse(self, name: str, parser: "PartParser") -> None:
        """Feed one part to a parser, whole."""
        for _ in self.parsing(name, parser):
            pass

    def parsing(self, name: str, parser: "PartParser") -> "PartFeed":
        """Feed one part to a parser, a step at a time, so that rows can be taken out between."""
        part = self._names.get(name.lower())
        if part is None:
            raise WrongFormat(named=".xlsx", found=f"ZIP 中没有 without {name[:60]}")
        return PartFeed(self, part, parser)

    def read(self, source: IO[bytes], name: str) -> bytes:
        """The next bytes of a part, counted."""
        with _damaged(name):
            chunk = source.read(_CHUNK)
        self._left -= len(chunk)
        if self._left < 0:
            raise self._too_large()
        return chunk

    def open(self, part: zipfile.ZipInfo) -> IO[bytes]:
        with _damaged(part.filename[:60]):
            return self._zip.open(part)

    def _too_large(self) -> UnpacksTooLarge:
        return UnpacksTooLarge(limit=self._limits.unpacked // MEBIBYTE)


class PartFeed:
    """One pass over one part; each step gives the parser some more of it."""

    def __init__(self, archive: Archive, part: zipfile.ZipInfo, parser: "PartParser") -> None:
        self._archive, self._name, self._parser = archive, part.filename[:60], parser
        self._source = archive.open(part)
        self._fed = 0

    def __iter__(self) -> "PartFeed":
        return self

    def __next__(self) -> None:
        chunk = self._archive.read(self._source, self._name)
        self._parser.feed(chunk, self._name)
        self._fed += len(chunk)
        if not chunk:
            self._source.close()
            raise StopIteration
        if self._fed - self._parser.consumed > _LONGEST_TAG:
            raise FileTruncated(where=self._name)


class PartParser:
    """XML by expat: a subclass gets the start and end of elements (without their prefix) and the text between."""

    def __init__(self) -> None:
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.buffer_size = _CHUNK
        self._expat.StartElementHandler = self.start
        self._expat.EndElementHandler = self.end
        self._expat.CharacterDataHandler = self.text
        # No spreadsheet has a document type; with none there are no entities that could grow or reach out
        self._expat.StartDoctypeDeclHandler = self._no_doctype

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text within the present element."""

    @property
    def consumed(self) -> int:
        return self._expat.CurrentByteIndex

    def feed(self, chunk: bytes, name: str) -> None:
        try:
            self._expat.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise FileTruncated(where=f"{name}:{error.lineno}") from None

    @staticmethod
    def _no_doctype(*_: object) -> None:
        raise WrongFormat(named=".xlsx", found="XML with DOCTYPE")
