"""What a call through bus and service costs the front door: our client against nameko's own, under the same app."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, compared, fresh_database
from benchmarks.rpc_words import ID, GetStudentV1
from shared.bus.client import RpcClient
from shared.bus.failures import CallFailed
from shared.eventstore.store import migrate

ROOT = Path(__file__).parents[1]
THREADS = 8
ROUNDS = 7
CALLS = 400
WARM = 40


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
    program = "from shared.bus.runner import main; main('bench', module='benchmarks.rpc_service')"
    environ = {**os.environ, "XUEJI_AMQP_URL": amqp, "BENCH_POSTGRES_URL": postgres}
    environ.pop("XUEJI_METRICS_PORT", None)
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, env=environ) as process:
        try:
            _wait_for_answer(amqp)
            yield
        finally:
            process.terminate()


def _wait_for_answer(amqp: str) -> None:
    client = RpcClient(amqp, name="bench")
    end = time.monotonic() + 60
    while True:
        try:
            client.call(GetStudentV1, {"id": ID})
            break
        except CallFailed:
            if time.monotonic() > end:
                raise
    client.close()


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


def main(kind: str, amqp: str) -> None:
    """The gateway's process of this benchmark."""
    ask = (_with_our_client if kind == "ours" else _with_namekos_client)(amqp)
    sys.stdout.write(json.dumps(_measure(ask)))
    sys.stdout.flush()
    os._exit(0)  # nameko's client has no end of its own that would not wait


if __name__ == "__main__":
    main(*sys.argv[1:])
