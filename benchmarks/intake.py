"""`bulk_memory`: how much memory a process needs to take in a file of 200,000 rows, as CSV and as XLSX.

The file goes the whole way a province's admission list goes: read, checked, decided, encrypted, appended with claims
and decision rows, errors file written. Each run has a process of its own; the figure is how far its resident memory
rose above what it was before it opened the file.
"""

import csv
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from benchmarks.sheets import write_book

ROWS = 200_000
REACH = {"csv": 64.0, "xlsx": 512.0}
WRONG_EVERY = 1000


def bulk_memory(url: str, *, rows: int = ROWS) -> list[dict[str, Any]]:
    """Measure both formats on the server of `url`, each in a database of its own."""
    measured = []
    with tempfile.TemporaryDirectory(prefix="xueji-bench-") as folder:
        for kind in REACH:
            path = Path(folder) / f"admissions.{kind}"
            {"csv": write_csv, "xlsx": write_xlsx}[kind](path, rows)
            with _database(url) as own:
                command = [sys.executable, "-m", "benchmarks.intake", own, str(path), folder]
                found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            measured.append(_result(kind, rows, found))
    return measured


@contextmanager
def _database(url: str) -> Iterator[str]:
    """The URL of a database that is made by migrating it, and dropped afterwards."""
    name = f"bench_intake_{secrets.token_hex(4)}"
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        connection.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.close()


def _result(kind: str, rows: int, found: dict[str, Any]) -> dict[str, Any]:
    if found["accepted"] + found["refused"] != rows:
        raise RuntimeError(f"{found} is not the whole file")
    return {
        "name": f"bulk_memory_{kind}",
        "value": found["rise"],
        "unit": f"MiB above the idle process, {rows} rows of {kind.upper()} at {found['rate']} rows/s",
        "better": "lower",
        "reference": "–",
        "reference_value": None,
        "ratio": None,
        "reach": REACH[kind],
        "reached": found["rise"] <= REACH[kind],
    }


def rows_of(count: int) -> Iterator[tuple[str, ...]]:
    """An admission list with a wrong check digit in every thousandth row."""
    from cli.examples import admitted
    from cli.people import people

    patterns = [one.row for one in admitted()]
    for number, person in enumerate(islice(people(), count), 1):
        row = list(patterns[number % len(patterns)])
        row[2], row[3], row[4] = f"2211010{number:07d}", person.name, person.sex
        row[5], row[7] = f"{person.born:%Y%m%d}", person.id_number
        row[6] = "港澳台居民居住证" if person.id_type == "C" else "居民身份证"
        if number % WRONG_EVERY == 0:
            row[7] = row[7][:17] + "?"
        yield tuple(row)


def write_csv(path: Path, count: int) -> None:
    """The list as text."""
    from cli.examples import ADMISSION_TITLES

    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(ADMISSION_TITLES)
        writer.writerows(rows_of(count))


def write_xlsx(path: Path, count: int) -> None:
    """The list as a spreadsheet."""
    from cli.examples import ADMISSION_TITLES

    with path.open("wb") as stream:
        write_book(stream, ADMISSION_TITLES, rows_of(count))


def take_in(url: str, path: Path, folder: Path) -> dict[str, Any]:
    """Take one file in, in this process, and say how far memory rose."""
    import time

    from services.enrollment.application import Enrollment
    from services.enrollment.application.bulk.kinds import kinds
    from services.enrollment.domain.admission_batch import AdmissionBatch
    from shared.blobs.sealed_files import SealedBlobs
    from shared.codes.clock import SystemClock
    from shared.eventstore.context import Context
    from shared.eventstore.privacy import Keyring
    from shared.eventstore.store import Store, migrate
    from shared.intake.engine import BatchRunner

    migrate(url, "enrollment")
    keys = folder / f"keys{urlsplit(url).path.replace('/', '-')}.toml"
    app = Enrollment(Store(url, "enrollment"), SystemClock(), Keyring.generate(keys))
    blobs = SealedBlobs.at(folder / "blobs", keys)
    runner = BatchRunner(app, blobs, kinds(app))
    with path.open("rb") as stream:
        digest = blobs.put(stream)
    batch = AdmissionBatch(
        kind="admission_list",
        digest=digest,
        filename=path.name,
        submitted_by="bench",
        params={"entry_year": "2022"},
        school_code=None,
        province="11",
    )
    before = _memory("VmRSS")
    started = time.perf_counter()
    app.save(batch, by=Context.system("bench", datetime.now(UTC)))
    while runner.step():
        pass
    seconds = time.perf_counter() - started
    _, progress = app.standings(AdmissionBatch, [batch.id])[batch.id]
    return {
        "rise": round(_memory("VmHWM") - before, 1),
        "rate": round(progress.rows / seconds),
        "accepted": progress.accepted,
        "refused": progress.refused,
    }


def _memory(field: str) -> float:
    """VmRSS, what is resident now, or VmHWM, the most that ever was, in MiB; getrusage would tell of the parent."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


if __name__ == "__main__":
    print(json.dumps(take_in(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
