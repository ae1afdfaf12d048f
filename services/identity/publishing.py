"""Facts to public messages; what is not here stays private."""

from collections.abc import Iterable
from typing import Any

from services.identity.domain.identity_claim import IdentityClaim
from services.identity.domain.records import QualificationRecord, StudentRecord
from shared.bus.publishing import tells
from shared.contracts.contract import PublicFact
from shared.contracts.events.identity import RecordBoundV1
from shared.contracts.events.identity_claims import IdentityDisputedV1
from shared.contracts.events.identity_people import RecordDisownedV1


@tells(StudentRecord.Bound, StudentRecord.Disowned, QualificationRecord.Disowned, IdentityClaim.RecordsDisputed)
def publish(record: Any) -> Iterable[tuple[type[PublicFact], dict[str, Any]]]:
    """That a status found its owner, or is disputed by her; accounts and codes are nobody else's business."""
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
    elif isinstance(fact, StudentRecord.Disowned | QualificationRecord.Disowned):
        told = {name: getattr(fact, name) for name in ("kind", "status_id", "school_code", "person_id", "disowned_on")}
        yield RecordDisownedV1, {"record_id": record.originator_id, **told}
    elif isinstance(fact, IdentityClaim.RecordsDisputed):
        for status_id, school_code in zip(fact.status_ids, fact.school_codes, strict=True):
            said = {name: getattr(fact, name) for name in ("person_id", "id_key", "name_key", "disputed_on")}
            about = {"status_id": status_id, "school_code": school_code, "claim_id": record.originator_id}
            yield IdentityDisputedV1, about | said
