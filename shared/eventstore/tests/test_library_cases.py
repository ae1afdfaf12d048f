"""The eventsourcing library's own persistence cases, against our recorder: plain, and under eventlet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests import persistence as cases
from eventsourcing.utils import Environment

from shared.eventstore import library
from shared.eventstore.recorder import EventRecorder
from shared.eventstore.store import Store, migrate

pytestmark = pytest.mark.servers
HERE = Path(__file__)


@pytest.fixture(autouse=True)
def _database(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[None]:
    migrate(postgres_url)
    store = Store(postgres_url)
    if request.instance is not None:
        request.instance.store = store
        request.instance.env = Environment(
            env={"PERSISTENCE_MODULE": "shared.eventstore.library", library.Factory.URL: postgres_url}
        )
    yield
    store.close()


class OwnDatabase:
    store: Store


class TestAggregateRecorder(OwnDatabase, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> EventRecorder:
        return EventRecorder(self.store)


class TestApplicationRecorder(OwnDatabase, cases.ApplicationRecorderTestCase[library.NumberingRecorder]):
    def create_recorder(self) -> library.NumberingRecorder:
        return library.NumberingRecorder(self.store)

    def test_a_subscription_follows_the_log(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OwnDatabase, cases.TrackingRecorderTestCase):
    def create_recorder(self) -> library.InboxTracking:
        return library.InboxTracking(self.store)


class TestProcessRecorder(OwnDatabase, cases.ProcessRecorderTestCase):
    def create_recorder(self) -> library.TrackingNumberingRecorder:
        return library.TrackingNumberingRecorder(self.store)


class TestNonInterleaving(OwnDatabase, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> library.NumberingRecorder:
        return library.NumberingRecorder(self.store)


class OtherTracking(library.InboxTracking):
    """A tracking recorder that somebody else chose."""


class TestInfrastructureFactory(OwnDatabase, cases.InfrastructureFactoryTestCase[library.Factory]):
    def expected_factory_class(self) -> type[library.Factory]:
        return library.Factory

    def expected_aggregate_recorder_class(self) -> type[Any]:
        return EventRecorder

    def expected_application_recorder_class(self) -> type[Any]:
        return library.NumberingRecorder

    def expected_tracking_recorder_class(self) -> type[Any]:
        return library.InboxTracking

    def tracking_recorder_subclass(self) -> type[Any]:
        return OtherTracking

    def expected_process_recorder_class(self) -> type[Any]:
        return library.TrackingNumberingRecorder


def test_a_production_insert_answers_no_numbers(postgres_url: str) -> None:
    store = Store(postgres_url)
    event = StoredEvent(cases.uuid4(), 1, "topic", b"{}")
    assert EventRecorder(store).insert_events([event]) is None
    store.close()


def test_the_cases_hold_under_eventlet_too(postgres_url: str) -> None:
    if "XUEJI_PATCHED_RUN" in os.environ:
        pytest.skip("this is the patched run")
    program = (
        "import eventlet; eventlet.monkey_patch(); import sys, pytest; "
        "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', '-W', 'ignore', sys.argv[1]]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(HERE)],
        env={**os.environ, "XUEJI_TEST_POSTGRES_URL": postgres_url, "XUEJI_PATCHED_RUN": "1"},
        cwd=HERE.parents[3],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
    assert "passed" in run.stdout
