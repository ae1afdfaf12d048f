"""Which batches of a service are open: read from the decision rows, where a batch stands as every aggregate does."""

from collections.abc import Iterator
from uuid import UUID

from shared.eventstore.application import Application
from shared.eventstore.facts import decode_standing
from shared.intake.batch import OPEN, Batch, Progress

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
    found: list[OpenBatch] = []
    with app.store.reading() as cursor:
        # the pattern repeats the predicate of the index standings_of_batches, so that the index is used
        cursor.execute(
            "SELECT originator_id, kind, state FROM standings"
            " WHERE kind LIKE '%%Batch' AND kind = ANY(%s) ORDER BY originator_id",
            (list(named),),
        )
        for batch_id, kind, state in cursor.fetchall():
            progress: Progress = decode_standing(Progress, state)
            if progress.state in OPEN:
                found.append((named[kind], batch_id, progress.kind))
    return found
