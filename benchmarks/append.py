"""How fast facts are appended: one by one from many writers, and in bulk."""

import io
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg2
from eventsourcing.domain import event
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from shared.codes.clock import SystemClock
from shared.eventstore import bulk
from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.eventstore.application import Application, Draft
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.recorder import Companions
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store, migrate

SEALED = "x1.k1." + "q" * 196
ENTRY = date(2024, 9, 1)
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need of a student."""

    status: str
    school: str
    settled: int = 0


class Student(Aggregate, stored_as="benchmark.Student"):
    """A student as the registry keeps one: 400 bytes of facts, two claims, a standing."""

    Standing = Standing

    class Registered(Aggregate.Created):
        admission_id: UUID
        id_key: str
        name_key: str
        sealed_person: str
        school: str
        level: str
        major: str
        entry_date: date

    class YearSettled(Aggregate.Event):
        academic_year: int
        result: str

    @event(Registered)
    def __init__(
        self,
        admission_id: UUID,
        id_key: str,
        name_key: str,
        sealed_person: str,
        school: str,
        level: str,
        major: str,
        entry_date: date,
    ) -> None:
        self.standing = Standing("registered", school)

    @event(YearSettled)
    def _year_settled(self, academic_year: int, result: str) -> None:
        self.standing = replace(self.standing, settled=academic_year)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> tuple[Claim | Release, ...]:
        if isinstance(fact, cls.Registered):
            return (
                Claim("benchmark.admission", str(fact.admission_id)),
                Claim("benchmark.fulltime", fact.id_key, (fact.entry_date, None)),
            )
        return ()


class Certificate(Aggregate, stored_as="benchmark.Certificate"):
    """A certificate as one clerk registers it: 400 bytes, a national number held alone, a standing."""

    Standing = Standing

    class Registered(Aggregate.Created):
        number: str
        status_id: UUID
        id_key: str
        sealed_person: str
        school: str
        conclusion: str
        issue_date: date

    @event(Registered)
    def __init__(
        self,
        number: str,
        status_id: UUID,
        id_key: str,
        sealed_person: str,
        school: str,
        conclusion: str,
        issue_date: date,
    ) -> None:
        self.standing = Standing("registered", school)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> tuple[Claim | Release, ...]:
        return (Claim("benchmark.number", fact.number),)


def _values() -> dict[str, Any]:
    key = uuid4().hex + "00000000"
    return {
        "admission_id": uuid7(),
        "id_key": key,
        "name_key": key,
        "sealed_person": SEALED,
        "school": "4111010001",
        "level": "本科",
        "major": "080901",
        "entry_date": ENTRY,
    }


def _context(**more: Any) -> Context:
    return Context(
        actor_sub="0192a0b0-0000-7000-8000-000000000001",
        actor_role="registrar",
        actor_org="4111010001",
        use_case="register_students",
        correlation_id="0192a0b0-0000-7000-8000-000000000002",
        recorded_at=datetime.now(UTC),
        effective_on=ENTRY,
        rules=("A7-3", "A8-9"),
        **more,
    )


@contextmanager
def _database(url: str) -> Iterator[str]:
    """A database of its own, dropped afterwards."""
    name = f"benchmark_{uuid4().hex[:12]}"
    own = urlsplit(url)._replace(path=f"/{name}").geturl()
    _execute(url, f"CREATE DATABASE {name}")
    try:
        yield own
    finally:
        _execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: str, sql: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
    finally:
        connection.close()


def _rate(writers: int, seconds: float, write: Callable[[], None]) -> float:
    """Writes per second of `writers` threads."""
    counts = [0] * writers
    start, stop = threading.Event(), threading.Event()

    def work(place: int) -> None:
        write()  # a connection, a plan
        start.wait()
        while not stop.is_set():
            write()
            counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(writers)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    began = time.perf_counter()
    start.set()
    time.sleep(seconds)
    stop.set()
    elapsed = time.perf_counter() - began
    for thread in threads:
        thread.join()
    return sum(counts) / elapsed


def append_concurrent(url: str, *, rounds: int = 5, seconds: float = 1.0) -> list[dict[str, Any]]:
    """Appends of one fact each by 8 and 16 writers, against eventsourcing's own PostgreSQL recorder.

    Ours is a whole save: the aggregate made and told, facts encoded, with context, standing, claim and command row.
    Theirs is the recorder alone, handed bytes.
    """
    with _database(url) as own_url, _database(url) as their_url:
        migrate(own_url)
        store = Store(StoreSettings(own_url, pool_size=16))
        application = Application(store, SystemClock())
        datastore = _their_datastore(their_url)
        theirs = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        theirs.create_table()
        state = b'{"sealed_person": "' + SEALED.encode() + b'"}' + b" " * 200

        def write_ours() -> None:
            command_id = uuid4()
            certificate = Certificate(
                number=command_id.hex,
                status_id=command_id,
                id_key=command_id.hex,
                sealed_person=SEALED,
                school="4111010001",
                conclusion="毕业",
                issue_date=ENTRY,
            )
            application.save(certificate, by=_context(command_id=command_id, request_hash=command_id.hex * 2))

        def write_theirs() -> None:
            theirs.insert_events([StoredEvent(uuid4(), 1, "benchmark:Certificate.Registered", state)])

        try:
            return [_compare(writers, rounds, seconds, write_ours, write_theirs) for writers in (8, 16)]
        finally:
            store.close()
            datastore.close()


def _their_datastore(url: str) -> PostgresDatastore:
    parts = urlsplit(url)
    return PostgresDatastore(
        dbname=parts.path.lstrip("/"),
        host=parts.hostname or "127.0.0.1",
        port=str(parts.port or 5432),
        user=parts.username or "",
        password=parts.password or "",
        pool_size=16,
    )


def _compare(
    writers: int, rounds: int, seconds: float, ours: Callable[[], None], theirs: Callable[[], None]
) -> dict[str, Any]:
    pairs = []
    for number in range(rounds):  # interleaved, each way first in turn
        ways = (ours, theirs) if number % 2 else (theirs, ours)
        rates = {way: _rate(writers, seconds, way) for way in ways}
        pairs.append((rates[ours], rates[theirs]))
    return _row(
        f"append_concurrent_{writers}", pairs, "appends/s", "eventsourcing 9.5 PostgresApplicationRecorder", reach=6.0
    )


def _row(name: str, pairs: list[tuple[float, float]], unit: str, reference: str, reach: float) -> dict[str, Any]:
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return {
        "name": name,
        "value": round(statistics.median(ours for ours, _ in pairs), 1),
        "unit": unit,
        "better": "higher",
        "reference": reference,
        "reference_value": round(statistics.median(theirs for _, theirs in pairs), 1),
        "ratio": round(ratio, 3),
        "reach": reach,
        "reached": ratio >= reach,
    }


def append_bulk(url: str, *, rounds: int = 5, students: int = 10_000) -> list[dict[str, Any]]:
    """A year's facts for `students` by the bulk path, against raw binary COPY of the same rows into the same table.

    The bulk path encodes the facts, stamps the context, moves every standing and the batch mark, 1,000 a transaction.
    The raw rows are ready-made bytes without any of that, in one COPY of the same size each.
    """
    with _database(url) as own_url:
        migrate(own_url)
        store = Store(own_url)
        application = Application(store, SystemClock())
        ids = [uuid7() for _ in range(students)]
        opening = [
            Draft(Student, each, 1, Student.Registered, _values(), Standing("registered", "4111010001")) for each in ids
        ]
        for start in range(0, students, CHUNK):
            application.append(opening[start : start + CHUNK], _context())
        pairs = [
            (_bulk_rate(application, ids, 2 * number + 2), _raw_rate(store, ids, 2 * number + 3))
            for number in range(rounds)
        ]
        store.close()
    return [_row("append_bulk", pairs, "events/s", "raw binary COPY of the same rows", reach=0.3)]


def _year(ids: list[UUID], version: int) -> list[list[Draft]]:
    standing = Standing("registered", "4111010001", version)
    values = {"academic_year": 2024 + version, "result": "registered"}
    drafts = [Draft(Student, each, version, Student.YearSettled, values, standing) for each in ids]
    return [drafts[start : start + CHUNK] for start in range(0, len(drafts), CHUNK)]


def _bulk_rate(application: Application, ids: list[UUID], version: int) -> float:
    chunks = _year(ids, version)
    context = _context()
    began = time.perf_counter()
    for chunk in chunks:
        application.append(chunk, context)
    return len(ids) / (time.perf_counter() - began)


def _raw_rate(store: Store, ids: list[UUID], version: int) -> float:
    """The rows of one year as ready bytes, into the events table and nothing else."""
    context = _context()
    beside = Companions(context.recorded_at, context.encoded)
    bodies = [bulk.events_as_copy(bulk.prepare(chunk), beside) for chunk in _year(ids, version)]
    connection = store.connect()
    try:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for body in bodies:
                cursor.copy_expert(bulk.COPY_EVENTS, io.BytesIO(body))
        return len(ids) / (time.perf_counter() - began)
    finally:
        connection.close()
