"""What identity tells: which record belongs to which person."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import PublicFact


class RecordBoundV1(PublicFact):
    """A student status was bound to a person: document and name are the same (AC-14)."""

    publisher = "identity"
    subject = "person_id"
    consumers = ("credentials", "enrollment", "imaging", "verification")

    person_id = shapes.identifier()
    status_id = shapes.identifier()
    id_key = shapes.id_key()
    name_key = shapes.name_key()
    bound_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "person_id": "01930f3a-0000-7000-8000-0000000000c1",
        "status_id": "01930f3a-0000-7000-8000-0000000000a1",
        "id_key": "5f1c" * 10,
        "name_key": "a7b2" * 10,
        "bound_on": "2026-10-20",
    }
