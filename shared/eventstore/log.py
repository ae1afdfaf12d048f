"""The numbered log as readers see it: typed facts by position, a few by query or very many by COPY."""

import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extensions import get_wait_callback

from shared.eventstore.context import read_context
from shared.eventstore.copying import blocking_copy
from shared.eventstore.facts import FactCodec, codec_named

# OFFSET 0 keeps the planner to one index look-up an event, in the order of the log, whatever it believes of the tables.
_NUMBERED = """
    FROM log AS l
    CROSS JOIN LATERAL (SELECT * FROM events WHERE tx = l.tx AND row_id = l.row_id OFFSET 0) AS e
    WHERE l.position > %s AND l.position <= %s
    ORDER BY l.position
"""


class LogBroken(Exception):
    """The log names events that the store does not hold: reading on would skip facts."""


class StoredFact(NamedTuple):
    """One event of the log before it is decoded; `originator` is the id's 16 bytes."""

    position: int
    originator: bytes
    version: int
    recorded: datetime
    topic: str
    context: bytes
    state: bytes


class LazyContext(Mapping[str, Any]):
    """The circumstances of a fact, decoded when first asked."""

    __slots__ = ("_found", "_stored")

    def __init__(self, stored: bytes) -> None:
        self._stored = stored
        self._found: dict[str, Any] | None = None

    def __eq__(self, other: object) -> bool:
        """Facts of one transaction have the same circumstances; those need not be read to be compared."""
        return self._stored == other._stored if isinstance(other, LazyContext) else super().__eq__(other)

    __hash__ = None  # type: ignore[assignment] # as of any mapping

    def _values(self) -> dict[str, Any]:
        if self._found is None:
            self._found = read_context(self._stored)
        return self._found

    def __getitem__(self, name: str) -> Any:
        return self._values()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def __repr__(self) -> str:
        return repr(self._values())


