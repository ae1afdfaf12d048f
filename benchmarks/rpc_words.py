"""What is asked in the benchmark of calls; apart from the service, so that a gateway has no eventlet in it."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request

ID = "01930f3a-0000-7000-8000-0000000000a1"


class StudentV1(Contract):
    """A student as an answer."""

    id = shapes.identifier()
    position = shapes.integer()
    school_code = shapes.school_code()
    school_name = shapes.text(80)
    major_name = shapes.text(50)
    entry_date = shapes.day()
    changes = fields.List(fields.String(), required=True)

    example: ClassVar[dict[str, Any]] = {
        "id": ID,
        "position": 0,
        "school_code": "4111010001",
        "school_name": "北京大学",
        "major_name": "哲学",
        "entry_date": "2026-09-01",
        "changes": ["转专业"],
    }


class GetStudentV1(Request):
    """Ask for one student."""

    service = "bench"
    method = "get_student"
    answer = StudentV1

    id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"id": ID}
