"""A private port that says whether a process lives, is ready, and how it does: /livez, /readyz, /metrics."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.bus.settings import BusSettings

Ready = Callable[[], bool]


class Health(BaseHTTPRequestHandler):
    """Answers three paths and nothing else."""

    ready: Ready

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
        elif self.path == "/livez":
            self._answer(200, "text/plain", b"alive\n")
        elif self.path == "/readyz":
            ready = self._is_ready()
            self._answer(200 if ready else 503, "text/plain", b"ready\n" if ready else b"not ready\n")
        else:
            self._answer(404, "text/plain", b"not here\n")

    def _is_ready(self) -> bool:
        try:
            return bool(type(self).ready())
        except Exception:  # whatever the check met, the process cannot serve
            return False

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Probes are not news."""


@contextmanager
def serve_health(environ: Mapping[str, str], ready: Ready) -> Iterator[int]:
    """Serve health beside whatever the block does, on XUEJI_METRICS_PORT; yields the port, 0 if none is wanted."""
    settings = BusSettings.from_environ(environ)
    if not settings.metrics_port:
        yield 0
        return
    answering = type("Answering", (Health,), {"ready": staticmethod(ready)})
    server = ThreadingHTTPServer((settings.metrics_host, settings.metrics_port), answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
