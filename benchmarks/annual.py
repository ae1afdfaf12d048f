"""`annual_registration`: 100,000 students of one school, from the file until every hearing service can be asked."""

from __future__ import annotations

import csv
import io
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.existing import ENTRY, HEARERS, Existing, exam_no
from benchmarks.rows import Row, absolute
from benchmarks.sheets import write_book
from benchmarks.work import Work, peaks
from cli.client import Caller
from services.enrollment.domain.registration_batch import RegistrationBatch
from shared.bus.client import RpcClient
from shared.contracts.rpc.enrollment import GetStatusV1, SettleYearV1
from shared.eventstore.lookup import standings
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from tests.support.platform import Platform
from tests.support.servers import Databases

STUDENTS = 100_000
SCHOOL, REGISTRAR = "4111010001", "pku-registrar-1"
OTHER, OTHER_REGISTRAR = "4133010335", "zju-registrar-1"
OTHERS = 2_000  # students of the other school, for each run
EVERY = 0.1  # seconds between two commands of the other school
TITLES = ("考生号", "学年", "注册结果")
PATIENCE = 900.0


@contextmanager
def registry(
    databases: Databases, amqp_url: str, schools: Mapping[str, int]
) -> Iterator[tuple[Platform, Existing, dict[str, int]]]:
    """All processes of a registry in which these schools have so many students, and their first numbers."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder), databases, amqp_url, now=_opening(2022))
        try:
            platform.prepare()
            existing = Existing(platform.environ)
            first = existing.add(schools)
            platform.start()
            yield platform, existing, first
        finally:
            platform.__exit__()


def annual_registration(databases: Databases, amqp_url: str, *, students: int = STUDENTS) -> list[Row]:
    """One year from CSV, the next from XLSX, with another school's single commands in between."""
    with registry(databases, amqp_url, {SCHOOL: students, OTHER: 2 * OTHERS}) as (platform, _, first):
        found = {
            kind: Year(platform, 2023 + run, students, first[SCHOOL], first[OTHER] + run * OTHERS).run(kind)
            for run, kind in enumerate(("csv", "xlsx"))
        }
        memory = peaks(platform)
    worst = max(memory, key=lambda name: memory[name])
    rows: list[Row] = []
    for kind, year in found.items():
        unit = f"rows/s, {students:,} rows"
        more: dict[str, Any] = {"shares": year.shares(), "cpu_us_per_row": year.cpu}
        rows.append(absolute(f"annual_dry_run_{kind}", students / year.seconds["dry run"], unit, reach=8_000.0))
        rows.append(absolute(f"annual_commit_{kind}", students / year.seconds["commit"], unit, reach=8_000.0, **more))
        after = year.seconds["heard"]
        rows.append(absolute(f"annual_heard_{kind}", after, "s after commit", reach=20.0, better="lower"))
    waited = [each for year in found.values() for each in year.answered]
    read = [each for year in found.values() for each in year.read]
    unit = f"ms, p95 of {len(waited)} single commands of another school meanwhile"
    rows.append(absolute("annual_others_p95", _p95(waited) * 1e3, unit, reach=300.0, better="lower"))
    rows.append(absolute("annual_others_read_p95", _p95(read) * 1e3, "ms until read", reach=2_000.0, better="lower"))
    rows.append(absolute("annual_memory", memory[worst], f"MiB at most ({worst})", reach=512.0, better="lower"))
    return rows


