"""Three walks through the registry, each shared by the modules that go it; they come last, by their names."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import histories
from tests.support.identity_provider import LyingProvider
from tests.support.identity_walk import EDU, IdentityWalk, Post, providers_file
from tests.support.platform import Platform
from tests.support.rabbitmq import Broker
from tests.support.school_walk import SchoolWalk
from tests.support.servers import Databases
from tests.support.walk import Walk


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


@pytest.fixture(scope="session")
def schools(
    databases: Databases, rabbitmq: Broker, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[SchoolWalk]:
    """The registry of the schools' years; a module of them calls it its walk."""
    folder: Path = tmp_path_factory.mktemp("schools")
    vhost = rabbitmq.fresh_vhost()
    with Platform(folder, databases, vhost, now=datetime(2024, 8, 1, 1, tzinfo=UTC)) as platform:
        yield SchoolWalk(platform)
        if request.config.getoption("--write-histories"):
            histories.write(platform.environ, name="{service}-schools")
    rabbitmq.drop_vhost(vhost)


@pytest.fixture(scope="session")
def identities(
    databases: Databases, rabbitmq: Broker, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[IdentityWalk]:
    """A registry in production that nobody has founded, with a mail server and an identity provider beside it."""
    folder: Path = tmp_path_factory.mktemp("identities")
    vhost, post = rabbitmq.fresh_vhost(), Post(folder)
    with post.open() as counters, LyingProvider().running() as provider:
        extra = {
            **counters,
            "XUEJI_PROFILE": "production",
            "XUEJI_MAILBOX_DIR": "",
            "XUEJI_OPERATORS_FILE": "",
            "XUEJI_OIDC_FILE": str(providers_file(folder, provider, EDU)),
        }
        with Platform(folder, databases, vhost, now=datetime(2022, 8, 1, 1, tzinfo=UTC), extra=extra) as platform:
            yield IdentityWalk(platform, post, provider)
            if request.config.getoption("--write-histories"):
                histories.write(platform.environ, name="{service}-people")
    rabbitmq.drop_vhost(vhost)
