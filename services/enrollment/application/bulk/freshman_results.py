"""What became of a school's freshmen, row by row (A8)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from services.enrollment.application import FRESHMAN_RULES, Enrollment
from services.enrollment.application.bulk.entries import Entries, entries_of, taken_back
from services.enrollment.application.clashes import is_barred, notices, wanted_of
from services.enrollment.application.drafting import draft_of
from services.enrollment.application.registering import SAID, registration_of
from services.enrollment.domain.admission import Admission
from services.enrollment.domain.rules.entry import (
    DEFERRAL_CAUSES,
    EntryAlreadyDecided,
    NotOwnStudent,
    decided_entry,
    entering_checks,
    may_enter,
    may_register_students,
    may_write_for,
    partner_of,
    registration_checks,
)
from services.enrollment.domain.rules.standing import ENTRY_OUTCOMES, PASSED, UNDECIDED, AdmissionStanding
from services.enrollment.domain.student_status import StudentStatus, first_standing
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, RowError, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Compensated, Receipt, Unchanged, together
from shared.intake.tables import FRESHMAN_RESULTS
from shared.intake.values import academic_year
from shared.rules.refused import Refused

Decided = list[Draft] | Refused
# Of what the school says, the columns that need not be said again
OPTIONAL = ("LQLX", "LHXX")


class School(NamedTuple):
    """Who hands the file in."""

    code: str
    training: str


class FreshmanResultsKind(FileKind):
    """A school's freshmen: registered, or one of the three other outcomes (A8)."""

    table: Table = FRESHMAN_RESULTS
    rules: tuple[str, ...] = (*FRESHMAN_RULES, "A8-4")
    action = "register_students"
    undoable = True
    dated = frozenset({"sealed_person"})
    params = {"entry_year": academic_year(1949, 2100)}  # noqa: RUF012 -- read only, as the base declares it

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        school = School(batch.school_code or "", batch.params.get("training", "all"))
        entries = entries_of(self.enrollment, int(batch.params["entry_year"]), [row.values["KSH"] for row in rows])
        registered = self._registered(entries)
        prepared = self._prepared(entries)
        decided: list[Decided] = []
        for row in rows:
            try:
                decided.append(self._outcome(row.values, entries, registered, prepared, school))
            except Refused as refused:
                decided.append(refused)
        return decided

    def objections(self, rows: Sequence[CheckedRow], batch: Progress) -> list[Refused | None]:
        entries = entries_of(self.enrollment, int(batch.params["entry_year"]), [row.values["KSH"] for row in rows])
        return [_objection(row.values["KSH"], entries, batch.school_code or "") for row in rows]

    def after_refusals(
        self, rows: Sequence[CheckedRow], refused: Mapping[int, Sequence[RowError]], batch: Progress
    ) -> list[Draft]:
        """Where another status stands in the way both schools are told (A8-9)."""
        barred = [row.values["KSH"] for row in rows if is_barred(refused[row.number])]
        if not barred:
            return []
        entries = entries_of(self.enrollment, int(batch.params["entry_year"]), barred)
        wanted = [wanted_of(entries.of(each)[0], entries.of(each)[2]) for each in barred]
        today = shanghai_date(self.enrollment.clock.now())
        return notices(self.enrollment, wanted, sub=batch.submitted_by, today=today)

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> Compensated:
        return taken_back(self.enrollment, receipts)

    def _registered(self, entries: Entries) -> dict[UUID, dict[str, Any]]:
        """What the statuses that exist already were registered as: only a file that comes again asks for it."""
        holders = [holder for admission_id, holder in entries.holders.items() if holder != admission_id]
        return self.enrollment.first_facts(StudentStatus.Registered, holders) if holders else {}

    def _prepared(self, entries: Entries) -> set[UUID]:
        preparing = [admission_id for admission_id, _, basis in entries.found.values() if basis.preparatory]
        return self.enrollment.prepared(preparing) if preparing else set()

    def _outcome(
        self,
        values: Values,
        entries: Entries,
        registered: Mapping[UUID, Mapping[str, Any]],
        prepared: set[UUID],
        school: School,
    ) -> list[Draft]:
        admission_id, version, basis = entries.of(values["KSH"])
        outcome: Any = ENTRY_OUTCOMES[values["RXJG"]]
        holder = entries.holders.get(admission_id)
        if basis.school_code == school.code and holder is not None:
            before = registered.get(holder)
            same = _same_status(before, values) if before else _same_outcome(basis, outcome, values)
            if same:
                return Unchanged()
        released, is_prepared = entries.released[basis.batch_id], admission_id in prepared
        said = {name: values.get(code) for code, name in SAID.items()}
        if basis.school_code == school.code:  # of other schools' students, and of other operators', nobody learns more
            may_write_for(school.training, basis.category)
        try:
            may_enter(basis, released=released, school_code=school.code)
            _must_have_no_status(holder)
            may_register_students(school.code)
            if outcome != "registered":
                fact = decided_entry(basis, outcome, cause=_cause(values), until=values.get("BLZ"))
                return [draft_of(Admission, admission_id, version, basis, Admission.EntryDecided, fact)]
            fact = registration_of(admission_id, basis, recheck=values["FCJG"] or "", said=said, prepared=is_prepared)
        except NotOwnStudent:
            raise
        except Refused as refused:
            checks = _checks(basis, values, school, released=released, holder=holder, prepared=is_prepared)
            raise together(refused, checks) from None
        after = first_standing(fact)
        return [Draft(StudentStatus, uuid7(), 1, StudentStatus.Registered, fact, after, basis.entry_date)]


