"""One worker leads: an advisory lock chooses it, a rising term and compare-and-set positions stop one that lost it."""

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import psycopg2
from eventsourcing.persistence import PersistenceError
from prometheus_client import Gauge

from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.sequencer import Fenced
from shared.eventstore.store import Connection, Store

_log = logging.getLogger(__name__)
LEADING = Gauge("xueji_leading", "1 while this process leads the store's worker.", ["service", "leader"])

Task = Callable[[], int]
_FIRST_PAUSE, _LONGEST_PAUSE, _STANDBY = 0.05, 5.0, 0.5
LOST = (psycopg2.OperationalError, psycopg2.InterfaceError, PersistenceError)


class Stop(Protocol):
    """What ends a run: `threading.Event`, plain or green."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class Leader:
    """Runs tasks while this process holds the lock `name` of the store; others wait to take over."""

    def __init__(self, store: Store, name: str = "worker", *, idle: float = 0.01, patience: float = 1.0) -> None:
        self._store = store
        self._name = name
        self._idle = idle
        self._patience = patience
        self._pause = _FIRST_PAUSE
        self._gauge = LEADING.labels(store.service, name)

    def run(self, tasks: Sequence[Task], stop: Stop) -> None:
        """Lead whenever possible until `stop` is set. A task does a bounded piece of work and answers how much."""
        while not stop.is_set():
            try:
                self._lead(tasks, stop)
            except (*LOST, Fenced, ChangedMeanwhile) as error:
                # a record that somebody changed meanwhile is looked at anew, like everything else
                _log.warning("leader %s of %s starts again: %s", self._name, self._store.service, error)
            if not stop.is_set():
                stop.wait(self._pause)
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def _lead(self, tasks: Sequence[Task], stop: Stop) -> None:
        """Take the lock, when it is free, and work until stopped, cut off or fenced off."""
        with contextlib.closing(self._store.connect(prepare=False)) as connection:
            while not self._take_lock(connection):
                if stop.wait(_STANDBY):
                    return
            self._pause = _FIRST_PAUSE
            term = self._begin_term(connection)
            self._gauge.set(1)
            try:
                self._work(connection, term, tasks, stop)
            finally:
                self._gauge.set(0)

    def _take_lock(self, connection: Connection) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (f"xueji leader {self._name}",))
            (taken,) = cursor.fetchone()  # type: ignore[misc]
        return bool(taken)

    def _begin_term(self, connection: Connection) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO leaders (name, term) VALUES (%s, 1)"
                " ON CONFLICT (name) DO UPDATE SET term = leaders.term + 1 RETURNING term",
                (self._name,),
            )
            (term,) = cursor.fetchone()  # type: ignore[misc]
        return int(term)

    def _work(self, connection: Connection, term: int, tasks: Sequence[Task], stop: Stop) -> None:
        asked = time.monotonic()
        while not stop.is_set():
            if time.monotonic() - asked > self._patience:
                self._require_term(connection, term)
                asked = time.monotonic()
            done = 0
            for task in tasks:
                if stop.is_set():
                    return
                done += task()
            if not done:
                stop.wait(self._idle)

    def _require_term(self, connection: Connection, term: int) -> None:
        """Ask on the connection that holds the lock: a lost one fails here, a later leader shows in the term."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT term FROM leaders WHERE name = %s", (self._name,))
            (current,) = cursor.fetchone()  # type: ignore[misc]
        if current != term:
            raise Fenced(f"leader {self._name} is in term {current}, this process led in {term}")
