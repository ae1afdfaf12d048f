"""Facts to public messages; what is not here stays private."""

from collections.abc import Iterable
from typing import Any

from services.identity.domain.identity_claim import IdentityClaim
from services.identity.domain.merge import Merge
from services.identity.domain.records import QualificationRecord, StudentRecord
from shared.bus.publishing import tells
from shared.contracts.contract import PublicFact
from shared.contracts.events.identity import RecordBoundV1
from shared.contracts.events.identity_claims import IdentityDisputedV1
from shared.contracts.events.identity_people import (
    PeopleMergedV1,
    PeopleSplitV1,
    QualificationReclaimedV1,
    RecordDisownedV1,
)

Told = Iterable[tuple[type[PublicFact], dict[str, Any]]]


@tells(
    StudentRecord.Bound,
    StudentRecord.Disowned,
    QualificationRecord.Bound,
    QualificationRecord.Disowned,
    IdentityClaim.RecordsDisputed,
    Merge.Confirmed,
    Merge.Split,
)
def publish(record: Any) -> Told:
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
            names = ("person_id", "id_key", "name_key", "disputed_on", "settled")
            said = {name: getattr(fact, name) for name in names}
            about = {"status_id": status_id, "school_code": school_code, "claim_id": record.originator_id}
            yield IdentityDisputedV1, about | said
    elif isinstance(fact, QualificationRecord.Bound):
        if fact.again:  # the others go by the status, but for what was disowned
            about = {"certificate_id": record.originator_id, "status_id": fact.status_id}
            yield QualificationReclaimedV1, about | {"person_id": fact.person_id, "bound_on": fact.bound_on}
    else:
        yield from _people(record)


def _people(record: Any) -> Told:
    """Who speaks for whom; the first merges did not say it."""
    fact = record.fact
    if isinstance(fact, Merge.Confirmed | Merge.Split) and fact.person_id is not None:
        said = {"merge_id": record.originator_id, "person_id": fact.person_id, "other_person_id": fact.other_person_id}
        if isinstance(fact, Merge.Confirmed):
            yield PeopleMergedV1, said | {"merged_on": fact.settled_on}
        else:
            yield PeopleSplitV1, said | {"split_on": fact.settled_on}
