"""What a service knows about one kind of file, and what the engine takes for granted where it says nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol
from uuid import UUID

from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, RowError, Table
from shared.intake.outcome import Compensated, Decided, Receipt
from shared.intake.steps import CannotBeUndone
from shared.rules.refused import Refused

Check = Callable[[str], Any]
"""Reads one parameter of a file; raises Malformed."""


class BulkKind(Protocol):
    """The least a kind has: its columns, the rules its facts rest on, and what follows from good rows."""

    @property
    def table(self) -> Table: ...

    @property
    def rules(self) -> tuple[str, ...]: ...

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> Decided:
        """For each row the facts it leads to, or why it is refused. Reads decision rows; writes nothing."""


class FileKind:
    """The base of kinds: what a kind may say beyond the least, with what holds where it does not."""

    action: ClassVar[str] = ""
    """The permission asked of whoever submits, commits or undoes such a file."""
    irreversible: ClassVar[bool] = False
    """Always by a plan, and committed by another person than the one who submitted it (A24-2)."""
    undoable: ClassVar[bool] = False
    """Whether `compensate` knows how to take rows back."""
    put_right: ClassVar[str] = ""
    """How a wrong row that was taken in is put right, where none is taken back and no second person looked first."""
    dated: ClassVar[frozenset[str]] = frozenset()
    """Fields of facts that differ each time they are made (the day of writing, a sealing): not compared."""
    params: ClassVar[Mapping[str, Check]] = {}
    """The parameters that go with such a file, each with its check; all are required, no other is taken."""

    def objections(self, rows: Sequence[CheckedRow], batch: Progress) -> Sequence[Refused | None]:
        """Of rows with a wrong cell that name their record all the same: what else the rules object to, if anything.

        `decide` never sees such rows; whoever mends them wants to hear everything at once.
        """
        return [None for _ in rows]

    def after_refusals(
        self, rows: Sequence[CheckedRow], refused: Mapping[int, Sequence[RowError]], batch: Progress
    ) -> Sequence[Draft]:
        """Facts that follow from refusals themselves, as when others must be told of them. A dry run writes none."""
        return ()

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> Compensated:
        """For each receipt the facts that take it back, or why it stays. Reads decision rows; writes nothing."""
        return [CannotBeUndone() for _ in receipts]


class Traits:
    """What a kind says of itself, defaults filled in: kinds need not have `FileKind` as their base."""

    def __init__(self, kind: BulkKind) -> None:
        self.action: str = getattr(kind, "action", FileKind.action)
        self.irreversible: bool = getattr(kind, "irreversible", FileKind.irreversible)
        self.undoable: bool = getattr(kind, "undoable", FileKind.undoable) and not self.irreversible
        self.put_right: str = getattr(kind, "put_right", FileKind.put_right)
        self.dated: frozenset[str] = frozenset(getattr(kind, "dated", FileKind.dated))
        self.params: Mapping[str, Check] = getattr(kind, "params", FileKind.params)
