"""The refused rows of a batch: one small file a chunk, each naming the one before it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.blobs.port import Blobs
from shared.intake.columns import RowError

Link = list[tuple[int, list[RowError]]]


class RefusalChain:
    """A batch remembers only the newest link; a killed worker therefore loses none and repeats none."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def add(self, before: str | None, refused: Mapping[int, Sequence[RowError]]) -> str | None:
        """Keep a chunk's refusals and return the new end of the chain."""
        if not refused:
            return before
        rows = [[error.as_dict() for error in errors] for _, errors in sorted(refused.items())]
        return self._blobs.put(json.dumps({"before": before, "rows": rows}, ensure_ascii=False).encode())

    def links(self, newest: str | None) -> Iterator[Link]:
        """Each chunk's refusals, in the order of the file; one chunk in memory."""
        digests: list[str] = []
        while newest:
            digests.append(newest)
            newest = self._content(newest)["before"]
        for digest in reversed(digests):
            yield _link(self._content(digest))

    def backwards(self, newest: str | None) -> Iterator[Link]:
        """Each chunk's refusals, the newest first: the order of the file for what went through it from its end."""
        while newest:
            content = self._content(newest)
            yield _link(content)
            newest = content["before"]

    def _content(self, digest: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._blobs.read(digest))
        return content


def _link(content: dict[str, Any]) -> Link:
    rows = [[RowError(**error) for error in errors] for errors in content["rows"]]
    return [(errors[0].row, errors) for errors in rows]
