"""What every service tells of a look at records of people: one form, published by each under a name of its own."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import PublicFact

SHOWN = ("masked", "full")
_LOOK = "01930f3a-0000-7000-8000-00000000ee01"
_RECORD = "01930f3a-0000-7000-8000-0000000000a1"


class RecordsViewedV1(PublicFact):
    """Staff were shown records of people: which, masked or in full, by whom, in which role and office, what for."""

    subject = "look_id"
    consumers = ("identity",)

    look_id = shapes.identifier()
    records = fields.List(fields.UUID(), required=True, validate=Length(1, 500))
    shown = shapes.one_of(SHOWN)
    purpose = shapes.text(200, shortest=0)
    office = shapes.text(40, shortest=0)
    sub = shapes.text(80, metadata={"description": "Who looked; told to auditors, not to the person."})
    role = shapes.text(40)
    org = shapes.text(40, shortest=0)
    use_case = shapes.text(80)
    alone = shapes.flag(metadata={"description": "One named person was asked for, not a list."})
    alarming = shapes.flag(metadata={"description": "Out of the own scope and without an open case (AUD-4)."})
    seen_at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {
        "look_id": _LOOK,
        "records": [_RECORD],
        "shown": "masked",
        "purpose": "get_status",
        "office": "4111010001",
        "sub": "pku-registrar-1",
        "role": "registrar",
        "org": "4111010001",
        "use_case": "get_status",
        "alone": True,
        "alarming": False,
        "seen_at": "2026-10-20T02:00:00+00:00",
    }
