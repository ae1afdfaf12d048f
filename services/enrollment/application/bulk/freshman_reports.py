"""Which freshmen reported, row by row (R41-8, R41-9)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.entries import Entries, entries_of, objections_to_whom, taken_back
from services.enrollment.application.bulk.objecting import objecting
from services.enrollment.application.entering import INITIAL_CHECK, Found, report_drafts, require_unregistered
from services.enrollment.application.terms import calendar_of
from services.enrollment.domain.rules.entry import may_write_for
from services.enrollment.domain.rules.reporting import is_passed, report_checks
from services.enrollment.domain.rules.standing import AdmissionStanding
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Compensated, Receipt, Unchanged
from shared.intake.tables_entry import FRESHMAN_REPORTS
from shared.intake.values import academic_year
from shared.rules.refused import Refused

Decided = list[Draft] | Refused


class World(NamedTuple):
    """What the rows of one chunk meet."""

    entries: Entries
    school_code: str
    training: str
    deadline: date | None
    today: date


class FreshmanReportsKind(FileKind):
    """A school's freshmen who came: reported, or cancelled where the first check was failed."""

    table: Table = FRESHMAN_REPORTS
    rules: tuple[str, ...] = ("A7-3", "R41-8", "R41-9")
    action = "decide_entry"
    undoable = True
    params = {"entry_year": academic_year(1949, 2100)}  # noqa: RUF012 -- read only, as the base declares it

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        return outcomes(self._world(rows, batch), rows)

    def objections(self, rows: Sequence[CheckedRow], batch: Progress) -> list[Refused | None]:
        return objections_to_whom(self.enrollment, rows, batch)

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> Compensated:
        return taken_back(self.enrollment, receipts)

    def _world(self, rows: Sequence[CheckedRow], batch: Progress) -> World:
        entry_year, school_code = int(batch.params["entry_year"]), batch.school_code or ""
        entries = entries_of(self.enrollment, entry_year, [row.values["KSH"] for row in rows])
        school = calendar_of(self.enrollment, school_code)
        deadline = school.last_day_to_report(entry_year) if school else None
        today = shanghai_date(self.enrollment.clock.now())
        return World(entries, school_code, batch.params.get("training", "all"), deadline, today)


def outcomes(world: World, rows: Sequence[CheckedRow]) -> list[Decided]:
    """What becomes of each row."""
    decided: list[Decided] = []
    for row in rows:
        try:
            decided.append(_decided(world, world.entries.of(row.values["KSH"]), row.values))
        except Refused as refused:
            decided.append(objecting(refused, _checks(world, row.values)))
    return decided


def _decided(world: World, found: Found, values: Values) -> list[Draft]:
    basis = found[2]
    if basis.school_code == world.school_code and _says_it_already(basis, values):
        return Unchanged()
    may_write_for(world.training, basis.category)
    return report_drafts(
        found,
        released=world.entries.released[basis.batch_id],
        school_code=world.school_code,
        reported_on=values["BDRQ"],
        check=values["CSJG"],
        today=world.today,
        deadline=world.deadline,
        excused=values.get("QJ") == "是",
        registered=_is_registered(world.entries, found[0]),
    )


def _checks(world: World, values: Values) -> Iterator[Callable[[], object]]:
    """What is asked of a report, one question at a time."""
    admission_id, _, basis = world.entries.of(values["KSH"])
    excused = values.get("QJ") == "是"
    yield from report_checks(
        basis, reported_on=values["BDRQ"], today=world.today, deadline=world.deadline, excused=excused
    )
    yield partial(require_unregistered, registered=_is_registered(world.entries, admission_id))


def _is_registered(entries: Entries, admission_id: UUID) -> bool:
    return entries.holders.get(admission_id) not in (None, admission_id)


def _says_it_already(basis: AdmissionStanding, values: Values) -> bool:
    if is_passed(values["CSJG"]):
        return basis.state == "reported"
    return (basis.state, basis.cause) == ("cancelled", INITIAL_CHECK)
