"""The table of academic years."""

from typing import ClassVar

from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Projection, Row, on


class AnnualRegister(Projection):
    """One row per status and academic year (A12)."""

    table: ClassVar[str] = "annual_register"
    key: ClassVar[tuple[str, ...]] = ("status_id", "academic_year")
    columns: ClassVar[tuple[str, ...]] = ("status_id", "academic_year", "result", "registered_on", "due_on", "late")

    @on(StudentStatus.YearRegistered, key=lambda fact: (fact.originator_id, fact.academic_year))
    def registered(self, row: Row | None, fact: StudentStatus.YearRegistered) -> Row:
        return _year(fact, "registered")

    @on(StudentStatus.YearDeferred, key=lambda fact: (fact.originator_id, fact.academic_year))
    def deferred(self, row: Row | None, fact: StudentStatus.YearDeferred) -> Row:
        return _year(fact, "deferred")


def _year(fact: StudentStatus.YearRegistered | StudentStatus.YearDeferred, result: str) -> Row:
    return {
        "status_id": fact.originator_id,
        "academic_year": fact.academic_year,
        "result": result,
        "registered_on": fact.registered_on,
        "due_on": fact.due_on,
        "late": fact.late,
    }
