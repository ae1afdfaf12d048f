"""How fast strangers are answered: verification by code over HTTP against a bare WSGI route with one SELECT.

Both run under the same server (gunicorn, one process, the same threads), on the same database, asked by the same
clients in turns. The bare route looks one row up and writes it as JSON; ours also checks the client's budget and the
code, opens the sealed person, and commits the evidence of each answer before it gives it.
"""

import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import psycopg2

from services.verification.application import Verification
from services.verification.domain.report import Report
from services.verification.domain.rules import ReportStanding
from services.verification.projections import PROJECTIONS
from services.verification.public import app
from shared.blobs.files import FileBlobs
from shared.codes.clock import SystemClock, add_months, shanghai_date
from shared.codes.report_codes import new_report_code
from shared.eventstore.application import Draft, Heard
from shared.eventstore.context import Context
from shared.eventstore.follower import Follower
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store, migrate

REACH = 0.5
THREADS = 48  # an answer waits for its evidence to reach the disk; others are worked on meanwhile
CLIENTS = 48
MESSAGE = 250
ROOT = Path(__file__).resolve().parents[1]


def verify(url: str, *, rounds: int = 5, seconds: float = 2.0, reports: int = 2_000) -> list[dict[str, Any]]:
    """The row `verify`; `url` names a PostgreSQL on which a database is made and dropped again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(_database(url))
        environ, codes = _filled(database, folder, reports)
        ours = stack.enter_context(_serving("ours", environ))
        bare = stack.enter_context(_serving("bare", environ))
        pairs = [_in_turn(ours, bare, codes, seconds, backwards=bool(turn % 2)) for turn in range(rounds)]
    value, reference = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    return [
        {
            "name": "verify",
            "value": round(value),
            "unit": "answers/s",
            "better": "higher",
            "reference": "bare WSGI route with one SELECT, same server",
            "reference_value": round(reference),
            "ratio": round(ratio, 3),
            "reach": REACH,
            "reached": ratio >= REACH,
        }
    ]


def _in_turn(ours: int, bare: int, codes: list[str], seconds: float, *, backwards: bool) -> tuple[float, float]:
    if backwards:
        theirs = _rate(bare, codes, seconds)
        return _rate(ours, codes, seconds), theirs
    return _rate(ours, codes, seconds), _rate(bare, codes, seconds)


# --- what there is to verify ---


def _filled(url: str, folder: Path, reports: int) -> tuple[dict[str, str], list[str]]:
    """A register with so many issued reports, in its log and its read tables."""
    migrate(url, "verification")
    keyring = Keyring.generate(folder / "keys.toml")
    store = Store(url, "verification")
    use_cases = Verification(store, SystemClock(), keyring, FileBlobs(folder / "blobs"), press=_NoPress())
    codes = [code for start in range(0, reports, MESSAGE) for code in _some(use_cases, keyring, start)]
    sequencer, follower = Sequencer(store), Follower(store, PROJECTIONS)
    while sequencer.step() + follower.step():
        continue
    with store.reading() as cursor:
        cursor.execute("ANALYZE")
    store.close()
    environ = {
        "XUEJI_POSTGRES_URL": url,
        "XUEJI_BLOBS_DIR": str(folder / "blobs"),
        "XUEJI_KEYS_FILE": str(folder / "keys.toml"),
        "XUEJI_VERIFY_RATE": "1000000000 per minute",
        "XUEJI_POSTGRES_POOL": str(THREADS + 2),
    }
    return environ, codes


class _NoPress:
    def print(self, sheet: Any) -> bytes:
        raise NotImplementedError

    def code_in(self, document: bytes) -> str:
        raise NotImplementedError


def _some(use_cases: Verification, keyring: Keyring, start: int) -> list[str]:
    today = shanghai_date(datetime.now(UTC))
    statuses = [(uuid7(), f"1101052004{number:08d}") for number in range(start, start + MESSAGE)]
    facts = [_registration(keyring, status_id, number) for status_id, number in statuses]
    use_cases.hear_registrations(facts, heard=Heard("enrollment", start + 1, start + MESSAGE))
    codes, drafts = [], []
    for status_id, _ in statuses:
        codes.append(new_report_code("S"))
        drafts += _issued(keyring, status_id, codes[-1], today)
    use_cases.append(drafts, Context.system("benchmark", datetime.now(UTC)))
    return codes


def _registration(keyring: Keyring, status_id: Any, number: str) -> dict[str, Any]:
    person = {"name": "欧阳晓楠", "id_type": "1", "id_number": number, "birth_date": "2004-05-17", "sex": "女",
              "ethnicity": "汉族"}  # fmt: skip
    id_key = keyring.id_key("1", number)
    return {
        "status_id": status_id,
        "id_key": id_key,
        "sealed_person": keyring.seal_person(person, id_key),
        "school_code": "4111010013",
        "school_name": "北京邮电大学",
        "level": "本科",
        "category": "普通高等教育",
        "study_form": "普通全日制",
        "major_name": "计算机科学与技术",
        "duration": "4",
        "entry_date": date(2022, 9, 1),
        "expected_graduation_date": date(2026, 6, 30),
    }


def _issued(keyring: Keyring, status_id: Any, code: str, today: date) -> list[Draft]:
    report_id, person_id, until = uuid7(), uuid4(), add_months(today, 6)
    record = {"kind": "status", "record_id": status_id, "status_id": status_id, "valid_until": until}
    asked = {**record, "person_id": person_id, "language": "both", "months": 6, "requested_on": today}
    issued = {**record, "record_version": 2, "code_key": keyring.code_key(code), "document_digest": "ab" * 32,
              "sealed_document_key": "x", "issued_on": today}  # fmt: skip
    standing = ReportStanding(person_id, until)
    return [
        Draft(Report, report_id, 1, Report.Requested, asked, standing),
        Draft(Report, report_id, 2, Report.Issued, issued, ReportStanding(person_id, until, "issued")),
    ]


# --- the two routes, each in a process of its own ---


def ours() -> Any:
    """What gunicorn serves for us."""
    return app(os.environ)


def bare() -> Callable[..., Iterable[bytes]]:
    """What gunicorn serves for the reference: one look-up by a unique key, answered as JSON."""
    store = Store(StoreSettings.from_environ(os.environ, "verification"))
    keyring = Keyring.from_file(os.environ["XUEJI_KEYS_FILE"])

    def route(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = msgspec.json.decode(
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b'{"code":""}'
        )
        with store.reading() as cursor:
            cursor.execute("SELECT * FROM report_register WHERE code_key = %s", (keyring.code_key(asked["code"]),))
            body = msgspec.json.encode(cursor.fetchone())
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return route


@contextmanager
def _serving(name: str, environ: dict[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "1",
        "--threads", str(THREADS), "--log-level", "error", "--no-control-socket", f"benchmarks.verify:{name}()",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, **environ}, cwd=ROOT)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    """Until the worker behind the port answers: the port itself is open before it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 60) as line:
                line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if line.recv(64):
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


