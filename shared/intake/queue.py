"""Which batches of a service are open, and which plans wait in vain."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from shared.eventstore.application import Application
from shared.eventstore.facts import decode_standing
from shared.intake.batch import OPEN_SCOPE, WAITING_SCOPE, Batch, Progress

OpenBatch = tuple[type[Batch], UUID, str]


def batch_types(base: type[Batch] = Batch) -> Iterator[type[Batch]]:
    """Every batch that the service's own domain has named."""
    for batch_type in base.__subclasses__():
        if batch_type.stored_as:
            yield batch_type
        yield from batch_types(batch_type)


def open_batches(app: Application) -> list[OpenBatch]:
    """Type, id and kind of every batch that the worker has something to do for, the oldest first."""
    return [(batch_type, batch_id, progress.kind) for batch_type, batch_id, progress in _claimed(app, OPEN_SCOPE)]


def overdue_plans(app: Application, now: datetime) -> Iterator[tuple[type[Batch], UUID]]:
    """The batches whose plan was not committed in its time."""
    for batch_type, batch_id, progress in _claimed(app, WAITING_SCOPE):
        if progress.expires_at is not None and progress.expires_at <= now:
            yield batch_type, batch_id


def _claimed(app: Application, scope: str) -> Iterator[tuple[type[Batch], UUID, Progress]]:
    named = {batch_type.stored_as: batch_type for batch_type in batch_types()}
    with app.store.reading() as cursor:
        cursor.execute(
            "SELECT standings.originator_id, standings.kind, standings.state FROM claims JOIN standings"
            " USING (originator_id) WHERE claims.scope = %s ORDER BY originator_id",
            (scope,),
        )
        found = cursor.fetchall()
    for batch_id, kind, state in found:
        if kind in named:
            yield named[kind], batch_id, decode_standing(Progress, state)
