"""One academic year of a school, row by row (A12)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from services.enrollment.application import YEAR_RULES, Enrollment
from services.enrollment.application.bulk.earlier import before
from services.enrollment.application.bulk.own_students import objections_to_whom
from services.enrollment.application.terms import calendar_of, due_days, first_days
from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.rules.deadlines import year_due
from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent, OtherTraining
from services.enrollment.domain.rules.school_years import YearNotDeclared
from services.enrollment.domain.rules.standing import TRAINING_ZH, YEAR_RESULTS, StatusStanding
from services.enrollment.domain.rules.year_results import (
    CAUSES,
    TUITION,
    YearFiling,
    decide_year,
    decide_year_withdrawn,
    is_settled_alike,
    year_checks,
)
from services.enrollment.domain.rules.years import DueOf, YearDiffers
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Receipt, Unchanged, together
from shared.intake.refusals import FileRefused
from shared.intake.steps import SomethingFollowed
from shared.intake.tables import YEAR_RESULTS as YEAR_RESULTS_TABLE
from shared.intake.values import academic_year
from shared.rules.refused import Refused

Decided = list[Draft] | Refused
Found = tuple[UUID, int, StatusStanding]


class YearUnknown(FileRefused):
    """No row can be decided before the school has said when the year begins."""

    rule = YearNotDeclared.rule
    zh = "学校尚未登记 {year} 学年的开学日期,请先登记"
    en = "the school has not declared the first day of {year}: declare it, then submit the file again"


class Year(NamedTuple):
    """What all rows of a file have in common."""

    school_code: str
    academic_year: int
    training: str
    today: date
    due_of: DueOf
    first_of: DueOf


class YearResultsKind(FileKind):
    """One academic year of a school: registered or deferred (A12)."""

    table: Table = YEAR_RESULTS_TABLE
    rules = YEAR_RULES
    action = "register_years"
    undoable = True
    dated = frozenset({"registered_on", "late"})
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {
        "entry_year": academic_year(1949, 2100),
        "academic_year": academic_year(1949, 2100),
    }

    objections = objections_to_whom

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        year = self._year(batch)
        keys = [admission_key(int(batch.params["entry_year"]), row.values["KSH"]) for row in rows]
        statuses = self._statuses(keys)
        return [_decided(row.values, statuses.get(key), year) for row, key in zip(rows, keys, strict=True)]

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> list[Decided]:
        found = self.enrollment.standings(StudentStatus, [receipt.originator_id for receipt in receipts])
        told = before(self.enrollment, receipts)
        return [_withdrawn(each, *found[each.originator_id], *told[each.originator_id]) for each in receipts]

    def _year(self, batch: Progress) -> Year:
        school_code, asked = batch.school_code or "", int(batch.params["academic_year"])
        calendar = calendar_of(self.enrollment, school_code)
        due_of, first_of = due_days(calendar), first_days(calendar)
        if calendar is None or calendar.year(asked) is None:
            given = batch.params.get("starts_on")  # files of the time before schools declared their years
            if given is None:
                raise YearUnknown(year=asked)
            starts_on = date.fromisoformat(given)
            due_of, first_of = _but(due_of, asked, year_due(starts_on)), _but(first_of, asked, starts_on)
        return Year(
            school_code,
            asked,
            batch.params.get("training", "all"),
            shanghai_date(self.enrollment.clock.now()),
            due_of,
            first_of,
        )

    def _statuses(self, keys: Sequence[str]) -> dict[str, Found]:
        """Status id, version and standing by the key of the admission that the status follows from."""
        owners = self.enrollment.owners("admission.exam_no", keys)
        names = {str(admission_id): key for key, admission_id in owners.items()}
        found = self.enrollment.owning(StudentStatus, "admission.outcome", names)
        return {names[name]: status for name, status in found.items()}


def _withdrawn(receipt: Receipt, version: int, standing: StatusStanding, earlier: StatusStanding, fact: Any) -> Decided:
    """The year's result taken back, with what stood before it."""
    if version != receipt.last_version:
        return SomethingFollowed(field="KSH")
    try:
        values = decide_year_withdrawn(
            standing, earlier, academic_year=fact.academic_year, effective_on=fact.registered_on
        )
    except Refused as refused:
        return refused
    after = standing.year_withdrawn(values)
    kind, day = StudentStatus.YearWithdrawn, fact.registered_on
    return [Draft(StudentStatus, receipt.originator_id, version + 1, kind, values, after, day)]


def _but(day_of: DueOf, asked: int, day: date) -> DueOf:
    """The days of all years, but for the one that is asked about."""
    return lambda year: day if year == asked else day_of(year)


def _decided(values: Values, found: Found | None, year: Year) -> Decided:
    if found is None:
        return NoAdmissionBasis(field="KSH")
    status_id, version, standing = found
    if year.training not in ("all", "", standing.training):
        return OtherTraining(field="KSH", category=TRAINING_ZH.get(standing.training, standing.training))
    filing = _filing(values, year)
    try:
        if values["XN"] != year.academic_year:
            raise YearDiffers(field="XN", expected=year.academic_year)
        if is_settled_alike(standing, filing):
            return Unchanged()
        fact = decide_year(standing, filing, registered_on=year.today, due_of=year.due_of, first_of=year.first_of)
    except NotOwnStudent as refused:
        return refused  # of other schools' students nobody learns more
    except Refused as refused:
        return together(refused, year_checks(standing, filing, due_of=year.due_of, first_of=year.first_of))
    kind = StudentStatus.YearRegistered if filing.result == "registered" else StudentStatus.YearDeferred
    told = (*fact["changes"], *fact["annotations"])
    after = standing.year_settled(year.academic_year, filing.result, told)
    return [Draft(StudentStatus, status_id, version + 1, kind, fact, after)]


def _filing(values: Values, year: Year) -> YearFiling:
    get = values.get
    return YearFiling(
        year.school_code,
        year.academic_year,
        YEAR_RESULTS[values["ZCJG"]],
        CAUSES.get(get("ZHYY") or "", ""),
        TUITION.get(get("JFQK") or "", ""),
        get("XJBD") or (),
        get("XJJZ") or (),
    )
