"""Whatever ends a worker, and wherever: the next one goes on, and the end is that of an undisturbed run."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.eventstore.privacy import Keyring
from shared.eventstore.store import migrate
from shared.intake import planning, proof, taking_back, taking_in
from shared.intake.tests.beads import String
from tests.support.servers import Databases

pytestmark = pytest.mark.servers


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    Keyring.generate(path)
    return path


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    found = databases.fresh("intake", migrate)
    yield found
    databases.drop(found)


@pytest.fixture
def string(url: str, tmp_path: Path, keys: Path) -> Iterator[String]:
    found = String(url, tmp_path / "blobs", Keyring.from_file(keys))
    yield found
    found.app.store.close()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (planning, proof, taking_in):
        monkeypatch.setattr(module, "CHUNK", 10)
    monkeypatch.setattr(taking_back, "LARGEST_CHUNK", 10)
    monkeypatch.setattr(proof, "ONE_TRANSACTION", 20)
    monkeypatch.setattr(planning, "_TELL_EVERY", 10)


def rows_from(start: int, count: int, colour: str = "blue") -> list[str]:
    """Some good, some red, some thirteenths, one twice."""
    rows = [f"{start + n},{'red' if n % 7 == 0 else colour}," for n in range(count)]
    return [*rows, rows[1]]


def outcome(string: String, batch_id: UUID, start: int) -> tuple[Any, ...]:
    now = string.progress(batch_id)
    facts = [(name, values["number"] - start) for name, values in string.facts() if start <= values.get("number", -1)]
    counts = (now.state, now.rows, now.accepted, now.unchanged, now.refused, now.changed, now.undone, now.kept)
    errors = len(string.blobs.read(now.errors_digest).splitlines()) if now.errors_digest else 0
    return counts, facts, errors, sorted(bead - start for bead in string.beads() if bead >= start)


def disturbed(string: String, after: int) -> int:
    """Run to the end of what is open, with another worker after so many steps; answers how many there were."""
    runner, steps = string.new_runner(), 0
    while runner.step():
        steps += 1
        if steps == after:
            runner = string.new_runner()  # what the first one had in memory is gone
    return steps


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("mode", ["good_rows", "all_or_nothing"])
def test_a_worker_lost_after_any_step_leaves_neither_gap_nor_double(string: String, mode: str) -> None:
    ends = []
    for attempt in range(40):
        start = 13 * 1000 * (attempt + 1)
        rows = rows_from(start, 45)
        if mode == "all_or_nothing":
            rows = [f"{start + n},blue," for n in range(45) if n % 13]
        batch_id = string.submit(rows)
        steps = [disturbed(string, attempt)]
        string.commit(batch_id, mode)
        steps.append(disturbed(string, attempt))
        committed = outcome(string, batch_id, start)
        string.undo(batch_id)
        steps.append(disturbed(string, attempt))
        ends.append((committed, outcome(string, batch_id, start)))
        if attempt > max(steps):
            break
    else:
        pytest.fail("more steps than attempts: some were never the last of a worker")
    assert ends[0][0][0][0] == "finished"
    assert ends[0][1][0][0] == "undone"
    assert ends[0][1][3] == []
    for end in ends:
        assert end == ends[0]


RUN = """
import sys
from pathlib import Path
from shared.eventstore.privacy import Keyring
from shared.intake.tests.beads import String
string = String(sys.argv[1], Path(sys.argv[2]), Keyring.from_file(sys.argv[3]))
print("ready", flush=True)
string.run()
"""


@pytest.mark.faults
def test_a_worker_killed_again_and_again_plans_commits_and_takes_back_what_an_undisturbed_one_does(
    string: String, url: str, tmp_path: Path, keys: Path
) -> None:
    chance = random.Random(7)
    command = [sys.executable, "-c", RUN, url, str(tmp_path / "blobs"), str(keys)]

    def killed(batch_id: UUID, ends: str) -> int:
        kills = 0
        while string.progress(batch_id).state != ends:
            environment = os.environ | {"PYTHONPATH": os.getcwd()}
            with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as worker:
                assert worker.stdout
                worker.stdout.readline()
                time.sleep(chance.uniform(0.05, 0.3) * (1 + kills))  # a planning begins anew: give it longer each time
                worker.send_signal(signal.SIGKILL)
            kills += 1
        return kills

    ends = []
    for start in (1_300_000, 2_600_000):
        rows = rows_from(start, 6000)
        batch_id = string.submit(rows)
        finish = killed if start == 1_300_000 else lambda *_: string.run()
        kills = finish(batch_id, "planned")
        string.commit(batch_id)
        kills = (kills or 0) + (finish(batch_id, "finished") or 0)
        committed = outcome(string, batch_id, start)
        string.undo(batch_id)
        kills += finish(batch_id, "undone") or 0
        ends.append((committed, outcome(string, batch_id, start)))
        if finish is killed:
            assert kills > 3
    assert ends[0] == ends[1]
    assert ends[0][0][0][2] > 4000
