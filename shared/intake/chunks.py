"""One batch moved chunk by chunk: what is decided is written while the next chunk is being decided."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.eventstore.application import Application, ChangedMeanwhile
from shared.eventstore.aside import Outcome, Write, in_turn
from shared.eventstore.bulk import LARGEST_CHUNK, Draft
from shared.eventstore.context import Context
from shared.intake.batch import Batch
from shared.intake.kind import BulkKind, Traits
from shared.intake.progress import Progress
from shared.rules.refused import Refused

CHUNK = LARGEST_CHUNK
"""Rows decided together: less than a tenth of a second, for the worker has other work waiting."""

T = TypeVar("T")


class Overtaken(Exception):
    """Another worker moved this batch; this run is over."""


@dataclass(frozen=True, slots=True)
class Ready(Generic[T]):
    """A chunk decided and encoded: how to write it, and where the batch stands before and after."""

    items: list[T]
    append: Callable[[], None]
    version: int
    before: Progress
    after: Progress


class Moving:
    """A batch as this run knows it: where the store says it is, and who acts in what is written."""

    def __init__(self, app: Application, kind: BulkKind, batch_type: type[Batch], batch_id: UUID) -> None:
        self.app, self.kind = app, kind
        self.dated = Traits(kind).dated
        self.batch_type, self.batch_id = batch_type, batch_id
        self.version, self.now = self.stored()

    def stored(self) -> tuple[int, Progress]:
        version, progress = self.app.standings(self.batch_type, [self.batch_id])[self.batch_id]
        return version, progress

    def load(self) -> Any:
        """The batch itself, to be told something; a zombie's chunk that arrived late ends this run."""
        batch = self.app.get(self.batch_type, self.batch_id)
        if batch.version != self.version:
            raise Overtaken
        return batch

    def save(self, batch: Batch) -> None:
        """Write what was told to the batch itself."""
        try:
            self.app.save(batch, by=self.context())
        except ChangedMeanwhile as conflict:
            raise Overtaken from conflict
        self.version, self.now = self.stored()

    def context(self) -> Context:
        """Who handed the file in acts in every row of it; the file is the evidence."""
        now = self.now
        undoing = now.state == "undoing"
        evidence = [f"sha256:{now.digest}"]
        if now.plan_id and now.committed_by:
            evidence += [f"plan:{now.plan_id}", f"committed_by:{now.committed_by}"]
        return Context.system(
            f"undo_{now.kind}" if undoing else now.kind,
            self.app.clock.now(),
            actor_sub=(now.undo_by if undoing else None) or now.submitted_by,
            actor_role=self.kind.table.fixed_by,
            actor_org=now.school_code or now.province or "",
            correlation_id=str(self.batch_id),
            causation_id=str(self.batch_id),
            rules=tuple(self.kind.rules),
            reason=now.undo_reason if undoing else None,
            evidence=tuple(evidence),
        )

    def ready(
        self,
        items: list[T],
        drafts: Sequence[Draft],
        fact: Any,
        step: Mapping[str, Any],
        after: Progress,
        keep: Callable[[], object] = lambda: None,
    ) -> Ready[T]:
        """One transaction: the facts, and how far the batch is. Its version fences a worker that was thought dead.

        `keep` puts away what the batch will name from then on, so it is done first.
        """
        progress = Draft(self.batch_type, self.batch_id, self.version + 1, fact, dict(step), after)
        append = self.app.made_ready([*drafts, progress], by=self.context())

        def keep_and_append() -> None:
            keep()
            append()

        return Ready(items, keep_and_append, self.version + 1, self.now, after)


class InChunks(ABC, Generic[T]):
    """Writes items chunk by chunk; where the store objects, it halves until the one item is named."""

    def __init__(self, moving: Moving) -> None:
        self.moving = moving
        self._begun: tuple[Ready[T], Outcome] | None = None

    @abstractmethod
    def make_ready(self, items: list[T]) -> Ready[T] | None:
        """Decide a chunk; None if it leads to more facts than one transaction may hold."""

    @abstractmethod
    def turned_away(self, item: T, conflict: Refused) -> Ready[T]:
        """What to write where the store objects to one item."""

    def advance(self, items: list[T], write: Write) -> None:
        """Decide a chunk and have it written; the one before must have ended well first."""
        ready = self.make_ready(items)
        if not self.end():
            ready = self.make_ready(items)  # the chunk before ended otherwise than this one took for granted
        if ready is None:
            self._halve(items)
        else:
            self._begin(ready, write)

    def end(self) -> bool:
        """Wait for the chunk that is being written; where the store objects, halve until the item is named."""
        if self._begun is None:
            return True
        ready, outcome = self._begun
        self._begun = None
        try:
            outcome()
        except Refused as conflict:
            self.moving.version, self.moving.now = ready.version - 1, ready.before
            self._settle(ready.items, conflict)
            return False
        return True

    def _begin(self, ready: Ready[T], write: Write) -> None:
        """Have a chunk written; from here on it counts as written, until `end` hears otherwise."""
        self._begun = ready, write(ready.append)
        self.moving.version, self.moving.now = ready.version, ready.after

    def _decide(self, items: list[T]) -> None:
        """Decide and append in turn."""
        ready = self.make_ready(items)
        if ready is None:
            self._halve(items)
        else:
            self._begin(ready, in_turn)
            self.end()

    def _settle(self, items: list[T], conflict: Refused) -> None:
        if self.moving.stored()[0] != self.moving.version:
            raise Overtaken from conflict
        if len(items) > 1:
            self._halve(items)
            return
        ready = self.turned_away(items[0], conflict)
        ready.append()
        self.moving.version, self.moving.now = ready.version, ready.after

    def _halve(self, items: list[T]) -> None:
        middle = len(items) // 2
        self._decide(items[:middle])
        self._decide(items[middle:])
