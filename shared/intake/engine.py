"""Takes bulk files in: checks, decides and appends chunk by chunk, and goes on after a kill where it stopped."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from shared.blobs.port import BlobMissing, Blobs
from shared.eventstore.application import Application, ChangedMeanwhile
from shared.eventstore.aside import Outcome, Write, in_turn, writing_aside
from shared.eventstore.bulk import LARGEST_CHUNK, Draft
from shared.eventstore.context import Context
from shared.intake.batch import Batch
from shared.intake.columns import CheckedRow, RowError, Sheet, check_rows
from shared.intake.errors import ErrorsFile
from shared.intake.files import read_sheet
from shared.intake.kind import BulkKind
from shared.intake.progress import Progress, advanced
from shared.intake.queue import open_batches
from shared.intake.refusal_chain import RefusalChain
from shared.intake.refusals import FileRefused
from shared.rules.refused import Refused

CHUNK = LARGEST_CHUNK
"""Rows decided together: less than a tenth of a second, for the worker has other work waiting."""
_GLANCE = 2000


class BatchRunner:
    """Runs the open batches of one service, one bounded step at a time; a step that fails is begun anew."""

    def __init__(self, app: Application, blobs: Blobs, kinds: Mapping[str, BulkKind]) -> None:
        self._app = app
        self._blobs = blobs
        self._kinds = kinds
        self._running: Iterator[int] | None = None
        self._failures: Counter[UUID] = Counter()

    def step(self) -> int:
        """Do one piece of work; 0 when no batch is open."""
        if self._running is None:
            self._running = self._next_run()
        if self._running is None:
            return 0
        try:
            return next(self._running)
        except StopIteration:
            self._running = None
            return 1
        except BaseException:
            # the store knows how far it is; what was in memory is not to be trusted
            self._running = None
            raise

    def _next_run(self) -> Iterator[int] | None:
        waiting = [each for each in open_batches(self._app) if each[2] in self._kinds]
        if not waiting:
            return None
        # one that fails again and again must not hold up the others
        batch_type, batch_id, kind = min(waiting, key=lambda each: (self._failures[each[1]], each[1].int))
        return self._guarded(batch_id, BatchRun(self._app, self._blobs, self._kinds[kind], batch_type, batch_id))

    def _guarded(self, batch_id: UUID, run: "BatchRun") -> Iterator[int]:
        try:
            yield from run.steps()
        except Exception:
            self._failures[batch_id] += 1
            raise
        del self._failures[batch_id]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A chunk decided and encoded: how to write it, and where the batch stands before and after."""

    chunk: list[CheckedRow]
    append: Callable[[], None]
    version: int
    before: Progress
    after: Progress


class Overtaken(Exception):
    """Another worker moved this batch; this run is over."""


