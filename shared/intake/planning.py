"""The dry run of a file: every row is decided, nothing is written, and what would follow becomes a signed plan."""

import hashlib
import io
import tempfile
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO, cast
from uuid import UUID

from shared.blobs.port import Blobs
from shared.eventstore import lookup
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.bulk import Draft
from shared.eventstore.facts import codec_of
from shared.eventstore.ids import uuid7
from shared.intake.chunks import CHUNK, Moving
from shared.intake.columns import CheckedRow, Sheet, check_rows
from shared.intake.errors import ErrorsFile
from shared.intake.foresight import Foresight
from shared.intake.judging import Judged, judge
from shared.intake.plan import PlanSeal, Scribe, first_line
from shared.intake.refusal_chain import RefusalChain

HOLDS = timedelta(hours=24)
"""How long a plan may be committed."""
_TELL_EVERY = 10 * CHUNK
_A_MOMENT = 0.02  # seconds


class Summary:
    """What would be otherwise afterwards: facts by kind, records by their state before and after."""

    def __init__(self) -> None:
        self._facts: Counter[str] = Counter()
        self._states: Counter[tuple[str, str | None, str]] = Counter()

    def add(self, drafts: Sequence[Draft], before: Mapping[UUID, str | None]) -> None:
        last: dict[UUID, Draft] = {}
        for draft in drafts:
            self._facts[codec_of(draft.fact_type).topic] += 1
            last[draft.originator_id] = draft
        for originator_id, draft in last.items():
            after = getattr(draft.standing_after, "state", None)
            if after is not None:
                self._states[draft.aggregate_type.__name__, before.get(originator_id), after] += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "facts": [{"fact": fact, "count": count} for fact, count in sorted(self._facts.items())],
            "states": [
                {"record": record, "before": before, "after": after, "count": count}
                for (record, before, after), count in sorted(self._states.items(), key=str)
            ],
        }


class Planning:
    """One dry run from its first row to the plan. One that breaks off begins anew: it has written nothing."""

    def __init__(self, moving: Moving, blobs: Blobs, seal: PlanSeal, holds: timedelta = HOLDS) -> None:
        self._moving, self._blobs, self._seal, self._holds = moving, blobs, seal, holds
        self._scribe = Scribe(moving.dated)
        self._foresight = Foresight(moving.app)
        self._chain, self._newest = RefusalChain(blobs), cast("str | None", None)
        self._summary = Summary()
        self._counts = {"good": 0, "unchanged": 0, "refused": 0}
        # unnamed, and gone with the process
        self._lines = tempfile.TemporaryFile(prefix="xueji-plan-")  # noqa: SIM115 - as long as the run
        self._sum = hashlib.sha256()

    def steps(self, sheet: Sheet) -> Iterator[int]:
        """Every piece of work, counted in rows."""
        with self._lines:
            checked = check_rows(self._moving.kind.table, sheet)
            told = 0
            while chunk := list(islice(checked, CHUNK)):
                self._try_out(chunk)
                if sum(self._counts.values()) - told >= _TELL_EVERY:
                    told = sum(self._counts.values())
                    self._tell(chunk[-1].number)
                yield CHUNK
            errors = ErrorsFile(self._moving.kind.table, sheet) if self._newest else None
            if errors:
                yield from _written(errors, self._chain, self._newest)
            yield from self._plan(self._blobs.put(errors.content()) if errors else None)

    def _try_out(self, chunk: list[CheckedRow]) -> None:
        moving = self._moving
        judged = judge(moving.kind, chunk, moving.now, moving.batch_id)
        self._foresight.turn_away(moving.kind.table, {row.number: row for row in chunk}, judged)
        self._count(judged)
        drafts = judged.drafts()
        self._summary.add(drafts, self._before(drafts))
        self._write(b"".join(self._line(row.number, judged) for row in chunk))

    def _count(self, judged: Judged) -> None:
        self._counts["good"] += len(judged.facts)
        self._counts["unchanged"] += len(judged.unchanged)
        self._counts["refused"] += len(judged.refused)
        self._newest = self._chain.add(self._newest, judged.refused)

    def _before(self, drafts: Sequence[Draft]) -> dict[UUID, str | None]:
        """The states of the records that exist already."""
        ids: dict[type[Aggregate], list[UUID]] = {}
        for draft in drafts:
            if draft.version > 1:
                ids.setdefault(draft.aggregate_type, []).append(draft.originator_id)
        found: dict[UUID, str | None] = {}
        with self._moving.app.store.reading() as cursor:
            for aggregate_type, each in ids.items():
                found.update(lookup.states(cursor, aggregate_type, each))
        return found

    def _line(self, number: int, judged: Judged) -> bytes:
        if (drafts := judged.facts.get(number)) is not None:
            return self._scribe.facts(number, drafts)
        if (errors := judged.refused.get(number)) is not None:
            return self._scribe.refused(number, errors)
        return self._scribe.unchanged(number)

    def _write(self, lines: bytes) -> None:
        self._sum.update(lines)
        self._lines.write(lines)

    def _tell(self, done: int) -> None:
        batch = self._moving.load()
        batch.tell_planning(done=done, **self._counts)
        self._moving.save(batch)

    def _plan(self, errors_digest: str | None) -> Iterator[int]:
        moving = self._moving
        made_at = moving.app.clock.now()
        plan = {
            "plan_id": str(uuid7()),
            "rows": sum(self._counts.values()),
            **self._counts,
            "summary": self._summary.as_dict(),
            "made_at": made_at,
            "expires_at": made_at + self._holds,
        }
        now = moving.now
        head, signature = first_line(
            {
                **plan,
                "batch_id": str(moving.batch_id),
                "kind": now.kind,
                "file": now.digest,
                "made_for": now.submitted_by,
                "org": now.school_code or now.province or "",
                "params": now.params,
                "body": self._sum.hexdigest(),
            },
            self._seal,
        )
        self._lines.seek(0)
        digest = yield from self._kept(cast(BinaryIO, _Joined(head, cast(BinaryIO, self._lines))))
        batch = moving.load()
        batch.plan(**plan, plan_digest=digest, errors_digest=errors_digest, signature=signature)
        moving.save(batch)

    def _kept(self, plan: BinaryIO) -> Generator[int, None, str]:
        """Put the plan among the blobs; a large one takes seconds, in which the worker has other things to do."""
        with ThreadPoolExecutor(1, "plan") as thread:
            keeping = thread.submit(self._blobs.put, plan)
            while not wait([keeping], timeout=_A_MOMENT).done:
                yield 1
            return keeping.result()


class _Joined(io.RawIOBase):
    """The head, then the lines: one file, without a second copy on the way."""

    def __init__(self, head: bytes, lines: BinaryIO) -> None:
        self._head, self._lines = io.BytesIO(head), lines

    def read(self, size: int = -1) -> bytes:
        return self._head.read(size) or self._lines.read(size)


def _written(errors: ErrorsFile, chain: RefusalChain, newest: str | None) -> Iterator[int]:
    for link in chain.links(newest):
        for number, found in link:
            errors.add(number, found)
        yield len(link)
