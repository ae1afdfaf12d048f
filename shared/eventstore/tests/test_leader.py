"""One worker leads; lost connections, a lost lock and a stop signal all end well."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.follower import Follower, wait_for
from shared.eventstore.gauges import UNNUMBERED_SQL, LagGauges
from shared.eventstore.ids import uuid7
from shared.eventstore.leader import Leader
from shared.eventstore.sequencer import Fenced, Sequencer
from shared.eventstore.store import Store, migrate
from shared.eventstore.tests.pupils import FixedClock, Pupil, PupilList, School, SchoolYear, by, prepare
from shared.eventstore.verify import verify

pytestmark = pytest.mark.servers


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    migrate(postgres_url)
    opened = Store(postgres_url, "test")
    yield opened
    opened.close()


class Running:
    """A leader in a thread of its own, with the events a test waits for."""

    def __init__(self, store: Store, task: Callable[[], int] | None = None, patience: float = 0.05) -> None:
        self.stop = threading.Event()
        self.ran = threading.Event()
        self.laps = 0
        self._task = task
        leader = Leader(store, "worker", idle=0.005, patience=patience)
        self.thread = threading.Thread(target=leader.run, args=([self.lap], self.stop))
        self.thread.start()

    def lap(self) -> int:
        self.laps += 1
        self.ran.set()
        return self._task() if self._task else 0

    def runs_again(self, timeout: float = 10) -> bool:
        self.ran.clear()
        return self.ran.wait(timeout)

    def end(self) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def leaders(store: Store) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(task: Callable[[], int] | None = None) -> Running:
        started.append(Running(store, task))
        return started[-1]

    yield start
    for each in started:
        each.end()


def test_only_one_leads_and_the_other_takes_over(leaders: Callable[..., Running]) -> None:
    first = leaders()
    assert first.runs_again()
    second = leaders()
    assert not second.runs_again(0.3)
    first.end()
    assert second.runs_again()


def test_lost_connections_are_replaced_and_the_lock_is_taken_again(
    leaders: Callable[..., Running], store: Store, databases: Any, postgres_url: str
) -> None:
    def ask() -> int:
        with store.reading() as cursor:
            cursor.execute("SELECT 1")
        return 0

    leading = leaders(ask)
    assert leading.runs_again()
    assert databases.disconnect(postgres_url) > 0
    assert leading.runs_again()
    assert held_locks(store) == 1


def held_locks(store: Store) -> int:
    with store.reading() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            (count,) = cursor.fetchone()  # type: ignore[misc]
            if count:
                return int(count)
            cursor.execute("SELECT pg_sleep(0.02)")
    return 0


def test_a_leader_whose_term_is_over_stops_and_begins_a_new_one(leaders: Callable[..., Running], store: Store) -> None:
    leading = leaders()
    assert leading.runs_again()
    with store.writing() as cursor:
        cursor.execute("UPDATE leaders SET term = term + 1 RETURNING term")
        (usurped,) = cursor.fetchone()  # type: ignore[misc]
    with store.reading() as cursor:
        for _ in range(200):
            cursor.execute("SELECT term FROM leaders, pg_sleep(0.02)")
            (term,) = cursor.fetchone()  # type: ignore[misc]
            if term > usurped:
                break
    assert term > usurped
    assert leading.runs_again()


@pytest.mark.parametrize("error", [Fenced("somebody else"), ChangedMeanwhile()])
def test_a_task_that_somebody_overtook_makes_the_leader_begin_again(
    leaders: Callable[..., Running], error: Exception
) -> None:
    overtaken = iter([True])

    def task() -> int:
        if next(overtaken, False):
            raise error
        return 0

    leading = leaders(task)
    assert leading.runs_again()
    assert leading.runs_again()
    assert leading.laps > 1


def test_an_error_of_ours_is_not_swallowed(store: Store) -> None:
    def broken() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Leader(store).run([broken], threading.Event())


def test_the_leader_numbers_what_writers_commit(leaders: Callable[..., Running], store: Store) -> None:
    leading = leaders(Sequencer(store).step)
    assert leading.runs_again()
    with store.writing() as cursor:
        cursor.execute(
            "INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)"
            " VALUES (%s, 1, 'test.Fact', '{}', '{}', now())",
            (str(uuid7()),),
        )
    with store.reading() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*) FROM log, pg_sleep(0.02)")
            (count,) = cursor.fetchone()  # type: ignore[misc]
            if count:
                break
    assert count == 1


def test_the_gauges_say_how_far_numbering_and_following_are_behind(store: Store) -> None:
    clock = FixedClock()
    with store.writing() as cursor:
        cursor.execute(
            "INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)"
            " VALUES (%s, 1, 'test.Fact', '{}', '{}', %s)",
            (str(uuid7()), clock.now() - timedelta(seconds=30)),
        )
        cursor.execute("INSERT INTO followers (name, position) VALUES ('projections', 0)")
    watch = LagGauges(store, clock, every=0)
    assert watch.step() == 0
    assert value("xueji_log_lag_events") == 1
    assert value("xueji_log_lag_seconds") == 30
    Sequencer(store).step()
    watch.step()
    assert (value("xueji_log_lag_events"), value("xueji_log_position")) == (0, 1)
    assert value("xueji_follower_lag_events", follower="projections") == 1
    assert value("xueji_follower_lag_seconds", follower="projections") == 30


def test_a_long_log_is_not_read_to_see_that_all_of_it_is_numbered(store: Store) -> None:
    with store.writing() as cursor:
        cursor.execute(
            "INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)"
            " SELECT gen_random_uuid(), 1, 'test.Fact', '{}', '{}', now() FROM generate_series(1, 20000)"
        )
    Sequencer(store).step()
    with store.reading() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("EXPLAIN " + UNNUMBERED_SQL, (100,))  # as few beside 20,000 as the real bound beside millions
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan" in plan
    assert "Seq Scan on events" not in plan, plan


def value(gauge: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(gauge, {"service": "test", **labels})


@pytest.mark.faults
def test_a_restart_of_postgresql_interrupts_the_leader_but_does_not_end_it(restartable_postgres: Any) -> None:
    url = restartable_postgres.fresh()
    store = prepare(url)
    follower = Follower(store, (PupilList(), SchoolYear()))
    stop = threading.Event()
    worker = threading.Thread(target=Leader(store).run, args=([Sequencer(store).step, follower.step], stop))
    worker.start()
    try:
        first = enrol(store)
        assert wait_for(store, first, 1, timeout=20)
        restartable_postgres.restart()
        second = enrol(store)
        assert wait_for(store, second, 1, timeout=20)
        assert verify(store, (PupilList(), SchoolYear())) == []
    finally:
        stop.set()
        worker.join(20)
        store.close()
        restartable_postgres.drop(url)
    assert not worker.is_alive()


def enrol(store: Store) -> UUID:
    one = Pupil("王小明", "一中", 3, date(2026, 9, 1), uuid4())
    School(store, FixedClock()).save(one, by=by())
    return one.id
