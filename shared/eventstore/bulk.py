"""Appends many facts at once: binary COPY, one transaction, the same rows that single saves write."""

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import psycopg2.extensions
from eventsourcing.domain import AggregateEvent

from shared.eventstore import arrays
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.claims import Claim, Holding, Settlement
from shared.eventstore.facts import codec_of, encode_standing
from shared.eventstore.recorder import Companions, EventRow, Script, StandingRow
from shared.eventstore.store import Cursor
from shared.eventstore.table import ROW_BY_ROW

# A chunk is at most so many rows of somebody's file; a row may become a few facts.
LARGEST_CHUNK = 1_000
_MOST_DRAFTS = 5 * LARGEST_CHUNK

_EVENTS = "events (originator_id, originator_version, topic, state, context, recorded_at)"
COPY_EVENTS = f"COPY {_EVENTS} FROM STDIN (FORMAT binary)"
_BUFFER = 1 << 20
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_NULL = struct.pack("!i", -1)
_length = struct.Struct("!i").pack
_numbered_row = struct.Struct("!hi16sii").pack  # count of fields; originator, version
_slot_row = struct.Struct("!hi16si16s").pack  # count of fields; slot, originator
_CLOSED_RANGE = struct.Struct("!iBiiii")
_OPEN_RANGE = struct.Struct("!iBii")
_LOWER_INCLUSIVE, _UPPER_INFINITE = 0x02, 0x10


class Draft(NamedTuple):
    """A fact decided outside an aggregate: what a bulk append writes. `version` is the new fact's own."""

    aggregate_type: type[Aggregate]
    originator_id: UUID
    version: int
    fact_type: type[AggregateEvent]
    values: dict[str, Any]
    standing_after: Any = None
    effective_on: date | None = None  # from when it holds, where that is another day than the context's


@dataclass(frozen=True, slots=True)
class Chunk:
    """Drafts made ready: the rows of all tables but for the companions that the caller knows."""

    events: list[EventRow]
    claims: Settlement
    opened: list[StandingRow]
    moved: list[StandingRow]


def prepare(drafts: Sequence[Draft]) -> Chunk:
    """Encode facts and fold claims and standings, exactly as the save of an aggregate does."""
    if len(drafts) > _MOST_DRAFTS:
        raise ValueError(f"a chunk holds at most {_MOST_DRAFTS} drafts")
    events: list[EventRow] = []
    claims = Settlement()
    last: dict[UUID, Draft] = {}
    new: set[UUID] = set()
    for draft in drafts:
        aggregate_type, originator_id, version, fact_type, values, standing, day = draft
        codec = codec_of(fact_type)
        state = codec.state_from(values)
        events.append(EventRow(originator_id, version, codec.topic, codec.encode_state(state), day))
        for entry in aggregate_type.claims_of(codec.seen(originator_id, version, state), originator_id):
            claims.add(originator_id, entry)
        if version == 1:
            new.add(originator_id)
        if standing is not None:
            last[originator_id] = draft
    opened: list[StandingRow] = []
    moved: list[StandingRow] = []
    for originator_id, draft in last.items():
        encoded = encode_standing(draft.standing_after)
        row = StandingRow(originator_id, draft.version, draft.aggregate_type.stored_as, encoded)
        (opened if originator_id in new else moved).append(row)
    moved.sort(key=_by_id)
    return Chunk(events, claims, opened, moved)


def _by_id(row: StandingRow) -> int:
    return row.originator_id.int


class Writing:
    """One chunk ready to the last byte, so that what is left to do is sending, which leaves the interpreter free."""

    def __init__(self, chunk: Chunk, beside: Companions) -> None:
        self._script = Script()
        self._script.add_preface(beside)
        self._script.add_releases(chunk.claims)
        _move_standings(self._script, chunk.moved)
        self._copies: list[tuple[str, bytes]] = []
        if psycopg2.extensions.get_wait_callback():  # psycopg2 cannot COPY where green threads wait
            arrays.insert(self._script, chunk.events, chunk.claims.held, chunk.opened, beside)
        else:
            self._copies = list(_copies(chunk, beside))

    def write(self, cursor: Cursor) -> None:
        """Write it inside the transaction of `cursor`; once more, if that one came to nothing."""
        if self._script:
            self._script.execute(cursor)
        for copy, body in self._copies:
            cursor.copy_expert(copy, io.BytesIO(body), size=_BUFFER)


