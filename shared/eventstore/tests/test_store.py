"""Connections that end, servers that restart, answers that are lost; threads and green threads; roles; migrations."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg2
import pytest
from eventsourcing.persistence import ConnectionUnavailableError

from shared.eventstore import roles
from shared.eventstore.application import BatchMark, Draft, OutcomeUnknown
from shared.eventstore.ids import uuid7
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import ChangedMigration, Store, migrate
from shared.eventstore.tests.students import ENTRY, FixedClock, Student, Students, StudentStanding, by, student
from tests.support.servers import Databases, PrivatePostgres

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[3]


@pytest.fixture
def students(postgres_url: str) -> Iterator[Students]:
    migrate(postgres_url)
    store = Store(postgres_url)
    yield Students(store, FixedClock())
    store.close()


def rows_in(url: str, table: str) -> int:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchall()[0][0])


class CuttingProxy:
    """Stands between a client and PostgreSQL and breaks the line once: before a question, or before its answer."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lost = ""
        self._word = b""
        self._armed = False
        who, at, _ = parts.netloc.rpartition("@")
        self.url = parts._replace(netloc=f"{who}{at}127.0.0.1:{self._listener.getsockname()[1]}").geturl()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, what: str, word: bytes) -> None:
        """Lose the next "question" that holds `word`, or the "answer" to it."""
        self._lost, self._word, self._armed = what, word, False

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()
                del client

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server:
            answering = threading.Thread(target=self._pump, args=(server, client, "answer"), daemon=True)
            answering.start()
            self._pump(client, server, "question")
            answering.join()

    def _pump(self, source: socket.socket, target: socket.socket, what: str) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(1 << 16):
                if what == "question" and self._word and self._word in chunk:
                    self._armed = True
                if self._armed and self._lost == what:
                    self._lost, self._word, self._armed = "", b"", False
                    break
                target.sendall(chunk)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[CuttingProxy]:
    standing = CuttingProxy(postgres_url)
    yield standing
    standing.close()


@pytest.mark.parametrize(("lost", "stored"), [("question", 0), ("answer", 1)])
def test_a_lost_line_is_unknown_and_asking_again_acts_once(
    postgres_url: str, proxy: CuttingProxy, lost: str, stored: int
) -> None:
    migrate(postgres_url)
    store = Store(proxy.url)
    students = Students(store, FixedClock())
    command_id, key = uuid4(), uuid4().hex
    students.answered(command_id, "h")
    proxy.lose(lost, b"xj_event")
    with pytest.raises(OutcomeUnknown):
        students.register(command_id=command_id, by=by(command_id), id_key=key)
    assert rows_in(postgres_url, "events") == stored
    answer = students.register(command_id=command_id, by=by(command_id), id_key=key)
    assert students.register(command_id=command_id, by=by(command_id), id_key=key) == answer
    assert rows_in(postgres_url, "events") == 1
    assert students.get(Student, UUID(answer["id"])).id_key == key
    store.close()


@pytest.mark.parametrize(("lost", "stored"), [("question", 0), ("answer", 1)])
def test_a_chunk_whose_commit_is_lost_is_unknown_and_its_mark_tells(
    postgres_url: str, proxy: CuttingProxy, lost: str, stored: int
) -> None:
    migrate(postgres_url)
    store = Store(proxy.url)
    students = Students(store, FixedClock())
    values = {"admission_id": uuid4(), "id_key": "k", "school": "s", "entry": ENTRY}
    draft = Draft(Student, uuid7(), 1, Student.Registered, values, StudentStanding("s"))
    students.answered(uuid4(), "h")
    proxy.lose(lost, b"COMMIT")
    with pytest.raises(OutcomeUnknown):
        students.append([draft], by(), mark=BatchMark(uuid4(), 1))
    assert rows_in(postgres_url, "events") == rows_in(postgres_url, "batches") == stored
    store.close()


def test_connections_that_the_server_ended_are_not_used_again(
    students: Students, postgres_url: str, databases: Databases
) -> None:
    for _ in range(3):
        students.save(student(), by=by())
        while databases.disconnect(postgres_url):
            """The server says farewell a moment after it was told to."""
    with students.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events")
        assert cursor.fetchone() == (3,)


