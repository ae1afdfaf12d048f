"""Many rows in one INSERT, by arrays: the bulk path where green threads wait and psycopg2 cannot COPY.

Array literals, for the server reads them in a third of the time that it takes to parse ARRAY[...]. What is stored as
JSON goes as one text, cut at a control that no JSON holds: in a literal each of its quotes would have to be escaped, as
hexadecimal digits it would be twice as long, and both take three times as long to read.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.eventstore.claims import Holding
from shared.eventstore.recorder import Companions, EventRow, Script, StandingRow

_EVENTS = """
    INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)
    SELECT originator_id, version, topic, convert_to(state, 'UTF8'), %s::bytea, %s::timestamptz
    FROM unnest(%s::uuid[], %s::int[], %s::text[], string_to_array(%s, E'\\x1f'))
        AS new (originator_id, version, topic, state)
"""
_EVENTS_OF_DAYS = """
    INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)
    SELECT originator_id, version, topic, convert_to(state, 'UTF8'), convert_to((contexts.of)[nth], 'UTF8'),
        %s::timestamptz
    FROM (SELECT string_to_array(%s, E'\\x1f')) AS contexts (of),
        unnest(%s::int[], %s::uuid[], %s::int[], %s::text[], string_to_array(%s, E'\\x1f'))
        AS new (nth, originator_id, version, topic, state)
"""
_CLAIMS = """
    INSERT INTO claims (slot, originator_id, scope, key)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[])
"""
_STANDINGS = """
    INSERT INTO standings (originator_id, version, kind, state)
    SELECT originator_id, version, kind, convert_to(state, 'UTF8')
    FROM unnest(%s::uuid[], %s::int[], %s::text[], string_to_array(%s, E'\\x1f'))
        AS new (originator_id, version, kind, state)
"""


def insert(
    script: Script,
    events: Sequence[EventRow],
    held: Sequence[Holding],
    opened: Sequence[StandingRow],
    beside: Companions,
) -> None:
    """Add the statements that write new rows; each table's rows stay in their order."""
    if events and beside.days:
        places = {day: nth for nth, day in enumerate(beside.days, start=2)}
        script.add(
            _EVENTS_OF_DAYS,
            beside.recorded_at.isoformat(),
            of_json((beside.context, *beside.days.values())),
            of_numbers(places.get(row.day, 1) for row in events),
            *_columns(events),
        )
    elif events:
        script.add(_EVENTS, "\\x" + beside.context.hex(), beside.recorded_at.isoformat(), *_columns(events))
    _add_claims(script, held)
    if opened:
        script.add(
            _STANDINGS,
            of_ids(row.originator_id for row in opened),
            of_numbers(row.version for row in opened),
            of_texts(row.kind for row in opened),
            of_json(row.state for row in opened),
        )


def _columns(events: Sequence[EventRow]) -> tuple[str, str, str, str]:
    return (
        of_ids(row.originator_id for row in events),
        of_numbers(row.version for row in events),
        of_texts(row.topic for row in events),
        of_json(row.state for row in events),
    )


def _add_claims(script: Script, held: Sequence[Holding]) -> None:
    single = [each for each in held if each.claim.during is None and each.claim.contested_in is None]
    if single:
        script.add(
            _CLAIMS,
            "{" + ",".join([each.slot.hex() for each in single]) + "}",
            of_ids(each.originator_id for each in single),
            of_texts(each.claim.scope for each in single),
            of_texts(each.claim.key for each in single),
        )
    # those of a period wait for a lock each
    script.add_claims(each for each in held if each.claim.during is not None or each.claim.contested_in is not None)


def of_ids(ids: Iterable[UUID]) -> str:
    """A literal of uuid[]."""
    return "{" + ",".join([each.hex for each in ids]) + "}"


def of_numbers(numbers: Iterable[int]) -> str:
    """A literal of int[]."""
    return "{" + ",".join(map(str, numbers)) + "}"


def of_json(values: Iterable[bytes]) -> str:
    """Texts of JSON for string_to_array(…, E'\\x1f')."""
    return b"\x1f".join(values).decode()


def of_texts(texts: Iterable[str]) -> str:
    """A literal of text[]."""
    return "{" + ",".join(['"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in texts]) + "}"
