"""`annual_registration`: 100,000 students of one school, from the file until every hearing service can be asked."""

from __future__ import annotations

import csv
import io
import statistics
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.existing import ENTRY, HEARERS, Existing, exam_no, tidy
from benchmarks.filing import PUBLISHER, Filing, caller_as, number_of, token_of
from benchmarks.rows import Row, absolute
from benchmarks.sheets import write_book
from benchmarks.work import Work, peaks
from shared.bus.client import RpcClient
from shared.contracts.rpc.enrollment import GetStatusV1, SettleYearV1
from shared.eventstore.store import Store
from tests.support.platform import Platform
from tests.support.servers import Databases

STUDENTS = 100_000
SCHOOL, REGISTRAR = "4111010001", "pku-registrar-1"
SECOND, SECOND_REGISTRAR = "4151010610", "scu-registrar-1"
OTHER, OTHER_REGISTRAR = "4133010335", "zju-registrar-1"
OTHERS = 1_000  # students of the other school, for each run
EVERY = 0.1  # seconds between two commands of the other school
TITLES = ("考生号", "学年", "注册结果")


@contextmanager
def registry(
    databases: Databases, amqp_url: str, schools: Mapping[str, int]
) -> Iterator[tuple[Platform, Existing, dict[str, int]]]:
    """All processes of a registry in which these schools have so many students, and their first numbers."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder), databases, amqp_url, now=opening(ENTRY))
        try:
            platform.prepare()
            existing = Existing(platform.environ)
            first = existing.add(schools) if schools else {}
            platform.start()
            yield platform, existing, first
        finally:
            platform.__exit__()


def annual_registration(databases: Databases, amqp_url: str, *, students: int = STUDENTS) -> list[Row]:
    """One school from CSV, another from XLSX, the first one a year later; a third's single commands meanwhile."""
    runs = {
        "csv": (SCHOOL, REGISTRAR, 1),
        "xlsx": (SECOND, SECOND_REGISTRAR, 1),
        "csv_second_year": (SCHOOL, REGISTRAR, 2),
    }
    there = {SCHOOL: students, SECOND: students, OTHER: len(runs) * OTHERS}
    with registry(databases, amqp_url, there) as (platform, _, first):
        found = {
            name: Year(platform, ENTRY + year, students, first[school], school, registrar).run(
                name.partition("_")[0], first[OTHER] + run * OTHERS
            )
            for run, (name, (school, registrar, year)) in enumerate(runs.items())
        }
        memory = peaks(platform)
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
    unit = "ms, p95 until such a command could be read back"
    rows.append(absolute("annual_others_read_p95", _p95(read) * 1e3, unit, reach=2_000.0, better="lower"))
    worst = max(memory, key=lambda name: memory[name])
    rows.append(absolute("annual_memory", memory[worst], f"MiB at most ({worst})", reach=512.0, better="lower"))
    return rows


@dataclass
class Year:
    """One annual registration of one school: planned, committed, heard, and the CPU counted."""

    platform: Platform
    year: int
    students: int
    first: int
    school: str = SCHOOL
    registrar: str = REGISTRAR
    seconds: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)

    def run(self, kind: str, others_first: int, others: int = OTHERS) -> Year:
        self.platform.clock.set(opening(self.year))
        filing = Filing(self.platform, HEARERS)
        registrar = caller_as(self.platform, self.registrar)
        declared = {"academic_year": self.year, "starts_on": f"{self.year}-09-01"}
        registrar.post(f"/api/v1/schools/{self.school}/years", declared)
        content = file_of(kind, self.year, self.students, self.first)
        params = {"entry_year": str(ENTRY), "academic_year": str(self.year)}
        for store in filing.stores.values():
            tidy(store)
        work = Work(self.platform, filing.stores[PUBLISHER])
        work.rest()
        statuses = statuses_of(filing.stores[PUBLISHER], others_first, others)
        with OtherSchool(self.platform, statuses) as other:
            batch_id = filing.submit(
                registrar, "year_results", f"years.{kind}", content, params, school_code=self.school
            )
            filing.try_out(batch_id, self.students)
            filing.commit(batch_id, registrar, self.students)
            filing.wait_for_hearers()
        self.cpu = work.spent(self.students)
        self.seconds, self.answered, self.read = filing.seconds, other.answered, other.read
        filing.tell(f"{self.students:,} of {self.year} from {kind}")
        of_school = "SELECT count(*) FROM status_sheet WHERE last_year = %s AND school_code = %s"
        shown = number_of(filing.stores["verification"], of_school, self.year, self.school)
        if shown < self.students:
            raise AssertionError(f"verification shows {shown} of {self.students} years")
        filing.close()
        return self

    def shares(self) -> dict[str, float]:
        """How the whole time divides into its stages."""
        stages = {name: self.seconds[name] for name in ("upload", "dry run", "commit", "heard")}
        return {name: round(seconds / sum(stages.values()), 3) for name, seconds in stages.items()}


class OtherSchool:
    """Another school that settles its students' first years one by one meanwhile, each read back at once."""

    def __init__(self, platform: Platform, statuses: Iterable[UUID]) -> None:
        self.answered: list[float] = []
        self.read: list[float] = []
        self._token = token_of(platform, OTHER_REGISTRAR, "assertion")
        self._statuses = iter(statuses)
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
            while not self._stop.wait(EVERY) and (status_id := next(self._statuses, None)):
                self._settle(status_id)
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


def statuses_of(store: Store, first: int, count: int) -> list[UUID]:
    """The statuses of so many students."""
    with store.reading() as cursor:
        cursor.execute(
            "SELECT status_id FROM student_register WHERE exam_no BETWEEN %s AND %s ORDER BY exam_no",
            (exam_no(first), exam_no(first + count - 1)),
        )
        return [status_id for (status_id,) in cursor.fetchall()]


def opening(year: int) -> datetime:
    """A morning in the days of registration."""
    return datetime(year, 9, 12, 1, tzinfo=UTC)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
