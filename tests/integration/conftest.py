"""One walk through the registry, shared by the modules that look at it: they come last, in the order of their names."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import histories
from tests.support.platform import Platform
from tests.support.rabbitmq import Broker
from tests.support.servers import Databases
from tests.support.walk import (
    Walk,
)


@pytest.fixture(scope="session")
def walk(
    databases: Databases, rabbitmq: Broker, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Walk]:
    folder: Path = tmp_path_factory.mktemp("walk")
    vhost = rabbitmq.fresh_vhost()
    with Platform(folder, databases, vhost, now=datetime(2022, 8, 1, tzinfo=UTC)) as platform:
        yield Walk(platform, folder / "files")
        if request.config.getoption("--write-histories"):
            histories.write(platform.environ)
    rabbitmq.drop_vhost(vhost)
