"""Nameko containers that answer and hear, in one process as the embedded registry runs them, and over RabbitMQ."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.bus.tests import stage
from shared.eventstore.privacy import Keyring
from tests.support.servers import Databases

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[3]


def test_services_answer_hear_pull_park_and_replay(databases: Databases, broker_url: str, tmp_path: Path) -> None:
    urls = [databases.fresh("bus", stage.migrate) for _ in range(2)]
    keys = tmp_path / "keys.toml"
    Keyring.generate(keys)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "shared.bus.tests.play", broker_url, *urls, str(keys)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    for url in urls:
        databases.drop(url)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["hear_what_was_said", "pull_what_was_lost", "park_and_replay"]
