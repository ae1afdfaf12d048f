"""Fixtures for every test of the project: real servers, started once a session and only when somebody asks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.rabbitmq import Broker, PrivateRabbit
    from tests.support.servers import Databases, PrivatePostgres


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-histories",
        action="store_true",
        help="Write tests/histories anew from the walk; only when facts were added, never over shapes that are in use.",
    )


@pytest.fixture(scope="session")
def databases() -> Iterator["Databases"]:
    """The PostgreSQL of this session; `.fresh()` gives a database, `.fresh("x", prepare)` a copy of a prepared one."""
    from tests.support.servers import any_postgres

    with any_postgres() as found:
        yield found


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator["Broker"]:
    """The RabbitMQ of this session."""
    from tests.support.rabbitmq import RabbitMissing
    from tests.support.servers import any_rabbitmq

    try:
        with any_rabbitmq() as found:
            yield found
    except RabbitMissing as missing:
        pytest.exit(str(missing), returncode=3)


@pytest.fixture
def postgres_url(databases: "Databases") -> Iterator[str]:
    """A fresh, empty database for one test."""
    url = databases.fresh()
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def module_postgres_url(databases: "Databases") -> Iterator[str]:
    """A fresh, empty database shared by the tests of one module."""
    url = databases.fresh()
    yield url
    databases.drop(url)


@pytest.fixture
def amqp_url(rabbitmq: "Broker") -> Iterator[str]:
    """A virtual host of its own for one test."""
    url = rabbitmq.fresh_vhost()
    yield url
    rabbitmq.drop_vhost(url)


@pytest.fixture(scope="module")
def module_amqp_url(rabbitmq: "Broker") -> Iterator[str]:
    """A virtual host shared by the tests of one module."""
    url = rabbitmq.fresh_vhost()
    yield url
    rabbitmq.drop_vhost(url)


@pytest.fixture(scope="session")
def restartable_postgres(databases: "Databases") -> Iterator["PrivatePostgres"]:
    """A PostgreSQL that a fault test may stop, kill and restart."""
    from tests.support.servers import PrivatePostgres, private_postgres

    if isinstance(databases, PrivatePostgres):
        yield databases
    else:
        with private_postgres() as own:
            yield own


@pytest.fixture(scope="session")
def restartable_rabbitmq(rabbitmq: "Broker") -> Iterator["PrivateRabbit"]:
    """A RabbitMQ that a fault test may stop, kill and restart."""
    from tests.support.rabbitmq import PrivateRabbit
    from tests.support.servers import private_rabbitmq

    if isinstance(rabbitmq, PrivateRabbit):
        yield rabbitmq
    else:
        with private_rabbitmq() as own:
            yield own


@pytest.fixture(scope="session")
def chinese_font() -> None:
    """A Chinese font to print reports with, installed if that is possible here."""
    import click

    from cli.fonts import ensure_cjk_font

    try:
        ensure_cjk_font()
    except click.ClickException as missing:
        pytest.skip(missing.message)


@pytest.fixture(scope="session")
def paper_tools() -> None:
    """Poppler and ZBar: they read a printed report as a camera would; installed if that is possible here."""
    import shutil

    from cli import debian

    if not (shutil.which("pdftoppm") and shutil.which("zbarimg")) and not debian.install("poppler-utils", "zbar-tools"):
        pytest.skip("needs Debian's poppler-utils and zbar-tools")
