"""A small service to take files in with: marbles, of which each number exists once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from shared.blobs.files import FileBlobs
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Application
from shared.eventstore.bulk import Draft
from shared.eventstore.claims import Claim
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.intake.batch import Batch, Progress
from shared.intake.columns import CheckedRow, Column, Table
from shared.intake.engine import BatchRunner
from shared.intake.values import text, whole_number
from shared.rules.refused import Refused

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


class NumberTaken(Refused):
    """Somebody has a marble of this number."""

    rule = "X-CONFLICT-1"
    zh = "编号已被占用"
    en = "the number is taken"


class ColourForbidden(Refused):
    """A rule of this little world."""

    rule = "X-STATE-1"
    zh = "不收红色"
    en = "no red ones"


class Marble(Aggregate, stored_as="marbles.Marble"):
    """One marble."""

    class Found(Aggregate.Created):
        number: int
        colour: str

    @event(Found)
    def __init__(self, *, number: int, colour: str) -> None:
        self.number = number

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim]:
        return (Claim("marble.number", str(fact.number)),)


class MarbleBatch(Batch, stored_as="marbles.MarbleBatch"):
    """A box of them."""


class Marbles(Application):
    taken: ClassVar[Mapping[str, type[Refused]]] = {"marble.number": NumberTaken}


MARBLES = Table(
    "marbles",
    "弹珠",
    "marbles",
    (
        Column("NO", "编号", "number", whole_number(1, 10_000_000), required=True),
        Column("COLOUR", "颜色", "colour", text(10), required=True),
        Column("NOTE", "备注", "note", text(50)),
    ),
)


class MarblesKind:
    """Decides marbles; `fail_at` makes it break down in the middle, as a bug would."""

    table = MARBLES
    rules = ("X-STATE-1",)

    def __init__(self) -> None:
        self.fail_at: int | None = None
        self.decided: list[int] = []

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> Sequence[list[Draft] | Refused]:
        self.decided.extend(row.number for row in rows)
        if self.fail_at in {row.number for row in rows}:
            raise RuntimeError("broke down")
        return [self._one(row) for row in rows]

    @staticmethod
    def _one(row: CheckedRow) -> list[Draft] | Refused:
        if row.values["COLOUR"] == "red":
            return ColourForbidden(field="COLOUR")
        values = {"number": row.values["NO"], "colour": row.values["COLOUR"]}
        return [Draft(Marble, uuid7(), 1, Marble.Found, values)]


class House:
    """The application, its files and its runner, over one database."""

    def __init__(self, app: Application, folder: Path) -> None:
        self.app = app
        self.blobs = FileBlobs(folder)
        self.kind = MarblesKind()
        self.runner = self.new_runner()

    def new_runner(self) -> BatchRunner:
        return BatchRunner(self.app, self.blobs, {"marbles": self.kind})

    def submit(self, content: bytes, filename: str = "box.csv") -> UUID:
        batch = MarbleBatch(
            kind="marbles",
            digest=self.blobs.put(content),
            filename=filename,
            submitted_by="op-1",
            params={},
            school_code="4111010001",
            province=None,
        )
        self.app.save(batch, by=Context.system("submit", NOW))
        return batch.id

    def run(self, runner: BatchRunner | None = None, steps: int = 10_000) -> None:
        for _ in range(steps):
            if not (runner or self.runner).step():
                return

    def progress(self, batch_id: UUID) -> Progress:
        progress: Progress = self.app.standings(MarbleBatch, [batch_id])[batch_id][1]
        return progress

    def numbers(self) -> list[int]:
        """The numbers of all marbles in the order they were stored."""
        with self.app.store.reading() as cursor:
            cursor.execute("SELECT state FROM events WHERE topic = 'marbles.Marble.Found' ORDER BY tx, row_id")
            return [json.loads(bytes(row[0]))["number"] for row in cursor.fetchall()]
