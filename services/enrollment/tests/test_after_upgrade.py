"""After an upgrade it is said which read tables are not filled yet, and which command fills them."""

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from cli.main import xueji
from services.enrollment.projections import AGGREGATES, PROJECTIONS
from services.enrollment.publishing import publish
from services.enrollment.tests.offices import Offices
from shared.bus.worker import REBUILD, Worker

pytestmark = pytest.mark.servers


@pytest.fixture
def upgraded(enrollment):
    """A register of an earlier version: it knew no counters, and its incidents had no papers."""
    offices = Offices(enrollment)
    offices.student()
    offices.fold()
    with enrollment.store.writing() as cursor:
        cursor.execute("DELETE FROM read_tables WHERE name = 'status_counts'")
        cursor.execute("UPDATE read_tables SET shape = 'incident_id kind' WHERE name = 'incident_register'")
    return enrollment.store


def said(store, command):
    environ = {"XUEJI_POSTGRES_URL": store.settings.url}
    found = CliRunner().invoke(xueji, [command, "enrollment"], env=environ, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def told_by_worker(store):
    worker = Worker(store, projections=PROJECTIONS, aggregates=AGGREGATES, publish=publish, amqp_url="memory://")
    with capture_logs() as logs:
        worker.say_what_to_rebuild()
    return [(each["tables"], each["do"]) for each in logs if each["event"] == REBUILD]


def test_migrate_and_the_worker_say_what_to_rebuild_until_it_is_done(upgraded):
    assert "status_counts" in said(upgraded, "migrate")
    assert "run `xueji rebuild enrollment`" in said(upgraded, "migrate")
    assert told_by_worker(upgraded) == [(["incident_register", "status_counts"], "xueji rebuild enrollment")]
    said(upgraded, "rebuild")
    assert "rebuild" not in said(upgraded, "migrate")
    assert told_by_worker(upgraded) == []


def test_of_a_register_that_begins_nothing_is_to_be_rebuilt(enrollment):
    assert "rebuild" not in said(enrollment.store, "migrate")
    Offices(enrollment).fold()
    assert "rebuild" not in said(enrollment.store, "migrate")
