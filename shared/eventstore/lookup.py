"""Decision rows and owners by the thousand: one row of JSON comes back, read by msgspec instead of value by value."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from types import GenericAlias
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.domain import AggregateEvent

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.claims import slot_of
from shared.eventstore.facts import codec_of
from shared.eventstore.store import Cursor

# OFFSET 0 keeps the planner to one index look-up a key: to it, reading a small table whole seems cheaper.
_STANDINGS = """
    SELECT string_agg('["' || asked.id || '",' || version || ',' || convert_from(state, 'UTF8') || ']', ',')
    FROM unnest(%s::uuid[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT * FROM standings WHERE originator_id = asked.id OFFSET 0) AS found WHERE kind = %s
"""
_OWNERS = """
    SELECT string_agg('[' || place || ',"' || originator_id || '"]', ',')
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS asked (slot, place)
    CROSS JOIN LATERAL (SELECT originator_id FROM claims WHERE claims.slot = asked.slot OFFSET 0) AS owner
"""
_OWNERS_ON = """
    SELECT string_agg('[' || place || ',"' || originator_id || '"]', ',')
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS asked (slot, place)
    CROSS JOIN LATERAL (SELECT * FROM period_claims WHERE period_claims.slot = asked.slot OFFSET 0) AS owner
    WHERE upper_inf(during) OR upper(during) > %s
"""
_OWNING = """
    SELECT string_agg(
        '[' || place || ',"' || owner.originator_id || '",' || version || ',' || convert_from(state, 'UTF8') || ']', ','
    )
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS asked (slot, place)
    CROSS JOIN LATERAL (SELECT originator_id FROM claims WHERE claims.slot = asked.slot OFFSET 0) AS owner
    CROSS JOIN LATERAL (SELECT * FROM standings WHERE originator_id = owner.originator_id OFFSET 0) AS found
    WHERE kind = %s
"""
_FIRST_FACTS = """
    SELECT asked.id, state
    FROM unnest(%s::uuid[]) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT topic, state FROM events WHERE originator_id = asked.id AND originator_version = 1 OFFSET 0
    ) AS first WHERE topic = %s
"""


class _State(msgspec.Struct, gc=False):
    state: str | None = None


def standings(cursor: Cursor, aggregate_type: type[Aggregate], ids: Iterable[UUID]) -> dict[UUID, tuple[int, Any]]:
    """The decision rows of one type that exist: id -> (version, standing)."""
    shape = GenericAlias(tuple, (UUID, int, _standing_of(aggregate_type)))
    found = _found(cursor, _STANDINGS, shape, _array(one.hex for one in ids), aggregate_type.stored_as)
    return {originator_id: (version, standing) for originator_id, version, standing in found}


def states(cursor: Cursor, aggregate_type: type[Aggregate], ids: Iterable[UUID]) -> dict[UUID, str | None]:
    """The `state` of each standing, where it has one, without the rest of it."""
    shape = GenericAlias(tuple, (UUID, int, _State))
    found = _found(cursor, _STANDINGS, shape, _array(one.hex for one in ids), aggregate_type.stored_as)
    return {originator_id: standing.state for originator_id, _, standing in found}


def owners(cursor: Cursor, scope: str, keys: Iterable[str]) -> dict[str, UUID]:
    """Who holds these keys for good."""
    asked = list(keys)
    found = _found(cursor, _OWNERS, tuple[int, UUID], _slots(scope, asked))
    return {asked[place - 1]: owner for place, owner in found}


def owners_on(cursor: Cursor, scope: str, keys: Iterable[str], day: date) -> dict[str, UUID]:
    """Who holds these keys for a period that is not over on a day."""
    asked = list(keys)
    found = _found(cursor, _OWNERS_ON, tuple[int, UUID], _slots(scope, asked), day)
    return {asked[place - 1]: owner for place, owner in found}


def owning(
    cursor: Cursor, aggregate_type: type[Aggregate], scope: str, keys: Iterable[str]
) -> dict[str, tuple[UUID, int, Any]]:
    """Who of one type holds these keys for good, and their decision rows: key -> (id, version, standing)."""
    asked = list(keys)
    shape = GenericAlias(tuple, (int, UUID, int, _standing_of(aggregate_type)))
    found = _found(cursor, _OWNING, shape, _slots(scope, asked), aggregate_type.stored_as)
    return {asked[place - 1]: (owner, version, standing) for place, owner, version, standing in found}


def first_facts(cursor: Cursor, fact_type: type[AggregateEvent], ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What was said when these aggregates began: id -> the fields of the fact, of those that began with this fact."""
    codec = codec_of(fact_type)
    cursor.execute(_FIRST_FACTS, (_array(one.hex for one in ids), codec.topic))
    return {UUID(str(originator_id)): codec.state_of(bytes(state)) for originator_id, state in cursor.fetchall()}


def _standing_of(aggregate_type: type[Aggregate]) -> Any:
    if aggregate_type.Standing is None:
        raise TypeError(f"{aggregate_type.__name__} names no Standing")
    return aggregate_type.Standing


def _slots(scope: str, keys: Iterable[str]) -> str:
    return _array(slot_of(scope, key).hex() for key in keys)


def _array(ids: Iterable[str]) -> str:
    """An array literal, which psycopg2 passes on as it is."""
    return "{" + ",".join(ids) + "}"


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[list[Any]]:
    return msgspec.json.Decoder(GenericAlias(list, (shape,)))


def _found(cursor: Cursor, question: str, shape: Any, *asked: Any) -> list[Any]:
    cursor.execute(question, asked)
    (rows,) = cursor.fetchone()  # type: ignore[misc]
    return _decoder(shape).decode(f"[{rows or ''}]")
