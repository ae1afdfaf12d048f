"""The whole story while processes are killed and servers restarted: nothing is lost afterwards, nothing is double."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from cli import client
from cli.audit import verify_service
from cli.client import until
from cli.processes import SERVICES
from cli.story import Outcome, Silent, Story
from tests.support import cohort as small
from tests.support.faults import Nemesis, PersistentCaller
from tests.support.platform import Platform
from tests.support.rabbitmq import PrivateRabbit
from tests.support.servers import PrivatePostgres

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(1200)]

SEED = 20260701
HEARS = {
    "identity": {"enrollment", "credentials"},
    "imaging": {"enrollment", "identity"},
    "credentials": {"enrollment", "imaging"},
    "verification": {"enrollment", "credentials", "imaging", "identity"},
    "enrollment": {"credentials"},
}
PAIRS = [(consumer, publisher) for consumer, publishers in HEARS.items() for publisher in sorted(publishers)]


@dataclass
class Aftermath:
    """The registry after the faults."""

    platform: Platform
    outcome: Outcome
    acknowledged: list[str]
    faults: list[str]

    def rows(self, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return rows(self.platform, service, query, *values)


def rows(platform: Platform, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(platform.postgres_url(service), connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def aftermath(
    restartable_postgres: PrivatePostgres,
    restartable_rabbitmq: PrivateRabbit,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Aftermath]:
    folder: Path = tmp_path_factory.mktemp("faults")
    patience = pytest.MonkeyPatch()
    patience.setattr(client.until, "__defaults__", (300.0,))
    vhost = restartable_rabbitmq.fresh_vhost()
    with Platform(folder, restartable_postgres, vhost, now=datetime(2022, 8, 1, tzinfo=UTC)) as platform:
        caller = PersistentCaller(platform.origin)
        cohort = small.small_cohort(folder / "files")
        story = Story(cohort, caller, platform.folder / "mailbox", Silent(), platform.clock.set)
        faults = faults_of(platform, restartable_postgres, restartable_rabbitmq)
        with Nemesis(faults, lambda: progress(platform), SEED) as nemesis:
            outcome = story.tell()
        caught_up(platform)
        yield Aftermath(platform, outcome, caller.acknowledged, nemesis.done)
    restartable_rabbitmq.drop_vhost(vhost)
    patience.undo()


def faults_of(platform: Platform, postgres: PrivatePostgres, rabbit: PrivateRabbit) -> list[tuple[str, Any]]:
    """Every service and every worker is killed once; each server is restarted or killed in between."""
    killed = [
        (f"kill -9 {name}", lambda name=name: platform.restart(name))
        for service in SERVICES
        for name in (f"{service}-worker", f"{service}-service")
    ]
    return [
        *killed,
        ("kill -9 gateway", lambda: platform.restart("gateway")),
        ("RabbitMQ restarts", rabbit.restart),
        ("RabbitMQ closes all connections", rabbit.close_connections),
        ("PostgreSQL restarts", postgres.restart),
        ("PostgreSQL is killed", lambda: (postgres.kill(), postgres.start())),
    ]


def progress(platform: Platform) -> int:
    """How many events there are by now, in all five logs."""
    return sum(rows(platform, service, "SELECT count(*) FROM events")[0][0] for service in SERVICES)


def caught_up(platform: Platform) -> None:
    """Wait until everything is numbered, folded, published and heard."""

    def quiet() -> bool | None:
        heads = {}
        for service in SERVICES:
            [(events, numbered)] = rows(
                platform, service, "SELECT (SELECT count(*) FROM events), (SELECT coalesce(max(position), 0) FROM log)"
            )
            behind = rows(platform, service, "SELECT count(*) FROM followers WHERE position < %s", numbered)[0][0]
            [(heads[service], sent)] = rows(
                platform, service, "SELECT coalesce((SELECT max(number) FROM public_log), 0), (SELECT sent FROM relay)"
            )
            if events != numbered or behind or sent < heads[service]:
                return None
        heard = {pair: head_heard(platform, *pair) for pair in PAIRS}
        return all(heard[pair] == heads[pair[1]] for pair in PAIRS) or None

    until(quiet, "everything to be heard")


def head_heard(platform: Platform, consumer: str, publisher: str) -> int:
    query = "SELECT coalesce(max(last), 0) FROM inbox WHERE publisher = %s"
    return int(rows(platform, consumer, query, publisher)[0][0])


def test_the_story_was_really_disturbed(aftermath: Aftermath) -> None:
    assert len(aftermath.faults) >= 10
    assert any("RabbitMQ restarts" in fault for fault in aftermath.faults)
    assert any("PostgreSQL" in fault for fault in aftermath.faults)


def test_the_story_ends_as_if_nothing_had_happened(aftermath: Aftermath) -> None:
    people = sum(len(small.people_of(school)) for school in small.examples.SCHOOLS)
    assert aftermath.outcome.admissions["accepted"] == people
    assert aftermath.outcome.verified["outcome"] == "valid"
    assert aftermath.outcome.pdf.startswith(b"%PDF-")


def test_every_acknowledged_command_is_stored_once(aftermath: Aftermath) -> None:
    stored: dict[str, int] = {}
    for service in SERVICES:
        for (command_id,) in aftermath.rows(service, "SELECT command_id::text FROM commands"):
            stored[command_id] = stored.get(command_id, 0) + 1
    assert {key: stored.get(key, 0) for key in aftermath.acknowledged if stored.get(key, 0) > 1} == {}
    acted = [key for key in aftermath.acknowledged if key in stored]
    assert len(acted) > 100
    assert len(acted) == len(set(acted))


@pytest.mark.parametrize("service", SERVICES)
def test_streams_have_no_gaps(aftermath: Aftermath, service: str) -> None:
    gaps = "SELECT originator_id FROM events GROUP BY originator_id HAVING count(*) <> max(originator_version)"
    assert aftermath.rows(service, gaps) == []
    [(events, numbered, last)] = aftermath.rows(
        service, "SELECT (SELECT count(*) FROM events), count(*), coalesce(max(position), 0) FROM log"
    )
    assert events == numbered == last
    [(public, head)] = aftermath.rows(service, "SELECT count(*), coalesce(max(number), 0) FROM public_log")
    assert public == head


@pytest.mark.parametrize(("consumer", "publisher"), PAIRS, ids=lambda name: name)
def test_every_public_fact_has_its_effect_once_in_every_consumer(
    aftermath: Aftermath, consumer: str, publisher: str
) -> None:
    ranges = aftermath.rows(consumer, "SELECT first, last FROM inbox WHERE publisher = %s ORDER BY first", publisher)
    expected = 1
    for first, last in ranges:
        assert first == expected
        expected = last + 1
    [(head,)] = aftermath.rows(publisher, "SELECT coalesce(max(number), 0) FROM public_log")
    assert expected == head + 1


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_parked(aftermath: Aftermath, service: str) -> None:
    assert aftermath.rows(service, "SELECT publisher, number, reason FROM parked WHERE replayed_at IS NULL") == []


@pytest.mark.parametrize("service", SERVICES)
def test_read_tables_claims_and_decision_rows_equal_a_replay(aftermath: Aftermath, service: str) -> None:
    found = verify_service(aftermath.platform.environ, service)
    assert [str(difference) for difference in found.differences] == []
    assert found.events > 0
