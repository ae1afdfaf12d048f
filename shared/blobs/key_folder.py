"""The keys of sealed files, each wrapped, in a folder of their own: whoever loses one loses its file everywhere."""

import os
from collections.abc import Iterator
from pathlib import Path

from shared.blobs.folders import make_folder, sync_folder
from shared.blobs.keys import BlobKeys


class KeyFolder:
    """keys/ab/abcd…: one small file a key. Backups of this folder are kept for days, those of the files for years."""

    def __init__(self, root: Path, keys: BlobKeys) -> None:
        self.root, self._keys = root, keys

    def keep(self, key_id: bytes, key: bytes, digest: str) -> None:
        """Keep a new key, on the disk before anything is sealed for good with it."""
        path = self._path(key_id)
        make_folder(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(self._keys.wrapped(key_id, key, digest))
            target.flush()
            os.fsync(target.fileno())
        sync_folder(path.parent)

    def find(self, key_id: bytes) -> tuple[bytes, str] | None:
        """A key and the digest of what it sealed; None where it was destroyed."""
        record = self._record(key_id)
        return self._keys.unwrapped(key_id, record) if record else None

    def has(self, key_id: bytes) -> bool:
        """Whether the key is there."""
        return bool(self._record(key_id))

    def destroy(self, key_id: bytes) -> None:
        """Overwrite the key and forget it."""
        path = self._path(key_id)
        try:
            with path.open("r+b") as kept:
                kept.write(bytes(path.stat().st_size))
                kept.flush()
                os.fsync(kept.fileno())
        except FileNotFoundError:
            return
        path.unlink(missing_ok=True)
        sync_folder(path.parent)

    def digests(self) -> Iterator[str]:
        """What each key sealed."""
        for path in sorted(self.root.glob("??/*")):
            found = self.find(bytes.fromhex(path.name))
            if found:
                yield found[1]

    def rewrap(self) -> int:
        """Wrap every key anew that the active wrapping key did not wrap; says how many.

        In its place and in one write of a fraction of a sector: a key destroyed meanwhile has no name any more, and
        what is written here goes with it.
        """
        done = 0
        for path in self.root.glob("??/*"):
            key_id = bytes.fromhex(path.name)
            try:
                with path.open("r+b", buffering=0) as kept:
                    record = kept.read()
                    if self._keys.is_newest(record) or not any(record):
                        continue
                    kept.seek(0)
                    kept.write(self._keys.wrapped(key_id, *self._keys.unwrapped(key_id, record)))
                    os.fsync(kept.fileno())
            except FileNotFoundError:
                continue
            done += 1
        return done

    def _record(self, key_id: bytes) -> bytes:
        try:
            record = self._path(key_id).read_bytes()
        except FileNotFoundError:
            return b""
        return record if any(record) else b""  # overwritten, and a crash before it lost its name

    def _path(self, key_id: bytes) -> Path:
        name = key_id.hex()
        return self.root / name[:2] / name
