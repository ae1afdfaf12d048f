"""Keeps what strangers were answered (A6-2): written before the answer, committed in groups by one thread."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Gauge

from shared.eventstore.store import Store

LARGEST_GROUP: Final = 500
PATIENCE: Final = 5.0
WAITING = Gauge("xueji_verification_evidence_waiting", "Answers that wait for their evidence to be committed.")
_log = structlog.get_logger("xueji.verification")
_INSERT: Final = """
    INSERT INTO evidence (answered_at, outcome, report_id, record_id, record_version, shown, client_key)
    SELECT at, outcome, report_id, record_id, version, string_to_array(shown, ','), client
    FROM unnest(%s::timestamptz[], %s::text[], %s::uuid[], %s::uuid[], %s::int[], %s::text[], %s::text[])
      AS row (at, outcome, report_id, record_id, version, shown, client)
"""


class NotKept(Exception):
    """The evidence could not be written, so the answer must not be given."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was answered, from which version of which record, when, and to which client (a keyed hash)."""

    answered_at: datetime
    outcome: str
    client_key: str
    report_id: UUID | None = None
    record_id: UUID | None = None
    record_version: int | None = None
    shown: list[str] = field(default_factory=list)


class _Entry:
    """One piece of evidence on its way, and the latch its request waits at."""

    __slots__ = ("done", "evidence", "kept")

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.kept = False
        self.done = threading.Lock()
        self.done.acquire()


class EvidenceBook:
    """One thread commits whatever has gathered while it committed the last group."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: SimpleQueue[_Entry | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether evidence can be kept."""
        return self._thread.is_alive()

    def keep(self, evidence: Evidence) -> None:
        """Return when the evidence is durable; raises NotKept."""
        entry = _Entry(evidence)
        self._waiting.put(entry)
        if not entry.done.acquire(timeout=PATIENCE) or not entry.kept:
            raise NotKept

    def close(self) -> None:
        """Commit what waits and stop."""
        self._waiting.put(None)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first, *self._gathered()]
            WAITING.set(len(group))
            kept = self._commit(group)
            for entry in group:
                entry.kept = kept
                entry.done.release()
            WAITING.set(0)

    def _gathered(self) -> list[_Entry]:
        group: list[_Entry] = []
        while len(group) < LARGEST_GROUP:
            try:
                entry = self._waiting.get_nowait()
            except Empty:
                break
            if entry is None:
                self._waiting.put(None)
                break
            group.append(entry)
        return group

    def _commit(self, group: list[_Entry]) -> bool:
        try:
            with self._store.reading() as cursor:  # one statement is one transaction
                cursor.execute(_INSERT, _columns([entry.evidence for entry in group]))
        except Exception as error:
            _log.error("evidence not kept", fault=type(error).__name__, answers=len(group))
            return False
        return True


def _columns(group: list[Evidence]) -> tuple[list[Any], ...]:
    return (
        [each.answered_at for each in group],
        [each.outcome for each in group],
        [str(each.report_id) if each.report_id else None for each in group],
        [str(each.record_id) if each.record_id else None for each in group],
        [each.record_version for each in group],
        [",".join(each.shown) for each in group],
        [each.client_key for each in group],
    )
