"""What became of a school's freshmen, row by row (A8)."""

from collections.abc import Container, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.enrollment.application import FRESHMAN_RULES, Enrollment, status_values
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.rules.entry import EntryAlreadyDecided, NoAdmissionBasis, may_enter, may_register
from services.enrollment.domain.rules.standing import ENTRY_OUTCOMES, AdmissionStanding
from services.enrollment.domain.student_status import StudentStatus, first_standing
from shared.eventstore.bulk import Draft
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.tables import FRESHMAN_RESULTS
from shared.rules.refused import Refused

Decided = list[Draft] | Refused


class FreshmanResultsKind:
    """A school's freshmen: registered, or one of the three other outcomes (A8)."""

    table: Table = FRESHMAN_RESULTS
    rules = FRESHMAN_RULES

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        entry_year = int(batch.params["entry_year"])
        keys = [admission_key(entry_year, row.values["KSH"]) for row in rows]
        admissions = self.enrollment.owning(Admission, "admission.exam_no", keys)
        names = [str(admission_id) for admission_id, _, _ in admissions.values()]
        decided_already = self.enrollment.owners("admission.outcome", names)
        released = {
            batch_id: self.enrollment.is_released(batch_id)
            for batch_id in {standing.batch_id for _, _, standing in admissions.values()}
        }
        taken = {admissions[key][0] for key, name in zip(admissions, names, strict=True) if name in decided_already}
        return [
            self._outcome(row.values, admissions.get(key), released, taken, batch)
            for row, key in zip(rows, keys, strict=True)
        ]

    def _outcome(
        self,
        values: Values,
        found: tuple[UUID, int, AdmissionStanding] | None,
        released: Mapping[str, bool],
        taken: Container[UUID],
        batch: Progress,
    ) -> Decided:
        if found is None:
            return NoAdmissionBasis(field="KSH")
        admission_id, version, basis = found
        try:
            may_enter(basis, released=released[basis.batch_id], school_code=batch.school_code or "")
            if admission_id in taken:
                raise EntryAlreadyDecided(field="KSH", state="registered")
            outcome: Any = ENTRY_OUTCOMES[values["RXJG"]]
            if outcome == "registered":
                may_register(basis, recheck=values["FCJG"] or "")
                fact = status_values(admission_id, basis, values["XH"])
                return [Draft(StudentStatus, uuid7(), 1, StudentStatus.Registered, fact, first_standing(fact))]
        except Refused as refused:
            return refused
        fact = {"outcome": outcome}
        return [Draft(Admission, admission_id, version + 1, Admission.EntryDecided, fact, basis.decided(outcome))]
