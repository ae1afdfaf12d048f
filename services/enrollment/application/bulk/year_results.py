"""One academic year of a school, row by row (A12)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.application import YEAR_RULES, Enrollment
from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.rules.entry import NoAdmissionBasis
from services.enrollment.domain.rules.standing import YEAR_RESULTS, StatusStanding
from services.enrollment.domain.rules.years import YearDiffers, may_settle_year
from services.enrollment.domain.student_status import StudentStatus, year_values
from shared.codes.clock import add_months, shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.tables import YEAR_RESULTS as YEAR_RESULTS_TABLE
from shared.rules.refused import Refused

Decided = list[Draft] | Refused


class YearResultsKind:
    """One academic year of a school: registered or deferred (A12)."""

    table: Table = YEAR_RESULTS_TABLE
    rules = YEAR_RULES

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        keys = [admission_key(int(batch.params["entry_year"]), row.values["KSH"]) for row in rows]
        statuses = self._statuses(keys)
        due_on = add_months(date.fromisoformat(batch.params["starts_on"]), 1)
        today = shanghai_date(self.enrollment.clock.now())
        return [
            self._settled(row.values, statuses.get(key), batch, today, due_on)
            for row, key in zip(rows, keys, strict=True)
        ]

    def _statuses(self, keys: Sequence[str]) -> dict[str, tuple[UUID, int, StatusStanding]]:
        """Status id, version and standing by the key of the admission that the status follows from."""
        owners = self.enrollment.owners("admission.exam_no", keys)
        names = {str(admission_id): key for key, admission_id in owners.items()}
        found = self.enrollment.owning(StudentStatus, "admission.outcome", names)
        return {names[name]: status for name, status in found.items()}

    def _settled(
        self,
        values: Values,
        found: tuple[UUID, int, StatusStanding] | None,
        batch: Progress,
        today: date,
        due_on: date,
    ) -> Decided:
        academic_year = int(batch.params["academic_year"])
        if found is None:
            return NoAdmissionBasis(field="KSH")
        if values["XN"] != academic_year:
            return YearDiffers(field="XN", expected=academic_year)
        status_id, version, standing = found
        result = YEAR_RESULTS[values["ZCJG"]]
        try:
            may_settle_year(standing, school_code=batch.school_code or "", academic_year=academic_year, result=result)
        except Refused as refused:
            return refused
        fact = year_values(standing, academic_year, today, due_on)
        kind: Any = StudentStatus.YearDeferred
        if result == "registered":
            kind = StudentStatus.YearRegistered
            fact["resumes"] = standing.state == "suspended"
        return [Draft(StudentStatus, status_id, version + 1, kind, fact, standing.year_settled(academic_year, result))]
