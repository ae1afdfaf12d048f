"""What a call through bus and service costs the front door: our client against nameko's own, under the same app."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from marshmallow import fields

from benchmarks.rows import Row, compared, fresh_database
from shared.bus.client import RpcClient
from shared.contracts import shapes
from shared.contracts.contract import Contract, Request
from shared.eventstore.store import Store, migrate

ROOT = Path(__file__).parents[1]
ID = "01930f3a-0000-7000-8000-0000000000a1"
THREADS = 8
ROUNDS = 7
CALLS = 400
WARM = 40


class StudentV1(Contract):
    """A student as an answer."""

    id = shapes.identifier()
    position = shapes.integer()
    school_code = shapes.school_code()
    school_name = shapes.text(80)
    major_name = shapes.text(50)
    entry_date = shapes.day()
    changes = fields.List(fields.String(), required=True)

    example: ClassVar[dict[str, Any]] = {
        "id": ID,
        "position": 0,
        "school_code": "4111010001",
        "school_name": "北京大学",
        "major_name": "哲学",
        "entry_date": "2026-09-01",
        "changes": ["转专业"],
    }


class GetStudentV1(Request):
    """Ask for one student."""

    service = "bench"
    method = "get_student"
    answer = StudentV1

    id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"id": ID}


def rpc_cpu(postgres: str, amqp: str) -> list[Row]:
    """CPU of the gateway's process per call, start-up left out; rounds alternate, each in a fresh process."""
    with fresh_database(postgres, "bench_rpc") as url, _service(url, amqp):
        pairs = []
        for number in range(ROUNDS):
            kinds = ("ours", "nameko") if number % 2 else ("nameko", "ours")
            spent = {kind: _gateway(kind, amqp) for kind in kinds}
            pairs.append((spent["ours"], spent["nameko"]))
    reference = f"the same Flask app over a pool of {THREADS} nameko ClusterRpcProxy"
    return [compared("rpc_cpu", pairs, unit="µs CPU/call", reference=reference, reach=0.8, better="lower")]


@contextmanager
def _service(postgres: str, amqp: str) -> Iterator[None]:
    migrate(postgres)
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.rpc", "service", amqp, postgres],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            if process.stdout is None or process.stdout.readline() != "READY\n":
                raise RuntimeError("the service did not start")
            yield
        finally:
            process.terminate()


def _gateway(kind: str, amqp: str) -> float:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.rpc", kind, amqp],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    return float(json.loads(done.stdout))


def _serve(amqp: str, postgres: str) -> None:
    """The service's process: a nameko container that reads one row for each call."""
    __import__("eventlet").monkey_patch()

    from shared.bus import logs
    from shared.bus.handlers import answers
    from shared.bus.providers import provide
    from shared.bus.runner import Services

    class Students:
        def __init__(self, environ: Mapping[str, Any]) -> None:
            self.store = Store(postgres, "")

        def get(self, id: UUID) -> dict[str, Any]:
            with self.store.reading() as cursor:
                cursor.execute("SELECT position FROM sequencer")
                (position,) = cursor.fetchone() or (0,)
            return {**StudentV1.example, "id": id, "position": position}

    class Bench:
        name = "bench"
        students = provide(Students)

        @answers(GetStudentV1)
        def get_student(self, request: dict[str, Any], by: Any) -> Any:
            return self.students.get(**request)

    logs.configure()
    services = Services([Bench], {"XUEJI_AMQP_URL": amqp})
    services.start()
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    services.wait()


Ask = Callable[[str], dict[str, Any]]


def _with_our_client(amqp: str) -> Ask:
    client = RpcClient(amqp, name="bench")
    return lambda id_: client.call(GetStudentV1, {"id": id_})


def _with_namekos_client(amqp: str) -> Ask:
    from nameko.standalone.rpc import ClusterRpcProxy

    pool: queue.LifoQueue[Any] = queue.LifoQueue()
    for _ in range(THREADS):
        pool.put(ClusterRpcProxy({"AMQP_URI": amqp}, timeout=10).start())

    def ask(id_: str) -> dict[str, Any]:
        proxy = pool.get()
        try:
            answer: dict[str, Any] = proxy.bench.get_student({"id": id_})
            return answer
        finally:
            pool.put(proxy)

    return ask


def _measure(ask: Ask) -> float:
    """µs of this process's CPU per request of a Flask app that asks and answers in JSON."""
    from flask import Flask, jsonify

    app = Flask(__name__)

    @app.get("/v1/students/<id_>")
    def student(id_: str) -> Any:
        return jsonify(ask(id_))

    _requests(app, WARM)
    started = time.process_time()
    _requests(app, CALLS)
    return (time.process_time() - started) / CALLS * 1e6


def _requests(app: Any, number: int) -> None:
    faults: list[BaseException] = []

    def visit() -> None:
        try:
            for _ in range(number // THREADS):
                answer = b"".join(app.wsgi_app(_environ(), lambda status, headers, exc_info=None: None))
                if json.loads(answer)["id"] != ID:
                    raise RuntimeError("a wrong answer")
        except BaseException as error:
            faults.append(error)
            raise

    threads = [threading.Thread(target=visit) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def _environ() -> dict[str, Any]:
    from werkzeug.test import create_environ

    return create_environ(f"/v1/students/{ID}")


def main(kind: str, amqp: str, postgres: str = "") -> None:
    """One of the processes of this benchmark."""
    if kind == "service":
        _serve(amqp, postgres)
    else:
        sys.stdout.write(json.dumps(_measure((_with_our_client if kind == "ours" else _with_namekos_client)(amqp))))
        sys.stdout.flush()
        os._exit(0)  # nameko's client has no end of its own that would not wait


if __name__ == "__main__":
    if urlsplit(sys.argv[2]).scheme not in ("amqp", "amqps"):
        raise SystemExit("needs a real broker")
    main(*sys.argv[1:])
