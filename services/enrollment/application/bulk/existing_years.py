"""The academic years of statuses of an old register, row by row: one year a file, with its own old dates (A28-1)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.existing_statuses import SOURCE, origin_of
from services.enrollment.application.bulk.objecting import objecting
from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.existing import (
    EVIDENCE,
    NothingTold,
    ToldYear,
    is_year_told,
    may_load_for,
    may_tell_year,
    may_tell_years_of,
    told_year_checks,
)
from services.enrollment.domain.rules.standing import YEAR_RESULTS, StatusStanding
from services.enrollment.domain.rules.years import YearDiffers
from services.enrollment.domain.student_status import EXAM_NO, StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Unchanged
from shared.intake.tables_existing import EXISTING_YEARS
from shared.intake.values import academic_year
from shared.rules.refused import Refused
from shared.rules.rulebook import in_force

Decided = list[Draft] | Refused
Found = tuple[UUID, int, StatusStanding]


class ExistingYearsKind(FileKind):
    """One academic year of those who entered in one year, as an old register tells it."""

    table: Table = EXISTING_YEARS
    rules = ("A28-1", "A12-3", "A14-1")
    action = "load_existing"
    irreversible = True
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {
        "source": SOURCE,
        "entry_year": academic_year(1949, 2100),
        "academic_year": academic_year(1949, 2100),
    }

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        entry_year, year = int(batch.params["entry_year"]), int(batch.params["academic_year"])
        keys = [admission_key(entry_year, row.values["KSH"]) for row in rows]
        found = self.enrollment.owning(StudentStatus, EXAM_NO, keys)
        today = shanghai_date(self.enrollment.clock.now())
        return [_told(row, found.get(key), batch, year, today) for row, key in zip(rows, keys, strict=True)]


def _told(row: CheckedRow, found: Found | None, batch: Progress, year: int, today: date) -> Decided:
    try:
        return _settled(row, _own(row.values, found, batch, year), batch, today)
    except Refused as refused:
        return objecting(refused, _checks(row.values, found, year, today))


def _checks(values: Values, found: Found | None, year: int, today: date) -> Iterator[Callable[[], object]]:
    """What is asked of a year that is told, one question at a time; of a status of others nothing but that it is."""
    yield partial(_require_year, values, year)
    yield partial(_require_loaded, found)
    if found is None or not found[2].origin:
        return
    standing, told = found[2], values["XN"]
    yield partial(_require_of, standing, values["YXDM"])
    if standing.school_code == values["YXDM"] and not is_year_told(standing, told, YEAR_RESULTS[values["ZCJG"]]):
        yield from told_year_checks(ToldYear(standing, told, YEAR_RESULTS[values["ZCJG"]], values["ZCRQ"], today))


def _own(values: Values, found: Found | None, batch: Progress, year: int) -> Found:
    """The status that a row is about: of this province, loaded from an old register."""
    may_load_for(batch.province or "", values["YXDM"])
    _require_year(values, year)
    loaded = _require_loaded(found)
    may_tell_years_of(loaded[2], batch.params.get("training", "all"))
    return loaded


def _require_year(values: Values, year: int) -> None:
    if values["XN"] != year:
        raise YearDiffers(field="XN", expected=year)


def _require_loaded(found: Found | None) -> Found:
    if found is None or not found[2].origin:
        raise NothingTold(field="KSH")
    return found


def _require_of(standing: StatusStanding, school_code: str) -> None:
    if standing.school_code != school_code:
        raise NotOwnStudent(field="YXDM")


def _settled(row: CheckedRow, found: Found, batch: Progress, today: date) -> list[Draft]:
    values, (status_id, version, standing) = row.values, found
    school_code, year, on = values["YXDM"], values["XN"], values["ZCRQ"]
    result = YEAR_RESULTS[values["ZCJG"]]
    if standing.school_code == school_code and is_year_told(standing, year, result):
        return Unchanged()
    may_tell_year(standing, school_code=school_code, academic_year=year, result=result, on=on, today=today)
    told = {**_year(values, year, on), "origin": origin_of(batch, row), "evidence_level": EVIDENCE[values["PZDJ"]]}
    after = standing.year_settled(year, result, (*told["changes"], *told["annotations"]))
    if result == "registered":
        told["resumes"] = standing.settled_as == "deferred"
        return [Draft(StudentStatus, status_id, version + 1, StudentStatus.YearRegistered, told, after, on)]
    told["cause"] = "other"
    return [Draft(StudentStatus, status_id, version + 1, StudentStatus.YearDeferred, told, after, on)]


def _year(values: Values, year: int, on: date) -> dict[str, Any]:
    """What an old register says of a year; a last day that it does not name is not guessed, so nobody was late."""
    due_on: date = values["JZRQ"] or on
    return {
        "academic_year": year,
        "registered_on": on,
        "due_on": due_on,
        "late": on > due_on and in_force("A13-1", on),
        "changes": values["XJBD"] or (),
        "annotations": (values["XJJZ"],) if values["XJJZ"] else (),
    }
