"""A sealed file: chunks under AES-256-GCM, each bound to its file and its place, and an end that says what it was."""

import io
import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.blobs.arriving import Arriving
from shared.blobs.port import BlobDamaged

CHUNK: Final = 1 << 16
TAG: Final = 16
KEY_ID: Final = 16
MARK: Final = b"xueji-blob-1\n\0\0\0"
HEADER: Final = len(MARK) + KEY_ID
END: Final = 32 + TAG
_WHOLE: Final = CHUNK + TAG
_LAST: Final = b"\xff" * 12  # the nonce of the end: no chunk has so high a place


def sealed_chunks(pieces: Arriving, key: bytes, key_id: bytes) -> Iterator[bytes]:
    """The bytes of a sealed file in order: the header that names its key, every chunk, and the end.

    The key seals this one file, so a chunk's place is its nonce. The end holds the digest of the content and is bound
    to its length: a file that was cut, grown or put in the place of another is known before anything of it is read.
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
    length = position * CHUNK + len(held)
    yield cipher.encrypt(_LAST, bytes.fromhex(pieces.digest), header + length.to_bytes(8, "big"))


def key_id_of(file: BinaryIO) -> bytes:
    """Which key a sealed file names; it is read to the end of its header."""
    header = file.read(HEADER)
    if len(header) != HEADER or not header.startswith(MARK):
        raise BlobDamaged("header")
    return header[len(MARK) :]


def digest_in(file: BinaryIO, key: bytes, key_id: bytes) -> str:
    """What the end of a sealed file says that it holds; proves that it is as long as it was."""
    length = _length_of(file)
    file.seek(-END, io.SEEK_END)
    about = MARK + key_id + length.to_bytes(8, "big")
    try:
        return AESGCM(key).decrypt(_LAST, file.read(END), about).hex()
    except (InvalidTag, ValueError) as error:
        raise BlobDamaged("end") from error


def opened(file: BinaryIO, key: bytes, key_id: bytes) -> BinaryIO:
    """What was sealed, from its beginning, seekable; nothing is given out that was not proved."""
    return io.BufferedReader(_Chunks(file, key, key_id), CHUNK)


class _Chunks(io.RawIOBase):
    """The content of a sealed file; the chunk that was read last is kept."""

    def __init__(self, file: BinaryIO, key: bytes, key_id: bytes) -> None:
        self._file, self._cipher, self._header = file, AESGCM(key), MARK + key_id
        self._size = _length_of(file)
        self._last = max(0, self._size - 1) // CHUNK
        self._at, self._kept = 0, (-1, b"")

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
            length = min(CHUNK, self._size - position * CHUNK) + TAG
            about = _about(self._header, position, last=position == self._last)
            try:
                content = self._cipher.decrypt(_nonce(position), self._file.read(length), about)
            except (InvalidTag, ValueError) as error:
                raise BlobDamaged(f"chunk {position}") from error
            self._kept = position, content
        return self._kept[1]


def _length_of(file: BinaryIO) -> int:
    """How long the content is, by the length of the file."""
    body = os.fstat(file.fileno()).st_size - HEADER - END
    count = max(1, -(-body // _WHOLE))
    length = body - count * TAG
    if length < 0 or (count > 1 and length <= (count - 1) * CHUNK):  # only the chunk of an empty file is empty
        raise BlobDamaged("length")
    return length


def _nonce(position: int) -> bytes:
    return position.to_bytes(12, "big")


def _about(header: bytes, position: int, *, last: bool) -> bytes:
    return header + position.to_bytes(8, "big") + (b"\1" if last else b"\0")
