"""Keeps what strangers were answered (A6-2): written before the answer, committed in groups by one thread."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Final
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Gauge

from shared.eventstore.store import Store

LARGEST_GROUP: Final = 500
PATIENCE: Final = 5.0
WAITING = Gauge("xueji_verification_evidence_waiting", "Answers that wait for their evidence to be committed.")
_log = structlog.get_logger("xueji.verification")
# The group travels as one JSON text: less to adapt than seven arrays, in half the time.
_INSERT: Final = """
    INSERT INTO evidence (answered_at, outcome, report_id, record_id, record_version, shown, client_key)
    SELECT answered_at, outcome, report_id, record_id, record_version, shown, client_key
    FROM json_to_recordset(%s) AS row (answered_at timestamptz, outcome text, report_id uuid, record_id uuid,
                                       record_version int, shown text[], client_key text)
"""
_json: Final = msgspec.json.Encoder()


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
                cursor.execute(_INSERT, (_json.encode([entry.evidence for entry in group]).decode(),))
        except Exception as error:
            _log.error("evidence not kept", fault=type(error).__name__, answers=len(group))
            return False
        return True
