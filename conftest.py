"""Fixtures for every test of the project: real servers, started once a session and only when somebody asks."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.order import GroupScheduling
    from tests.support.rabbitmq import Broker, PrivateRabbit
    from tests.support.servers import Databases, PrivatePostgres


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-histories",
        action="store_true",
        help="Write tests/histories anew from the walk; only when facts were added, never over shapes that are in use.",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--write-histories") and config.getoption("numprocesses", 0):
        raise pytest.UsageError("histories are written in one process: leave -n out")
    # Whoever is told to end by `timeout` or a CI takes the servers along, as at Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from tests.support.order import bring_together

    bring_together(items, longest_first=hasattr(config, "workerinput"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "GroupScheduling":
    from tests.support.order import GroupScheduling

    config.option.loadscopereorder = False
    return GroupScheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    from tests.support.order import close_after

    try:
        yield
    finally:
        close_after(item, nextitem)


@pytest.fixture(scope="session")
def until_the_last(databases: "Databases", rabbitmq: "Broker", request: pytest.FixtureRequest) -> Iterator[ExitStack]:
    """What is entered here ends with the last test of the group that shares it, before the servers do."""
    from tests.support.order import OPEN

    with request.session.stash.setdefault(OPEN, ExitStack()) as stack:
        yield stack


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
