"""A student status 学籍: one per admission, registered each year, changed by decisions, closed by leaving."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.rules.standing import (
    TRAINING,
    StatusStanding,
    StatusState,
    academic_year_of,
)
from services.enrollment.domain.rules.year_results import YearFiling, decide_year
from services.enrollment.domain.rules.years import DueOf, usual_first
from services.enrollment.domain.status_facts import StatusFacts
from shared.eventstore.aggregate import Aggregate, Claim, Release

EXAM_NO = "admission.exam_no"
OUTCOME = "admission.outcome"
FULL_TIME = "status.fulltime"
PAPER = "status.paper"


def paper_key(school_code: str, number: str) -> str:
    """The key under which the number of another paper is held: once at a school."""
    return f"{school_code}|{number}"


def first_standing(values: Mapping[str, Any]) -> StatusStanding:
    """The state right after `StudentStatus.Registered` with these values, which covers the year of entry (A12-2)."""
    entry: date = values["entry_date"]
    grade = values.get("grade") or entry.year
    return StatusStanding(
        state=values.get("state") or "active",
        school_code=values["school_code"],
        id_key=values["id_key"],
        full_time=values["full_time"],
        entry_date=entry,
        expected_graduation_date=values["expected_graduation_date"],
        settled_year=values.get("settled_year") or academic_year_of(entry),
        settled_as="registered",
        level=values["level"],
        major_code=values["major_code"],
        major_name=values["major_name"],
        admission_type=values["admission_type"],
        grade=grade,
        settled_grade=grade,
        since=values.get("closed_on") or values.get("holds_from") or entry,
        marks=tuple(values.get("marks") or ()),
        contested_in=values.get("contested_in") or "",
        origin=values.get("origin") or "",
        training=TRAINING.get(values.get("category", ""), ""),
    )


class StudentStatus(StatusFacts, stored_as="enrollment.StudentStatus"):
    """A person belongs to a school from entry until leaving (A3-1)."""

    Standing: ClassVar[type] = StatusStanding
    standing: StatusStanding

    class Registered(Aggregate.Created):
        """The school rechecked and registered a freshman (A8-2); or a transfer goes on, or an old register told it."""

        admission_id: UUID  # a status of an old register is its own basis: here stands its own id
        id_key: str
        name_key: str
        sealed_person: str
        exam_no: str
        student_no: str | None
        school_code: str
        school_name: str
        level: str
        category: str
        study_form: str
        full_time: bool
        major_code: str
        major_name: str
        duration: str
        entry_date: date
        expected_graduation_date: date
        admission_type: str
        college: str | None = None
        department: str | None = None
        class_no: str | None = None
        joint_partner: str | None = None  # the other school of joint training (A8-10)
        previous_school: str | None = None  # 专升本: where the first qualification was earned
        previous_certificate_no: str | None = None
        continues: UUID | None = None  # the status of the school the student came from (R41-23)
        holds_from: date | None = None  # where that is not the date of entry
        settled_year: int | None = None  # where that is not the year of entry
        grade: int | None = None
        contested_in: str = ""  # registered in spite of another claim, bound to this case
        state: StatusState = "active"
        closed_on: date | None = None  # an old register may tell of statuses long closed
        origin: str = ""  # the old register: its name, file and row
        evidence_level: str = ""
        marks: tuple[str, ...] = ()  # changes under the status it continues, told with the next year (A12-4)

    @event(Registered)
    def __init__(
        self,
        *,
        admission_id: UUID,
        id_key: str,
        name_key: str,
        sealed_person: str,
        exam_no: str,
        student_no: str | None,
        school_code: str,
        school_name: str,
        level: str,
        category: str,
        study_form: str,
        full_time: bool,
        major_code: str,
        major_name: str,
        duration: str,
        entry_date: date,
        expected_graduation_date: date,
        admission_type: str,
        college: str | None = None,
        department: str | None = None,
        class_no: str | None = None,
        joint_partner: str | None = None,
        previous_school: str | None = None,
        previous_certificate_no: str | None = None,
        continues: UUID | None = None,
        holds_from: date | None = None,
        settled_year: int | None = None,
        grade: int | None = None,
        contested_in: str = "",
        state: StatusState = "active",
        closed_on: date | None = None,
        origin: str = "",
        evidence_level: str = "",
        marks: tuple[str, ...] = (),
    ) -> None:
        self.standing = first_standing(locals())

    def settle_year(
        self, filing: YearFiling, *, registered_on: date, due_of: DueOf, first_of: DueOf = usual_first
    ) -> None:
        """Register or defer one academic year (A12)."""
        settled = decide_year(self.standing, filing, registered_on=registered_on, due_of=due_of, first_of=first_of)
        self.trigger_event(self.YearRegistered if filing.result == "registered" else self.YearDeferred, **settled)

    def leave(self, **values: Any) -> None:
        """Heard from credentials: what is already in effect is recorded, not judged again."""
        self.trigger_event(self.Left, **values)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One status per admission; one ordinary full-time status per person and period (A8-9)."""
        claims = _CLAIMS.get(type(fact).__name__)
        return claims(fact, originator_id) if claims else ()


