"""A student status 学籍: one per admission, registered each year, closed by leaving."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.standing import StatusStanding, YearResult, academic_year_of
from services.enrollment.domain.rules.years import may_settle_year
from shared.eventstore.aggregate import Aggregate, Claim, Release


def first_standing(*, school_code: str, id_key: str, full_time: bool, entry: date, graduation: date) -> StatusStanding:
    """The state right after freshman registration, which covers the year of entry (A12-2)."""
    return StatusStanding(
        state="active",
        school_code=school_code,
        id_key=id_key,
        full_time=full_time,
        entry_date=entry,
        expected_graduation_date=graduation,
        settled_year=academic_year_of(entry),
        settled_as="registered",
    )


class StudentStatus(Aggregate, stored_as="enrollment.StudentStatus"):
    """A person belongs to a school from entry until leaving (A3-1)."""

    Standing: ClassVar[type] = StatusStanding
    standing: StatusStanding

    class Registered(Aggregate.Created):
        """The school rechecked and registered a freshman (A8-2)."""

        admission_id: UUID
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

    class YearRegistered(Aggregate.Event):
        """The academic year is registered 注册学籍 (A12-3)."""

        academic_year: int
        registered_on: date
        due_on: date
        late: bool

    class YearDeferred(Aggregate.Event):
        """The registration of the academic year is deferred 暂缓注册 (A12-3)."""

        academic_year: int
        registered_on: date
        due_on: date
        late: bool

    class Left(Aggregate.Event):
        """The certificate took effect; the status is closed and filed (A14-1)."""

        certificate_id: UUID
        number: str
        conclusion: str
        left_on: date
        id_key: str

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
    ) -> None:
        self.standing = first_standing(
            school_code=school_code,
            id_key=id_key,
            full_time=full_time,
            entry=entry_date,
            graduation=expected_graduation_date,
        )

    def settle_year(
        self, *, school_code: str, academic_year: int, result: YearResult, registered_on: date, due_on: date
    ) -> None:
        """Register or defer one academic year (A12)."""
        may_settle_year(self.standing, school_code=school_code, academic_year=academic_year, result=result)
        record = self._year_registered if result == "registered" else self._year_deferred
        record(
            academic_year=academic_year,
            registered_on=registered_on,
            due_on=due_on,
            late=registered_on > due_on,
        )

    @event(YearRegistered)
    def _year_registered(self, academic_year: int, registered_on: date, due_on: date, late: bool) -> None:
        self.standing = self.standing.year_settled(academic_year, "registered")

    @event(YearDeferred)
    def _year_deferred(self, academic_year: int, registered_on: date, due_on: date, late: bool) -> None:
        self.standing = self.standing.year_settled(academic_year, "deferred")

    @event(Left)
    def leave(self, certificate_id: UUID, number: str, conclusion: str, left_on: date, id_key: str) -> None:
        """Heard from credentials: what is already in effect is recorded, not judged again."""
        self.standing = self.standing.left(conclusion)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One status per admission; one ordinary full-time status per person and period (A8-9)."""
        if isinstance(fact, cls.Registered):
            yield Claim("admission.outcome", str(fact.admission_id))
            if fact.full_time:
                yield Claim("status.fulltime", fact.id_key, during=(fact.entry_date, None))
        elif isinstance(fact, cls.Left):
            yield Release("status.fulltime", fact.id_key, on=fact.left_on)
