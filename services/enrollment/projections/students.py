"""The table of student statuses as they are now."""

from datetime import date
from typing import Any, ClassVar

from services.enrollment.domain.rules.standing import CANCELLATIONS, CONCLUSIONS, StatusState, academic_year_of
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Projection, Row, on

_YEAR = ("state", "settled_year", "version")  # a school settles a year of all its students at once
_READ = ("state", "school_code", "category")  # the last two for the counts of a year


class StudentRegister(Projection):
    """Every student status as it is now."""

    table: ClassVar[str] = "student_register"
    key: ClassVar[tuple[str, ...]] = ("status_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", "admission_id", "exam_no", "student_no", "entry_year", "id_key", "name_key", "sealed_person",
        "school_code", "school_name", "level", "category", "study_form", "major_code", "major_name", "duration",
        "entry_date", "expected_graduation_date", "admission_type", "state", "left_on", "college", "department",
        "class_no", "grade", "since", "return_by", "asked_on", "checked", "contested_in", "identity_version",
        "continues", "continued_at", "illegal_entry", "origin", "evidence_level", "settled_year", "joint_partner",
        "previous_school", "previous_certificate_no", "version",
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
            "state": fact.state,
            "left_on": fact.closed_on,
            "college": fact.college,
            "department": fact.department,
            "class_no": fact.class_no,
            "grade": fact.grade or fact.entry_date.year,
            "since": fact.closed_on or fact.holds_from or fact.entry_date,
            "return_by": None,
            "asked_on": None,
            "checked": "",
            "contested_in": fact.contested_in,
            "identity_version": 1,
            "continues": fact.continues,
            "continued_at": None,
            "illegal_entry": False,
            "origin": fact.origin,
            "evidence_level": fact.evidence_level,
            "settled_year": fact.settled_year or academic_year_of(fact.entry_date),
            "joint_partner": fact.joint_partner,
            "previous_school": fact.previous_school,
            "previous_certificate_no": fact.previous_certificate_no,
            "version": fact.originator_version,
        }

    @on(StudentStatus.YearRegistered, reads=_READ, changes=_YEAR)
    def year_registered(self, row: Row | None, fact: StudentStatus.YearRegistered) -> Row:
        return _settled(row, fact, "active")

    @on(StudentStatus.YearDeferred, reads=_READ, changes=_YEAR)
    def year_deferred(self, row: Row | None, fact: StudentStatus.YearDeferred) -> Row:
        return _settled(row, fact, "suspended")

    @on(StudentStatus.YearWithdrawn)
    def year_withdrawn(self, row: Row | None, fact: StudentStatus.YearWithdrawn) -> Row:
        return _seen(row, fact, state=fact.restored_state, settled_year=fact.restored_year)

    @on(StudentStatus.Changed)
    def changed(self, row: Row | None, fact: StudentStatus.Changed) -> Row:
        before = row or {}
        values = {name: getattr(fact, name) for name in _CHANGING if getattr(fact, name) is not None}
        since = fact.effective_on if fact.state != before.get("state") else before.get("since")
        return _seen(row, fact, **values, state=fact.state, since=since, return_by=fact.return_by)

    @on(StudentStatus.ChangeWithdrawn)
    def change_withdrawn(self, row: Row | None, fact: StudentStatus.ChangeWithdrawn) -> Row:
        values = {name: getattr(fact, name) for name in (*_CHANGING, "state", "since", "return_by")}
        return _seen(row, fact, **values)

    @on(StudentStatus.AskedToCheck)
    def asked_to_check(self, row: Row | None, fact: StudentStatus.AskedToCheck) -> Row:
        return _seen(row, fact, asked_on=fact.asked_on, checked="")

    @on(StudentStatus.Confirmed)
    def confirmed(self, row: Row | None, fact: StudentStatus.Confirmed) -> Row:
        return _seen(row, fact, checked="confirmed")

    @on(StudentStatus.Disputed)
    def disputed(self, row: Row | None, fact: StudentStatus.Disputed) -> Row:
        return _seen(row, fact, checked="disputed")

    @on(StudentStatus.Corrected)
    def corrected(self, row: Row | None, fact: StudentStatus.Corrected) -> Row:
        return _seen(row, fact, **{name: getattr(fact, name) for name in _CORRECTED})

    @on(StudentStatus.Contested)
    def contested(self, row: Row | None, fact: StudentStatus.Contested) -> Row:
        return _seen(row, fact, contested_in=str(fact.case_id))

    @on(StudentStatus.ContestSettled)
    def contest_settled(self, row: Row | None, fact: StudentStatus.ContestSettled) -> Row:
        return _seen(row, fact, contested_in="")

    @on(StudentStatus.FoundWrong)
    def found_wrong(self, row: Row | None, fact: StudentStatus.FoundWrong) -> Row:
        return _seen(row, fact, continued_at=fact.school_code)

    @on(StudentStatus.Continued)
    def continued(self, row: Row | None, fact: StudentStatus.Continued) -> Row:
        return _seen(row, fact, state=fact.state, since=fact.since, return_by=fact.return_by)

    @on(StudentStatus.AwardNoted)
    def award_noted(self, row: Row | None, fact: StudentStatus.AwardNoted) -> Row:
        return _seen(row, fact)

    @on(StudentStatus.Rechecked, StudentStatus.JointlyTrained, StudentStatus.Annotated)
    def noted(self, row: Row | None, fact: Any) -> Row:
        return _seen(row, fact)

    @on(StudentStatus.PaperIssued)
    def paper_issued(self, row: Row | None, fact: StudentStatus.PaperIssued) -> Row:
        return _seen(row, fact)

    @on(StudentStatus.AnnotationWithdrawn, StudentStatus.PaperWithdrawn)
    def taken_back(self, row: Row | None, fact: Any) -> Row:
        return _seen(row, fact)

    @on(StudentStatus.Cancelled)
    def cancelled(self, row: Row | None, fact: StudentStatus.Cancelled) -> Row:
        ended = _ended(row, fact, CANCELLATIONS[fact.kind], fact.effective_on)
        return ended | {"illegal_entry": fact.illegal_entry}

    @on(StudentStatus.TransferredOut)
    def transferred_out(self, row: Row | None, fact: StudentStatus.TransferredOut) -> Row:
        return _ended(row, fact, "transferred_out", fact.effective_on) | {"continued_at": fact.to_school_code}

    @on(StudentStatus.RegistrationWithdrawn)
    def registration_withdrawn(self, row: Row | None, fact: StudentStatus.RegistrationWithdrawn) -> Row:
        return _ended(row, fact, "withdrawn", fact.effective_on)

    @on(StudentStatus.Left)
    def left(self, row: Row | None, fact: StudentStatus.Left) -> Row:
        return _ended(row, fact, CONCLUSIONS[fact.conclusion], fact.left_on)


_CHANGING = ("grade", "major_code", "major_name", "expected_graduation_date")
_CORRECTED = (
    "id_key",
    "name_key",
    "sealed_person",
    "level",
    "study_form",
    "major_code",
    "major_name",
    "duration",
    "identity_version",
)


def _seen(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}


def _settled(row: Row | None, fact: Any, state: StatusState) -> Row:
    before = row or {}
    # a year may be settled while the student is away, and an old register tells the years of those who left long ago
    kept = before.get("state") not in ("active", "suspended")
    return _seen(row, fact, state=before["state"] if kept else state, settled_year=fact.academic_year)


def _ended(row: Row | None, fact: Any, state: StatusState, on: date) -> Row:
    return _seen(row, fact, state=state, since=on, left_on=on)
