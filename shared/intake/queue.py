"""Which batches of a service are open."""

from collections.abc import Iterator
from uuid import UUID

from shared.eventstore.application import Application
from shared.eventstore.facts import decode_standing
from shared.intake.batch import OPEN_SCOPE, Batch, Progress

OpenBatch = tuple[type[Batch], UUID, str]


def batch_types(base: type[Batch] = Batch) -> Iterator[type[Batch]]:
    """Every batch that the service's own domain has named."""
    for batch_type in base.__subclasses__():
        if batch_type.stored_as:
            yield batch_type
        yield from batch_types(batch_type)


def open_batches(app: Application) -> list[OpenBatch]:
    """Type, id and kind of every batch that is not at its end, the oldest first."""
    named = {batch_type.stored_as: batch_type for batch_type in batch_types()}
    with app.store.reading() as cursor:
        cursor.execute(
            "SELECT standings.originator_id, standings.kind, standings.state FROM claims JOIN standings"
            f" USING (originator_id) WHERE claims.scope = '{OPEN_SCOPE}' ORDER BY originator_id"
        )
        found = cursor.fetchall()
    return [
        (named[kind], batch_id, decode_standing(Progress, state).kind)
        for batch_id, kind, state in found
        if kind in named
    ]
