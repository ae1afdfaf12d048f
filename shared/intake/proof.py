"""All or nothing: every row is decided anew before the first one is written."""

from collections.abc import Iterator
from itertools import islice

from shared.eventstore.bulk import LARGEST_CHUNK
from shared.intake.chunks import CHUNK, Moving
from shared.intake.columns import CheckedRow
from shared.intake.foresight import Foresight
from shared.intake.judging import Judged, compare, judge
from shared.intake.plan import Scribe
from shared.intake.refusal_chain import RefusalChain
from shared.intake.taking_in import Lines

ONE_TRANSACTION = 5 * LARGEST_CHUNK - 1
"""Facts of one transaction, beside the batch's own: up to here all or nothing is the database's word."""


class Proof:
    """One look at every row of a file: the wrong ones by name, the good ones in hand as long as they are few."""

    def __init__(self, moving: Moving, refusals: RefusalChain, lines: Lines) -> None:
        self._moving, self._refusals, self._lines = moving, refusals, lines
        self._foresight = Foresight(moving.app)
        self._scribe = Scribe(moving.dated)
        self.newest: str | None = None
        self.refused = self.changed = 0
        self.rows: list[CheckedRow] | None = []
        self.judged = Judged()

    def steps(self, checked: Iterator[CheckedRow]) -> Iterator[int]:
        while chunk := list(islice(checked, CHUNK)):
            self._lines.hold(chunk, chunk[0].number - 1)
            self._look_at(chunk)
            yield CHUNK

    def _look_at(self, chunk: list[CheckedRow]) -> None:
        moving = self._moving
        judged = judge(moving.kind, chunk, moving.now, moving.batch_id)
        self._foresight.turn_away(moving.kind.table, {row.number: row for row in chunk}, judged)
        compare(moving.kind.table, judged, self._lines.of(chunk), self._scribe)
        self.newest = self._refusals.add(self.newest, judged.refused)
        self.refused += len(judged.refused)
        self.changed += judged.changed
        if self.rows is not None:
            self._keep(chunk, judged)

    def _keep(self, chunk: list[CheckedRow], judged: Judged) -> None:
        """Hold on to what is few enough for one transaction."""
        self.judged.facts.update(judged.facts)
        self.judged.unchanged += judged.unchanged
        rows = self.rows or []
        rows += chunk
        self.rows = rows
        if len(rows) > ONE_TRANSACTION or len(self.judged.drafts()) > ONE_TRANSACTION:
            self.rows, self.judged = None, Judged()
