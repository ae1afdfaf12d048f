"""The audit: are read tables, claims and decision rows what the facts say? One snapshot; nothing live is trusted."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eventsourcing.utils import resolve_topic
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.claims import Holding, Settlement
from shared.eventstore.facts import codec_named, decode_standing, encode_standing
from shared.eventstore.filling import fill
from shared.eventstore.fold import Fold
from shared.eventstore.follower import FOLLOWER, position_of, with_trail
from shared.eventstore.log import stream, stream_histories
from shared.eventstore.projection import Projection, Row
from shared.eventstore.store import Store
from shared.eventstore.tally import count_whole

_MOST_NAMED = 100
_LONGEST = 48
ROW = "(row)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what the facts say; with the column ROW a whole row is missing on one side."""

    table: str
    key: tuple[str, ...]
    column: str
    live: str | None
    rebuilt: str | None

    def __str__(self) -> str:
        return f"{self.table}[{', '.join(self.key)}].{self.column}: live {self.live!r}, rebuilt {self.rebuilt!r}"


@dataclass(frozen=True, slots=True)
class Compared:
    """One table: rows and digest of what is live and of what the facts say."""

    table: str
    live_rows: int
    live_digest: str
    rebuilt_rows: int
    rebuilt_digest: str


@dataclass(slots=True)
class Audit:
    """What an audit of one store found; no `differences` means that all is as the facts say."""

    position: int
    events: int = 0
    tables: list[Compared] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def verify(
    store: Store,
    projections: Sequence[Projection],
    aggregates: Iterable[type[Aggregate]] = (),
    *,
    name: str = FOLLOWER,
) -> list[Difference]:
    """The differences that `audit` finds."""
    return audit(store, projections, aggregates, name=name).differences


def audit(
    store: Store,
    projections: Sequence[Projection],
    aggregates: Iterable[type[Aggregate]] = (),
    *,
    name: str = FOLLOWER,
) -> Audit:
    """Rebuild everything derived from the facts alone, in one REPEATABLE READ snapshot, and compare.

    Read tables are rebuilt at the position of the follower `name`, claims and standings at the snapshot. `aggregates`
    are named so that their facts are known to this process.
    """
    known = {aggregate.stored_as for aggregate in aggregates}
    with store.writing() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        found = Audit(position_of(cursor, name))
        _audit_tables(cursor, found, with_trail(projections) if name == FOLLOWER else projections)
        histories = _Histories(found, known)
        stream_histories(cursor, histories.take)
        histories.end()
        _audit_log(cursor, found)
        for table, key, columns, rows in histories.tables():
            _compare(cursor, found, table, key, columns, rows)
    return found


def _audit_tables(cursor: Cursor, found: Audit, projections: Sequence[Projection]) -> None:
    fold = Fold(projections)
    stream(cursor, 0, found.position, fold.take)
    count_whole(fold)
    for projection, rows in zip(fold.projections, fold.rows, strict=True):
        _compare(cursor, found, projection.table, projection.key, projection.all_columns(), rows.values())


def _audit_log(cursor: Cursor, found: Audit) -> None:
    """The log is dense."""
    cursor.execute("SELECT count(*), coalesce(max(position), 0), coalesce(min(position), 1) FROM log")
    count, last, first = cursor.fetchone()  # type: ignore[misc]
    if count != last or first != 1:
        found.differences.append(Difference("log", ("position",), "count", str(count), str(last)))


class _Histories:
    """Folds the histories, one after the other, into the claims and standings they leave."""

    def __init__(self, found: Audit, known: set[str]) -> None:
        self._found = found
        self._known = known
        self._originator = b""
        self._id = UUID(int=0)
        self._aggregate: Any = None
        self._version = 0
        self._position = 0
        self._claims = Settlement()
        self._held: list[Holding] = []
        self._standings: list[Row] = []

    def take(
        self, position: int, originator: bytes, version: int, recorded: int, topic: bytes, context: bytes, state: bytes
    ) -> None:
        if originator != self._originator:
            self._begin(originator)
        self._found.events += 1
        self._check_order(position, version)
        codec = codec_named(topic.decode())
        fact = codec.decode(self._id, version, state)
        self._aggregate = fact.mutate(self._aggregate)
        for entry in codec.fact_type.aggregate.claims_of(fact, self._id):  # type: ignore[attr-defined]
            self._claims.add(self._id, entry)

    def _begin(self, originator: bytes) -> None:
        self.end()
        self._originator, self._id = originator, UUID(bytes=originator)
        self._aggregate, self._version, self._position, self._claims = None, 0, 0, Settlement()

    def _check_order(self, position: int, version: int) -> None:
        """Versions 1, 2, 3 …, numbered in that order; unnumbered ones (0) are the youngest."""
        key = (f"originator_id={self._id}", f"originator_version={version}")
        if version != self._version + 1:
            self._found.differences.append(Difference("events", key, "originator_version", str(version), None))
        if (position or 2**62) < self._position:
            self._found.differences.append(Difference("log", key, "position", str(position), f">{self._position}"))
        self._version, self._position = version, position or 2**62

    def end(self) -> None:
        """The last history is whole."""
        self._held += self._claims.held
        aggregate = self._aggregate
        if aggregate is not None and aggregate.standing is not None:
            state = encode_standing(aggregate.standing)
            kind = aggregate.stored_as
            self._standings.append(
                {"originator_id": self._id, "version": aggregate.version, "kind": kind, "state": state}
            )
        self._aggregate, self._claims = None, Settlement()

    def tables(self) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], list[Row]]]:
        place = ("slot", "originator_id")
        named = ("scope", "key")
        single, period, contested = _held_rows(self._held)
        yield "claims", ("scope", "slot"), (*place, *named), single
        yield "period_claims", ("scope", *place, "during"), (*place, "during", *named), period
        yield (
            "contested_claims",
            ("scope", *place, "during", "contested_in"),
            (*place, "during", "contested_in", *named),
            contested,
        )
        yield "standings", ("originator_id",), ("originator_id", "version", "kind", "state"), self._standings


