"""The table of student statuses as they are now."""

from typing import ClassVar

from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Projection, Row, on


class StudentRegister(Projection):
    """Every student status as it is now."""

    table: ClassVar[str] = "student_register"
    key: ClassVar[tuple[str, ...]] = ("status_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", "admission_id", "exam_no", "student_no", "entry_year", "id_key", "name_key", "sealed_person",
        "school_code", "school_name", "level", "category", "study_form", "major_code", "major_name", "duration",
        "entry_date", "expected_graduation_date", "admission_type", "state", "left_on", "version",
    )  # fmt: skip

    @on(StudentStatus.Registered)
    def registered(self, row: Row | None, fact: StudentStatus.Registered) -> Row:
        return {
            "status_id": fact.originator_id,
            "admission_id": fact.admission_id,
            "exam_no": fact.exam_no,
            "student_no": fact.student_no,
            "entry_year": fact.entry_date.year,
            "id_key": fact.id_key,
            "name_key": fact.name_key,
            "sealed_person": fact.sealed_person,
            "school_code": fact.school_code,
            "school_name": fact.school_name,
            "level": fact.level,
            "category": fact.category,
            "study_form": fact.study_form,
            "major_code": fact.major_code,
            "major_name": fact.major_name,
            "duration": fact.duration,
            "entry_date": fact.entry_date,
            "expected_graduation_date": fact.expected_graduation_date,
            "admission_type": fact.admission_type,
            "state": "active",
            "left_on": None,
            "version": fact.originator_version,
        }

    @on(StudentStatus.YearRegistered)
    def year_registered(self, row: Row | None, fact: StudentStatus.YearRegistered) -> Row:
        return (row or {}) | {"state": "active", "version": fact.originator_version}

    @on(StudentStatus.YearDeferred)
    def year_deferred(self, row: Row | None, fact: StudentStatus.YearDeferred) -> Row:
        return (row or {}) | {"state": "suspended", "version": fact.originator_version}

    @on(StudentStatus.Left)
    def left(self, row: Row | None, fact: StudentStatus.Left) -> Row:
        state = "graduated" if fact.conclusion == "毕业" else "completed"
        return (row or {}) | {"state": state, "left_on": fact.left_on, "version": fact.originator_version}
