"""Appends many facts at once: binary COPY, one transaction, the same rows that single saves write."""

import io
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg2.extensions
from eventsourcing.domain import AggregateEvent
from eventsourcing.persistence import StoredEvent

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.claims import Holding, Settlement
from shared.eventstore.facts import codec_of, encode_standing
from shared.eventstore.recorder import Companions, Script, StandingRow
from shared.eventstore.store import Cursor

LARGEST_CHUNK = 1000

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_NULL = struct.pack("!i", -1)
_length = struct.Struct("!i").pack
_integer = struct.Struct("!ii").pack
_uuid_row = struct.Struct("!hi16s").pack
_uuid = struct.Struct("!i16s").pack
_CLOSED_RANGE = struct.Struct("!iBiiii")
_OPEN_RANGE = struct.Struct("!iBii")
_LOWER_INCLUSIVE, _UPPER_INFINITE = 0x02, 0x10


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact decided outside an aggregate: what a bulk append writes. `version` is the new fact's own."""

    aggregate_type: type[Aggregate]
    originator_id: UUID
    version: int
    fact_type: type[AggregateEvent]
    values: dict[str, Any]
    standing_after: Any = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Drafts made ready: the rows of all tables but for the companions that the caller knows."""

    events: list[StoredEvent]
    claims: Settlement
    opened: list[StandingRow]
    moved: list[StandingRow]


def prepare(drafts: Sequence[Draft]) -> Chunk:
    """Encode facts and fold claims and standings, exactly as the save of an aggregate does."""
    events: list[StoredEvent] = []
    claims = Settlement()
    standings: dict[UUID, Draft] = {}
    new: set[UUID] = set()
    for draft in drafts:
        codec = codec_of(draft.fact_type)
        fact = codec.build(draft.originator_id, draft.version, draft.values)
        events.append(StoredEvent(draft.originator_id, draft.version, codec.topic, codec.encode(fact)))
        for entry in draft.aggregate_type.claims_of(fact, draft.originator_id):
            claims.add(draft.originator_id, entry)
        if draft.version == 1:
            new.add(draft.originator_id)
        if draft.standing_after is not None:
            standings[draft.originator_id] = draft
    opened: list[StandingRow] = []
    moved: list[StandingRow] = []
    for draft in standings.values():
        row = StandingRow(
            draft.originator_id, draft.version, draft.aggregate_type.stored_as, encode_standing(draft.standing_after)
        )
        (opened if draft.originator_id in new else moved).append(row)
    moved.sort(key=lambda row: row.originator_id.int)
    return Chunk(events, claims, opened, moved)


def write(cursor: Cursor, chunk: Chunk, beside: Companions) -> None:
    """Write one chunk inside the transaction of `cursor`."""
    script = Script()
    script.add_preface(beside)
    script.add_releases(chunk.claims)
    if script:
        script.execute(cursor)
    fill = _fill_by_insert if psycopg2.extensions.get_wait_callback() else _fill_by_copy
    fill(cursor, chunk, beside)
    if chunk.moved:
        cursor.execute(
            "UPDATE standings SET version = moved.version, state = moved.state"
            " FROM unnest(%s::uuid[], %s::int[], %s::bytea[]) AS moved (originator_id, version, state)"
            " WHERE standings.originator_id = moved.originator_id",
            (
                [str(row.originator_id) for row in chunk.moved],
                [row.version for row in chunk.moved],
                [row.state for row in chunk.moved],
            ),
        )


def _fill_by_insert(cursor: Cursor, chunk: Chunk, beside: Companions) -> None:
    """Where green threads wait (psycopg2 cannot COPY there): chains of prepared inserts."""
    script = Script()
    script.add_events(chunk.events, beside)
    script.add_claims(chunk.claims)
    script.add_standings(chunk.opened)
    if script:
        script.execute(cursor)


def _fill_by_copy(cursor: Cursor, chunk: Chunk, beside: Companions) -> None:
    _copy(
        cursor,
        "events (originator_id, originator_version, topic, state, context, recorded_at)",
        _event_rows(chunk.events, beside),
    )
    single: list[Holding] = []
    period: list[Holding] = []
    contested: list[Holding] = []
    for held in chunk.claims.held:
        kind = single if held.claim.during is None else period
        (kind if held.claim.contested_in is None else contested).append(held)
    _copy(cursor, "claims (slot, originator_id, scope, key)", map(_claim_row, single))
    _copy(cursor, "period_claims (slot, originator_id, during, scope, key)", map(_period_row, period))
    _copy(
        cursor,
        "contested_claims (slot, originator_id, during, contested_in, scope, key)",
        map(_contested_row, contested),
    )
    _copy(cursor, "standings (originator_id, version, kind, state)", map(_standing_row, chunk.opened))


def _copy(cursor: Cursor, target: str, rows: Iterable[bytes]) -> None:
    body = b"".join(rows)
    if body:
        cursor.copy_expert(
            f"COPY {target} FROM STDIN (FORMAT binary)", io.BytesIO(_HEADER + body + _TRAILER), size=1 << 20
        )


def _field(value: bytes) -> bytes:
    return _length(len(value)) + value


def _event_rows(events: Sequence[StoredEvent], beside: Companions) -> Iterable[bytes]:
    microseconds = (beside.recorded_at - _EPOCH) // (datetime.resolution)
    tail = _field(beside.context) + struct.pack("!iq", 8, microseconds)
    topics: dict[str, bytes] = {}
    for event in events:
        topic = topics.get(event.topic) or topics.setdefault(event.topic, _field(event.topic.encode()))
        assert isinstance(event.originator_id, UUID)  # noqa: S101 -- the library would also take text
        yield b"".join(
            (
                _uuid_row(6, 16, event.originator_id.bytes),
                _integer(4, event.originator_version),
                topic,
                _length(len(event.state)),
                event.state,
                tail,
            )
        )


def _claim_row(held: Holding) -> bytes:
    claim = held.claim
    return b"".join(
        (
            _uuid_row(4, 16, held.slot.bytes),
            _uuid(16, held.originator_id.bytes),
            _field(claim.scope.encode()),
            _field(claim.key.encode()),
        )
    )


def _period_row(held: Holding) -> bytes:
    claim = held.claim
    return b"".join(
        (
            _uuid_row(5, 16, held.slot.bytes),
            _uuid(16, held.originator_id.bytes),
            _range(claim.during),
            _field(claim.scope.encode()),
            _field(claim.key.encode()),
        )
    )


def _contested_row(held: Holding) -> bytes:
    claim = held.claim
    return b"".join(
        (
            _uuid_row(6, 16, held.slot.bytes),
            _uuid(16, held.originator_id.bytes),
            _range(claim.during),
            _field((claim.contested_in or "").encode()),
            _field(claim.scope.encode()),
            _field(claim.key.encode()),
        )
    )


def _standing_row(row: StandingRow) -> bytes:
    return b"".join(
        (
            _uuid_row(4, 16, row.originator_id.bytes),
            _integer(4, row.version),
            _field(row.kind.encode()),
            _field(row.state),
        )
    )


def _range(during: tuple[date, date | None] | None) -> bytes:
    if during is None:
        return _NULL
    start, end = during
    if end is None:
        return _OPEN_RANGE.pack(9, _LOWER_INCLUSIVE | _UPPER_INFINITE, 4, start.toordinal() - _FIRST_DAY)
    return _CLOSED_RANGE.pack(17, _LOWER_INCLUSIVE, 4, start.toordinal() - _FIRST_DAY, 4, end.toordinal() - _FIRST_DAY)
