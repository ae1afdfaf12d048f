"""What imaging heard of a student: registered by enrollment, owned by a person says identity."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.imaging.domain.rules import StudentStanding
from shared.eventstore.aggregate import Aggregate


class StudentRecord(Aggregate, stored_as="imaging.StudentRecord"):
    """A student status as far as photos care; its id is the status's own."""

    Standing = StudentStanding
    standing: StudentStanding

    class Opened(Aggregate.Created):
        """First heard of: by enrollment with everything, by anybody else with the id alone."""

        status_id: UUID
        school_code: str | None
        exam_no: str | None
        category: str | None
        expected_graduation_date: date | None

    class Enrolled(Aggregate.Event):
        """Enrollment's word came after another's."""

        status_id: UUID
        school_code: str
        exam_no: str
        category: str
        expected_graduation_date: date

    class YearHeard(Aggregate.Event):
        status_id: UUID
        academic_year: int
        result: str

    class StateHeard(Aggregate.Event):
        """Enrollment changed or ended the status, or took a year's result back."""

        status_id: UUID
        kind: str
        state: str
        expected_graduation_date: date | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.in_state(self.state, self.expected_graduation_date)

    class OwnerHeard(Aggregate.Event):
        status_id: UUID
        person_id: UUID

    class Disowned(Aggregate.Event):
        """Its person said that the status is not theirs (A11-2)."""

        status_id: UUID
        person_id: UUID

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.disowned_by(self.person_id)

    @event(Opened)
    def __init__(
        self,
        status_id: UUID,
        school_code: str | None = None,
        exam_no: str | None = None,
        category: str | None = None,
        expected_graduation_date: date | None = None,
    ) -> None:
        self.standing = StudentStanding(school_code, exam_no, category, expected_graduation_date)

    @staticmethod
    def create_id(status_id: UUID) -> UUID:
        """A heard record is known by its publisher's id."""
        return status_id

    def hear_year(self, academic_year: int, result: str) -> None:
        self._year_heard(status_id=self.id, academic_year=academic_year, result=result)

    def hear_owner(self, person_id: UUID) -> None:
        self._owner_heard(status_id=self.id, person_id=person_id)

    @event(Enrolled)
    def _enrolled(
        self, status_id: UUID, school_code: str, exam_no: str, category: str, expected_graduation_date: date
    ) -> None:
        self.standing = self.standing.enrolled(school_code, exam_no, category, expected_graduation_date)

    @event(YearHeard)
    def _year_heard(self, status_id: UUID, academic_year: int, result: str) -> None:
        self.standing = self.standing.year_heard(academic_year, result)

    @event(OwnerHeard)
    def _owner_heard(self, status_id: UUID, person_id: UUID) -> None:
        self.standing = self.standing.owned_by(person_id)
