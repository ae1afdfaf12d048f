"""What faults need: a caller that asks again with the same command id, and somebody who breaks things in between."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

import urllib3

from cli.client import Answer, Caller, Problem

PATIENCE = 240.0


class PersistentCaller(Caller):
    """Asks again, with the same command id, until there is an answer: what every caller is told to do.

    `acknowledged` collects the ids of the commands that were answered; all callers of one story share it.
    """

    acknowledged: list[str]

    def __init__(self, origin: str, token: str = "", pool: Any = None, acknowledged: list[str] | None = None) -> None:
        super().__init__(origin, token, pool)
        self.acknowledged = [] if acknowledged is None else acknowledged

    def signed_in(self, token: str) -> "PersistentCaller":
        return PersistentCaller(self.origin, token, self._pool, self.acknowledged)

    def get(self, path: str, **query: str) -> Answer:
        return self._until_answered(lambda: super(PersistentCaller, self).get(path, **query))

    def fetch(self, path: str) -> bytes:
        return self._until_answered(lambda: super(PersistentCaller, self).fetch(path))

    def post(self, path: str, body: Mapping[str, Any], *, key: str = "") -> Answer:
        key = key or str(uuid4())
        answer = self._until_answered(lambda: super(PersistentCaller, self).post(path, body, key=key))
        self.acknowledged.append(key)
        return answer

    def upload(self, path: str, filename: str, content: bytes, *, key: str = "", **fields: str) -> Answer:
        key = key or str(uuid4())
        answer = self._until_answered(
            lambda: super(PersistentCaller, self).upload(path, filename, content, key=key, **fields)
        )
        self.acknowledged.append(key)
        return answer

    def _until_answered(self, ask: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return ask()
            except Problem as problem:
                if (problem.status < 500 and problem.status != 429) or time.monotonic() > deadline:
                    raise
            except urllib3.exceptions.HTTPError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.2)


class Nemesis:
    """Breaks one thing after the other, each when the registry has got on since the last; in an order by seed."""

    def __init__(
        self, faults: Iterable[tuple[str, Callable[[], object]]], progress: Callable[[], int], seed: int
    ) -> None:
        self._faults = list(faults)
        random.Random(seed).shuffle(self._faults)
        self._progress = progress
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nemesis")
        self.done: list[str] = []
        self.failure: BaseException | None = None

    def __enter__(self) -> "Nemesis":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            seen = 0
            for name, break_it in self._faults:
                while not self._stop.is_set() and self._progress() <= seen:
                    self._stop.wait(0.05)
                if self._stop.is_set():
                    return
                break_it()
                self.done.append(name)
                seen = self._progress()
        except BaseException as failure:
            self.failure = failure
