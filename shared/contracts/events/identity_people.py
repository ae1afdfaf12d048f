"""What identity tells of people and their records: that somebody disowned one."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import PublicFact


class RecordDisownedV1(PublicFact):
    """A person said that a record under the own name and document is not theirs; it is bound to nobody now (A11-2)."""

    publisher = "identity"
    subject = "record_id"
    consumers = ()

    record_id = shapes.identifier()
    kind = shapes.one_of(("status", "qualification"))
    status_id = shapes.identifier()
    school_code = shapes.school_code()
    person_id = shapes.identifier(metadata={"description": "Whose it was until now."})
    disowned_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "record_id": "01930f3a-0000-7000-8000-0000000000a1",
        "kind": "status",
        "status_id": "01930f3a-0000-7000-8000-0000000000a1",
        "school_code": "4111010001",
        "person_id": "01930f3a-0000-7000-8000-0000000000c1",
        "disowned_on": "2026-10-20",
    }
