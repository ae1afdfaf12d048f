"""`xueji blobs`: sealing what lay there in clear, destroying one file, the front door's own keys; and rotation."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.front_door import gateway_app
from cli.main import xueji
from shared.blobs.files import FileBlobs
from shared.blobs.sealed_files import SealedBlobs
from shared.eventstore.privacy import Keyring

SECRET = b"110105200109170021"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    Keyring.generate(tmp_path / "keys.toml")
    return tmp_path / "keys.toml"


def told(tmp_path: Path, keys: Path, *words: str) -> Result:
    environ = {"XUEJI_BLOBS_DIR": str(tmp_path / "blobs"), "XUEJI_KEYS_FILE": str(keys)}
    return CliRunner().invoke(xueji, words, env=environ)


def test_files_in_clear_are_sealed_and_a_damaged_one_is_named(tmp_path: Path, keys: Path) -> None:
    clear = FileBlobs(tmp_path / "blobs")
    digest, damaged = clear.put(SECRET), clear.put(b"true")
    said = told(tmp_path, keys, "blobs", "seal")
    assert (said.exit_code, said.output) == (0, "2 files sealed\n")
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file() and SECRET in path.read_bytes()]
    assert SealedBlobs.at(tmp_path / "blobs", keys).read(digest) == SECRET
    clear.put(b"other")
    path = clear._path(clear.put(b"more"))
    path.chmod(0o640)
    path.write_bytes(b"less")
    said = told(tmp_path, keys, "blobs", "seal")
    assert (said.exit_code, said.output.splitlines()[0]) == (1, "1 files sealed")
    assert path.name in said.output
    assert damaged not in said.output


def test_one_file_is_destroyed_by_its_digest(tmp_path: Path, keys: Path) -> None:
    blobs = SealedBlobs.at(tmp_path / "blobs", keys)
    digest, other = blobs.put(SECRET), blobs.put(b"other")
    assert told(tmp_path, keys, "blobs", "shred", digest).exit_code == 0
    assert (blobs.has(digest), blobs.read(other)) == (False, b"other")
    assert told(tmp_path, keys, "blobs", "shred", digest).exit_code == 1


@pytest.mark.asvs("13.3.1", "13.3.2")
def test_the_front_door_reads_files_with_keys_from_which_no_other_follows(tmp_path: Path, keys: Path) -> None:
    own = tmp_path / "blobs.toml"
    assert told(tmp_path, keys, "blobs", "keys", str(own)).exit_code == 0
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    whole = SealedBlobs.at(tmp_path / "blobs", keys)
    digest = whole.put(SECRET)
    front = SealedBlobs.at(tmp_path / "blobs", own)
    assert front.read(digest) == SECRET
    assert whole.read(front.put(b"from outside")) == b"from outside"
    text = own.read_text(encoding="utf-8")
    for secret in keys.read_text(encoding="utf-8").splitlines():
        value = secret.partition(' = "')[2].rstrip('"')
        assert len(value) < 40 or value not in text
    public = tmp_path / "assertion.pem"
    public.write_text(Keyring.from_file(keys).assertion_public_pem)
    environ = {
        "XUEJI_AMQP_URL": "inproc://nobody", "XUEJI_BLOBS_DIR": str(tmp_path / "blobs"), "XUEJI_METRICS_PORT": "0",
        "XUEJI_ASSERTION_PUBLIC_KEY_FILE": str(public), "XUEJI_BLOB_KEYS_FILE": str(own),
    }  # fmt: skip
    assert gateway_app(environ).extensions["xueji"].blobs.read(digest) == SECRET


def test_a_new_wrapping_key_is_known_to_who_runs_already(tmp_path: Path, keys: Path) -> None:
    running = SealedBlobs.at(tmp_path / "blobs", keys)
    before = running.put(b"before")
    assert told(tmp_path, keys, "keys", "new-kek", str(keys)).exit_code == 0
    after = SealedBlobs.at(tmp_path / "blobs", keys).put(b"after")
    assert (running.read(before), running.read(after)) == (b"before", b"after")
    assert SealedBlobs.at(tmp_path / "blobs", keys).rewrap() == 64, "the sheet that was made before"
    assert running.read(before) == b"before"
    assert running.read(running.put(b"with a key of that sheet")) == b"with a key of that sheet"


def test_no_process_keeps_files_in_clear() -> None:
    root = Path(__file__).resolve().parents[2]
    paths = [path for folder in ("services", "gateway", "cli") for path in (root / folder).rglob("*.py")]
    clear = [str(path) for path in paths if "tests" not in path.parts and "FileBlobs(" in path.read_text()]
    assert clear == []
