"""Files by their digest in a folder: sha256/ab/abcd…; whole or not at all, written once, never overwritten."""

import contextlib
import errno
import hashlib
import io
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shared.blobs.port import BlobDamaged, BlobMissing, BlobTooLarge

CHUNK = 1 << 18
MEBIBYTE = 1 << 20
_STALE = 24 * 3600
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
            self._sweep()

    def put(self, content: bytes | BinaryIO, *, limit: int | None = None) -> str:
        if self.read_only:
            raise BlobsReadOnly(str(self.root))
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        arriving = self._incoming / secrets.token_hex(16)
        try:
            digest = self._receive(stream, arriving, limit)
            self._settle(arriving, digest)
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

    def _sweep(self) -> None:
        """Remove what a killed process left half received; a day is longer than any sending takes."""
        os.utime(self._incoming)  # asks the file system what time it is there
        now = self._incoming.stat().st_mtime
        for left in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if now - left.stat().st_mtime > _STALE:
                    left.unlink()

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise BlobMissing(digest="?")
        return self.root / digest[:2] / digest

    @staticmethod
    def _receive(stream: BinaryIO, arriving: Path, limit: int | None) -> str:
        """Write the stream to a file of its own and to the disk; the name is known only at its end."""
        sum_, size = hashlib.sha256(), 0
        with os.fdopen(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440), "wb") as target:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise BlobTooLarge(limit=limit // MEBIBYTE)
                sum_.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        return sum_.hexdigest()

    def _settle(self, arriving: Path, digest: str) -> None:
        """Give the file its name in one step, only if nobody has it: a link, unlike a rename, never overwrites."""
        path = self._path(digest)
        if not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True, mode=0o750)
            _sync_folder(self.root)
        try:
            os.link(arriving, path)
        except FileExistsError:
            return
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
                raise
            os.replace(arriving, path)  # a file system without links; equal digests are equal bytes
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
