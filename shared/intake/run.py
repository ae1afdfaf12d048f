"""One batch from where the store says it is to its next rest: planned, finished, refused or undone."""

import heapq
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from operator import itemgetter
from typing import BinaryIO
from uuid import UUID

from shared.blobs.port import BlobMissing, Blobs
from shared.eventstore.application import Application
from shared.intake.batch import Batch
from shared.intake.chunks import Moving, Overtaken
from shared.intake.columns import CheckedRow, RowError, Sheet, check_rows
from shared.intake.errors import ErrorsFile
from shared.intake.files import read_sheet
from shared.intake.judging import error_of
from shared.intake.kind import BulkKind, Traits
from shared.intake.plan import PlanFile, PlanSeal
from shared.intake.planning import HOLDS, Planning
from shared.intake.progress import ALL_OR_NOTHING, AT_WORK
from shared.intake.proof import Proof
from shared.intake.receipts import ReceiptChain
from shared.intake.refusal_chain import RefusalChain
from shared.intake.refusals import FileRefused
from shared.intake.spool import KeptSheets
from shared.intake.steps import OthersAreWrong, PlanAltered, PlanRequired
from shared.intake.taking_back import TakingBack
from shared.intake.taking_in import Lines, NotAll, TakingIn
from shared.rules.refused import Refused

_GLANCE = 2000
_ATTEMPTS = 3

NamedRows = Iterable[tuple[int, Sequence[RowError]]]


