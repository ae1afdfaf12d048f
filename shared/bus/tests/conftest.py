"""A publisher and a hearer with real stores, over a broker in this process or a real one."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from shared.bus.tests import stage
from shared.eventstore.store import Store
from tests.support.servers import Databases


@pytest.fixture
def inproc_url() -> str:
    """A broker of this process that no other test knows."""
    return f"inproc://{uuid4().hex}"


@pytest.fixture(params=["inproc", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest, inproc_url: str) -> str:
    """Both brokers in turn."""
    return inproc_url if request.param == "inproc" else str(request.getfixturevalue("amqp_url"))


@pytest.fixture
def publishing(databases: Databases, broker_url: str) -> Iterator[stage.Publishing]:
    """The publisher."""
    url = databases.fresh("bus", stage.migrate)
    found = stage.Publishing(url, broker_url)
    yield found
    found.close()
    databases.drop(url)


@pytest.fixture
def notebook(databases: Databases) -> Iterator[stage.Notebook]:
    """The hearer."""
    url = databases.fresh("bus", stage.migrate)
    store = Store(url, "")
    yield stage.Notebook(store, stage.FixedClock())
    store.close()
    databases.drop(url)