Claims = Iterator[Claim | Release]


def _registered(fact: Any, originator_id: UUID) -> Claims:
    if fact.origin:  # an old register's row is its own basis, and stands once
        yield Claim(EXAM_NO, admission_key(fact.entry_date.year, fact.exam_no))
    yield Claim(OUTCOME, str(fact.admission_id))
    if fact.full_time:
        during = (fact.holds_from or fact.entry_date, fact.closed_on)
        if fact.closed_on is None or _holds(*during):
            yield Claim(FULL_TIME, fact.id_key, during=during, contested_in=fact.contested_in or None)


def _holds(start: date, end: date | None) -> bool:
    """Not a day is held by a status that goes on as that of somebody who had left by then."""
    return end is None or start < end


def _left(fact: Any, originator_id: UUID) -> Claims:
    yield Release(FULL_TIME, fact.id_key, on=fact.left_on)


def _closed(fact: Any, originator_id: UUID) -> Claims:
    yield Release(FULL_TIME, fact.id_key, on=fact.effective_on)


def _transferred(fact: Any, originator_id: UUID) -> Claims:
    yield Release(OUTCOME, str(fact.admission_id))  # the new status follows from the same admission
    yield Release(FULL_TIME, fact.id_key, on=fact.effective_on)


def _withdrawn(fact: Any, originator_id: UUID) -> Claims:
    yield Release(OUTCOME, str(fact.admission_id))
    yield Release(FULL_TIME, fact.id_key)


def _paper_issued(fact: Any, originator_id: UUID) -> Claims:
    if fact.school_code:
        yield Claim(PAPER, paper_key(fact.school_code, fact.number))


def _paper_withdrawn(fact: Any, originator_id: UUID) -> Claims:
    if fact.school_code:
        yield Release(PAPER, paper_key(fact.school_code, fact.number))


def _corrected(fact: Any, originator_id: UUID) -> Claims:
    if (fact.old_id_key, fact.held_full_time) == (fact.id_key, fact.full_time):
        return
    if fact.held_full_time:
        yield Release(FULL_TIME, fact.old_id_key)
    if fact.full_time and _holds(fact.holds_from, fact.closed_on):
        yield Claim(FULL_TIME, fact.id_key, during=(fact.holds_from, fact.closed_on))


def _settled(fact: Any, originator_id: UUID) -> Claims:
    if fact.full_time and (fact.binds or fact.voids):
        yield Release(FULL_TIME, fact.id_key)
        if fact.binds and _holds(fact.holds_from, fact.closed_on):
            yield Claim(FULL_TIME, fact.id_key, during=(fact.holds_from, fact.closed_on))


def _found_wrong(fact: Any, originator_id: UUID) -> Claims:
    yield Release(OUTCOME, str(fact.admission_id))  # a new status follows from the same admission


_CLAIMS: Mapping[str, Callable[[Any, UUID], Claims]] = {
    "Registered": _registered,
    "Left": _left,
    "Cancelled": _closed,
    "TransferredOut": _transferred,
    "RegistrationWithdrawn": _withdrawn,
    "PaperIssued": _paper_issued,
    "PaperWithdrawn": _paper_withdrawn,
    "Corrected": _corrected,
    "ContestSettled": _settled,
    "FoundWrong": _found_wrong,
}
