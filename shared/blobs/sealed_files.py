"""Sealed files in a folder: each under a key of its own and a name that tells nothing; known by the digest of what is
in them."""

import io
import os
import re
import secrets
import shutil
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from shared.blobs.arriving import Arriving
from shared.blobs.chunks import digest_in, key_id_of, opened, sealed_chunks
from shared.blobs.files import BlobsReadOnly, FileBlobs
from shared.blobs.folders import give_name, sweep, sync_folder
from shared.blobs.key_folder import KeyFolder
from shared.blobs.keys import BlobKeys
from shared.blobs.port import BlobDamaged, BlobMissing

_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class SealedBlobs:
    """What a registry keeps its files in. Files in clear of earlier days are read on, until `seal_clear` seals them."""

    def __init__(self, folder: Path | str, keys: BlobKeys, *, read_only: bool = False) -> None:
        self.root, self.read_only = Path(folder) / "sealed", read_only
        self._keys, self._kept = keys, KeyFolder(Path(folder) / "keys", keys)
        self._incoming = Path(folder) / "incoming"
        self._clear = FileBlobs(folder, read_only=True)
        if not read_only:
            for place in (self.root, self._incoming, self._kept.root):
                place.mkdir(parents=True, exist_ok=True, mode=0o750)
            sweep(self._incoming)

    @classmethod
    def at(cls, folder: Path | str, keys_file: Path | str, *, read_only: bool = False) -> "SealedBlobs":
        """Of a folder and an installation's file of keys, or the extract of it."""
        return cls(folder, BlobKeys.from_file(keys_file), read_only=read_only)

    def put(self, content: bytes | BinaryIO, *, limit: int | None = None) -> str:
        if self.read_only:
            raise BlobsReadOnly(str(self.root))
        arriving = Arriving(io.BytesIO(content) if isinstance(content, bytes) else content, limit)
        key_id, key = self._kept.take()
        path = self._incoming / secrets.token_hex(16)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440), "wb") as target:
                target.writelines(sealed_chunks(arriving, key, key_id))
                target.flush()
                os.fsync(target.fileno())
            self._settle(path, self._path(arriving.digest))
        finally:
            path.unlink(missing_ok=True)
        return arriving.digest

    def open(self, digest: str) -> BinaryIO:
        try:
            file = self._path(digest).open("rb", buffering=0)
        except FileNotFoundError:
            return self._clear.open(digest)
        try:
            key_id = key_id_of(file)
            key = self._kept.find(key_id)
            if key is None:
                raise BlobMissing(digest=digest)
            if digest_in(file, key, key_id) != digest:
                raise BlobDamaged("another file under this name")
            return opened(file, key, key_id)
        except BaseException:
            file.close()
            raise

    def read(self, digest: str) -> bytes:
        if not self._path(digest).is_file():
            return self._clear.read(digest)
        with self.open(digest) as stream:
            return stream.read()

    def has(self, digest: str) -> bool:
        if not _DIGEST.fullmatch(digest):
            return False
        return self._is_whole(self._path(digest)) or self._clear.has(digest)

    def shred(self, digest: str) -> bool:
        """Destroy the key of a file, and the file: no backup of it opens any more. Says whether there was one.

        Equal contents are one file: whoever shreds knows that nobody else refers to it.
        """
        if self.read_only:
            raise BlobsReadOnly(str(self.root))
        if not self.has(digest):
            return False
        path = self._path(digest)
        clear = self._clear.root / digest[:2] / digest
        clear.unlink(missing_ok=True)
        if path.is_file():
            with path.open("rb") as file:
                self._kept.destroy(key_id_of(file))
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
        return True

    def digests(self) -> Iterator[str]:
        """Every digest that is kept, for the auditor."""
        yield from sorted({*self._sealed_digests(), *self._clear.digests()})

    def seal_clear(self) -> Iterator[tuple[str, bool]]:
        """Seal what lies there in clear, one file a step; False for one that is not what its name says, and stays."""
        for digest in tuple(self._clear.digests()):
            with self._clear.open(digest) as stream:
                arriving = Arriving(stream, None)
                deque(arriving, maxlen=0)
                sound = arriving.digest == digest
                if sound:
                    stream.seek(0)
                    self.put(stream)
            if sound:
                (self._clear.root / digest[:2] / digest).unlink()
            yield digest, sound

    def rewrap(self) -> int:
        """Wrap the keys of all files by the active wrapping key; says how many were not."""
        return self._kept.rewrap()

    def free_bytes(self) -> int:
        """Room left on the disk, for readiness and metrics."""
        return shutil.disk_usage(self.root).free

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise BlobMissing(digest="?")
        name = self._keys.name_of(digest)
        return self.root / name[:2] / name

    def _sealed_digests(self) -> Iterator[str]:
        for path in self.root.glob("??/*"):
            with path.open("rb") as file:
                key_id = key_id_of(file)
                if key := self._kept.find(key_id):
                    yield digest_in(file, key, key_id)

    def _is_whole(self, path: Path) -> bool:
        """Whether a sealed file is there and its key too."""
        try:
            with path.open("rb") as file:
                return self._kept.find(key_id_of(file)) is not None
        except FileNotFoundError:
            return False

    def _settle(self, arrived: Path, path: Path) -> None:
        """The first one stays. Where the key of what lies there was destroyed, and a crash left the file, ours does."""
        if not give_name(arrived, path) and not self._is_whole(path):
            os.replace(arrived, path)
            sync_folder(path.parent)
