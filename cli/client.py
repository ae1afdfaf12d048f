"""A caller of the HTTP API, as an office or a student would write one: JSON in, JSON out, problems with their rule."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import uuid4

import urllib3

Answer = dict[str, Any]
WAIT_SECONDS = 60.0
T = TypeVar("T")


class Problem(Exception):
    """The registry refused; `body` is its problem+json."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.body = dict(body)
        super().__init__(f"{status} {self.body.get('code')} ({self.body.get('rule')}): {self.body.get('en')}")


class Caller:
    """Speaks to one registry, as nobody or as somebody who signed in."""

    def __init__(self, origin: str, token: str = "", pool: urllib3.PoolManager | None = None) -> None:
        self.origin = origin.rstrip("/")
        self._pool = pool or urllib3.PoolManager(maxsize=8, retries=False, timeout=urllib3.Timeout(total=30))
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def signed_in(self, token: str) -> "Caller":
        """The same registry, as the holder of a session."""
        return Caller(self.origin, token, self._pool)

    def get(self, path: str, **query: str) -> Answer:
        """Ask a question."""
        return self._answer(self._pool.request("GET", self.origin + path, fields=query, headers=self._headers))

    def fetch(self, path: str) -> bytes:
        """Fetch a file."""
        response = self._pool.request("GET", self.origin + path, headers=self._headers)
        if response.status != 200:
            self._answer(response)
        return response.data

    def post(self, path: str, body: Mapping[str, Any], *, key: str = "") -> Answer:
        """Give a command; the same `key` gives the same answer and acts once."""
        headers = {**self._headers, "Idempotency-Key": key or str(uuid4()), "Content-Type": "application/json"}
        return self._answer(
            self._pool.request("POST", self.origin + path, body=json.dumps(body).encode(), headers=headers)
        )

    def upload(self, path: str, filename: str, content: bytes, *, key: str = "", **fields: str) -> Answer:
        """Give a command with a file."""
        headers = {**self._headers, "Idempotency-Key": key or str(uuid4())}
        parts: dict[str, Any] = {**fields, "file": (filename, content)}
        return self._answer(self._pool.request("POST", self.origin + path, fields=parts, headers=headers))

    def _answer(self, response: urllib3.BaseHTTPResponse) -> Answer:
        body: Answer = json.loads(response.data) if response.data else {}
        if response.status >= 400:
            raise Problem(response.status, body)
        return body


def until(ask: Callable[[], T | None], what: str, seconds: float = WAIT_SECONDS) -> T:
    """Ask until there is an answer; other services hear of things a moment later."""
    deadline = time.monotonic() + seconds
    while True:
        found = ask()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)
