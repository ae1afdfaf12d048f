"""Takes back what a file led to: its receipts from the last row to the first, by facts that compensate."""

from collections.abc import Iterator
from itertools import groupby

from shared.eventstore.aside import Write, writing_aside
from shared.eventstore.bulk import LARGEST_CHUNK, Draft
from shared.intake.chunks import InChunks, Moving, Ready
from shared.intake.columns import RowError
from shared.intake.judging import error_of
from shared.intake.outcome import Compensated, Receipt
from shared.intake.progress import Progress, undo_advanced
from shared.intake.receipts import ReceiptChain
from shared.intake.refusal_chain import RefusalChain
from shared.intake.steps import CannotBeUndone
from shared.rules.refused import Refused

Row = tuple[int, list[Receipt]]
"""A row of the file and everything it led to: taken back together or not at all."""


class TakingBack(InChunks[Row]):
    """The receipts of one batch from where the store says it is to its first row."""

    def __init__(self, moving: Moving, refusals: RefusalChain, receipts: ReceiptChain) -> None:
        super().__init__(moving)
        self._refusals, self._receipts = refusals, receipts
        self._link = moving.now.undo_link

    def take_back(self) -> Iterator[int]:
        """Link by link, the newest first: later rows may rest on earlier ones."""
        with writing_aside() as write:
            yield from self._links(write)
            self.end()

    def _links(self, write: Write) -> Iterator[int]:
        for link, receipts in self._receipts.backwards(self.moving.now.undo_link):
            # the chunk before may have to be told to the store again, under its own link
            self.end()
            self._link = link
            rows = [(number, list(each)) for number, each in groupby(receipts, key=lambda receipt: receipt.row)]
            rows.reverse()
            for start in range(0, len(rows), LARGEST_CHUNK):
                below = self.moving.now.undo_row
                left = [row for row in rows[start : start + LARGEST_CHUNK] if below is None or row[0] < below]
                if left:
                    self.advance(left, write)
            yield len(rows)

    def make_ready(self, items: list[Row]) -> Ready[Row] | None:
        receipts = [receipt for _, each in items for receipt in each]
        answers = iter(list(self._compensated(receipts)))
        drafts: list[Draft] = []
        kept: dict[int, tuple[RowError, ...]] = {}
        for number, each in items:
            of_row = [next(answers) for _ in each]
            objections = [answer for answer in of_row if isinstance(answer, Refused)]
            if objections:
                table = self.moving.kind.table
                kept[number] = tuple(error_of(table, number, objection) for objection in objections)
            else:
                drafts += [draft for answer in of_row if not isinstance(answer, Refused) for draft in answer]
        if len(drafts) > LARGEST_CHUNK and len(items) > 1:
            return None
        return self._written(items, drafts, kept)

    def _compensated(self, receipts: list[Receipt]) -> Compensated:
        compensate = getattr(self.moving.kind, "compensate", None)
        if compensate is None:
            return [CannotBeUndone() for _ in receipts]
        answers: Compensated = compensate(receipts, self.moving.now, self.moving.batch_id)
        return answers

    def turned_away(self, item: Row, conflict: Refused) -> Ready[Row]:
        return self._written([item], [], {item[0]: (error_of(self.moving.kind.table, item[0], conflict),)})

    def _written(self, items: list[Row], drafts: list[Draft], kept: dict[int, tuple[RowError, ...]]) -> Ready[Row]:
        moving, now = self.moving, self.moving.now
        step = {
            "link": self._link,
            "row": items[-1][0],
            "undone": now.undone + len(items) - len(kept),
            "kept": now.kept + len(kept),
            "kept_digest": self._refusals.add(now.kept_digest, kept),
        }
        after: Progress = undo_advanced(now, step)
        return moving.ready(items, drafts, moving.batch_type.UndoAdvanced, step, after)