def _objection(exam_no: str, entries: Entries, school_code: str) -> Refused | None:
    """What is wrong with a row whatever else it says: no own admission of this number is a basis."""
    try:
        _, _, basis = entries.of(exam_no)
    except Refused as refused:
        return refused
    released = entries.released[basis.batch_id]
    try:
        may_enter(basis, released=released, school_code=school_code)
    except Refused as refused:
        return together(refused, entering_checks(basis, released=released, school_code=school_code))
    return None


def _must_have_no_status(holder: UUID | None) -> None:
    if holder is not None:
        raise EntryAlreadyDecided(field="KSH", state="registered")


def _checks(
    basis: AdmissionStanding, values: Values, school: School, *, released: bool, holder: UUID | None, prepared: bool
) -> Iterator[Callable[[], object]]:
    """What is asked of a row about an own admission, one question at a time."""
    yield from entering_checks(basis, released=released, school_code=school.code)
    if basis.state in UNDECIDED:  # or else it was said already that something was decided
        yield partial(_must_have_no_status, holder)
    yield partial(may_register_students, school.code)
    outcome: Any = ENTRY_OUTCOMES[values["RXJG"]]
    if outcome != "registered":
        yield partial(decided_entry, basis, outcome, cause=_cause(values), until=values.get("BLZ"))
        return
    said = {name: values.get(code) for code, name in SAID.items()}
    yield from registration_checks(
        basis, recheck=values["FCJG"] or "", admission_type=said["admission_type"], prepared=prepared
    )
    yield partial(partner_of, basis, said["joint_partner"])


def _cause(values: Values) -> str:
    return DEFERRAL_CAUSES.get(values.get("BLYY") or "", "")


def _same_status(before: Mapping[str, Any], values: Values) -> bool:
    """Whether a registered status is what the row asks for."""
    if ENTRY_OUTCOMES[values["RXJG"]] != "registered" or values["FCJG"] != PASSED:
        return False
    return all(
        before[name] == values.get(code) or (code in OPTIONAL and values.get(code) is None)
        for code, name in SAID.items()
    )


def _same_outcome(basis: AdmissionStanding, outcome: Any, values: Values) -> bool:
    """Whether the row says once more what was decided without a status."""
    if basis.state != outcome:
        return False
    if outcome != "deferred":
        return True
    fact = decided_entry(basis, outcome, cause=_cause(values), until=values.get("BLZ"))
    return (fact["cause"], fact["until"]) == (basis.cause, basis.deferred_until)
