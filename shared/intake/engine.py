"""Runs the bulk files of one service, one bounded step at a time, and goes on after a kill where it stopped."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID

from shared.blobs.port import Blobs
from shared.eventstore.application import Application, ChangedMeanwhile
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.intake.chunks import CHUNK as CHUNK  # noqa: PLC0414 -- re-exported
from shared.intake.kind import BulkKind as BulkKind  # noqa: PLC0414 -- re-exported
from shared.intake.plan import PlanSeal
from shared.intake.planning import HOLDS
from shared.intake.queue import open_batches, overdue_plans
from shared.intake.run import BatchRun as BatchRun  # noqa: PLC0414 -- re-exported
from shared.intake.spool import KeptSheets

LOOK_FOR_LAPSED = 30.0
"""Seconds between two looks for plans that nobody committed in time."""


class BatchRunner:
    """Runs the open batches of one service, one bounded step at a time; a step that fails is begun anew."""

    def __init__(
        self,
        app: Application,
        blobs: Blobs,
        kinds: Mapping[str, BulkKind],
        keyring: Keyring | None = None,
        *,
        holds: timedelta = HOLDS,
    ) -> None:
        self._app = app
        self._blobs = blobs
        self._kinds = kinds
        self._seal = PlanSeal(keyring) if keyring else None
        self._holds = holds
        self._running: Iterator[int] | None = None
        self._failures: Counter[UUID] = Counter()
        self._look_at = 0.0
        self._kept = KeptSheets()

    def step(self) -> int:
        """Do one piece of work; 0 when no batch is open."""
        if self._running is None:
            self._running = self._next_run()
        if self._running is None:
            return self._look_for_lapsed()
        try:
            return next(self._running)
        except StopIteration:
            self._running = None
            return 1
        except BaseException:
            # the store knows how far it is; what was in memory is not to be trusted
            self._running = None
            raise

    def lapse(self) -> int:
        """Give up the plans whose time is over; says how many."""
        now = self._app.clock.now()
        overdue = list(overdue_plans(self._app, now))
        if overdue:
            self._kept.let_go()
        for batch_type, batch_id in overdue:
            batch = self._app.get(batch_type, batch_id)
            batch.lapse()
            try:
                self._app.save(batch, by=Context.system("lapse_plan", now, causation_id=str(batch_id)))
            except ChangedMeanwhile:
                continue  # committed in this very moment
        return len(overdue)

    def _look_for_lapsed(self) -> int:
        if time.monotonic() < self._look_at:
            return 0
        self._look_at = time.monotonic() + LOOK_FOR_LAPSED
        return self.lapse()

    def _next_run(self) -> Iterator[int] | None:
        waiting = [each for each in open_batches(self._app) if each[2] in self._kinds]
        if not waiting:
            return None
        # one that fails again and again must not hold up the others
        batch_type, batch_id, kind = min(waiting, key=lambda each: (self._failures[each[1]], each[1].int))
        what = self._kinds[kind], batch_type, batch_id
        run = BatchRun(self._app, self._blobs, *what, seal=self._seal, holds=self._holds, kept=self._kept)
        return self._guarded(batch_id, run)

    def _guarded(self, batch_id: UUID, run: BatchRun) -> Iterator[int]:
        try:
            yield from run.steps()
        except Exception:
            self._failures[batch_id] += 1
            raise
        del self._failures[batch_id]
