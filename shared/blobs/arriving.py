"""A file as it comes in: its pieces counted and summed, no more of them than the caller allows."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from shared.blobs.port import BlobTooLarge

PIECE = 1 << 18
MEBIBYTE = 1 << 20


class Arriving:
    """The pieces of a stream; once they are through, `digest` is that of the whole."""

    def __init__(self, stream: BinaryIO, limit: int | None) -> None:
        self._stream, self._limit = stream, limit
        self._sum, self._size = hashlib.sha256(), 0

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._stream.read(PIECE):
            self._size += len(piece)
            if self._limit is not None and self._size > self._limit:
                raise BlobTooLarge(limit=self._limit // MEBIBYTE)
            self._sum.update(piece)
            yield piece

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()