class BatchRun:
    """One batch from where the store says it is to its end."""

    def __init__(self, app: Application, blobs: Blobs, kind: BulkKind, batch_type: type[Batch], batch_id: UUID) -> None:
        self._app, self._blobs, self._kind = app, blobs, kind
        self._batch_type, self._batch_id = batch_type, batch_id
        self._chain = RefusalChain(blobs)
        self._version, self._now = self._stored()
        self._begun: tuple[_Plan, Outcome] | None = None

    def steps(self) -> Iterator[int]:
        """Every piece of work, counted in rows."""
        if self._now.state not in ("submitted", "running"):
            return
        with suppress(Overtaken):
            try:
                with self._blobs.open(self._now.digest) as stream:
                    yield from self._through(read_sheet(stream, self._now.filename))
            except (FileRefused, BlobMissing) as refused:
                self._refuse(refused)

    def _through(self, sheet: Sheet) -> Iterator[int]:
        self._kind.table.match(sheet.header)
        yield from self._read_through(sheet)
        # rows that are done are checked again, for the double of one may still come
        yield from self.take_in(check_rows(self._kind.table, sheet))
        yield from self._finish(sheet)

    def _read_through(self, sheet: Sheet) -> Iterator[int]:
        """Prove the file whole before anything of it is stored."""
        rows = 0
        for rows, _ in enumerate(sheet, 1):
            if rows % _GLANCE == 0:
                yield _GLANCE
        if self._now.state == "submitted":
            batch = self._app.get(self._batch_type, self._batch_id)
            batch.check(rows=rows)
            self._save(batch)
            self._version, self._now = self._stored()

    def take_in(self, checked: Iterator[CheckedRow]) -> Iterator[int]:
        """Decide and append chunk by chunk: while the database writes one, the next is decided."""
        with writing_aside() as write:
            while chunk := list(islice(checked, CHUNK)):
                chunk = [row for row in chunk if row.number > self._now.done]
                if chunk:
                    self._advance(chunk, write)
                yield CHUNK
            self._end()

    def _advance(self, chunk: list[CheckedRow], write: Write) -> None:
        plan = self._plan(chunk)
        if not self._end():
            plan = self._plan(chunk)  # the chunk before ended otherwise than this one took for granted
        if plan is None:
            self._halve(chunk)
        else:
            self._begin(plan, write)

    def _begin(self, plan: "_Plan", write: Write) -> None:
        """Have a chunk written; from here on it counts as written, until `_end` hears otherwise."""
        self._begun = plan, write(plan.append)
        self._version, self._now = plan.version, plan.after

    def _end(self) -> bool:
        """Wait for the chunk that is being written; where the store objects, halve until the row is named."""
        if self._begun is None:
            return True
        plan, outcome = self._begun
        self._begun = None
        try:
            outcome()
        except Refused as conflict:
            self._version, self._now = plan.version - 1, plan.before
            self._settle(plan.chunk, conflict)
            return False
        return True

    def _decide(self, chunk: list[CheckedRow]) -> None:
        """Decide and append in turn."""
        plan = self._plan(chunk)
        if plan is None:
            self._halve(chunk)
        else:
            self._begin(plan, in_turn)
            self._end()

    def _plan(self, chunk: list[CheckedRow]) -> "_Plan | None":
        """Decide a chunk; None if it leads to more facts than one transaction may hold."""
        good = [row for row in chunk if not row.errors]
        answers = self._kind.decide(good, self._now, self._batch_id) if good else ()
        refused = {row.number: row.errors for row in chunk if row.errors}
        drafts: list[Draft] = []
        unchanged = 0
        for row, answer in zip(good, answers, strict=True):
            if isinstance(answer, Refused):
                refused[row.number] = (self._named(row, answer),)
            else:
                drafts.extend(answer)
                unchanged += not answer
        if len(drafts) > LARGEST_CHUNK and len(chunk) > 1:
            return None
        return self._planned(chunk, drafts, refused, unchanged)

    def _settle(self, chunk: list[CheckedRow], conflict: Refused) -> None:
        if self._stored()[0] != self._version:
            raise Overtaken from conflict
        if len(chunk) > 1:
            self._halve(chunk)
            return
        row = chunk[0]
        plan = self._planned(chunk, [], {row.number: (self._named(row, conflict),)})
        plan.append()
        self._version, self._now = plan.version, plan.after

    def _halve(self, chunk: list[CheckedRow]) -> None:
        middle = len(chunk) // 2
        self._decide(chunk[:middle])
        self._decide(chunk[middle:])

    def _planned(
        self,
        chunk: list[CheckedRow],
        drafts: list[Draft],
        refused: Mapping[int, Sequence[RowError]],
        unchanged: int = 0,
    ) -> "_Plan":
        """One transaction: the facts, and how far the batch is. Its version fences a worker that was thought dead."""
        now = self._now
        step: dict[str, Any] = {
            "done": chunk[-1].number,
            "accepted": now.accepted + len(chunk) - len(refused) - unchanged,
            "unchanged": now.unchanged + unchanged,
            "refused": now.refused + len(refused),
            "refusals_digest": self._chain.add(now.refusals_digest, refused),
        }
        after = advanced(now, step)
        progress = Draft(self._batch_type, self._batch_id, self._version + 1, self._batch_type.Advanced, step, after)
        append = self._app.made_ready([*drafts, progress], by=self._context())
        return _Plan(chunk, append, self._version + 1, now, after)

    def _finish(self, sheet: Sheet) -> Iterator[int]:
        errors_digest = None
        if self._now.refused:
            errors = ErrorsFile(self._kind.table, sheet)
            for link in self._chain.links(self._now.refusals_digest):
                for number, found in link:
                    errors.add(number, found)
                yield len(link)
            errors_digest = self._blobs.put(errors.content())
        batch = self._app.get(self._batch_type, self._batch_id)
        batch.finish(errors_digest)
        self._save(batch)

    def _refuse(self, refused: Refused) -> None:
        content = refused.as_dict()
        batch = self._app.get(self._batch_type, self._batch_id)
        batch.refuse(content["rule"], content["zh"], content["en"])
        self._save(batch)

    def _save(self, batch: Batch) -> None:
        try:
            self._app.save(batch, by=self._context())
        except ChangedMeanwhile as conflict:
            raise Overtaken from conflict

    def _named(self, row: CheckedRow, refused: Refused) -> RowError:
        """A refusal of the rules as an error of the row."""
        content = refused.as_dict()
        table = self._kind.table
        code = content["field"] or ""
        masked = table.mask(code, row.values.get(code))
        return RowError(row.number, code, masked, content["rule"], content["zh"], content["en"], table.fixed_by)

    def _stored(self) -> tuple[int, Progress]:
        version, progress = self._app.standings(self._batch_type, [self._batch_id])[self._batch_id]
        return version, progress

    def _context(self) -> Context:
        """Who handed the file in acts in every row of it; the file is the evidence."""
        now = self._now
        return Context.system(
            now.kind,
            self._app.clock.now(),
            actor_sub=now.submitted_by,
            actor_role=self._kind.table.fixed_by,
            actor_org=now.school_code or now.province or "",
            correlation_id=str(self._batch_id),
            causation_id=str(self._batch_id),
            rules=tuple(self._kind.rules),
            evidence=(f"sha256:{now.digest}",),
        )