@dataclass(frozen=True, slots=True)
class FactRecord:
    """A recorded fact: its place in the log, the typed fact, and who acted, when and why."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    fact: Any
    context: Mapping[str, Any]
    recorded_at: datetime


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_uuid = msgspec.msgpack.Decoder(UUID)


def uuid_of(originator: bytes) -> UUID:
    """UUID(bytes=…), made by msgspec in a fifth of the time."""
    return _uuid.decode(b"\xc4\x10" + originator)


def typed_fact(codec: FactCodec, originator_id: UUID, version: int, context: bytes, state: bytes) -> Any:
    """The fact as the aggregate triggered it, with its `context`; built without the checks of its constructor."""
    fact = object.__new__(codec.fact_type)
    fact.__dict__.update(codec.state_of(state))
    fact.__dict__.update(
        codec.constant, originator_id=originator_id, originator_version=version, context=_context(context)
    )
    return fact


@lru_cache(maxsize=64)
def _context(stored: bytes) -> LazyContext:
    """Facts of one transaction share theirs."""
    return LazyContext(stored)


def record_of(stored: StoredFact) -> FactRecord:
    originator_id = uuid_of(stored.originator)
    fact = typed_fact(codec_named(stored.topic), originator_id, stored.version, stored.context, stored.state)
    return FactRecord(stored.position, originator_id, stored.version, stored.topic, fact, fact.context, stored.recorded)


def head(cursor: Cursor) -> int:
    """The last position given so far; 0 for an empty log."""
    cursor.execute("SELECT position FROM log ORDER BY position DESC LIMIT 1")
    found = cursor.fetchone()
    return found[0] if found else 0


def read_stored(cursor: Cursor, after: int, upto: int) -> list[StoredFact]:
    """The events at positions after+1 … upto; every one of them or LogBroken."""
    if get_wait_callback() is None:
        return read_by_copy(cursor, after, upto)
    cursor.execute(
        "SELECT l.position, uuid_send(e.originator_id), e.originator_version, e.recorded_at, e.topic, e.context,"
        f" e.state {_NUMBERED}",
        (after, upto),
    )
    found = [
        StoredFact(position, bytes(originator), version, recorded, topic, bytes(context), bytes(state))
        for position, originator, version, recorded, topic, context, state in cursor.fetchall()
    ]
    _require_all(len(found), after, upto)
    return found


def read_by_copy(cursor: Cursor, after: int, upto: int, topics: Collection[str] | None = None) -> list[StoredFact]:
    """The same in half the time, where no green thread waits; of other than these topics, if named, empty shells."""
    found: list[StoredFact] = []
    instants: dict[int, datetime] = {}  # facts of one transaction share theirs

    def take(position: int, originator: bytes, version: int, recorded: int, topic: bytes, *rest: bytes) -> None:
        instant = instants.get(recorded)
        if instant is None:
            instant = instants[recorded] = _EPOCH + timedelta(microseconds=recorded)
        context, state = rest
        found.append(StoredFact(position, originator, version, instant, topic.decode(), context, state))

    stream(cursor, after, upto, take, topics=topics)
    return found


def read_log(cursor: Cursor, after: int, limit: int) -> list[FactRecord]:
    """Up to `limit` typed facts behind position `after`."""
    upto = min(after + limit, head(cursor))
    return [record_of(stored) for stored in read_stored(cursor, after, upto)] if upto > after else []


def _require_all(count: int, after: int, upto: int) -> None:
    if count != upto - after:
        raise LogBroken(f"positions {after + 1}..{upto} hold {count} events, not {upto - after}")


_FIXED = struct.Struct("!2x 4xq 4x16s 4xi 4xq i")  # position, originator, version, recorded; length of the topic
_LENGTH = struct.Struct("!i")
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
Taker = Callable[[int, bytes, int, int, bytes, bytes, bytes], None]


class _CopyReader:
    """Takes binary COPY rows as libpq hands them over, one at a time, and gives their fields to `take`."""

    def __init__(self, take: Taker) -> None:
        self._take = take
        self.count = 0

    def write(self, row: bytes) -> None:
        if row.startswith(_SIGNATURE):
            row = row[19:]
        if len(row) <= _FIXED.size:  # the trailer
            return
        position, originator, version, recorded, size = _FIXED.unpack_from(row)
        at = _FIXED.size + size
        topic = row[_FIXED.size : at]
        (size,) = _LENGTH.unpack_from(row, at)
        end = at + 4 + size
        self.count += 1
        self._take(position, originator, version, recorded, topic, row[at + 4 : end], row[end + 4 :])


def stream(
    cursor: Cursor, after: int, upto: int, take: Taker, chunk: int = 20_000, topics: Collection[str] | None = None
) -> None:
    """Hand every event of positions after+1 … upto to `take`, in order, much faster than by fetching rows.

    `take` gets position, originator (16 bytes), version, recorded (µs since 2000), topic, context, state. Of events
    that are not of these topics, if some are named, the last three are empty.
    """
    columns = ["topic", "context", "state"]
    wanted = () if topics is None else (sorted(topics),) * len(columns)
    content = [
        f"e.{name}" if topics is None else f"CASE WHEN e.topic = ANY(%s) THEN e.{name} ELSE '' END" for name in columns
    ]
    fields = f"l.position, e.originator_id, e.originator_version, e.recorded_at, {', '.join(content)}"
    for start in range(after, upto, chunk):
        end = min(start + chunk, upto)
        copy = f"COPY (SELECT {fields} {_NUMBERED}) TO STDOUT (FORMAT binary)"
        reader = _CopyReader(take)
        with blocking_copy():
            cursor.copy_expert(cursor.mogrify(copy, (*wanted, start, end)).decode(), reader)
        _require_all(reader.count, start, end)


def stream_histories(cursor: Cursor, take: Taker, chunk: int = 20_000) -> None:
    """Hand every event to `take`, history by history in the order of versions; position 0 where none is given yet."""
    last, version, count = bytes(16), 0, chunk
    fields = "coalesce(l.position, 0), e.originator_id, e.originator_version, e.recorded_at, topic, context, state"

    def remember(position: int, originator: bytes, number: int, *rest: Any) -> None:
        nonlocal last, version
        last, version = originator, number
        take(position, originator, number, *rest)

    while count == chunk:
        reader = _CopyReader(remember)
        copy = (
            f"COPY (SELECT {fields} FROM (SELECT * FROM events WHERE (originator_id, originator_version) > (%s, %s)"
            " ORDER BY originator_id, originator_version LIMIT %s) AS e LEFT JOIN log AS l USING (row_id)"
            " ORDER BY e.originator_id, e.originator_version) TO STDOUT (FORMAT binary)"
        )
        with blocking_copy():
            cursor.copy_expert(cursor.mogrify(copy, (str(UUID(bytes=last)), version, chunk)).decode(), reader)
        count = reader.count
