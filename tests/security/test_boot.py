"""A registry with a door left open does not start, whichever of its processes is asked to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.eventstore.privacy import Keyring

ROOT = Path(__file__).resolve().parents[2]
DEMO_OPERATORS = str(ROOT / "examples/operators.demo.toml")


def started(process: tuple[str, ...], folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """A process of identity with the settings of a real registry, and what is changed in them."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("XUEJI_")}
    Keyring.generate(folder / "keys.toml")
    environ = {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "XUEJI_POSTGRES_URL": "postgresql://xueji@127.0.0.1:1/xueji_{service}",
        "XUEJI_AMQP_URL": "inproc://nowhere",
        "XUEJI_BLOBS_DIR": str(folder),
        "XUEJI_KEYS_FILE": str(folder / "keys.toml"),
        "XUEJI_SMTP_URL": "smtps://mail.example:465",
        "XUEJI_SMTP_FROM": "registry@example.cn",
        **changes,
    }
    command = [sys.executable, "-m", "cli.main", *process]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)


@pytest.mark.asvs("6.3.2", "13.4.2")
@pytest.mark.parametrize("process", [("service", "identity"), ("worker", "identity")], ids=" ".join)
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"XUEJI_OPERATORS_FILE": DEMO_OPERATORS}, "XUEJI_OPERATORS_FILE"),
        ({"XUEJI_MAILBOX_DIR": "/nowhere"}, "XUEJI_MAILBOX_DIR"),
        ({"XUEJI_SMTP_URL": ""}, "XUEJI_SMTP_URL"),
        ({"XUEJI_PROFILE": "debug"}, "XUEJI_PROFILE"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_opens_a_door_is_refused_by_its_name(
    tmp_path: Path, process: tuple[str, ...], changes: dict[str, str], named: str
) -> None:
    ended = started(process, tmp_path, **changes)
    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert named in said
    assert "demo-only" not in said
    assert (tmp_path / "keys.toml").read_text(encoding="utf-8").split('"')[1] not in said