@dataclass
class Year:
    """One annual registration of one school: the file goes in, the milestones are watched, the CPU is counted."""

    platform: Platform
    year: int
    students: int
    first: int
    others_first: int
    seconds: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)

    def run(self, kind: str) -> Year:
        self.platform.clock.set(_opening(self.year))
        stores = {name: Store(StoreSettings.from_environ(self.platform.environ, name), name) for name in _WATCHED}
        registrar = Caller(self.platform.origin, token_of(self.platform, REGISTRAR))
        content = file_of(kind, self.year, self.students, self.first)
        work = Work(self.platform, stores["enrollment"])
        opening = {"academic_year": self.year, "starts_on": f"{self.year}-09-01"}
        registrar.post(f"/api/v1/schools/{SCHOOL}/years", opening)
        params = json.dumps({"entry_year": str(ENTRY), "academic_year": str(self.year)})
        with OtherSchool(self.platform, stores["enrollment"], self.others_first) as others:
            began = time.perf_counter()
            batch = registrar.upload(
                "/api/v1/files", f"years.{kind}", content, kind="year_results", school_code=SCHOOL, params=params,
                plan_first="true",
            )  # fmt: skip
            self.seconds["upload"] = time.perf_counter() - began
            self._try_out(stores["enrollment"], UUID(batch["id"]))
            self._commit(stores["enrollment"], UUID(batch["id"]), registrar)
            self._wait_for_hearers(stores)
        self.cpu = work.spent(self.students)
        self.answered, self.read = others.answered, others.read
        self._require_all(stores["verification"])
        for store in stores.values():
            store.close()
        return self

    def shares(self) -> dict[str, float]:
        """How the whole time divides into its stages."""
        stages = {name: self.seconds[name] for name in ("upload", "dry run", "commit", "heard")}
        return {name: round(seconds / sum(stages.values()), 3) for name, seconds in stages.items()}

    def _try_out(self, store: Store, batch_id: UUID) -> None:
        """Wait for the plan."""
        began = time.perf_counter()
        self._reached(store, batch_id, "planning", "planned")
        self.seconds["read through"] = time.perf_counter() - began
        progress = self._reached(store, batch_id, "planned")
        self.seconds["dry run"] = time.perf_counter() - began
        if progress.plan_facts < self.students:
            raise AssertionError(f"the plan is of {progress.plan_facts} facts, not {self.students}")

    def _commit(self, store: Store, batch_id: UUID, registrar: Caller) -> None:
        """Have the plan carried out, and wait for its last row."""
        plan_id = _progress(store, batch_id).plan_id
        began = time.perf_counter()
        registrar.post(f"/api/v1/batches/{batch_id}/commit", {"plan_id": plan_id, "mode": "good_rows"})
        progress = self._reached(store, batch_id, "finished")
        self.seconds["commit"] = time.perf_counter() - began
        if progress.accepted != self.students:
            raise AssertionError(f"{progress.accepted} of {self.students} rows were accepted")

    def _reached(self, store: Store, batch_id: UUID, *states: str) -> Any:
        until = time.perf_counter() + PATIENCE
        while (progress := _progress(store, batch_id)).state not in states:
            if progress.state == "refused" or time.perf_counter() > until:
                raise AssertionError(f"the file stands at {progress}")
            self._show(f"{progress.state}, {progress.done:,} rows done")
            time.sleep(0.02)
        return progress

    def _wait_for_hearers(self, stores: Mapping[str, Store]) -> None:
        began, waiting = time.perf_counter(), set(HEARERS)
        while waiting:
            time.sleep(0.05)
            for name in [name for name in waiting if has_heard(stores["enrollment"], stores[name])]:
                waiting.remove(name)
                self.seconds[name] = time.perf_counter() - began
            self._show(f"{self.students:,} kept; waiting for {', '.join(waiting)}")
            if time.perf_counter() > began + PATIENCE:
                raise AssertionError(f"{waiting} never heard everything")
        self.seconds["heard"] = max(self.seconds[name] for name in HEARERS)
        self._show(", ".join(f"{name} {seconds:.2f} s" for name, seconds in self.seconds.items()) + "\n")

    def _show(self, line: str) -> None:
        if sys.stderr.isatty() or line.endswith("\n"):
            print(f"\r  {self.year}: {line:90}", end="", file=sys.stderr, flush=True)

    def _require_all(self, verification: Store) -> None:
        count = _one(verification, "SELECT count(*) FROM status_sheet WHERE last_year = %s", self.year)
        if count < self.students:
            raise AssertionError(f"verification shows {count} of {self.students} years")


