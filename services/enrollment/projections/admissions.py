"""The table of admitted persons."""

from typing import ClassVar

from services.enrollment.domain.admission import Admission
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Projection, Row, on


class AdmissionRegister(Projection):
    """Every person of a checked admission list, and what became of the right to enter."""

    table: ClassVar[str] = "admission_register"
    key: ClassVar[tuple[str, ...]] = ("admission_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "admission_id", "batch_id", "exam_no", "entry_year", "school_code", "id_key", "name_key", "sealed_person",
        "level", "major_name", "outcome", "version",
    )  # fmt: skip

    @on(Admission.Listed)
    def listed(self, row: Row | None, fact: Admission.Listed) -> Row:
        return {
            "admission_id": fact.originator_id,
            "batch_id": fact.batch_id,
            "exam_no": fact.exam_no,
            "entry_year": fact.entry_date.year,
            "school_code": fact.school_code,
            "id_key": fact.id_key,
            "name_key": fact.name_key,
            "sealed_person": fact.sealed_person,
            "level": fact.level,
            "major_name": fact.major_name,
            "outcome": "listed",
            "version": fact.originator_version,
        }

    @on(Admission.EntryDecided)
    def entry_decided(self, row: Row | None, fact: Admission.EntryDecided) -> Row:
        return (row or {}) | {"outcome": fact.outcome, "version": fact.originator_version}

    @on(StudentStatus.Registered, key=lambda fact: (fact.admission_id,), changes=("outcome",))
    def registered(self, row: None, fact: StudentStatus.Registered) -> Row:
        return {"outcome": "registered"}
