"""Facts to public messages; what is not here stays private."""

from collections.abc import Iterable
from typing import Any

from services.imaging.domain.look import Look
from services.imaging.domain.photo import Photo
from shared.bus.publishing import tells
from shared.contracts.contract import PublicFact
from shared.contracts.events.imaging import PhotoApprovedV1
from shared.contracts.events.imaging_looks import PhotosViewedV1
from shared.eventstore.looking import told_of


@tells(Photo.Approved, Look.Taken)
def publish(record: Any) -> Iterable[tuple[type[PublicFact], dict[str, Any]]]:
    """An approved photo is what certificates wait for."""
    fact = record.fact
    if isinstance(fact, Look.Taken):
        yield PhotosViewedV1, told_of(record)
    if isinstance(fact, Photo.Approved):
        yield (
            PhotoApprovedV1,
            {
                "photo_id": fact.originator_id,
                "status_id": fact.status_id,
                "digest": fact.digest,
                "profile": fact.profile,
                "captured_on": fact.captured_on,
                "approved_on": fact.approved_on,
            },
        )
