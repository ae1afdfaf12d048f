"""What stood before a row of a file was taken in, and what it became: facts of a thousand records at a time."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from shared.eventstore import facts
from shared.eventstore.application import Application
from shared.intake.outcome import Receipt

_UNTIL: Final = """
    SELECT e.originator_id, e.originator_version, e.topic, e.state
    FROM unnest(%s::uuid[], %s::int[]) AS asked (id, version)
    JOIN events AS e ON e.originator_id = asked.id AND e.originator_version <= asked.version
    ORDER BY e.originator_id, e.originator_version
"""
_SINCE: Final = """
    SELECT e.originator_id, e.originator_version, e.topic, e.state
    FROM unnest(%s::uuid[], %s::int[]) AS asked (id, version)
    JOIN events AS e ON e.originator_id = asked.id AND e.originator_version >= asked.version
    ORDER BY e.originator_id, e.originator_version
"""
Before = Mapping[UUID, tuple[Any, Any]]


def before(app: Application, receipts: Sequence[Receipt]) -> Before:
    """By record: its standing before the row's first fact (None where that was its first of all), and that fact."""
    with app.store.reading() as cursor:
        ids = [str(receipt.originator_id) for receipt in receipts]
        cursor.execute(_UNTIL, (ids, [receipt.first_version for receipt in receipts]))
        rows = cursor.fetchall()
    return {originator_id: _told(each) for originator_id, each in groupby(rows, key=itemgetter(0))}


def since(app: Application, receipts: Sequence[Receipt]) -> Mapping[UUID, Sequence[Any]]:
    """By record: its facts from the row's first one to the last of all."""
    with app.store.reading() as cursor:
        ids = [str(receipt.originator_id) for receipt in receipts]
        cursor.execute(_SINCE, (ids, [receipt.first_version for receipt in receipts]))
        rows = cursor.fetchall()
    return {
        originator_id: [facts.decode(topic, one, version, state) for one, version, topic, state in each]
        for originator_id, each in groupby(rows, key=itemgetter(0))
    }


def _told(rows: Iterator[tuple[UUID, int, str, memoryview]]) -> tuple[Any, Any]:
    *earlier, last = [facts.decode(topic, one, version, state) for one, version, topic, state in rows]
    aggregate: Any = None
    for fact in earlier:
        aggregate = fact.mutate(aggregate)
    return (None if aggregate is None else aggregate.standing), last
