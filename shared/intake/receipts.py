"""What the rows of a batch became: one small file a chunk, each naming the one before it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import UUID

import msgspec

from shared.blobs.port import Blobs
from shared.eventstore.bulk import Draft
from shared.intake.outcome import Receipt


class _Link(msgspec.Struct, gc=False):
    before: str | None
    rows: list[tuple[int, UUID, int, int]]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Link)


def receipts_of(row: int, drafts: Sequence[Draft]) -> list[Receipt]:
    """One receipt for each record that the facts of a row belong to."""
    if len(drafts) == 1:
        only = drafts[0]
        return [Receipt(row, only.originator_id, only.version, only.version)]
    versions: dict[UUID, list[int]] = {}
    for draft in drafts:
        versions.setdefault(draft.originator_id, []).append(draft.version)
    return [Receipt(row, originator_id, min(each), max(each)) for originator_id, each in versions.items()]


class ReceiptChain:
    """A batch remembers only the newest link; a killed worker therefore loses none and repeats none."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def link(self, before: str | None, receipts: Sequence[Receipt]) -> tuple[str | None, Callable[[], object]]:
        """The new end of the chain, and how a chunk's receipts are kept: the disk is waited for where it is written."""
        if not receipts:
            return before, lambda: None
        rows = [(each.row, each.originator_id, each.first_version, each.last_version) for each in receipts]
        content = _encoder.encode(_Link(before, rows))
        return hashlib.sha256(content).hexdigest(), partial(self._blobs.put, content)

    def backwards(self, newest: str | None) -> Iterator[tuple[str, list[Receipt]]]:
        """The name of each link and its receipts, the last chunk of the file first."""
        while newest:
            link = _decoder.decode(self._blobs.read(newest))
            yield newest, [Receipt(*row) for row in link.rows]
            newest = link.before
