"""The keys of sealed files, each wrapped, in a folder of their own: whoever loses one loses its file everywhere."""

import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.blobs.folders import make_folder, sync_folder
from shared.blobs.keys import RECORD, BlobKeys

_SHEET: Final = 15  # bytes of the name of a sheet; one more says which of its keys
_KEYS: Final = 64
_GONE: Final = bytes(RECORD)


class KeyFolder:
    """keys/ab/abcd…: sheets of keys, made ahead and used once each, so that a new file waits for no key to be written.

    Backups of this folder are kept for days, those of the files for years.
    """

    def __init__(self, root: Path, keys: BlobKeys) -> None:
        self.root, self._keys = root, keys
        self._ready: list[tuple[bytes, bytes]] = []
        self._ready_in = os.getpid()
        self._one_at_a_time = threading.Lock()

    def take(self) -> tuple[bytes, bytes]:
        """A key that nobody has used and its id; it is on the disk already.

        A process that was forked has none of its parent's: both would seal under one, and with the same nonces.
        """
        with self._one_at_a_time:
            if not self._ready or self._ready_in != os.getpid():
                self._ready, self._ready_in = self._new_sheet(), os.getpid()
            return self._ready.pop()

    def find(self, key_id: bytes) -> bytes | None:
        """A key; None where it was destroyed."""
        try:
            with self._path(key_id).open("rb", buffering=0) as sheet:
                record = os.pread(sheet.fileno(), RECORD, key_id[_SHEET] * RECORD)
        except FileNotFoundError:
            return None
        return self._keys.unwrapped(key_id, record) if record != _GONE else None

    def destroy(self, key_id: bytes) -> None:
        """Overwrite the key."""
        with self._alone(self._path(key_id)) as sheet:
            os.pwrite(sheet, _GONE, key_id[_SHEET] * RECORD)
            os.fsync(sheet)

    def rewrap(self) -> int:
        """Wrap every key anew that the active wrapping key did not wrap; says how many. What was destroyed stays so."""
        done = 0
        for path in self.root.glob("??/*"):
            with self._alone(path) as sheet:
                done += sum(self._wrap_anew(sheet, bytes.fromhex(path.name) + bytes([at])) for at in range(_KEYS))
                os.fsync(sheet)
        return done

    def _wrap_anew(self, sheet: int, key_id: bytes) -> bool:
        """In its place, and in one write: a record lies within a sector of the disk."""
        place = key_id[_SHEET] * RECORD
        record = os.pread(sheet, RECORD, place)
        if record == _GONE or self._keys.is_newest(record):
            return False
        os.pwrite(sheet, self._keys.wrapped(key_id, self._keys.unwrapped(key_id, record)), place)
        return True

    def _new_sheet(self) -> list[tuple[bytes, bytes]]:
        name = secrets.token_bytes(_SHEET)
        made = [(name + bytes([at]), AESGCM.generate_key(256)) for at in range(_KEYS)]
        path = self._path(name)
        make_folder(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sheet:
            sheet.writelines(self._keys.wrapped(key_id, key) for key_id, key in made)
            sheet.flush()
            os.fsync(sheet.fileno())
        sync_folder(path.parent)
        return made[::-1]

    @staticmethod
    @contextmanager
    def _alone(path: Path) -> Iterator[int]:
        """A sheet that nobody else changes now: what one destroys another must not write back."""
        with path.open("r+b", buffering=0) as sheet:
            fcntl.flock(sheet, fcntl.LOCK_EX)
            yield sheet.fileno()

    def _path(self, key_id: bytes) -> Path:
        name = key_id[:_SHEET].hex()
        return self.root / name[:2] / name
