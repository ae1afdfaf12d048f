"""The auditor's door: the facts of chosen histories in order, and what each of them changed."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shared.eventstore.log import FactRecord, StoredFact, record_of
from shared.eventstore.store import Store

_UNNUMBERED = 2**62
_LIBRARY_OWN = frozenset({"_id", "_version", "_created_on", "_modified_on", "_pending_events", "standing"})


class Change(NamedTuple):
    """One value of an aggregate before and after a fact; None where there was or is nothing."""

    name: str
    before: Any
    after: Any


class Told(NamedTuple):
    """A fact and what it changed in its aggregate."""

    record: FactRecord
    changes: tuple[Change, ...]


def history(store: Store, originator_ids: Iterable[UUID]) -> list[FactRecord]:
    """All facts of these aggregates in the order of the log, with who acted, when and why.

    A fact too young to be numbered comes last, with a position beyond all others.
    """
    with store.reading() as cursor:
        cursor.execute(
            f"SELECT coalesce(l.position, {_UNNUMBERED}), uuid_send(e.originator_id), e.originator_version,"
            " e.recorded_at, e.topic, e.context, e.state"
            " FROM events AS e LEFT JOIN log AS l USING (row_id) WHERE e.originator_id = ANY(%s::uuid[])"
            " ORDER BY 1, e.originator_id, e.originator_version",
            ([str(originator_id) for originator_id in originator_ids],),
        )
        return [
            record_of(StoredFact(position, bytes(originator), version, recorded, topic, bytes(context), bytes(state)))
            for position, originator, version, recorded, topic, context, state in cursor.fetchall()
        ]


def trail(store: Store, subjects: Iterable[str]) -> list[UUID]:
    """The aggregates whose facts speak of these subjects (ids or keys), and those that are subjects themselves."""
    with store.reading() as cursor:
        cursor.execute(
            "SELECT originator_id FROM subject_trail WHERE subject = ANY(%(subjects)s)"
            " UNION SELECT originator_id FROM events WHERE originator_version = 1 AND originator_id = ANY(ARRAY("
            "SELECT subject::uuid FROM unnest(%(subjects)s) AS subject WHERE pg_input_is_valid(subject, 'uuid')))"
            " ORDER BY 1",
            {"subjects": [str(subject) for subject in subjects]},
        )
        return [originator_id for (originator_id,) in cursor.fetchall()]


def tell(records: Sequence[FactRecord]) -> Iterator[Told]:
    """Replay whole histories, saying of every fact what it changed."""
    aggregates: dict[UUID, Any] = {}
    states: dict[UUID, dict[str, Any]] = {}
    for record in records:
        before = states.get(record.originator_id, {})
        aggregate = record.fact.mutate(aggregates.get(record.originator_id))
        aggregates[record.originator_id] = aggregate
        after = states[record.originator_id] = {} if aggregate is None else state_of(aggregate)
        yield Told(record, changes(before, after))


def state_of(aggregate: Any) -> dict[str, Any]:
    """An aggregate's values by name, those of its standing among them, copied."""
    values = {name: value for name, value in vars(aggregate).items() if name not in _LIBRARY_OWN}
    standing = getattr(aggregate, "standing", None)
    if dataclasses.is_dataclass(standing):
        values |= {field.name: getattr(standing, field.name) for field in dataclasses.fields(standing)}
    return {name: _copied(value) for name, value in values.items()}


def _copied(value: Any) -> Any:
    """Collections may be changed in place by the next fact; values may not."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return set(value) if isinstance(value, set) else value


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs between two states, by name."""
    names = list(dict.fromkeys((*before, *after)))
    return tuple(
        Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )
