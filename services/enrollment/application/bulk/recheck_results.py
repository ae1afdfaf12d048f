"""The recheck of the first three months, row by row (R41-11)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.entries import Entries, entries_of, objections_to_whom
from services.enrollment.application.bulk.objecting import objecting
from services.enrollment.application.bulk.rechecks_withdrawn import rechecks_taken_back
from services.enrollment.application.entering import (
    ILLNESS,
    RECHECK,
    Found,
    FoundStatus,
    Recheck,
    recheck_drafts,
    unregistered_recheck_drafts,
)
from services.enrollment.domain.rules.entry import NotOwnStudent, deferred_until, may_enter, may_write_for
from services.enrollment.domain.rules.rechecks import ITEMS, recheck_checks, recheck_result
from services.enrollment.domain.rules.standing import AdmissionStanding
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Compensated, Receipt, Unchanged
from shared.intake.tables_entry import DEFER, RECHECK_LIST
from shared.intake.values import academic_year
from shared.rules.refused import Refused

Decided = list[Draft] | Refused


class World(NamedTuple):
    """What the rows of one chunk meet."""

    entries: Entries
    statuses: Mapping[UUID, FoundStatus]  # by admission
    since: Mapping[UUID, Mapping[str, Any]]  # what those were registered as that may be taken back
    school_code: str
    training: str
    today: date


class RecheckResultsKind(FileKind):
    """Five items for each freshman; fraud costs the status, ill health may defer the entry (R41-11)."""

    table: Table = RECHECK_LIST
    rules: tuple[str, ...] = ("A4-1", "A8-3", "R41-11")
    action = "recheck_students"
    undoable = True
    params = {"entry_year": academic_year(1949, 2100)}  # noqa: RUF012 -- read only, as the base declares it

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        return outcomes(self._world(rows, batch), rows)

    def objections(self, rows: Sequence[CheckedRow], batch: Progress) -> list[Refused | None]:
        return objections_to_whom(self.enrollment, rows, batch)

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> Compensated:
        return rechecks_taken_back(self.enrollment, receipts)

    def _world(self, rows: Sequence[CheckedRow], batch: Progress) -> World:
        app = self.enrollment
        entries = entries_of(app, int(batch.params["entry_year"]), [row.values["KSH"] for row in rows])
        holders = {holder: admission for admission, holder in entries.holders.items() if holder != admission}
        found = app.standings(StudentStatus, holders)
        statuses = {holders[one]: (one, version, standing) for one, (version, standing) in found.items()}
        deferred = {row.values["KSH"] for row in rows if row.values.get("CLYJ") == DEFER}
        leaving = [statuses[a][0] for n, (a, _, _) in entries.found.items() if n in deferred and a in statuses]
        since = app.first_facts(StudentStatus.Registered, leaving) if leaving else {}
        training, today = batch.params.get("training", "all"), shanghai_date(app.clock.now())
        return World(entries, statuses, since, batch.school_code or "", training, today)


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
    admission_id, _, basis = found
    if basis.school_code != world.school_code:
        raise NotOwnStudent(field="KSH")
    may_write_for(world.training, basis.category)
    recheck = _recheck(values)
    status = world.statuses.get(admission_id)
    if status is None:
        if _says_it_already(basis, recheck):
            return Unchanged()
        released = world.entries.released[basis.batch_id]
        return unregistered_recheck_drafts(found, recheck, released=released, school_code=world.school_code)
    if not recheck.defer and status[2].recheck == recheck_result(recheck.items):
        return Unchanged()
    since = world.since.get(status[0], {})
    return recheck_drafts(status, found, recheck, school_code=world.school_code, today=world.today, status_since=since)


def _recheck(values: Values) -> Recheck:
    items = {item: values[code] == "合格" for code, item in ITEMS.items()}
    return Recheck(items, values["FCRQ"], values.get("CLYJ") == DEFER, values.get("BLZ"))


def _checks(world: World, values: Values) -> Iterator[Callable[[], object]]:
    """What is asked of a recheck, one question at a time."""
    admission_id, _, basis = world.entries.of(values["KSH"])
    recheck, status = _recheck(values), world.statuses.get(admission_id)
    if status is None:
        yield partial(may_enter, basis, released=world.entries.released[basis.batch_id], school_code=world.school_code)
    else:
        yield from recheck_checks(
            status[2],
            items=recheck.items,
            rechecked_on=recheck.rechecked_on,
            today=world.today,
            defer=recheck.defer,
        )
    if recheck.defer:
        yield partial(deferred_until, basis, ILLNESS, recheck.until)


def _says_it_already(basis: AdmissionStanding, recheck: Recheck) -> bool:
    if all(recheck.items.values()):
        return False
    return (basis.state, basis.cause) == (("deferred", ILLNESS) if recheck.defer else ("cancelled", RECHECK))
