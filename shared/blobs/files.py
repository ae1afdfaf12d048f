"""Files in clear by their digest in a folder: sha256/ab/abcd…; whole or not at all, written once, never overwritten.

A registry seals what it keeps (sealed_files.py); this is what lies there from earlier days, and what tests start from.
"""

import hashlib
import io
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shared.blobs.arriving import Arriving
from shared.blobs.folders import give_name, sweep
from shared.blobs.port import BlobDamaged, BlobMissing

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BlobsReadOnly(Exception):
    """This process may read files and not add any."""


class FileBlobs:
    """Blobs in a folder. A path is made from a digest and from nothing else, so none can lead outside."""

    def __init__(self, folder: Path | str, *, read_only: bool = False) -> None:
        self.root = Path(folder) / "sha256"
        self.read_only = read_only
        self._incoming = Path(folder) / "incoming"
        if not read_only:
            for place in (self.root, self._incoming):
                place.mkdir(parents=True, exist_ok=True, mode=0o750)
            sweep(self._incoming)

    def put(self, content: bytes | BinaryIO, *, limit: int | None = None) -> str:
        if self.read_only:
            raise BlobsReadOnly(str(self.root))
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        arriving = self._incoming / secrets.token_hex(16)
        try:
            digest = self._receive(stream, arriving, limit)
            give_name(arriving, self._path(digest))
        finally:
            arriving.unlink(missing_ok=True)
        return digest

    def open(self, digest: str) -> BinaryIO:
        path = self._path(digest)
        try:
            return path.open("rb")
        except FileNotFoundError:
            raise BlobMissing(digest=digest) from None

    def read(self, digest: str) -> bytes:
        with self.open(digest) as stream:
            content = stream.read()
        if hashlib.sha256(content).hexdigest() != digest:
            raise BlobDamaged(digest)
        return content

    def has(self, digest: str) -> bool:
        return bool(_DIGEST.fullmatch(digest)) and self._path(digest).is_file()

    def digests(self) -> Iterator[str]:
        """Every digest that is kept, for the auditor."""
        for path in sorted(self.root.glob("??/*")):
            if _DIGEST.fullmatch(path.name):
                yield path.name

    def free_bytes(self) -> int:
        """Room left on the disk, for readiness and metrics."""
        return shutil.disk_usage(self.root).free

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise BlobMissing(digest="?")
        return self.root / digest[:2] / digest

    @staticmethod
    def _receive(stream: BinaryIO, path: Path, limit: int | None) -> str:
        """Write the stream to a file of its own and to the disk; the name is known only at its end."""
        arriving = Arriving(stream, limit)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440), "wb") as target:
            target.writelines(arriving)
            target.flush()
            os.fsync(target.fileno())
        return arriving.digest
