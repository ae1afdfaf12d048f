"""`register_bulk`: 20,000 freshmen and one year for each, by the same code that the worker runs on a school's file."""

from __future__ import annotations

import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.reference_django import DjangoRegister
from benchmarks.reference_trigger import TriggerRegister
from benchmarks.rows import Row, compared, fresh_database
from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.year_results import YearResultsKind
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.registration_batch import RegistrationBatch
from shared.blobs.files import FileBlobs
from shared.codes.clock import Clock
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store, migrate
from shared.intake.batch import Batch
from shared.intake.columns import CheckedRow
from shared.intake.engine import CHUNK, BatchRun

SCHOOL = "4111010001"


class FixedClock:
    """One instant, so that two runs write the same."""

    def now(self) -> datetime:
        return datetime(2023, 9, 10, 2, 0, tzinfo=UTC)


def admission_rows(count: int, start: int = 1) -> Iterator[CheckedRow]:
    """Good rows of an admission list, every person another one."""
    for number in range(start, start + count):
        yield CheckedRow(
            number + 1,
            {
                "YXDM": SCHOOL,
                "YXMC": "北京大学",
                "KSH": f"22{number:012d}",
                "XM": "王小明",
                "XB": "男",
                "CSRQ": date(2004, 5, 6),
                "ZJLX": "1",
                "SFZH": f"11010520040506{number % 10000:04d}" if number < 10000 else f"{number:018d}",
                "MZ": "汉族",
                "ZYDM": "010101",
                "ZYMC": "哲学",
                "CC": "本科",
                "XZ": "4",
                "XXXS": "普通全日制",
                "XLLB": "普通高等教育",
                "LQLX": None,
                "RXRQ": date(2022, 9, 1),
                "YJBYRQ": date(2026, 7, 1),
            },
        )


def freshman_rows(count: int, start: int = 1) -> list[CheckedRow]:
    return [
        CheckedRow(n + 1, {"KSH": f"22{n:012d}", "RXJG": "注册学籍", "FCJG": "合格", "XH": f"22{n:08d}"})
        for n in range(start, start + count)
    ]


def year_rows(count: int, start: int = 1) -> list[CheckedRow]:
    return [
        CheckedRow(n + 1, {"KSH": f"22{n:012d}", "XN": 2023, "ZCJG": "注册学籍"}) for n in range(start, start + count)
    ]


class Registration:
    """An enrollment store with a released admission list of `count` people."""

    def __init__(self, url: str, keys: Path, count: int) -> None:
        self.count = count
        self.store = Store(url, "enrollment")
        clock: Clock = FixedClock()
        self.app = Enrollment(self.store, clock, Keyring.from_file(keys))
        self._folder = keys.parent / "blobs"
        self.context = Context.system("benchmark", clock.now(), rules=("A4-1", "A8-2"))

    def prepare(self, start: int = 1) -> None:
        """List and release the admissions; not part of what is timed."""
        batch = AdmissionBatch(
            kind="admission_list",
            digest="ab" * 32,
            filename="list.csv",
            school_code=None,
            province="11",
            params={"entry_year": "2022"},
            submitted_by="p1",
        )
        batch.check(self.count)
        batch.finish(None)  # at once, so that no worker of this store takes it for its own
        batch.review(reviewed_by="p2")
        batch.release(released_by="m1")
        self.app.save(batch, by=self.context)
        kind, rows = AdmissionListKind(self.app), admission_rows(self.count, start)
        while chunk := list(islice(rows, CHUNK)):
            decided = kind.decide(chunk, batch.standing, batch.id)
            self.app.append([draft for one in decided for draft in one], by=self.context)  # type: ignore[union-attr]

    def register(self, start: int = 1) -> float:
        """Decide and keep every registration and one year for each; returns the seconds it took."""
        freshmen, years = freshman_rows(self.count, start), year_rows(self.count, start)
        runs = [
            (self._submitted("freshman_results"), FreshmanResultsKind(self.app), freshmen),
            (self._submitted("year_results"), YearResultsKind(self.app), years),
        ]
        started = time.perf_counter()
        for batch, kind, rows in runs:
            self._run(batch, kind, rows)
        return time.perf_counter() - started

    def _submitted(self, kind: str) -> Batch:
        batch = RegistrationBatch(
            kind=kind,
            digest="ab" * 32,
            filename="results.csv",
            school_code=SCHOOL,
            province=None,
            params={"entry_year": "2022", "academic_year": "2023", "starts_on": "2023-09-01"},
            submitted_by="r1",
        )
        batch.check(self.count)
        self.app.save(batch, by=self.context)
        return batch

    def _run(self, batch: Batch, kind: Any, rows: Sequence[CheckedRow]) -> None:
        """Take rows in as the worker does."""
        run = BatchRun(self.app, FileBlobs(self._folder), kind, type(batch), batch.id)
        deque(run.take_in(iter(rows)), maxlen=0)
        accepted = self.app.standings(type(batch), [batch.id])[batch.id][1].accepted
        if accepted != len(rows):
            raise AssertionError(f"{accepted} of {len(rows)} rows were accepted")


def reference_students(count: int, start: int = 1) -> list[dict[str, Any]]:
    """The same students as rows for the references; their sealed text is as long as ours."""
    sealed = "x1.2026a." + "A" * 220
    return [
        {
            "status_id": uuid7(),
            "admission_id": uuid7(),
            "id_key": f"{number:040d}",
            "name_key": "b" * 40,
            "sealed_person": sealed,
            "exam_no": f"22{number:012d}",
            "student_no": f"22{number:08d}",
            "school_code": SCHOOL,
            "school_name": "北京大学",
            "level": "本科",
            "category": "普通高等教育",
            "study_form": "普通全日制",
            "full_time": True,
            "major_code": "010101",
            "major_name": "哲学",
            "duration": "4",
            "entry_date": date(2022, 9, 1),
            "expected_graduation_date": date(2026, 7, 1),
            "admission_type": "普通",
        }
        for number in range(start, start + count)
    ]


def register_bulk(url: str, *, rounds: int = 3, students: int = 20_000) -> list[Row]:
    """Ours, Django with simple-history and a trigger audit, interleaved, each on a database of its own."""
    with (
        fresh_database(url, "bench_register") as ours_url,
        fresh_database(url, "bench_django") as django_url,
        fresh_database(url, "bench_trigger") as trigger_url,
        tempfile.TemporaryDirectory() as folder,
    ):
        migrate(ours_url, "enrollment")
        keys = Path(folder) / "keys.toml"
        Keyring.generate(keys)
        ours = Registration(ours_url, keys, students)
        django, trigger = DjangoRegister(django_url), TriggerRegister(trigger_url)
        django.create_tables()
        times = [_round(number, students, ours, django, trigger) for number in range(rounds)]
        ours.store.close()
        django.close()
        trigger.connection.close()
    return [
        compared(
            name,
            [(2 * students / each["ours"], 2 * students / each[against]) for each in times],
            unit="facts/s",
            reference=reference,
            reach=reach,
        )
        for name, against, reference, reach in (
            (
                "register_bulk",
                "django",
                "Django + django-simple-history, bulk: the same rules, uniqueness, current state, history",
                8.0,
            ),
            (
                "register_bulk_unasked",
                "django_insert",
                "the same, but every row is believed and only written: no look-up, no rule, no state (shown beside)",
                1.0,
            ),
            (
                "register_bulk_trigger",
                "trigger",
                "plain trigger audit table, execute_values: every row is believed",
                1.0,
            ),
        )
    ]


def _round(
    number: int, students: int, ours: Registration, django: DjangoRegister, trigger: TriggerRegister
) -> dict[str, float]:
    """Seconds of each; a round's people are new to all, and the order turns round."""
    start = 1 + 2 * number * students
    ours.prepare(start)
    rows, unasked = reference_students(students, start), reference_students(students, start + students)
    django.list_admissions(rows)
    order = {
        "ours": lambda: ours.register(start),
        "django": lambda: django.register(rows),
        "django_insert": lambda: django.insert(unasked),
        "trigger": lambda: trigger.register(rows),
    }
    names = list(order) if number % 2 else list(reversed(order))
    return {name: order[name]() for name in names}
