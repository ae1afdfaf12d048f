"""The registry in one process with no server to install: the demo comes to its end, and Ctrl-C loses nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import urllib3

from cli.client import Caller, Problem, until
from cli.embedded_postgres import EmbeddedPostgres
from cli.environment import POSTGRES, RUNNING
from cli.postgres_cluster import free_port
from cli.story import API

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0
STOP_SECONDS = 60.0
PERSON = {"id_type": "1", "id_number": "11010519491231002X", "name": "陈明远"}


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    EmbeddedPostgres(folder / POSTGRES).remove()


def xueji(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cli.main", *arguments]


def environ() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("XUEJI_")}
    return {**ours, "PYTHONUNBUFFERED": "1", "COLUMNS": "140"}


def test_the_demo_walks_a_whole_cohort_and_finds_its_tables_equal_to_its_events(data: Path) -> None:
    told = subprocess.run(
        xueji("demo", "--data", str(data)),
        cwd=ROOT,
        env=environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=540,
    )
    log = data / "registry.log"
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:] + log.read_text()[-3000:]
    assert "every read table, claim and decision row equals its events" in told.stdout
    assert "DIFFERENCES" not in told.stdout
    for service in ("identity", "enrollment", "imaging", "credentials", "verification"):
        assert f"{service}: " in told.stdout
    assert (data / "report.pdf").read_bytes().startswith(b"%PDF-")


@contextmanager
def running(data: Path) -> Iterator[tuple[Caller, "subprocess.Popen[bytes]"]]:
    """`xueji run` on a data folder, answering; killed at the end if nobody stopped it."""
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.log").open("ab") as log:
        process = subprocess.Popen(
            xueji("run", "--port", str(port), "--data", str(data)),
            cwd=ROOT, env=environ(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        until(lambda: answers(process, data, port), "the registry to start", START_SECONDS)
        yield Caller(f"http://127.0.0.1:{port}"), process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def answers(process: "subprocess.Popen[bytes]", data: Path, port: int) -> bool | None:
    assert process.poll() is None, (data / "run.log").read_text()[-3000:]
    if not (data / RUNNING).exists():
        return None
    try:
        livez = urllib3.request("GET", f"http://127.0.0.1:{port}/livez", retries=False, timeout=5)
    except urllib3.exceptions.HTTPError:
        return None
    return livez.status == 200 or None


def confirmed(caller: Caller, contact: str) -> dict[str, Any]:
    owner = {**PERSON, "channel": "mail", "contact": contact}
    return {**owner, "confirmation": caller.post(f"{API}/account-previews", owner)["confirmation"]}


def test_ctrl_c_ends_it_in_good_order_and_everything_answered_is_there_the_next_time(data: Path) -> None:
    key = str(uuid4())
    with running(data) as (caller, process):
        asked = confirmed(caller, "one@example.cn")
        first = caller.post(f"{API}/accounts", asked, key=key)
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0, (data / "run.log").read_text()[-3000:]
    assert not (data / RUNNING).exists()
    with running(data) as (caller, process):
        assert caller.post(f"{API}/accounts", asked, key=key) == first
        with pytest.raises(Problem) as again:
            caller.post(f"{API}/accounts", confirmed(caller, "two@example.cn"))
        assert again.value.status == 409
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0