def _held_rows(held: Iterable[Holding]) -> tuple[list[Row], list[Row], list[Row]]:
    single: list[Row] = []
    period: list[Row] = []
    contested: list[Row] = []
    for holding in held:
        claim = holding.claim
        row: Row = {
            "slot": UUID(bytes=holding.slot),
            "originator_id": holding.originator_id,
            "scope": claim.scope,
            "key": claim.key,
            "during": f"[{claim.during[0]},{claim.during[1] or ''})" if claim.during else None,
            "contested_in": claim.contested_in,
        }
        kept = contested if claim.contested_in is not None else period if claim.during else single
        kept.append(row)
    return single, period, contested


def _compare(
    cursor: Cursor, found: Audit, table: str, key: Sequence[str], columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Digest both sides; only where they differ, name the rows."""
    rebuilt = f"rebuilt_{table}"
    cursor.execute(f"CREATE TEMPORARY TABLE {rebuilt} (LIKE {table}) ON COMMIT DROP")
    fill(cursor, rebuilt, columns, rows)
    live_rows, live_digest = _digest(cursor, table, columns)
    rebuilt_rows, rebuilt_digest = _digest(cursor, rebuilt, columns)
    found.tables.append(Compared(table, live_rows, live_digest, rebuilt_rows, rebuilt_digest))
    if (live_rows, live_digest) != (rebuilt_rows, rebuilt_digest):
        found.differences += _differences(cursor, table, key, columns)
    cursor.execute(f"DROP TABLE {rebuilt}")


def _digest(cursor: Cursor, table: str, columns: Sequence[str]) -> tuple[int, str]:
    """Count and a digest of all rows in no particular order."""
    fields = ", ".join(columns)
    cursor.execute(
        "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text,"
        " coalesce(sum(hashtextextended(t::text, 1)::numeric), 0)::text"
        f" FROM (SELECT {fields} FROM {table}) AS t"
    )
    count, first, second = cursor.fetchone()  # type: ignore[misc]
    return count, hashlib.sha256(f"{count} {first} {second}".encode()).hexdigest()


def _differences(cursor: Cursor, table: str, key: Sequence[str], columns: Sequence[str]) -> list[Difference]:
    match = " AND ".join(f"coalesce(l.{name}::text, '') = coalesce(r.{name}::text, '')" for name in key)
    fields = ", ".join(f"{side}.{name}::text" for side in "lr" for name in columns)
    cursor.execute(
        f"SELECT l.there IS NOT NULL, r.there IS NOT NULL, {fields}"
        f" FROM (SELECT *, true AS there FROM {table}) AS l"
        f" FULL JOIN (SELECT *, true AS there FROM rebuilt_{table}) AS r ON {match}"
        f" WHERE ({', '.join('l.' + name for name in columns)})"
        f" IS DISTINCT FROM ({', '.join('r.' + name for name in columns)})"
        f" ORDER BY {', '.join(f'coalesce(l.{name}::text, r.{name}::text)' for name in key)} LIMIT {_MOST_NAMED}"
    )
    found: list[Difference] = []
    for live_there, rebuilt_there, *values in cursor.fetchall():
        live = dict(zip(columns, values[: len(columns)], strict=True)) if live_there else None
        rebuilt = dict(zip(columns, values[len(columns) :], strict=True)) if rebuilt_there else None
        found += _differences_of_row(table, key, live, rebuilt)
    return found


def _differences_of_row(table: str, key: Sequence[str], live: Row | None, rebuilt: Row | None) -> list[Difference]:
    named = tuple(f"{name}={_short((live or rebuilt or {})[name])}" for name in key)
    if live is None or rebuilt is None:
        return [Difference(table, named, ROW, "there" if live else None, "there" if rebuilt else None)]
    if table == "standings" and _same_standing(live, rebuilt):
        return []
    return [
        Difference(table, named, name, _short(value), _short(rebuilt[name]))
        for name, value in live.items()
        if value != rebuilt[name]
    ]


def _same_standing(live: Row, rebuilt: Row) -> bool:
    """Equal states may be written differently, for instance a set's members in another order."""
    if {**live, "state": ""} != {**rebuilt, "state": ""}:
        return False
    standing_type = resolve_topic(live["kind"]).Standing
    if standing_type is None:
        return False
    first, second = (decode_standing(standing_type, bytes.fromhex(row["state"][2:])) for row in (live, rebuilt))
    return bool(first == second)


def _short(value: str | None) -> str | None:
    """Enough to see what is meant: sealed personal data is never shown, nor is anything long."""
    if value is None or (len(value) <= _LONGEST and not value.startswith("x1.")):
        return value
    return f"{value[:8]}… ({len(value)} characters, {hashlib.sha256(value.encode()).hexdigest()[:12]})"