@contextmanager
def _database(url: str) -> Iterator[str]:
    name = f"bench_verify_{secrets.token_hex(4)}"
    _execute(url, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        _execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: str, sql: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


# --- the clients ---


def _rate(port: int, codes: list[str], seconds: float) -> float:
    """Answers a second to clients that each ask again as soon as they were answered."""
    counts = [0] * CLIENTS
    until = time.monotonic() + seconds

    def ask(client: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 60) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < until:
                _ask(line, codes[(client * 997 + counts[client]) % len(codes)])
                counts[client] += 1

    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(ask, range(CLIENTS)))
    return sum(counts) / (time.monotonic() - started)


def _ask(line: socket.socket, code: str) -> None:
    body = json.dumps({"code": code}).encode()
    head = f"POST /verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    line.sendall(head.encode() + body)
    answer = line.recv(65536)
    while b"\r\n\r\n" not in answer:
        answer += line.recv(65536)
    said, _, rest = answer.partition(b"\r\n\r\n")
    if not said.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(said[:200])
    length = int(next(row.split(b":")[1] for row in said.lower().split(b"\r\n") if row.startswith(b"content-length")))
    while len(rest) < length:
        rest += line.recv(65536)


if __name__ == "__main__":
    print(json.dumps(verify(sys.argv[1]), indent=1))
