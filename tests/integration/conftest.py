"""Three walks through the registry, each shared by the modules that go it, and ended with the last of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
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

Opening = Callable[..., Platform]


@pytest.fixture(scope="session")
def opened(
    databases: Databases, rabbitmq: Broker, until_the_last: ExitStack, request: pytest.FixtureRequest
) -> Opening:
    """Opens a registry that ends with the last test of its group, its histories written if they are asked for."""

    @contextmanager
    def registry(folder: Path, now: datetime, name: str, extra: Mapping[str, str] | None = None) -> Iterator[Platform]:
        vhost = rabbitmq.fresh_vhost()
        with Platform(folder, databases, vhost, now=now, extra=extra) as platform:
            yield platform
            if request.config.getoption("--write-histories"):
                histories.write(platform.environ, name=name)
        rabbitmq.drop_vhost(vhost)

    def opening(folder: Path, now: datetime, name: str, extra: Mapping[str, str] | None = None) -> Platform:
        return until_the_last.enter_context(registry(folder, now, name, extra))

    return opening


@pytest.fixture(scope="session")
def walk(opened: Opening, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder: Path = tmp_path_factory.mktemp("walk")
    return Walk(opened(folder, datetime(2022, 8, 1, tzinfo=UTC), "{service}"), folder / "files")


@pytest.fixture(scope="session")
def schools(opened: Opening, tmp_path_factory: pytest.TempPathFactory) -> SchoolWalk:
    """The registry of the schools' years; a module of them calls it its walk."""
    folder: Path = tmp_path_factory.mktemp("schools")
    return SchoolWalk(opened(folder, datetime(2024, 8, 1, 1, tzinfo=UTC), "{service}-schools-2026-11"))


@pytest.fixture(scope="session")
def identities(opened: Opening, until_the_last: ExitStack, tmp_path_factory: pytest.TempPathFactory) -> IdentityWalk:
    """A registry in production that nobody has founded, with a mail server and an identity provider beside it."""
    folder: Path = tmp_path_factory.mktemp("identities")
    post = Post(folder)
    counters = until_the_last.enter_context(post.open())
    provider = until_the_last.enter_context(LyingProvider().running())
    extra = {
        **counters,
        "XUEJI_PROFILE": "production",
        "XUEJI_MAILBOX_DIR": "",
        "XUEJI_OPERATORS_FILE": "",
        "XUEJI_OIDC_FILE": str(providers_file(folder, provider, EDU)),
    }
    platform = opened(folder, datetime(2022, 8, 1, 1, tzinfo=UTC), "{service}-people-2026-11", extra)
    return IdentityWalk(platform, post, provider)