_WATCHED = ("enrollment", *HEARERS)


class OtherSchool:
    """Another school that settles its students' first years one by one meanwhile, each read back at once."""

    def __init__(self, platform: Platform, store: Store, first: int) -> None:
        self.answered: list[float] = []
        self.read: list[float] = []
        self._token = token_of(platform, OTHER_REGISTRAR)
        self._statuses = iter(_statuses(store, first, OTHERS))
        self._client = RpcClient(platform.environ["XUEJI_AMQP_URL"], name="benchmark")
        self._stop = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> OtherSchool:
        self._settle(next(self._statuses))  # the first call connects
        self.answered.clear()
        self.read.clear()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()
        if self._fault is not None:
            raise self._fault

    def _work(self) -> None:
        try:
            while not self._stop.wait(EVERY):
                self._settle(next(self._statuses))
        except BaseException as fault:  # shown where the run ends
            self._fault = fault

    def _settle(self, status_id: UUID) -> None:
        began = time.perf_counter()
        request = {"status_id": str(status_id), "academic_year": ENTRY + 1, "result": "registered"}
        more = {"command_id": str(uuid4()), "starts_on": f"{ENTRY + 1}-09-01"}
        saved = self._client.call(SettleYearV1, request | more, assertion=self._token)
        answered = time.perf_counter()
        asked = {"status_id": str(status_id), "after_version": saved["version"]}
        self._client.call(GetStatusV1, asked, assertion=self._token)
        self.answered.append(answered - began)
        self.read.append(time.perf_counter() - answered)


def token_of(platform: Platform, operator: str) -> str:
    """Sign an operator of the demo in."""
    asked = {"operator_id": operator, "key": f"demo-only-{operator}"}
    return str(Caller(platform.origin).post("/api/v1/operator-sessions", asked)["assertion"])


def file_of(kind: str, year: int, students: int, first: int) -> bytes:
    """One year of so many students, all registered."""
    rows = ((exam_no(number), f"{year}-{year + 1}", "注册学籍") for number in range(first, first + students))
    if kind == "xlsx":
        book = io.BytesIO()
        write_book(book, TITLES, rows)
        return book.getvalue()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(TITLES)
    writer.writerows(rows)
    return text.getvalue().encode()


def has_heard(publisher: Store, hearer: Store) -> bool:
    """Whether everything that enrollment made public can be asked about at a hearer."""
    if _one(publisher, "SELECT relay.position - sequencer.position FROM relay, sequencer"):
        return False
    heard = _one(hearer, "SELECT max(last) FROM inbox WHERE publisher = 'enrollment'")
    if heard < _one(publisher, "SELECT number FROM relay"):
        return False
    unread = (
        "SELECT count(*) FROM events WHERE (tx, row_id) > (SELECT l.tx, l.row_id FROM log AS l, followers AS f"
        " WHERE f.name = 'projections' AND l.position = f.position)"
    )
    return not _one(hearer, unread)


def _progress(store: Store, batch_id: UUID) -> Any:
    with store.reading() as cursor:
        return standings(cursor, RegistrationBatch, [batch_id])[batch_id][1]


def _statuses(store: Store, first: int, count: int) -> list[UUID]:
    """The statuses of so many students."""
    with store.reading() as cursor:
        cursor.execute(
            "SELECT status_id FROM student_register WHERE exam_no BETWEEN %s AND %s ORDER BY exam_no",
            (exam_no(first), exam_no(first + count - 1)),
        )
        return [status_id for (status_id,) in cursor.fetchall()]


def _one(store: Store, query: str, *values: Any) -> int:
    with store.reading() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _opening(year: int) -> datetime:
    return datetime(year, 9, 12, 1, tzinfo=UTC)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
