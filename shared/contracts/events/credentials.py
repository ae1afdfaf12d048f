"""What credentials tells: which award took effect."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import PublicFact

AWARD_KINDS = ("graduation_diploma", "completion_diploma", "self_study_diploma", "degree")


class DegreeIssuedV1(PublicFact):
    """An award took effect on its issue date and may be queried from now on (A18-2).

    The name covers every award; `award_kind` says which: a diploma of graduation or completion, a diploma of the
    self-taught examinations, or a degree.
    """

    publisher = "credentials"
    subject = "status_id"
    consumers = ("enrollment", "identity", "verification")

    certificate_id = shapes.identifier()
    award_kind = shapes.one_of(AWARD_KINDS)
    number = shapes.text(18, shortest=16, metadata={"description": "Unique in the nation."})
    printed_number = shapes.text(
        18,
        shortest=3,
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "The serial printed on certificates before 2001, beside the school's number."},
    )
    status_id = shapes.identifier()
    id_key = shapes.id_key()
    name_key = shapes.name_key()
    sealed_person = shapes.sealed()
    school_code = shapes.school_code()
    school_name = shapes.text(80)
    level = shapes.text(12)
    category = shapes.text(20)
    major_name = shapes.text(50)
    study_form = shapes.text(10)
    duration = shapes.text(3)
    entry_date = shapes.day()
    graduation_date = shapes.day()
    conclusion = shapes.one_of(("毕业", "结业"))
    president_name = shapes.text(40)
    issue_date = shapes.day()
    effective_date = shapes.day()
    photo_id = shapes.identifier()
    photo_digest = shapes.digest()

    example: ClassVar[dict[str, Any]] = {
        "certificate_id": "01930f3a-0000-7000-8000-0000000000e1",
        "award_kind": "graduation_diploma",
        "number": "100011203005000001",
        "printed_number": None,
        "status_id": "01930f3a-0000-7000-8000-0000000000a1",
        "id_key": "5f1c" * 10,
        "name_key": "a7b2" * 10,
        "sealed_person": "x1.2026a.c2VhbGVkLXBlcnNvbg==",
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "category": "普通高等教育",
        "major_name": "哲学",
        "study_form": "普通全日制",
        "duration": "4",
        "entry_date": "2026-09-01",
        "graduation_date": "2030-06-30",
        "conclusion": "毕业",
        "president_name": "陈校长",
        "issue_date": "2030-06-30",
        "effective_date": "2030-06-30",
        "photo_id": "01930f3a-0000-7000-8000-0000000000d1",
        "photo_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }
