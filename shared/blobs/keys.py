"""What wraps the keys of files, and under which names files lie: all of it follows from the installation's keys."""

import base64
import hmac
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.blobs.port import BlobDamaged

_FIRST: Final = "k1"  # the name of the wrapping key that stands in a file of keys by itself
_NAME: Final = 16
_NONCE: Final = 12
_KEY: Final = 32
_FULL: Final = _NAME + _NONCE + _KEY + 16
RECORD: Final = 128
_MARK: Final = b"xueji-blob-key-1\n"


class BlobLocked(BlobDamaged):
    """The key of this file was wrapped by a key that this process does not have."""


class BlobKeys:
    """Wraps the key of each file with the active wrapping key; unwraps with every one it knows.

    Neither the wrapping keys nor the pepper themselves: what is derived from them here opens files and nothing else, so
    that the front door, which keeps files and may read nobody's name, can be given `extract` alone.
    """

    def __init__(self, active: str, wrapping: Mapping[str, bytes], naming: bytes) -> None:
        self._path: Path | None = None
        self._take(active, wrapping, naming)

    @classmethod
    def from_file(cls, path: Path | str) -> "BlobKeys":
        """Of an installation's file of keys, or of an extract of it."""
        keys = cls(*_read(Path(path)))
        keys._path = Path(path)
        return keys

    def extract(self) -> str:
        """These keys as a file of their own."""
        lines = ["# Keys of the files of one Xueji installation, and of nothing else.", "[blobs]"]
        lines += [f'active = "{self.active}"', f'naming = "{_text(self._naming)}"', "", "[blobs.keys]"]
        return "\n".join([*lines, *(f'{name} = "{_text(key)}"' for name, key in self._wrapping.items()), ""])

    def name_of(self, digest: str) -> str:
        """The name of the file with this content; without the key nobody can tell whether a content is there."""
        return hmac.digest(self._naming, digest.encode(), "sha256").hex()

    def wrapped(self, key_id: bytes, key: bytes) -> bytes:
        """A file's key for the one who keeps it: a record of fixed length."""
        name, nonce = self.active.encode().ljust(_NAME, b"\0"), os.urandom(_NONCE)
        body = self._ciphers[self.active].encrypt(nonce, key, _MARK + name + key_id)
        return (name + nonce + body).ljust(RECORD, b"\0")

    def unwrapped(self, key_id: bytes, record: bytes) -> bytes:
        """A file's key."""
        name, nonce, body = record[:_NAME], record[_NAME : _NAME + _NONCE], record[_NAME + _NONCE : _FULL]
        try:
            return self._cipher(name).decrypt(nonce, body, _MARK + name + key_id)
        except (InvalidTag, ValueError) as error:
            raise BlobDamaged("key") from error

    def is_newest(self, record: bytes) -> bool:
        """Whether the active wrapping key wrapped this."""
        return record[:_NAME].rstrip(b"\0") == self.active.encode()

    def _take(self, active: str, wrapping: Mapping[str, bytes], naming: bytes) -> None:
        self.active, self._wrapping, self._naming = active, dict(wrapping), naming
        self._ciphers = {name: AESGCM(key) for name, key in wrapping.items()}

    def _cipher(self, padded: bytes) -> AESGCM:
        """Another process may have been given a newer wrapping key before this one: the file is read again."""
        name = padded.rstrip(b"\0").decode("ascii", "replace")
        if name not in self._ciphers and self._path is not None:
            self._take(*_read(self._path))
        if name not in self._ciphers:
            raise BlobLocked(name)
        return self._ciphers[name]


def _read(path: Path) -> tuple[str, dict[str, bytes], bytes]:
    found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    if own := found.get("blobs"):
        return own["active"], {name: _bytes(key) for name, key in own["keys"].items()}, _bytes(own["naming"])
    more = found.get("keks") or {"active": _FIRST, "keys": {}}
    named = ({_FIRST: found["kek"]} if found.get("kek") else {}) | more["keys"]
    wrapping = {name: _derived(_bytes(key), b"xueji blobs: wrapping keys") for name, key in named.items()}
    return more["active"], wrapping, _derived(_bytes(found["pepper"]), b"xueji blobs: naming files")


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), _KEY, None, purpose).derive(key)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
