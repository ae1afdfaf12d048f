"""A sealed file: chunks under AES-256-GCM, each bound to its file, its place and whether it is the last."""

import io
import os
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.blobs.port import BlobDamaged

CHUNK: Final = 1 << 16
TAG: Final = 16
KEY_ID: Final = 16
MARK: Final = b"xueji-blob-1\n\0\0\0"
HEADER: Final = len(MARK) + KEY_ID
_WHOLE: Final = CHUNK + TAG


def sealed_chunks(pieces: Iterable[bytes], key: bytes, key_id: bytes) -> Iterator[bytes]:
    """The bytes of a sealed file, in order: the header that names its key, then every chunk.

    The key seals this one file, so a chunk's place is its nonce. Only the last chunk may be short, and it is empty only
    where the file is; a reader relies on both.
    """
    cipher, header = AESGCM(key), MARK + key_id
    yield header
    held, position = bytearray(), 0
    for piece in pieces:
        held += piece
        while len(held) > CHUNK:  # which one is the last is known at the end only
            yield cipher.encrypt(_nonce(position), bytes(held[:CHUNK]), _about(header, position, last=False))
            del held[:CHUNK]
            position += 1
    yield cipher.encrypt(_nonce(position), bytes(held), _about(header, position, last=True))


def key_id_of(file: BinaryIO) -> bytes:
    """Which key a sealed file names; it is read to the end of its header."""
    header = file.read(HEADER)
    if len(header) != HEADER or not header.startswith(MARK):
        raise BlobDamaged("header")
    return header[len(MARK) :]


def opened(file: BinaryIO, key: bytes, key_id: bytes) -> BinaryIO:
    """What was sealed, from its beginning, seekable; nothing is given out that was not proved."""
    return io.BufferedReader(_Chunks(file, key, key_id), CHUNK)


class _Chunks(io.RawIOBase):
    """The content of a sealed file; the chunk that was read last is kept."""

    def __init__(self, file: BinaryIO, key: bytes, key_id: bytes) -> None:
        self._file, self._cipher, self._header = file, AESGCM(key), MARK + key_id
        body = os.fstat(file.fileno()).st_size - HEADER
        self._count = max(1, -(-body // _WHOLE))
        self._size = body - self._count * TAG
        self._at, self._kept = 0, (-1, b"")
        # of several chunks the last holds something, or whoever reads to the end would never have asked for it
        if self._size < 0 or (self._count > 1 and self._size <= (self._count - 1) * CHUNK):
            raise BlobDamaged("length")
        if self._size == 0:
            self._chunk(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        position, skipped = divmod(self._at, CHUNK)
        wanted = memoryview(buffer).cast("B")
        piece = memoryview(self._chunk(position))[skipped : skipped + len(wanted)]
        wanted[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _chunk(self, position: int) -> bytes:
        if self._kept[0] != position:
            self._file.seek(HEADER + position * _WHOLE)
            about = _about(self._header, position, last=position == self._count - 1)
            try:
                content = self._cipher.decrypt(_nonce(position), self._file.read(_WHOLE), about)
            except (InvalidTag, ValueError) as error:
                raise BlobDamaged(f"chunk {position}") from error
            self._kept = position, content
        return self._kept[1]


def _nonce(position: int) -> bytes:
    return position.to_bytes(12, "big")


def _about(header: bytes, position: int, *, last: bool) -> bytes:
    return header + position.to_bytes(8, "big") + (b"\1" if last else b"\0")
