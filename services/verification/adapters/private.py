"""The private port of the public route: alive, ready, metrics. Not for strangers."""

import errno
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Probes are not worth a line."""


def private_app(ready: Callable[[], bool]) -> Callable[..., Iterable[bytes]]:
    """/livez, /readyz and /metrics."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, kind, body = "404 Not Found", "text/plain", b"not found\n"
        path = environ.get("PATH_INFO")
        if path == "/livez":
            status, body = "200 OK", b"ok\n"
        elif path == "/readyz":
            status, body = ("200 OK", b"ok\n") if _is(ready) else ("503 Service Unavailable", b"not ready\n")
        elif path == "/metrics":
            status, kind, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest()
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def serve_privately(host: str, port: int, ready: Callable[[], bool]) -> WSGIServer | None:
    """Answer on the private port from a thread of its own; None where a sister process of one server has the port."""
    try:
        server = make_server(host, port, private_app(ready), server_class=_Server, handler_class=_Quiet)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return None
    threading.Thread(target=server.serve_forever, name="private port", daemon=True).start()
    return server


def _is(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except Exception:  # whatever it is, it is not ready
        return False