def _move_standings(script: Script, moved: Sequence[StandingRow]) -> None:
    if moved:
        script.add(ROW_BY_ROW)
        script.add(
            "EXECUTE xj_standings (%s, %s, %s)",
            arrays.of_ids(row.originator_id for row in moved),
            arrays.of_numbers(row.version for row in moved),
            arrays.of_json(row.state for row in moved),
        )


def _copies(chunk: Chunk, beside: Companions) -> Iterator[tuple[str, bytes]]:
    """The rows of each table that has some, as binary COPY."""
    single: list[Holding] = []
    period: list[Holding] = []
    contested: list[Holding] = []
    for held in chunk.claims.held:
        kind = single if held.claim.during is None else period
        (kind if held.claim.contested_in is None else contested).append(held)
    for target, rows in (
        (_EVENTS, _event_rows(chunk.events, beside)),
        ("claims (slot, originator_id, scope, key)", map(_claim_row, single)),
        ("period_claims (slot, originator_id, during, scope, key)", map(_period_row, period)),
        ("contested_claims (slot, originator_id, during, contested_in, scope, key)", map(_contested_row, contested)),
        ("standings (originator_id, version, kind, state)", map(_standing_row, chunk.opened)),
    ):
        body = b"".join(rows)
        if body:
            yield f"COPY {target} FROM STDIN (FORMAT binary)", _HEADER + body + _TRAILER


def _field(value: bytes) -> bytes:
    return _length(len(value)) + value


@cache
def _repeated(word: str) -> bytes:
    """The field of a word of our own (scope, kind) that many rows share."""
    return _field(word.encode())


def events_as_copy(chunk: Chunk, beside: Companions) -> bytes:
    """The whole body of `COPY_EVENTS`."""
    return _HEADER + b"".join(_event_rows(chunk.events, beside)) + _TRAILER


def _event_rows(events: Sequence[EventRow], beside: Companions) -> Iterable[bytes]:
    microseconds = (beside.recorded_at - _EPOCH) // datetime.resolution
    instant = struct.pack("!iq", 8, microseconds)
    usual = _field(beside.context) + instant
    tails = {day: _field(context) + instant for day, context in beside.days.items()}
    for originator_id, version, topic, state, day in events:
        tail = tails.get(day, usual)
        yield _numbered_row(6, 16, originator_id.bytes, 4, version) + _repeated(topic) + _field(state) + tail


def _claim_row(held: Holding) -> bytes:
    return _slot_row(4, 16, held.slot, 16, held.originator_id.bytes) + _name(held.claim)


def _period_row(held: Holding) -> bytes:
    claim = held.claim
    return _slot_row(5, 16, held.slot, 16, held.originator_id.bytes) + _range(claim.during) + _name(claim)


def _contested_row(held: Holding) -> bytes:
    claim = held.claim
    case = _field((claim.contested_in or "").encode())
    return _slot_row(6, 16, held.slot, 16, held.originator_id.bytes) + _range(claim.during) + case + _name(claim)


def _name(claim: Claim) -> bytes:
    key = claim.key.encode()
    return _repeated(claim.scope) + _length(len(key)) + key


def _standing_row(row: StandingRow) -> bytes:
    head = _numbered_row(4, 16, row.originator_id.bytes, 4, row.version)
    return head + _repeated(row.kind) + _field(row.state)


def _range(during: tuple[date, date | None] | None) -> bytes:
    if during is None:
        return _NULL
    start, end = during
    if end is None:
        return _OPEN_RANGE.pack(9, _LOWER_INCLUSIVE | _UPPER_INFINITE, 4, start.toordinal() - _FIRST_DAY)
    return _CLOSED_RANGE.pack(17, _LOWER_INCLUSIVE, 4, start.toordinal() - _FIRST_DAY, 4, end.toordinal() - _FIRST_DAY)
