"""`end_to_end`: a school's file, from the upload until every hearing service can be asked about every student."""

from __future__ import annotations

import csv
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.register import SCHOOL, Registration
from benchmarks.rows import Row
from benchmarks.work import Work
from cli.client import Caller
from services.enrollment.domain.registration_batch import RegistrationBatch
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from tests.support.platform import Platform
from tests.support.servers import Databases

STUDENTS = 20_000
REACH = 3_000.0
HEARERS = {
    "identity": "heard_records",
    "imaging": "capture_roll",
    "credentials": "standings",
    "verification": "status_sheet",
}


def end_to_end(databases: Databases, amqp_url: str, *, students: int = STUDENTS, rounds: int = 3) -> list[Row]:
    """Rows a second over the whole way, with the share of each stage, beside the registering alone."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Platform(Path(folder), databases, amqp_url, now=datetime(2022, 9, 12, 1, tzinfo=UTC)) as platform,
    ):
        found = [_round(platform, students, 1 + number * students) for number in range(rounds)]
    rate = statistics.median(students / each["whole"] for each in found)
    alone = statistics.median(students / each["registering"] for each in found)
    middle = sorted(found, key=lambda each: each["whole"])[len(found) // 2]
    return [
        {
            "name": "end_to_end",
            "value": round(rate, 1),
            "unit": "rows/s",
            "better": "higher",
            "reference": "register_bulk alone: the same rows decided and kept, in the same run",
            "reference_value": round(alone, 1),
            "ratio": round(rate / alone, 3),
            "reach": REACH,
            "reached": rate >= REACH,
            "shares": {name: round(seconds / middle["whole"], 3) for name, seconds in middle["stages"].items()},
            "cpu_us_per_row": middle["cpu"],
        }
    ]


def _round(platform: Platform, students: int, start: int) -> dict[str, Any]:
    """Seconds of the whole and of its stages, and the CPU time of every process."""
    prepared = Registration(platform.postgres_url("enrollment"), Path(platform.environ["XUEJI_KEYS_FILE"]), students)
    prepared.prepare(start)
    registrar = _signed_in(platform)
    stores = {name: Store(StoreSettings.from_environ(platform.environ, name), name) for name in HEARERS}
    before = {name: _heard(store, name) for name, store in stores.items()}
    work = Work(platform, prepared.store)
    began = time.perf_counter()
    batch = registrar.upload(
        "/api/v1/freshman-results", "freshmen.csv", _file(students, start), school_code=SCHOOL, entry_year="2022"
    )
    uploaded = time.perf_counter()
    milestones: dict[str, Callable[[], bool]] = {
        "kept": lambda: _kept(prepared, batch["id"]),
        "relayed": lambda: "kept" in reached and _relayed(prepared),
    }
    for name in HEARERS:
        milestones[name] = lambda n=name: "relayed" in reached and _heard(stores[n], n) - before[n] >= students  # type: ignore[misc]
    reached: dict[str, float] = {}
    while len(reached) < len(milestones):
        time.sleep(0.1)
        for name, done in milestones.items():
            if name not in reached and done():
                reached[name] = time.perf_counter()
        _show(prepared, batch["id"], students, reached)
    print(file=sys.stderr)
    spent = work.spent(students)
    for store in stores.values():
        store.close()
    prepared.store.close()
    kept, relayed = reached.pop("kept") - began, reached.pop("relayed") - began
    last = max(reached.values()) - began
    return {
        "whole": last,
        "registering": kept - (uploaded - began),
        "stages": {
            "uploading": uploaded - began,
            "registering, the rest of the chain at its heels": kept - (uploaded - began),
            "relaying what was left": relayed - kept,
            "hearing and folding what was left": last - relayed,
        },
        "cpu": spent,
    }


def _show(prepared: Registration, batch_id: str, students: int, reached: Mapping[str, float]) -> None:
    """One line that moves."""
    progress = prepared.app.standings(RegistrationBatch, [UUID(batch_id)])[UUID(batch_id)][1]
    if not sys.stderr.isatty():
        return
    line = f"\r  {progress.accepted:,} of {students:,} kept; {', '.join(reached)}"
    print(f"{line:70}", end="", file=sys.stderr, flush=True)


def _signed_in(platform: Platform) -> Caller:
    nobody = Caller(platform.origin)
    answer = nobody.post(
        "/api/v1/operator-sessions", {"operator_id": "pku-registrar-1", "key": "demo-only-pku-registrar-1"}
    )
    return nobody.signed_in(answer["session"])


def _file(students: int, start: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("考生号", "入学结果", "复查结果", "学号"))
    writer.writerows((f"22{n:012d}", "注册学籍", "合格", f"22{n:08d}") for n in range(start, start + students))
    return text.getvalue().encode()


def _one(store: Store, query: str, *values: Any) -> int:
    with store.reading() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _heard(store: Store, name: str) -> int:
    """How many student records a service can be asked about now."""
    if name == "credentials":  # asks its decision rows, which are written with the fact
        return _one(store, "SELECT count(*) FROM standings WHERE kind = 'credentials.StudentRecord'")
    return _one(store, f"SELECT count(*) FROM {HEARERS[name]}")


def _kept(prepared: Registration, batch_id: str) -> bool:
    query = "SELECT count(*) FROM events WHERE originator_id = %s AND topic LIKE '%%.Finished'"
    return bool(_one(prepared.store, query, batch_id))


def _relayed(prepared: Registration) -> bool:
    with prepared.store.reading() as cursor:
        cursor.execute("SELECT relay.position = sequencer.position AND relay.sent = relay.number FROM relay, sequencer")
        done = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM events LEFT JOIN log USING (row_id) WHERE log.position IS NULL")
        behind = cursor.fetchone()
    return bool(done and done[0] and behind and behind[0] == 0)
