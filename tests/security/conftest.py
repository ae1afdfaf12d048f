"""The registry with one of everything in it, shared by the tests that reach for what is not theirs."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.grounds import Grounds, operators_file
from tests.support.platform import Platform
from tests.support.rabbitmq import Broker
from tests.support.servers import Databases


@pytest.fixture(scope="session")
def grounds(
    databases: Databases, rabbitmq: Broker, until_the_last: ExitStack, tmp_path_factory: pytest.TempPathFactory
) -> Grounds:
    folder: Path = tmp_path_factory.mktemp("grounds")
    vhost = rabbitmq.fresh_vhost()
    until_the_last.callback(rabbitmq.drop_vhost, vhost)
    more = {"XUEJI_OPERATORS_FILE": str(operators_file(folder)), "XUEJI_BUDGETS": "*=1000000 per minute"}
    platform = Platform(folder, databases, vhost, now=datetime(2022, 8, 1, tzinfo=UTC), extra=more)
    return Grounds(until_the_last.enter_context(platform), folder / "files")
