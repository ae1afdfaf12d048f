"""What the registry asks of a place for files: kept once under their digest, read back, never changed."""

from typing import BinaryIO, Protocol

from shared.rules.refused import Refused


class BlobMissing(Refused):
    """No file is kept under this digest."""

    rule = "X-FOUND-1"
    status = 404
    zh = "文件不存在。"
    en = "There is no such file."


class BlobTooLarge(Refused):
    """The file has more bytes than the caller allows; nothing of it is kept."""

    rule = "X-FILE-9"
    status = 413
    zh = "文件超过上限 {limit} MB。请拆分文件。"
    en = "The file is larger than {limit} MB. Split it."


class BlobDamaged(Exception):
    """The bytes that were found are not those that were put there."""


class Blobs(Protocol):
    """Files by their SHA-256 digest in lower-case hex."""

    def put(self, content: bytes | BinaryIO, *, limit: int | None = None) -> str:
        """Keep the bytes for good and return their digest; the same bytes again are no new file."""

    def open(self, digest: str) -> BinaryIO:
        """The file from its beginning, seekable. Raises BlobMissing."""

    def read(self, digest: str) -> bytes:
        """The whole of a small file, proved to be what was put. Raises BlobMissing, BlobDamaged."""

    def has(self, digest: str) -> bool:
        """Whether a file is kept under the digest."""
