"""Facts to public messages; what does not stand here stays in credentials."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from services.credentials.domain.certificate import Certificate
from services.credentials.domain.look import Look
from services.credentials.domain.rules import AWARD_KINDS
from shared.bus.publishing import tells
from shared.contracts.contract import PublicFact
from shared.contracts.events.credentials import DegreeIssuedV1
from shared.contracts.events.credentials_looks import CertificatesViewedV1
from shared.eventstore.log import FactRecord
from shared.eventstore.looking import told_of

_PUBLIC = (
    "number",
    "printed_number",
    "id_key",
    "name_key",
    "sealed_person",
    "school_code",
    "school_name",
    "level",
    "category",
    "major_name",
    "study_form",
    "duration",
    "entry_date",
    "graduation_date",
    "conclusion",
    "president_name",
    "issue_date",
    "effective_date",
    "photo_digest",
)


@tells(Certificate.Published, Look.Taken)
def publish(record: FactRecord) -> Iterator[tuple[type[PublicFact], dict[str, Any]]]:
    """The public facts that one own fact amounts to."""
    fact = record.fact
    if isinstance(fact, Look.Taken):
        yield CertificatesViewedV1, told_of(record)
    if isinstance(fact, Certificate.Published):
        yield (
            DegreeIssuedV1,
            {
                "certificate_id": record.originator_id,
                "status_id": UUID(fact.status_id),
                "photo_id": UUID(fact.photo_id),
                "award_kind": AWARD_KINDS[fact.conclusion],
                **{name: getattr(fact, name) for name in _PUBLIC},
            },
        )
