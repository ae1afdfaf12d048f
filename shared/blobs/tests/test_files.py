"""Files are kept whole, once, under their digest, inside their folder."""

import hashlib
import io
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.blobs.arriving import PIECE as CHUNK
from shared.blobs.files import BlobsReadOnly, FileBlobs
from shared.blobs.port import BlobDamaged, BlobMissing, Blobs, BlobTooLarge


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path)


class Breaking(io.RawIOBase):
    """A stream whose sender goes away."""

    def __init__(self) -> None:
        self.sent = False

    def read(self, size: int = -1) -> bytes:
        if self.sent:
            raise ConnectionError("gone")
        self.sent = True
        return b"x" * 100


def leftovers(blobs: FileBlobs) -> list[Path]:
    return [path for path in blobs.root.parent.rglob("*") if path.is_file()]


def test_what_was_put_is_read_back_under_its_digest(blobs: FileBlobs) -> None:
    port: Blobs = blobs
    content = b"a" * (CHUNK + 5)
    digest = port.put(io.BytesIO(content))
    assert digest == hashlib.sha256(content).hexdigest()
    assert port.read(digest) == content
    with port.open(digest) as stream:
        stream.seek(-5, io.SEEK_END)
        assert stream.read() == b"aaaaa"
    assert port.has(digest)
    assert list(blobs.digests()) == [digest]


def test_the_same_bytes_twice_are_one_file_that_was_never_rewritten(blobs: FileBlobs) -> None:
    digest = blobs.put(b"once")
    before = blobs._path(digest).stat()
    assert blobs.put(b"once") == digest
    after = blobs._path(digest).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert leftovers(blobs) == [blobs._path(digest)]


def test_a_file_over_the_limit_leaves_nothing(blobs: FileBlobs) -> None:
    with pytest.raises(BlobTooLarge):
        blobs.put(io.BytesIO(b"x" * (2 * CHUNK)), limit=CHUNK)
    assert leftovers(blobs) == []
    assert blobs.put(b"x" * 10, limit=10)


def test_a_sender_that_goes_away_leaves_nothing(blobs: FileBlobs) -> None:
    with pytest.raises(ConnectionError):
        blobs.put(Breaking())  # type: ignore[arg-type]
    assert leftovers(blobs) == []


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path: Path) -> None:
    FileBlobs(tmp_path)
    old, young = tmp_path / "incoming" / "old", tmp_path / "incoming" / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    FileBlobs(tmp_path)
    assert leftovers(FileBlobs(tmp_path)) == [young]


@pytest.mark.parametrize("digest", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 64])
def test_what_is_no_digest_is_missing(blobs: FileBlobs, digest: str) -> None:
    assert not blobs.has(digest)
    with pytest.raises(BlobMissing):
        blobs.open(digest)


@pytest.mark.asvs("5.3.2")
@given(st.text(max_size=80))
def test_no_name_leads_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    blobs = FileBlobs(tmp_path_factory.getbasetemp() / "one")
    with pytest.raises(BlobMissing):
        blobs.open(name)


def test_a_reader_adds_nothing(tmp_path: Path) -> None:
    digest = FileBlobs(tmp_path).put(b"kept")
    reader = FileBlobs(tmp_path, read_only=True)
    assert reader.read(digest) == b"kept"
    with pytest.raises(BlobsReadOnly):
        reader.put(b"more")


def test_damage_is_noticed(blobs: FileBlobs) -> None:
    path = blobs._path(blobs.put(b"true"))
    path.chmod(0o640)
    path.write_bytes(b"false")
    with pytest.raises(BlobDamaged):
        blobs.read(path.name)


def test_many_writers_of_the_same_bytes_agree(blobs: FileBlobs) -> None:
    found: list[str] = []
    writers = [threading.Thread(target=lambda: found.append(blobs.put(b"together" * 1000))) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(set(found)) == 1
    assert len(found) == 8
    assert leftovers(blobs) == [blobs._path(found[0])]
