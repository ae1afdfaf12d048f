"""What enrollment tells: who is registered where, and for which years."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import PublicFact

STATUS = "01930f3a-0000-7000-8000-0000000000a1"
ADMISSION = "01930f3a-0000-7000-8000-0000000000b1"
ID_KEY = "5f1c" * 10
NAME_KEY = "a7b2" * 10


class StudentRegisteredV1(PublicFact):
    """A school registered an admitted freshman: a student status exists from the entry date on (A8-2)."""

    publisher = "enrollment"
    subject = "status_id"
    consumers = ("credentials", "identity", "imaging", "verification")

    status_id = shapes.identifier()
    admission_id = shapes.identifier(metadata={"description": "The released admission record it rests on (A7-3)."})
    id_key = shapes.id_key()
    name_key = shapes.name_key()
    sealed_person = shapes.sealed(
        metadata={"description": "JSON of name, id_type, id_number, birth_date, sex, ethnicity, encrypted."}
    )
    exam_no = shapes.text(18)
    school_code = shapes.school_code()
    school_name = shapes.text(80, metadata={"description": "The school's name of that day."})
    level = shapes.text(12)
    category = shapes.text(20)
    study_form = shapes.text(10)
    full_time = shapes.flag(metadata={"description": "Whether it counts as ordinary full-time study (A8-9)."})
    major_code = shapes.text(8)
    major_name = shapes.text(50)
    duration = shapes.text(3)
    entry_date = shapes.day()
    expected_graduation_date = shapes.day()
    student_no = shapes.text(15, allow_none=True)
    admission_type = shapes.text(30)

    example: ClassVar[dict[str, Any]] = {
        "status_id": STATUS,
        "admission_id": ADMISSION,
        "id_key": ID_KEY,
        "name_key": NAME_KEY,
        "sealed_person": "x1.2026a.c2VhbGVkLXBlcnNvbg==",
        "exam_no": "26110101110001",
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "category": "普通高等教育",
        "study_form": "普通全日制",
        "full_time": True,
        "major_code": "010101",
        "major_name": "哲学",
        "duration": "4",
        "entry_date": "2026-09-01",
        "expected_graduation_date": "2030-06-30",
        "student_no": "2600010001",
        "admission_type": "普通",
    }


class EnrollmentAnnualRegisteredV1(PublicFact):
    """A school settled one academic year of one student: registered or deferred (A12-3)."""

    publisher = "enrollment"
    subject = "status_id"
    consumers = ("imaging", "verification")

    status_id = shapes.identifier()
    academic_year = shapes.academic_year()
    result = shapes.one_of(("registered", "deferred"))
    registered_on = shapes.day()
    due_on = shapes.day(metadata={"description": "One month after the school's first semester began (A13-1)."})
    late = shapes.flag()
    changes = fields.List(
        fields.String(validate=Length(1, 200)),
        required=True,
        validate=Length(max=50),
        metadata={"description": "Changes of the year before, such as 转专业 (A12-4)."},
    )
    annotations = fields.List(
        fields.String(validate=Length(1, 500)),
        required=True,
        validate=Length(max=100),
        metadata={"description": "Records of the year before: exams, practice, rewards, punishments (A12-5)."},
    )

    example: ClassVar[dict[str, Any]] = {
        "status_id": STATUS,
        "academic_year": 2027,
        "result": "registered",
        "registered_on": "2027-09-10",
        "due_on": "2027-10-01",
        "late": False,
        "changes": ["转专业"],
        "annotations": [],
    }
