"""Files are kept sealed: nothing of them shows, nothing can be moved, cut or swapped, and keys are destroyed."""

import hashlib
import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.blobs.arriving import Arriving
from shared.blobs.chunks import CHUNK, END, HEADER, TAG, digest_in, opened, sealed_chunks
from shared.blobs.files import BlobsReadOnly, FileBlobs
from shared.blobs.keys import BlobKeys, BlobLocked
from shared.blobs.port import BlobDamaged, BlobMissing, Blobs, BlobTooLarge
from shared.blobs.sealed_files import SealedBlobs

KEY, KEY_ID = b"k" * 32, b"i" * 16
SECRET = "王小明 110105200109170021".encode()


def keys(naming: bytes = b"n" * 32, **wrapping: bytes) -> BlobKeys:
    return BlobKeys("k1", wrapping or {"k1": b"w" * 32}, naming)


@pytest.fixture
def blobs(tmp_path: Path) -> SealedBlobs:
    return SealedBlobs(tmp_path, keys())


def files(blobs: SealedBlobs) -> list[Path]:
    return sorted(path for path in blobs.root.parent.rglob("*") if path.is_file())


def the_sealed(blobs: SealedBlobs) -> Path:
    (path,) = (path for path in blobs.root.rglob("*") if path.is_file())
    path.chmod(0o640)
    return path


def sealed(content: bytes, path: Path, key: bytes = KEY, key_id: bytes = KEY_ID) -> Path:
    path.write_bytes(b"".join(sealed_chunks(Arriving(io.BytesIO(content), None), key, key_id)))
    return path


def content_of(path: Path, key: bytes = KEY, key_id: bytes = KEY_ID) -> bytes:
    with path.open("rb", buffering=0) as file:
        digest_in(file, key, key_id)
        return opened(file, key, key_id).read()


SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_is_read_back_and_nothing_of_it_shows(blobs: SealedBlobs, size: int) -> None:
    port: Blobs = blobs
    content = (SECRET * (size // len(SECRET) + 1))[:size]
    digest = port.put(io.BytesIO(content))
    assert digest == hashlib.sha256(content).hexdigest()
    assert port.read(digest) == content
    assert port.has(digest)
    assert list(blobs.digests()) == [digest]
    for path in files(blobs):
        assert digest not in str(path), "who has the content cannot tell that it is here"
        assert digest[:8].encode() not in path.read_bytes()
        assert SECRET not in path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(size=st.sampled_from(SIZES), at=st.integers(0, 4 * CHUNK), length=st.integers(0, 2 * CHUNK))
def test_any_part_of_a_file_is_read_alone(tmp_path_factory: pytest.TempPathFactory, size: int, at: int, length: int):
    content = os.urandom(size)
    path = sealed(content, tmp_path_factory.getbasetemp() / "ranges")
    with path.open("rb", buffering=0) as file, opened(file, KEY, KEY_ID) as stream:
        stream.seek(at)
        assert stream.read(length) == content[at : at + length]
        assert stream.seek(-min(5, size), io.SEEK_END) == size - min(5, size)
        assert stream.read() == content[size - min(5, size) :]


@pytest.mark.asvs("11.3.3")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_that_was_cut_reordered_or_changed_is_not_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = os.urandom(data.draw(st.sampled_from(SIZES[1:])))
    path = sealed(content, tmp_path_factory.getbasetemp() / "damage")
    whole = path.read_bytes()
    last = len(whole) - END
    body = [whole[at : min(at + CHUNK + TAG, last)] for at in range(HEADER, last, CHUNK + TAG)]
    kind = data.draw(st.sampled_from(("cut", "bit", "swap", "drop", "grown", "doubled")))
    changed = whole
    if kind == "cut":
        at = data.draw(st.integers(HEADER, len(whole) - 1))
        changed = data.draw(st.sampled_from((whole[:at], whole[:at] + whole[last:], whole[:at] + whole[at + 1 :])))
    elif kind == "bit":
        at = data.draw(st.integers(HEADER, len(whole) - 1))
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    elif kind == "grown":
        more = os.urandom(data.draw(st.sampled_from((1, TAG, TAG + 1, CHUNK + TAG))))
        changed = data.draw(st.sampled_from((whole + more, whole[:last] + more + whole[last:])))
    elif kind == "doubled":
        changed = whole[:HEADER] + b"".join([body[0], *body]) + whole[last:]
    elif len(body) > 1:
        order = body[::-1] if kind == "swap" else body[:-1]
        changed = whole[:HEADER] + b"".join(order) + whole[last:]
    path.write_bytes(changed)
    if changed == whole:
        assert content_of(path) == content
    else:
        with pytest.raises(BlobDamaged):
            content_of(path)


def test_a_chunk_of_another_file_is_not_taken_for_its_own(tmp_path: Path) -> None:
    one, other = sealed(b"a" * 10, tmp_path / "one"), sealed(b"b" * 10, tmp_path / "other", key_id=b"j" * 16)
    mixed = one.read_bytes()
    other.write_bytes(other.read_bytes()[:HEADER] + mixed[HEADER:])
    with pytest.raises(BlobDamaged):
        content_of(other, key_id=b"j" * 16)
    with other.open("rb", buffering=0) as file, pytest.raises(BlobDamaged):
        opened(file, KEY, b"j" * 16).read()


def test_a_file_put_in_the_place_of_another_is_not_read(blobs: SealedBlobs) -> None:
    digest = blobs.put(b"the paper")
    place = the_sealed(blobs)
    other = blobs.put(b"another paper")
    (moved,) = (path for path in blobs.root.rglob("*") if path.is_file() and path != place)
    moved.replace(place)
    with pytest.raises(BlobDamaged):
        blobs.read(digest)
    assert not blobs.has(other)


def test_the_same_bytes_twice_are_one_file(blobs: SealedBlobs) -> None:
    digest = blobs.put(b"once")
    before = {path: path.stat().st_ino for path in files(blobs)}
    assert blobs.put(b"once") == digest
    assert {path: path.stat().st_ino for path in files(blobs)} == before


def test_equal_files_of_two_registries_have_nothing_in_common(tmp_path: Path) -> None:
    here, there = SealedBlobs(tmp_path / "a", keys()), SealedBlobs(tmp_path / "b", keys(naming=b"m" * 32))
    here.put(SECRET * 100)
    there.put(SECRET * 100)
    assert the_sealed(here).name != the_sealed(there).name
    assert the_sealed(here).read_bytes()[HEADER:] != the_sealed(there).read_bytes()[HEADER:]


def test_many_writers_of_the_same_bytes_agree_and_the_file_opens(blobs: SealedBlobs) -> None:
    content, found = b"together" * 20_000, list[str]()
    writers = [threading.Thread(target=lambda: found.append(blobs.put(content))) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(set(found)) == 1
    assert len(found) == 8
    assert blobs.read(found[0]) == content
    assert len(files(blobs)) == 2, "one file and a sheet of keys"


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.asvs("11.3.4")
def test_a_process_that_was_forked_seals_under_keys_of_its_own(blobs: SealedBlobs) -> None:
    """Given a process that has keys made ahead, when it is forked and both keep a file, then under two keys."""
    blobs.put(b"so that keys are made ahead")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, blobs.put(b"of the child").encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    digests = [os.read(reader, 64).decode(), blobs.put(b"of the parent")]
    headers = [blobs._path(digest).read_bytes()[:HEADER] for digest in digests]
    assert headers[0] != headers[1]
    assert [blobs.read(digest) for digest in digests] == [b"of the child", b"of the parent"]


def test_a_file_over_the_limit_leaves_nothing(blobs: SealedBlobs) -> None:
    with pytest.raises(BlobTooLarge):
        blobs.put(io.BytesIO(b"x" * (2 * CHUNK)), limit=CHUNK)
    assert [path for path in files(blobs) if "keys" not in path.parts] == []
    assert blobs.put(b"x" * 10, limit=10)


@pytest.mark.parametrize("digest", ["", "..", "../../etc/passwd", "A" * 64, "a" * 64 + "\n", "a" * 64])
def test_what_is_no_digest_is_missing(blobs: SealedBlobs, digest: str) -> None:
    assert not blobs.has(digest)
    for ask in (blobs.open, blobs.read):
        with pytest.raises(BlobMissing):
            ask(digest)


def test_a_reader_adds_and_destroys_nothing(tmp_path: Path, blobs: SealedBlobs) -> None:
    digest = blobs.put(b"kept")
    reader = SealedBlobs(tmp_path, keys(), read_only=True)
    assert reader.read(digest) == b"kept"
    for act in (reader.put, reader.shred):
        with pytest.raises(BlobsReadOnly):
            act(digest.encode() if act == reader.put else digest)  # type: ignore[arg-type]


# --- keys ---


@pytest.mark.rule("PIPL-1")
def test_whoever_destroys_a_files_key_destroys_every_copy_of_the_file(tmp_path: Path, blobs: SealedBlobs) -> None:
    """Given a file and a backup of it, when its key is destroyed, then neither opens; the same bytes may come again."""
    digest, other = blobs.put(SECRET), blobs.put(b"of somebody else")
    (path,) = (each for each in blobs.root.rglob("*") if each.is_file() and blobs._path(digest) == each)
    backup = path.read_bytes()
    assert blobs.shred(digest)
    assert not blobs.has(digest)
    assert not blobs.shred(digest)
    path.write_bytes(backup)  # somebody brings the backup of the files back
    assert not blobs.has(digest)
    with pytest.raises(BlobMissing):
        blobs.read(digest)
    assert blobs.read(other) == b"of somebody else"
    assert blobs.put(SECRET) == digest
    assert blobs.read(digest) == SECRET


def test_a_process_without_the_wrapping_key_reads_nothing(tmp_path: Path, blobs: SealedBlobs) -> None:
    digest = blobs.put(SECRET)
    with pytest.raises(BlobDamaged):
        SealedBlobs(tmp_path, keys(k1=b"z" * 32)).read(digest)
    with pytest.raises(BlobLocked):
        SealedBlobs(tmp_path, BlobKeys("k2", {"k2": b"w" * 32}, b"n" * 32)).read(digest)


@pytest.mark.asvs("11.1.1")
def test_every_key_is_wrapped_anew_and_a_destroyed_one_stays_so(tmp_path: Path, blobs: SealedBlobs) -> None:
    first, second, gone = (blobs.put(text) for text in (b"one", b"two", b"three"))
    blobs.shred(gone)
    before = the_contents(blobs)
    newer = SealedBlobs(tmp_path, BlobKeys("k2", {"k1": b"w" * 32, "k2": b"v" * 32}, b"n" * 32))
    assert [newer.rewrap(), newer.rewrap()] == [63, 0], "all keys of the sheet but the destroyed one"
    assert the_contents(blobs) == before, "the files themselves are not touched"
    alone = SealedBlobs(tmp_path, BlobKeys("k2", {"k2": b"v" * 32}, b"n" * 32))
    assert (alone.read(first), alone.read(second), alone.has(gone)) == (b"one", b"two", False)
    with pytest.raises(BlobLocked):
        blobs.read(first)


def the_contents(blobs: SealedBlobs) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in blobs.root.rglob("*") if path.is_file()}


# --- files of earlier days ---


def test_files_in_clear_are_read_on_until_they_are_sealed(tmp_path: Path) -> None:
    clear = FileBlobs(tmp_path)
    digest, damaged = clear.put(SECRET), clear.put(b"true")
    path = clear._path(damaged)
    path.chmod(0o640)
    path.write_bytes(b"false")
    blobs = SealedBlobs(tmp_path, keys())
    assert (blobs.read(digest), blobs.has(digest)) == (SECRET, True)
    with blobs.open(digest) as stream:
        assert stream.read() == SECRET
    assert dict(blobs.seal_clear()) == {digest: True, damaged: False}
    assert blobs.read(digest) == SECRET
    assert not clear.has(digest)
    assert [path.name for path in files(blobs) if SECRET in path.read_bytes()] == []
    assert dict(blobs.seal_clear()) == {damaged: False}, "what is not what its name says is looked at by somebody"


def test_a_file_in_clear_can_be_destroyed_too(tmp_path: Path) -> None:
    digest = FileBlobs(tmp_path).put(SECRET)
    blobs = SealedBlobs(tmp_path, keys())
    assert blobs.shred(digest)
    assert files(blobs) == []
