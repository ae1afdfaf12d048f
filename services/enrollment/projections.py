"""Facts to rows: the only writer of enrollment's read tables."""

from typing import Any, ClassVar

from services.enrollment.domain.admission import Admission
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Projection, Row, on


class BatchRegister(Projection):
    """Every submitted file and where it stands."""

    table: ClassVar[str] = "batch_register"
    key: ClassVar[tuple[str, ...]] = ("batch_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "batch_id", "kind", "state", "filename", "digest", "province", "school_code", "submitted_by", "rows",
        "accepted", "refused", "errors_digest", "reason", "version",
    )  # fmt: skip

    @on(AdmissionBatch.Submitted, RegistrationBatch.Submitted)
    def submitted(self, row: Row | None, fact: Any) -> Row:
        return {
            "batch_id": fact.originator_id,
            "kind": fact.kind,
            "state": "submitted",
            "filename": fact.filename,
            "digest": fact.digest,
            "province": fact.province,
            "school_code": fact.school_code,
            "submitted_by": fact.submitted_by,
            "rows": None,
            "accepted": 0,
            "refused": 0,
            "errors_digest": None,
            "reason": None,
            "version": fact.originator_version,
        }

    @on(AdmissionBatch.Checked, RegistrationBatch.Checked)
    def checked(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {"rows": fact.rows, "version": fact.originator_version}

    @on(AdmissionBatch.Advanced, RegistrationBatch.Advanced)
    def advanced(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {"accepted": fact.accepted, "refused": fact.refused, "version": fact.originator_version}

    @on(AdmissionBatch.Finished, RegistrationBatch.Finished)
    def finished(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {
            "state": "finished",
            "accepted": fact.accepted,
            "refused": fact.refused,
            "errors_digest": fact.errors_digest,
            "version": fact.originator_version,
        }

    @on(AdmissionBatch.Refused, RegistrationBatch.Refused)
    def refused(self, row: Row | None, fact: Any) -> Row:
        reason = f"{fact.rule}|{fact.zh}|{fact.en}"
        return (row or {}) | {"state": "refused", "reason": reason, "version": fact.originator_version}

    @on(AdmissionBatch.Reviewed)
    def reviewed(self, row: Row | None, fact: AdmissionBatch.Reviewed) -> Row:
        return (row or {}) | {"state": "reviewed", "version": fact.originator_version}

    @on(AdmissionBatch.Released)
    def released(self, row: Row | None, fact: AdmissionBatch.Released) -> Row:
        return (row or {}) | {"state": "released", "version": fact.originator_version}

    @on(AdmissionBatch.Returned)
    def returned(self, row: Row | None, fact: AdmissionBatch.Returned) -> Row:
        reason = f"A7-1|{fact.reason}|{fact.reason}"
        return (row or {}) | {"state": "returned", "reason": reason, "version": fact.originator_version}


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

    @on(StudentStatus.Registered, key=lambda fact: (fact.admission_id,))
    def registered(self, row: Row | None, fact: StudentStatus.Registered) -> Row:
        return (row or {}) | {"outcome": "registered"}


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


PROJECTIONS = (BatchRegister(), AdmissionRegister(), StudentRegister(), AnnualRegister())
AGGREGATES = (Admission, AdmissionBatch, RegistrationBatch, StudentStatus)