class BatchRun:
    """The pieces of work of one batch; each may be the last one of this process, and another goes on."""

    def __init__(
        self,
        app: Application,
        blobs: Blobs,
        kind: BulkKind,
        batch_type: type[Batch],
        batch_id: UUID,
        seal: PlanSeal | None = None,
        holds: timedelta = HOLDS,
        kept: KeptSheets | None = None,
    ) -> None:
        self._blobs, self._kind, self._seal, self._holds = blobs, kind, seal, holds
        self._refusals, self._receipts = RefusalChain(blobs), ReceiptChain(blobs)
        self._moving = Moving(app, kind, batch_type, batch_id)
        self._kept = kept or KeptSheets()

    def steps(self) -> Iterator[int]:
        """Every piece of work, counted in rows."""
        moving = self._moving
        if moving.now.state not in AT_WORK:
            return
        file = moving.now.digest, moving.now.filename
        with suppress(Overtaken):
            try:
                with self._blobs.open(file[0]) as stream:
                    yield from self._through(self._kept.sheet(file, lambda: read_sheet(stream, file[1])))
            except (FileRefused, BlobMissing, PlanAltered) as refused:
                if moving.now.done:
                    raise  # something of it is written: no refusal could make that untrue
                content = refused.as_dict()
                self._refuse(content["rule"], content["zh"], content["en"])
        if moving.now.state != "planned":
            self._kept.let_go(file)

    def take_in(self, checked: Iterator[CheckedRow]) -> Iterator[int]:
        """Decide and append rows that were checked."""
        return self._taking(None).take_in(checked)

    def _through(self, sheet: Sheet) -> Iterator[int]:
        self._kind.table.match(sheet.header)
        if self._moving.now.state == "submitted":
            yield from self._read_through(sheet)
        state = self._moving.now.state
        if state == "planning":
            yield from Planning(self._moving, self._blobs, self._sealing(), self._holds).steps(sheet)
        elif state == "undoing":
            yield from self._take_back(sheet)
        elif refusal := self._irregular():
            self._refuse(*refusal)
        elif self._moving.now.plan_digest is None:
            # rows that are done are checked again, for the double of one may still come
            yield from self.take_in(check_rows(self._kind.table, sheet))
            yield from self._finish(sheet)
        else:
            yield from self._carry_out(sheet, self._moving.now.plan_digest)

    def _irregular(self) -> tuple[str, str, str] | None:
        """What cannot be undone goes by a plan and by two persons, whoever put it into the queue (A24-2)."""
        now = self._moving.now
        if not Traits(self._kind).irreversible or (now.plan_digest and now.committed_by != now.submitted_by):
            return None
        content = PlanRequired().as_dict()
        return content["rule"], content["zh"], content["en"]

    def _read_through(self, sheet: Sheet) -> Iterator[int]:
        """Prove the file whole before anything of it is stored."""
        rows = 0
        for rows, _ in enumerate(sheet, 1):
            if rows % _GLANCE == 0:
                yield _GLANCE
        batch = self._moving.load()
        batch.check(rows=rows)
        self._moving.save(batch)

    def _sealing(self) -> PlanSeal:
        if self._seal is None:
            raise RuntimeError("a runner without keys can neither make nor prove a plan")
        return self._seal

    def _taking(self, lines: Lines | None) -> TakingIn:
        return TakingIn(self._moving, self._refusals, self._receipts, lines)

    # --- a plan carried out ---

    def _carry_out(self, sheet: Sheet, digest: str) -> Iterator[int]:
        now = self._moving.now
        with closing(self._open_plan(digest)) as stream:
            plan = PlanFile(stream)
            about = {"batch_id": str(self._moving.batch_id), "plan_id": now.plan_id, "file": now.digest}
            for _ in plan.proving(self._sealing(), about, now.plan_signature):
                yield _GLANCE
            if now.mode == ALL_OR_NOTHING:
                yield from self._all_or_nothing(sheet, plan)
            else:
                yield from self._taking(Lines(plan.rows())).take_in(check_rows(self._kind.table, sheet))
        yield from self._finish(sheet)
        yield from self._after_giving_back(sheet)

    def _open_plan(self, digest: str) -> BinaryIO:
        try:
            return self._blobs.open(digest)
        except BlobMissing as missing:
            raise PlanAltered from missing

    def _all_or_nothing(self, sheet: Sheet, plan: PlanFile) -> Iterator[int]:
        table = self._kind.table
        for _ in range(_ATTEMPTS if self._moving.now.done == 0 else 0):
            proof = Proof(self._moving, self._refusals, Lines(plan.rows()))
            yield from proof.steps(check_rows(table, sheet))
            if proof.refused:
                yield from self._refuse_all(sheet, proof)
                return
            if proof.rows is None:
                break
            if self._write_whole(proof):
                return
        try:
            yield from self._taking(Lines(plan.rows())).take_in(check_rows(table, sheet))
        except NotAll as wrong:
            batch = self._moving.load()
            batch.give_back(
                reason=OthersAreWrong().as_dict()["zh"],
                refusals_digest=self._refusals.add(self._moving.now.refusals_digest, wrong.refused),
            )
            self._moving.save(batch)

    def _write_whole(self, proof: Proof) -> bool:
        """Everything in one transaction; False where somebody was faster, and the world must be looked at anew."""
        rows = proof.rows or []
        version = self._moving.version
        try:
            ready = self._taking(None).written(rows, proof.judged, proof.judged.drafts())
            ready.append()
        except Refused as conflict:
            if self._moving.stored()[0] != version:
                raise Overtaken from conflict
            return False
        self._moving.version, self._moving.now = ready.version, ready.after
        return True

    def _refuse_all(self, sheet: Sheet, proof: Proof) -> Iterator[int]:
        """Every row goes back: the wrong ones with their reasons, the others because of them."""
        table = self._kind.table
        others = OthersAreWrong()
        wrong = _flat(self._refusals.links(proof.newest))
        good = ((number, (error_of(table, number, others),)) for number in [row.number for row in sheet])
        errors = yield from self._errors(sheet, _first_of_each(heapq.merge(wrong, good, key=itemgetter(0))))
        content = others.as_dict()
        self._refuse(
            content["rule"],
            content["zh"],
            content["en"],
            errors_digest=errors,
            refused=self._moving.now.rows,
            changed=proof.changed,
        )

    def _refuse(self, rule: str, zh: str, en: str, **counted: object) -> None:
        batch = self._moving.load()
        batch.refuse(rule, zh, en, **counted)
        self._moving.save(batch)

    # --- ends ---

    def _finish(self, sheet: Sheet) -> Iterator[int]:
        if self._moving.now.state != "running":
            return
        errors_digest = None
        if self._moving.now.refused:
            errors_digest = yield from self._errors(
                sheet, _flat(self._refusals.links(self._moving.now.refusals_digest))
            )
        batch = self._moving.load()
        batch.finish(errors_digest)
        self._moving.save(batch)

    def _after_giving_back(self, sheet: Sheet) -> Iterator[int]:
        if self._moving.now.state == "undoing":
            yield from self._take_back(sheet)

    def _take_back(self, sheet: Sheet) -> Iterator[int]:
        yield from TakingBack(self._moving, self._refusals, self._receipts).take_back()
        now = self._moving.now
        kept = _flat(self._refusals.backwards(now.kept_digest))
        wrong = _flat(self._refusals.links(now.refusals_digest))
        errors_digest = None
        if now.kept or now.refusals_digest:
            errors_digest = yield from self._errors(sheet, heapq.merge(kept, wrong, key=itemgetter(0)))
        batch = self._moving.load()
        batch.undo(errors_digest)
        self._moving.save(batch)

    def _errors(self, sheet: Sheet, rows: NamedRows) -> Generator[int, None, str]:
        """The errors file of these rows, which come in the order of the file."""
        errors = ErrorsFile(self._kind.table, sheet)
        for written, (number, found) in enumerate(rows, 1):
            errors.add(number, found)
            if written % _GLANCE == 0:
                yield _GLANCE
        return self._blobs.put(errors.content())


def _flat(links: Iterable[list[tuple[int, list[RowError]]]]) -> Iterator[tuple[int, Sequence[RowError]]]:
    for link in links:
        yield from link


def _first_of_each(rows: NamedRows) -> Iterator[tuple[int, Sequence[RowError]]]:
    last = 0
    for number, errors in rows:
        if number != last:
            yield number, errors
        last = number
