"""A school's own students taken out as a file to fill in: who did so, of whom, what for (A25-2)."""

from dataclasses import dataclass
from typing import ClassVar

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate


@dataclass(frozen=True)
class RosterStanding:
    """What reading the rows of an export rests on: they are given to whoever exported them, and to nobody else."""

    kind: str
    school_code: str
    entry_year: int
    academic_year: int | None
    exported_by: str
    training: str = "all"


class RosterExport(Aggregate, stored_as="enrollment.RosterExport"):
    """One file of own students. Its id is the mark that every row of the file carries."""

    Standing: ClassVar[type] = RosterStanding
    standing: RosterStanding

    class RosterExported(Aggregate.Created):
        """The rows of own students left the registry for a purpose."""

        kind: str
        school_code: str
        entry_year: int
        academic_year: int | None
        rows: int
        purpose: str
        exported_by: str
        training: str = "all"  # whose students these are: of whom the exporter was appointed for (A24-1)

    @event(RosterExported)
    def __init__(
        self,
        *,
        kind: str,
        school_code: str,
        entry_year: int,
        academic_year: int | None,
        rows: int,
        purpose: str,
        exported_by: str,
        training: str,
    ) -> None:
        self.standing = RosterStanding(kind, school_code, entry_year, academic_year, exported_by, training)