def until_refused(store: Store) -> psycopg2.Error:
    """Ask until there is nobody to answer: the backends of a killed server outlive it by a moment."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with store.reading() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.OperationalError as refused:
            return refused
    pytest.fail("a killed server went on answering")


@pytest.mark.faults
def test_the_pool_outlives_a_restart_of_the_server(restartable_postgres: PrivatePostgres) -> None:
    url = restartable_postgres.fresh()
    migrate(url)
    store = Store(url)
    students = Students(store, FixedClock())
    students.save(student(), by=by())
    restartable_postgres.restart()
    students.save(student(), by=by())
    restartable_postgres.kill()
    try:
        refused = until_refused(store)
    finally:
        restartable_postgres.start()
    assert isinstance(refused, psycopg2.OperationalError)
    told = student()
    students.save(told, by=by())
    assert students.get(Student, told.id) == told
    store.close()
    restartable_postgres.drop(url)


def test_a_connection_that_fails_in_use_is_closed(students: Students) -> None:
    with pytest.raises(psycopg2.Error):  # noqa: PT012, SIM117 -- the block is what is left by the exception
        with students.store.writing() as cursor:
            broken = cursor.connection
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert broken.closed
    students.save(student(), by=by())


def test_an_exception_rolls_back_and_the_connection_stays_good(students: Students, postgres_url: str) -> None:
    with pytest.raises(KeyError):  # noqa: PT012, SIM117 -- the block is what is left by the exception
        with students.store.writing() as cursor:
            used = cursor.connection
            cursor.execute("INSERT INTO batches (batch_id, done) VALUES (gen_random_uuid(), 1)")
            raise KeyError
    assert rows_in(postgres_url, "batches") == 0
    with students.store.reading() as cursor:
        assert cursor.connection is used


def test_the_pool_has_its_limit_and_says_so(postgres_url: str) -> None:
    migrate(postgres_url)
    store = Store(StoreSettings(postgres_url, pool_size=1, pool_timeout=0.05))
    with store.reading(), pytest.raises(ConnectionUnavailableError), store.reading():
        pytest.fail("a second connection was given out")
    with store.reading() as cursor:
        cursor.execute("SELECT 1")
    store.close()


def test_green_threads_wait_side_by_side(postgres_url: str) -> None:
    migrate(postgres_url)
    program = """
import eventlet; eventlet.monkey_patch()
import sys, time
from shared.eventstore.store import Store
from shared.eventstore.tests.students import FixedClock, Students, by, student
store = Store(sys.argv[1]); students = Students(store, FixedClock())
def nap():
    with store.reading() as cursor:
        cursor.execute("SELECT pg_sleep(0.5)")
began = time.monotonic()
pool = eventlet.GreenPool()
for _ in range(4):
    pool.spawn(nap)
pool.waitall()
assert time.monotonic() - began < 1.5, time.monotonic() - began
answers = list(pool.imap(lambda _: students.save(student(), by=by()), range(40)))
print(len({answer["id"] for answer in answers}))
"""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, postgres_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stdout.split() == ["40"], run.stderr
    assert rows_in(postgres_url, "events") == 40


@pytest.mark.asvs("13.2.2", "16.4.2")
def test_the_application_role_adds_and_never_changes_what_happened(postgres_url: str) -> None:
    migrate(postgres_url)
    application, auditor = f"app_{uuid4().hex[:8]}", f"audit_{uuid4().hex[:8]}"
    with contextlib.closing(psycopg2.connect(postgres_url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {application} LOGIN PASSWORD 'x'; CREATE ROLE {auditor} LOGIN PASSWORD 'x'")
    try:
        roles.grant(postgres_url, application=application, auditor=auditor)
        store = Store(as_role(postgres_url, application))
        students = Students(store, FixedClock())
        told = student()
        students.save(told, by=by(uuid4()))
        assert Sequencer(store).step() == 1
        for forbidden in ("UPDATE events SET topic = 'x'", "DELETE FROM events", "TRUNCATE log", "DELETE FROM log"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), store.reading() as cursor:
                cursor.execute(forbidden)
        store.close()
        with (
            contextlib.closing(psycopg2.connect(as_role(postgres_url, auditor))) as reading,
            reading.cursor() as cursor,
        ):
            cursor.execute("SELECT count(*) FROM events")
            assert cursor.fetchone() == (1,)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("SELECT * FROM subject_keys")
    finally:
        with contextlib.closing(psycopg2.connect(postgres_url)) as owner, owner, owner.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {application}, {auditor}; DROP ROLE {application}, {auditor}")


def as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:x@{parts.hostname}:{parts.port}").geturl()


def test_migrations_run_once_even_when_started_together(postgres_url: str) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(postgres_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(names) > 0 for names in applied) == [False, False, False, True]


def test_a_migration_that_was_changed_after_it_ran_stops_the_start(postgres_url: str) -> None:
    migrate(postgres_url)
    with contextlib.closing(psycopg2.connect(postgres_url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("UPDATE migrations SET digest = 'other'")
    with pytest.raises(ChangedMigration):
        migrate(postgres_url)


def test_a_missing_database_is_created(databases: Databases) -> None:
    url = databases.url(f"made_{uuid4().hex[:8]}")
    assert migrate(url) != []
    assert migrate(url) == []
    databases.drop(url)
