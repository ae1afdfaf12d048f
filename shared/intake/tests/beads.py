"""A small service for plans: beads on a string, which are found, painted and lost again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from shared.blobs.files import FileBlobs
from shared.codes.clock import shanghai_date
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Application
from shared.eventstore.bulk import Draft
from shared.eventstore.claims import Claim, Release
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.intake.batch import Batch, Progress
from shared.intake.columns import CheckedRow, Column, Table
from shared.intake.engine import BatchRunner
from shared.intake.kind import FileKind
from shared.intake.outcome import Reasons, Receipt, Unchanged
from shared.intake.steps import SomethingFollowed
from shared.intake.values import text, whole_number
from shared.rules.refused import Refused
from tests.support.actors import StandingClock


class NumberTaken(Refused):
    """Another bead has this number."""

    rule = "X-CONFLICT-1"


class NoRed(Refused):
    """A rule of this little world."""

    rule = "X-STATE-1"


class NoThirteen(Refused):
    """Another one."""

    rule = "X-STATE-2"


class TooDear(Refused):
    """A string holds one bead of gold."""

    rule = "X-RATE-1"


@dataclass(frozen=True)
class BeadStanding:
    state: str
    number: int
    colour: str
    before: str = ""


class Bead(Aggregate, stored_as="beads.Bead"):
    """One bead."""

    Standing: ClassVar[type] = BeadStanding
    standing: BeadStanding

    class Found(Aggregate.Created):
        number: int
        colour: str
        found_on: date

    class Painted(Aggregate.Event):
        colour: str
        painted_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = painted(aggregate.standing, self.colour)

    class Lost(Aggregate.Event):
        number: int
        colour: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="lost")

    @event(Found)
    def __init__(self, *, number: int, colour: str, found_on: date) -> None:
        self.standing = BeadStanding("found", number, colour)

    def paint(self, colour: str, painted_on: date) -> None:
        self.trigger_event(self.Painted, colour=colour, painted_on=painted_on)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        if isinstance(fact, cls.Found):
            yield Claim("bead.number", str(fact.number))
            if fact.colour == "gold":
                yield Claim("bead.gold", "gold", during=(date(2020, 1, 1), None))
        elif isinstance(fact, cls.Lost):
            yield Release("bead.number", str(fact.number))
            if fact.colour == "gold":
                yield Release("bead.gold", "gold")


def painted(standing: BeadStanding, colour: str) -> BeadStanding:
    return replace(standing, colour=colour, before=standing.colour)


class BeadBatch(Batch, stored_as="beads.BeadBatch"):
    """A string of them."""


class Beads(Application):
    taken: ClassVar[Mapping[str, type[Refused]]] = {"bead.number": NumberTaken, "bead.gold": TooDear}


def _number(cell: str) -> str:
    """A number as text, as examination numbers are: the check of doubles expects one."""
    return str(whole_number(1, 10_000_000)(cell))


BEADS = Table(
    "beads",
    "珠子",
    "beads",
    (
        Column("NO", "编号", "number", _number, required=True),
        Column("COLOUR", "颜色", "colour", text(10), required=True),
        Column("NOTE", "备注", "note", text(50)),
    ),
    unique="NO",
)


class BeadsKind(FileKind):
    table = BEADS
    rules = ("X-STATE-1",)
    action = "string_beads"
    undoable = True
    dated = frozenset({"found_on", "painted_on"})

    def __init__(self, app: Application) -> None:
        self.app = app

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[list[Draft] | Refused]:
        known = self.app.owning(Bead, "bead.number", [row.values["NO"] for row in rows])
        today = shanghai_date(self.app.clock.now())
        return [self._one(int(row.values["NO"]), row.values["COLOUR"], known, today) for row in rows]

    def _one(self, number: int, colour: str, known: Mapping[str, Any], today: date) -> list[Draft] | Refused:
        wrong = [
            refusal
            for refusal, is_so in (
                (NoRed(field="COLOUR"), colour == "red"),
                (NoThirteen(field="NO"), number % 13 == 0),
            )
            if is_so
        ]
        if wrong:
            return Reasons(*wrong)
        if str(number) not in known:
            values = {"number": number, "colour": colour, "found_on": today}
            return [Draft(Bead, uuid7(), 1, Bead.Found, values, BeadStanding("found", number, colour))]
        bead_id, version, standing = known[str(number)]
        if standing.colour == colour:
            return Unchanged()
        values = {"colour": colour, "painted_on": today}
        return [Draft(Bead, bead_id, version + 1, Bead.Painted, values, painted(standing, colour))]

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> list[list[Draft] | Refused]:
        found = self.app.standings(Bead, [receipt.originator_id for receipt in receipts])
        today = shanghai_date(self.app.clock.now())
        return [self._back(receipt, *found[receipt.originator_id], today) for receipt in receipts]

    @staticmethod
    def _back(receipt: Receipt, version: int, now: BeadStanding, today: date) -> list[Draft] | Refused:
        if version != receipt.last_version:
            return SomethingFollowed(field="NO")
        if version == 1:
            values: dict[str, Any] = {"number": now.number, "colour": now.colour}
            return [Draft(Bead, receipt.originator_id, 2, Bead.Lost, values, replace(now, state="lost"))]
        values = {"colour": now.before, "painted_on": today}
        after = painted(now, now.before)
        return [Draft(Bead, receipt.originator_id, version + 1, Bead.Painted, values, after)]


class String:
    """The application, its files and its runner, over one database."""

    def __init__(self, url: str, folder: Path, keyring: Keyring) -> None:
        self.clock = StandingClock()
        self.app = Beads(Store(url), self.clock)
        self.blobs = FileBlobs(folder)
        self.keyring = keyring
        self.kind = BeadsKind(self.app)
        self.runner = self.new_runner()

    def new_runner(self) -> BatchRunner:
        return BatchRunner(self.app, self.blobs, {"beads": self.kind}, self.keyring)

    def submit(self, rows: Iterable[str], *, plan_first: bool = True) -> UUID:
        content = "\r\n".join(["NO,COLOUR,NOTE", *rows, ""]).encode()
        batch = BeadBatch(
            kind="beads",
            digest=self.blobs.put(content),
            filename="string.csv",
            submitted_by="op-1",
            params={},
            school_code="4111010001",
            province=None,
            plan_first=plan_first,
        )
        self.app.save(batch, by=self.by("submit"))
        return batch.id

    def by(self, use_case: str) -> Context:
        return Context.system(use_case, self.clock.now())

    def run(self, runner: BatchRunner | None = None) -> None:
        while (runner or self.runner).step():
            pass

    def commit(self, batch_id: UUID, mode: str = "good_rows") -> None:
        batch = self.app.get(BeadBatch, batch_id)
        plan_id = batch.standing.plan_id or ""
        batch.ask_commit(plan_id=plan_id, mode=mode, asked_by="op-2", now=self.clock.now())
        self.app.save(batch, by=self.by("commit_plan"))

    def undo(self, batch_id: UUID) -> None:
        batch = self.app.get(BeadBatch, batch_id)
        batch.ask_undo(asked_by="op-1", reason="filed twice")
        self.app.save(batch, by=self.by("undo_batch"))

    def carry_out(self, rows: Iterable[str], mode: str = "good_rows") -> UUID:
        """Submit, plan and commit a file."""
        batch_id = self.submit(rows)
        self.run()
        self.commit(batch_id, mode)
        self.run()
        return batch_id

    def directly(self, rows: Iterable[str]) -> UUID:
        batch_id = self.submit(rows, plan_first=False)
        self.run()
        return batch_id

    def progress(self, batch_id: UUID) -> Progress:
        progress: Progress = self.app.standings(BeadBatch, [batch_id])[batch_id][1]
        return progress

    def beads(self) -> dict[int, str]:
        """The colour of each bead on the string."""
        with self.app.store.reading() as cursor:
            cursor.execute("SELECT convert_from(state, 'UTF8') FROM standings WHERE kind = 'beads.Bead'")
            found = [json.loads(row[0]) for row in cursor.fetchall()]
        return {bead["number"]: bead["colour"] for bead in found if bead["state"] == "found"}

    def facts(self) -> list[tuple[str, dict[str, Any]]]:
        """Every fact of every bead, in the order they were stored."""
        with self.app.store.reading() as cursor:
            cursor.execute(
                "SELECT topic, convert_from(state, 'UTF8') FROM events WHERE topic LIKE 'beads.Bead.%%'"
                " ORDER BY tx, row_id"
            )
            return [(topic.rpartition(".")[2], json.loads(state)) for topic, state in cursor.fetchall()]

    def bead(self, number: int) -> Bead:
        return self.app.get(Bead, self.app.owners("bead.number", [str(number)])[str(number)])

    def paint(self, number: int, colour: str) -> None:
        bead = self.bead(number)
        bead.paint(colour, date(2026, 1, 1))
        self.app.save(bead, by=self.by("paint"))
