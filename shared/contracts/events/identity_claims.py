"""What identity tells of claims: whose records are disputed by the person of the document."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import PublicFact


class IdentityDisputedV1(PublicFact):
    """The person of a document never studied there: the school's province may open a case about the record.

    `settled`: an appeal was won, and it is disputed no more.
    """

    publisher = "identity"
    subject = "status_id"
    consumers = ("credentials", "verification")

    status_id = shapes.identifier()
    school_code = shapes.school_code()
    claim_id = shapes.identifier()
    person_id = shapes.identifier(allow_none=True)
    id_key = shapes.id_key()
    name_key = shapes.name_key()
    disputed_on = shapes.day()
    settled = shapes.flag(required=False, load_default=False)

    example: ClassVar[dict[str, Any]] = {
        "status_id": "01930f3a-0000-7000-8000-0000000000a1",
        "school_code": "4111010001",
        "claim_id": "01930f3a-0000-7000-8000-0000000000d1",
        "person_id": "01930f3a-0000-7000-8000-0000000000c1",
        "id_key": "5f1c" * 10,
        "name_key": "a7b2" * 10,
        "disputed_on": "2026-10-20",
        "settled": False,
    }
