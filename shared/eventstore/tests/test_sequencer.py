"""The sequencer under writers that sleep, roll back and overtake each other."""

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest

from shared.eventstore.ids import uuid7
from shared.eventstore.sequencer import Fenced, Sequencer
from shared.eventstore.store import Store, migrate

pytestmark = pytest.mark.servers

APPEND = (
    "INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)"
    " VALUES (%s, %s, 'test.Fact', '{}', '{}', now())"
)


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    migrate(postgres_url)
    opened = Store(postgres_url, "test")
    yield opened
    opened.close()


def append(cursor: Any, originator_id: UUID, version: int) -> None:
    cursor.execute(APPEND, (str(originator_id), version))


def append_one(store: Store, originator_id: UUID | None = None, version: int = 1) -> None:
    with store.writing() as cursor:
        append(cursor, originator_id or uuid7(), version)


def numbered(store: Store) -> list[tuple[int, UUID, int]]:
    with store.reading() as cursor:
        cursor.execute(
            "SELECT l.position, e.originator_id, e.originator_version FROM log AS l JOIN events AS e USING (row_id)"
            " ORDER BY l.position"
        )
        return cursor.fetchall()


def test_committed_events_get_dense_numbers_and_rolled_back_ones_none(store: Store) -> None:
    append_one(store)
    with contextlib.suppress(ZeroDivisionError), store.writing() as cursor:
        append(cursor, uuid7(), 1)
        raise ZeroDivisionError
    append_one(store)
    sequencer = Sequencer(store)
    assert (sequencer.step(), sequencer.step()) == (2, 0)
    append_one(store)
    assert Sequencer(store).step() == 1
    assert [position for position, *_ in numbered(store)] == [1, 2, 3]


def test_a_full_batch_leaves_the_rest_for_the_next_step(store: Store) -> None:
    for _ in range(5):
        append_one(store)
    sequencer = Sequencer(store, batch=2)
    assert [sequencer.step() for _ in range(4)] == [2, 2, 1, 0]


def test_nothing_is_numbered_above_an_open_transaction_of_the_own_database(store: Store) -> None:
    sequencer = Sequencer(store)
    with store.writing() as cursor:
        append(cursor, uuid7(), 1)
        append_one(store)
        assert sequencer.step() == 0
    assert sequencer.step() == 2


def test_an_open_transaction_of_another_database_is_ignored(store: Store, databases: Any) -> None:
    other = databases.fresh()
    neighbour = psycopg2.connect(other)
    try:
        neighbour.cursor().execute("CREATE TABLE held (id int)")
        append_one(store)
        sequencer = Sequencer(store)
        # The first look is not believed, the second one is.
        assert [sequencer.step(), sequencer.step()] == [0, 1]
    finally:
        neighbour.close()
        databases.drop(other)


def test_a_zombie_sequencer_fails_and_writes_nothing(store: Store) -> None:
    append_one(store)
    zombie, leader = Sequencer(store), Sequencer(store)
    zombie.step()
    append_one(store)
    leader.step()
    append_one(store)
    with pytest.raises(Fenced):
        zombie.step()
    assert [position for position, *_ in numbered(store)] == [1, 2]
    assert leader.step() == 1


def test_two_sequencers_at_once_give_each_number_once(store: Store) -> None:
    for _ in range(200):
        append_one(store)

    def race() -> None:
        sequencer = Sequencer(store, batch=7)
        for _ in range(60):
            with contextlib.suppress(Fenced):
                sequencer.step()

    racers = [threading.Thread(target=race) for _ in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [position for position, *_ in numbered(store)] == list(range(1, 201))


def test_after_a_restore_on_another_server_everything_is_numbered_once(store: Store) -> None:
    for _ in range(3):
        append_one(store)
    Sequencer(store).step()
    append_one(store)
    with store.writing() as cursor:  # as a dump from an older server leaves it: ids far ahead, one event unnumbered
        cursor.execute("UPDATE events SET tx = (tx::text::bigint + 1000000)::text::xid8")
        cursor.execute("UPDATE log SET tx = (tx::text::bigint + 1000000)::text::xid8")
        cursor.execute("UPDATE sequencer SET tx = (tx::text::bigint + 1000000)::text::xid8, cluster = 'elsewhere'")
    append_one(store)
    restored = Sequencer(store)
    restored.step()
    append_one(store)
    restored.step()
    append_one(store)
    Sequencer(store).step()
    assert restored_positions(store) == [1, 2, 3, 4, 5, 6, 7]


def restored_positions(store: Store) -> list[int]:
    return [position for position, *_ in numbered(store)]


class Writer(threading.Thread):
    """Appends to own and shared histories: sleeps inside transactions, rolls some back, loads before it writes."""

    def __init__(self, store: Store, seed: int, shared: list[UUID], until: float) -> None:
        super().__init__()
        self.store, self.random, self.shared, self.until = store, random.Random(seed), shared, until
        self.committed: set[tuple[UUID, int]] = set()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while time.monotonic() < self.until:
                self.append_some()
        except BaseException as error:
            self.error = error

    def append_some(self) -> None:
        own, common = uuid7(), self.random.choice(self.shared)
        version = self.last_version(common) + 1
        drafts = [(own, number) for number in range(1, self.random.randint(2, 5))]
        if self.random.random() < 0.3:
            drafts.append((common, version))
        try:
            with self.store.writing() as cursor:
                for draft in drafts:
                    append(cursor, *draft)
                    if self.random.random() < 0.3:
                        time.sleep(self.random.random() * 0.02)
                if self.random.random() < 0.1:
                    raise ZeroDivisionError
        except (ZeroDivisionError, psycopg2.errors.UniqueViolation):
            return
        self.committed.update(drafts)

    def last_version(self, originator_id: UUID) -> int:
        with self.store.reading() as cursor:
            cursor.execute(
                "SELECT coalesce(max(originator_version), 0) FROM events WHERE originator_id = %s",
                (str(originator_id),),
            )
            (version,) = cursor.fetchone()  # type: ignore[misc]
        return int(version)


class Burner(threading.Thread):
    """Uses up transaction ids in another database, some of them slowly."""

    def __init__(self, url: str, until: float) -> None:
        super().__init__()
        self.url, self.until = url, until

    def run(self) -> None:
        connection = psycopg2.connect(self.url)
        count = 0
        while time.monotonic() < self.until:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
                count += 1
                if count % 50 == 0:
                    time.sleep(0.3)
        connection.close()


def test_under_sleeping_writers_nothing_is_skipped_doubled_or_out_of_version_order(
    store: Store, databases: Any
) -> None:
    other = databases.fresh()
    until = time.monotonic() + 6
    shared = [uuid4() for _ in range(5)]
    writers = [Writer(store, seed, shared, until) for seed in range(8)]
    burners = [Burner(other, until) for _ in range(2)]
    for thread in (*writers, *burners):
        thread.start()
    sequencer = Sequencer(store, batch=100)
    while any(writer.is_alive() for writer in writers):
        if not sequencer.step():
            time.sleep(0.002)
    for thread in (*writers, *burners):
        thread.join()
    while sequencer.step():
        pass
    databases.drop(other)
    assert [writer.error for writer in writers] == [None] * len(writers)

    found = numbered(store)
    assert [position for position, *_ in found] == list(range(1, len(found) + 1))
    events = [(originator_id, version) for _, originator_id, version in found]
    assert len(set(events)) == len(events)
    assert set(events) == set().union(*(writer.committed for writer in writers))
    last: dict[UUID, int] = {}
    for originator_id, version in events:
        assert version == last.get(originator_id, 0) + 1
        last[originator_id] = version
    assert len(events) > 500
