"""Facts to public messages; what is not here stays private."""

from collections.abc import Iterable
from typing import Any

from services.identity.domain.records import StudentRecord
from shared.bus.publishing import tells
from shared.contracts.contract import PublicFact
from shared.contracts.events.identity import RecordBoundV1


@tells(StudentRecord.Bound)
def publish(record: Any) -> Iterable[tuple[type[PublicFact], dict[str, Any]]]:
    """Only that a status found its owner is told; accounts and codes are nobody else's business."""
    fact = record.fact
    if isinstance(fact, StudentRecord.Bound):
        yield (
            RecordBoundV1,
            {
                "person_id": fact.person_id,
                "status_id": fact.status_id,
                "id_key": fact.id_key,
                "name_key": fact.name_key,
                "bound_on": fact.bound_on,
            },
        )
