"""From a released admission to the first fact of a status: the same for one student and for a file (A8-2)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from services.enrollment.domain.rules.entry import annotated_type, holds, may_register, partner_of
from services.enrollment.domain.rules.standing import AdmissionStanding

FRESHMAN_RULES: Final = ("A7-3", "A8-1", "A8-2", "A8-9", "A9-1")

# What a registration says beyond the admission, where nothing is special; in the order of the fact
REGISTERED_PLAINLY: Final[Mapping[str, Any]] = {
    "college": None,
    "department": None,
    "class_no": None,
    "joint_partner": None,
    "previous_school": None,
    "previous_certificate_no": None,
    "continues": None,
    "holds_from": None,
    "settled_year": None,
    "grade": None,
    "contested_in": "",
    "state": "active",
    "closed_on": None,
    "origin": "",
    "evidence_level": "",
    "marks": (),
}
# What the school adds, by the columns of the upload file
SAID: Final = {
    "XH": "student_no",
    "FY": "college",
    "XSH": "department",
    "BH": "class_no",
    "LQLX": "admission_type",
    "LHXX": "joint_partner",
}


def status_values(admission_id: UUID, basis: Any, student_no: str | None) -> dict[str, Any]:
    """The fields of a new status: the released admission's, none typed again."""
    return {  # in the order of the fact, which is then stored as it is
        "admission_id": admission_id,
        "id_key": basis.id_key,
        "name_key": basis.name_key,
        "sealed_person": basis.sealed_person,
        "exam_no": basis.exam_no,
        "student_no": student_no,
        "school_code": basis.school_code,
        "school_name": basis.school_name,
        "level": basis.level,
        "category": basis.category,
        "study_form": basis.study_form,
        "full_time": basis.full_time,
        "major_code": basis.major_code,
        "major_name": basis.major_name,
        "duration": basis.duration,
        "entry_date": basis.entry_date,
        "expected_graduation_date": basis.expected_graduation_date,
        "admission_type": basis.admission_type or "普通",
        **REGISTERED_PLAINLY,
    }


def registration_of(
    admission_id: UUID, basis: AdmissionStanding, *, recheck: str, said: Mapping[str, Any], prepared: bool
) -> dict[str, Any]:
    """What `StudentStatus.Registered` says, or the refusal that stands against it."""
    may_register(basis, recheck=recheck, admission_type=said.get("admission_type"), prepared=prepared)
    values = status_values(admission_id, basis, said.get("student_no"))
    values["college"] = said.get("college")
    values["department"] = said.get("department")
    values["class_no"] = said.get("class_no")
    if holds("A9-1", basis.entry_date):
        values["admission_type"] = annotated_type(basis, said.get("admission_type"))
    values["joint_partner"] = partner_of(basis, said.get("joint_partner"))
    values["previous_school"] = basis.previous_school
    values["previous_certificate_no"] = basis.previous_certificate_no
    return values
