"""Who was shown records that enrollment keeps."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Contract
from shared.contracts.looks import RecordsViewedV1


class AdmissionViewedV1(Contract):
    """Whose an admission is, for no status and no account may ever follow from it: document and name, keyed."""

    record_id = shapes.identifier()
    id_key = shapes.id_key()
    name_key = shapes.name_key()

    example: ClassVar[dict[str, Any]] = {
        "record_id": "01930f3a-0000-7000-8000-0000000000a2",
        "id_key": "5f1c" * 10,
        "name_key": "7a3e" * 10,
    }


class StudentRecordsViewedV1(RecordsViewedV1):
    """Staff were shown student records: statuses, or admissions that are no statuses yet."""

    publisher = "enrollment"

    admissions = fields.List(
        fields.Nested(AdmissionViewedV1), required=False, load_default=list, validate=Length(max=500)
    )

    example: ClassVar[dict[str, Any]] = RecordsViewedV1.example | {"admissions": []}
