"""`register_bulk`: 20,000 freshmen and one year for each, by the same code that the worker runs on a school's file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk import AdmissionListKind, FreshmanResultsKind, YearResultsKind
from services.enrollment.domain.admission_batch import AdmissionBatch
from shared.codes.clock import Clock
from shared.eventstore.application import BatchMark
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow

SCHOOL = "4111010001"
CHUNK = 1000


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
        batch.finish(None)
        batch.review(reviewed_by="p2")
        batch.release(released_by="m1")
        self.app.save(batch, by=self.context)
        kind = AdmissionListKind(self.app)
        progress = batch.standing
        rows = list(admission_rows(self.count, start))
        self._run(kind, rows, progress, batch.id)

    def register(self, start: int = 1) -> float:
        """Decide and keep every registration and one year for each; returns the seconds it took."""
        freshmen, years = freshman_rows(self.count, start), year_rows(self.count, start)
        progress = Progress(
            kind="freshman_results",
            school_code=SCHOOL,
            submitted_by="r1",
            params={"entry_year": "2022", "academic_year": "2023", "starts_on": "2023-09-01"},
        )
        started = time.perf_counter()
        self._run(FreshmanResultsKind(self.app), freshmen, progress, uuid7())
        self._run(YearResultsKind(self.app), years, progress, uuid7())
        return time.perf_counter() - started

    def _run(self, kind: Any, rows: Sequence[CheckedRow], progress: Progress, batch_id: UUID) -> None:
        for at in range(0, len(rows), CHUNK):
            decided = kind.decide(rows[at : at + CHUNK], progress, batch_id)
            drafts = [draft for one in decided for draft in one]
            self.app.append(drafts, by=self.context, mark=BatchMark(batch_id, at + CHUNK))
