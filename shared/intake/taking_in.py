"""Takes a file in: decides and writes its rows chunk by chunk, as its plan says where it has one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from shared.eventstore.aside import Write, writing_aside
from shared.eventstore.bulk import LARGEST_CHUNK, Draft
from shared.intake.chunks import CHUNK, InChunks, Moving, Ready
from shared.intake.columns import CheckedRow, RowError
from shared.intake.foresight import Foresight
from shared.intake.judging import Judged, changed_error, compare, judge, named, otherwise
from shared.intake.outcome import Receipt
from shared.intake.plan import REFUSED, Scribe, read_row
from shared.intake.progress import ALL_OR_NOTHING, advanced
from shared.intake.receipts import ReceiptChain, receipts_of
from shared.intake.refusal_chain import RefusalChain
from shared.rules.refused import Refused


class NotAll(Exception):
    """All or nothing was chosen, and a row turned out wrong after others had been written."""

    def __init__(self, refused: Mapping[int, Sequence[RowError]]) -> None:
        super().__init__(len(refused))
        self.refused = refused


class Lines:
    """The lines of a plan beside the rows that are in hand: one line a row, in the order of the file."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._held: dict[int, bytes] = {}

    def hold(self, chunk: Sequence[CheckedRow], done: int) -> None:
        """Read on to the end of a chunk; what was written before `done` is let go."""
        for number in [number for number in self._held if number <= done]:
            del self._held[number]
        for row, line in zip(chunk, self._lines, strict=False):
            self._held[row.number] = line

    def of(self, chunk: Sequence[CheckedRow]) -> dict[int, bytes]:
        return {row.number: self._held[row.number] for row in chunk}


class TakingIn(InChunks[CheckedRow]):
    """The rows of one batch from where the store says it is to its last one."""

    def __init__(self, moving: Moving, refusals: RefusalChain, receipts: ReceiptChain, lines: Lines | None) -> None:
        super().__init__(moving)
        self._refusals, self._receipts, self._lines = refusals, receipts, lines
        self._scribe = Scribe(moving.dated)
        self._whole = moving.now.mode == ALL_OR_NOTHING

    def take_in(self, checked: Iterator[CheckedRow]) -> Iterator[int]:
        """Decide and append chunk by chunk: while the database writes one, the next is decided."""
        with writing_aside() as write:
            try:
                yield from self._chunks(checked, write)
                self.end()
            except NotAll:
                with suppress(NotAll):
                    self.end()
                raise

    def _chunks(self, checked: Iterator[CheckedRow], write: Write) -> Iterator[int]:
        confirmed = self.moving.now.done
        while chunk := list(islice(checked, CHUNK)):
            if self._lines:
                self._lines.hold(chunk, confirmed)
            confirmed = self.moving.now.done
            left = [row for row in chunk if row.number > self.moving.now.done]
            if left:
                self.advance(left, write)
            yield CHUNK

    def judged(self, items: Sequence[CheckedRow]) -> Judged:
        """What follows from these rows; beside a plan, only what it says."""
        moving = self.moving
        judged = judge(moving.kind, items, moving.now, moving.batch_id)
        if self._lines is None:
            return judged
        lines = self._lines.of(items)
        if any(read_row(lines[number]).outcome == REFUSED for number in judged.facts):
            # perhaps the plan foresaw what only the store refuses: it must be asked, with all that was sent to it
            if not self.end():
                return self.judged(items)
            Foresight(moving.app).turn_away(moving.kind.table, {row.number: row for row in items}, judged)
        compare(moving.kind.table, judged, lines, self._scribe)
        return judged

    def make_ready(self, items: list[CheckedRow]) -> Ready[CheckedRow] | None:
        judged = self.judged(items)
        drafts = judged.drafts()
        if len(drafts) > LARGEST_CHUNK and len(items) > 1:
            return None
        return self.written(items, judged, drafts)

    def turned_away(self, item: CheckedRow, conflict: Refused) -> Ready[CheckedRow]:
        judged = Judged(refused={item.number: self._objection(item, conflict)})
        judged.changed = int(self._lines is not None)
        return self.written([item], judged, [])

    def _objection(self, item: CheckedRow, conflict: Refused) -> tuple[RowError, ...]:
        table = self.moving.kind.table
        reasons = named(table, item, conflict)
        if self._lines is None:
            return reasons
        words = otherwise(self._lines.of([item])[item.number], REFUSED)
        return changed_error(table, item.number, words), *reasons

    def _after_refusals(self, items: Sequence[CheckedRow], judged: Judged) -> Sequence[Draft]:
        """What follows from the refusals themselves; a kind that says nothing of it has others tell nobody."""
        follows = getattr(self.moving.kind, "after_refusals", None)
        rows = [row for row in items if row.number in judged.refused] if follows else []
        return follows(rows, judged.refused, self.moving.now) if follows and rows else ()

    def written(self, items: list[CheckedRow], judged: Judged, drafts: list[Draft]) -> Ready[CheckedRow]:
        """The transaction of these rows."""
        if self._whole and judged.refused:
            raise NotAll(judged.refused)
        moving, now = self.moving, self.moving.now
        if judged.refused:
            drafts = [*drafts, *self._after_refusals(items, judged)]
        receipts: list[Receipt] = []
        for number, each in judged.facts.items():
            receipts += receipts_of(number, each)
        receipts_digest, keep = self._receipts.link(now.receipts_digest, receipts)
        step = {
            "done": items[-1].number,
            "accepted": now.accepted + len(judged.facts),
            "unchanged": now.unchanged + len(judged.unchanged),
            "refused": now.refused + len(judged.refused),
            "changed": now.changed + judged.changed,
            "refusals_digest": self._refusals.add(now.refusals_digest, judged.refused),
            "receipts_digest": receipts_digest,
        }
        return moving.ready(items, drafts, moving.batch_type.Advanced, step, advanced(now, step), keep)
