"""The registry as it is run: every process on its own, on real servers, killed and started again."""

import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.platform import PROCESSES, Platform
from tests.support.servers import Databases

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def platform(
    databases: Databases, module_amqp_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("platform")
    with Platform(folder, databases, module_amqp_url) as running:
        yield running


def test_every_process_starts_and_says_that_it_serves(platform: Platform) -> None:
    assert [name for name in PROCESSES if not platform.processes[name].is_ready()] == []


def test_the_front_door_is_open_in_both_languages(platform: Platform) -> None:
    for language in ("zh", "en"):
        with urllib.request.urlopen(f"{platform.origin}/{language}/", timeout=10) as page:
            assert page.status == 200


@pytest.mark.faults
@pytest.mark.parametrize("name", ["credentials-service", "credentials-worker", "public", "gateway"])
def test_a_killed_process_serves_again_after_a_new_start(platform: Platform, name: str) -> None:
    before = platform.processes[name].pid
    platform.restart(name)
    assert platform.processes[name].pid not in (None, before)


@pytest.mark.parametrize("name", ["imaging-service", "imaging-worker", "public", "gateway"])
def test_a_process_that_is_told_to_stop_leaves_in_good_order(platform: Platform, name: str) -> None:
    assert platform.stop(name) in (0, -signal.SIGTERM)
    platform.start(name)
