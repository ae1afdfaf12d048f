"""Writes facts and all that must be true with them, in one round trip and without a table lock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, StoredEvent

from shared.eventstore.claims import Holding, Settlement
from shared.eventstore.violations import retried, translate

if TYPE_CHECKING:
    from shared.eventstore.store import Store

# Sent once per connection. An append is a chain of EXECUTEs in one simple query: one implicit transaction.
PREPARED = """
PREPARE xj_event (uuid, int, text, bytea, bytea, timestamptz) AS
    INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6);
PREPARE xj_event_opening (uuid, int, text, bytea, bytea, timestamptz, text, bytea) AS
    WITH standing AS (INSERT INTO standings (originator_id, version, kind, state) VALUES ($1, $2, $7, $8))
    INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6);
PREPARE xj_event_moving (uuid, int, text, bytea, bytea, timestamptz, text, bytea) AS
    WITH standing AS (INSERT INTO standings (originator_id, version, kind, state) VALUES ($1, $2, $7, $8)
                      ON CONFLICT (originator_id) DO UPDATE SET version = $2, state = $8)
    INSERT INTO events (originator_id, originator_version, topic, state, context, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6);
PREPARE xj_command (uuid, text, text, bytea, timestamptz) AS
    INSERT INTO commands (command_id, request_hash, use_case, answer, recorded_at) VALUES ($1, $2, $3, $4, $5);
PREPARE xj_heard (text, bigint, bigint, timestamptz) AS
    INSERT INTO inbox (publisher, first, last, recorded_at) VALUES ($1, $2, $3, $4);
PREPARE xj_standing (uuid, int, text, bytea) AS
    INSERT INTO standings (originator_id, version, kind, state) VALUES ($1, $2, $3, $4)
    ON CONFLICT (originator_id) DO UPDATE SET version = $2, state = $4;
PREPARE xj_claim (uuid, uuid, text, text) AS
    INSERT INTO claims (slot, originator_id, scope, key) VALUES ($1, $2, $3, $4);
PREPARE xj_period_claim (uuid, uuid, date, date, text, text, bigint) AS
    INSERT INTO period_claims (slot, originator_id, during, scope, key)
    SELECT $1, $2, daterange($3, $4), $5, $6 FROM pg_advisory_xact_lock($7);
PREPARE xj_contested (uuid, uuid, date, date, text, text, text) AS
    INSERT INTO contested_claims (slot, originator_id, during, contested_in, scope, key)
    VALUES ($1, $2, CASE WHEN $3 IS NULL THEN NULL ELSE daterange($3, $4) END, $5, $6, $7);
PREPARE xj_release (uuid, uuid) AS
    WITH single AS (DELETE FROM claims WHERE slot = $1 AND originator_id = $2),
         period AS (DELETE FROM period_claims WHERE slot = $1 AND originator_id = $2)
    DELETE FROM contested_claims WHERE slot = $1 AND originator_id = $2;
PREPARE xj_release_from (uuid, uuid, date) AS
    WITH gone AS (DELETE FROM period_claims
                  WHERE slot = $1 AND originator_id = $2 AND lower(during) >= $3),
         cut AS (UPDATE period_claims SET during = daterange(lower(during), $3)
                 WHERE slot = $1 AND originator_id = $2 AND lower(during) < $3
                   AND (upper_inf(during) OR upper(during) > $3)),
         contested_gone AS (DELETE FROM contested_claims
                            WHERE slot = $1 AND originator_id = $2 AND lower(during) >= $3)
    UPDATE contested_claims SET during = daterange(lower(during), $3)
    WHERE slot = $1 AND originator_id = $2 AND lower(during) < $3 AND (upper_inf(during) OR upper(during) > $3);
PREPARE xj_standings (uuid[], int[], text) AS
    UPDATE standings SET version = moved.version, state = convert_to(moved.state, 'UTF8')
    FROM unnest($1, $2, string_to_array($3, E'\\x1f')) AS moved (originator_id, version, state)
    WHERE standings.originator_id = moved.originator_id;
PREPARE xj_mark (uuid, bigint) AS
    INSERT INTO batches (batch_id, done) VALUES ($1, $2) ON CONFLICT (batch_id) DO UPDATE SET done = $2;
"""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command that acted, and what it answered."""

    command_id: UUID
    request_hash: str
    use_case: str
    answer: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """A contiguous range of a publisher's numbers; hearing it twice is refused by the inbox."""

    publisher: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class BatchMark:
    """How far a piece of bulk work has come, moved together with what it wrote."""

    batch_id: UUID
    done: int


class EventRow(NamedTuple):
    """One event as the table holds it, but for what the whole append has in common."""

    originator_id: UUID
    version: int
    topic: str
    state: bytes
    day: date | None = None  # from when it holds, where that is not the day of the append


class StandingRow(NamedTuple):
    """The decision state of one aggregate after its newest fact."""

    originator_id: UUID
    version: int
    kind: str
    state: bytes


@dataclass(frozen=True, slots=True)
class Companions:
    """What is written in the events' transaction beside the events."""

    recorded_at: datetime
    context: bytes = b"{}"
    days: Mapping[date | None, bytes] = field(default_factory=dict)  # the context with another day of effect
    claims: Settlement | None = None
    standings: Sequence[StandingRow] = ()
    command: CommandRow | None = None
    heard: Heard | None = None
    mark: BatchMark | None = None


class Script:
    """A chain of prepared statements, sent as one query.

    Ids, numbers, instants and bytes are written into it in forms that cannot hold a quote; all text is a parameter.
    """

    def __init__(self) -> None:
        self._statements: list[str] = []
        self._texts: list[str | int] = []

    def add(self, statement: str, *texts: str | int) -> None:
        self._statements.append(statement)
        self._texts.extend(texts)

    def add_preface(self, beside: Companions) -> None:
        """What may prove that the work was done already: it comes first, so that a double waits and then yields."""
        instant = beside.recorded_at.isoformat()
        if command := beside.command:
            self.add(
                f"EXECUTE xj_command ({_id(command.command_id)}, %s, %s, {_bytes(command.answer)}, '{instant}')",
                command.request_hash,
                command.use_case,
            )
        if heard := beside.heard:
            self.add(f"EXECUTE xj_heard (%s, {heard.first:d}, {heard.last:d}, '{instant}')", heard.publisher)
        if mark := beside.mark:
            self.add(f"EXECUTE xj_mark ({_id(mark.batch_id)}, {mark.done:d})")

    def add_events(self, events: Iterable[EventRow], beside: Companions, standings: Iterable[StandingRow] = ()) -> None:
        """Events, each with the standing it leads to where one is given: one statement is cheaper than two.

        Before a first event there is no standing, and a plain insert costs the server less than one that may update.
        """
        common = f"{_bytes(beside.context)}, '{beside.recorded_at.isoformat()}'"
        after = {(row.originator_id.int, row.version): row for row in standings}
        for originator_id, version, topic, state, _ in events:
            row = f"{_id(originator_id)}, {version:d}, %s, {_bytes(state)}, {common}"
            standing = after.pop((originator_id.int, version), None)
            if standing is None:
                self.add(f"EXECUTE xj_event ({row})", topic)
            else:
                name = "xj_event_opening" if version == 1 else "xj_event_moving"
                self.add(f"EXECUTE {name} ({row}, %s, {_bytes(standing.state)})", topic, standing.kind)
        self.add_standings(list(after.values()))

    def add_releases(self, claims: Settlement) -> None:
        for given in claims.given:
            place = f"'{given.slot.hex()}', {_id(given.originator_id)}"
            if given.on is None:
                self.add(f"EXECUTE xj_release ({place})")
            else:
                self.add(f"EXECUTE xj_release_from ({place}, {_day(given.on)})")

    def add_claims(self, claims: Iterable[Holding]) -> None:
        for slot, originator_id, claim in claims:
            place = f"'{slot.hex()}', {_id(originator_id)}"
            start, end = claim.during or (None, None)
            period = f"{_day(start)}, {_day(end)}"
            if claim.contested_in is not None:
                self.add(
                    f"EXECUTE xj_contested ({place}, {period}, %s, %s, %s)", claim.contested_in, claim.scope, claim.key
                )
            elif claim.during is None:
                self.add(f"EXECUTE xj_claim ({place}, %s, %s)", claim.scope, claim.key)
            else:
                # Two inserts that exclude each other would each wait for the other's end; the lock sends one ahead.
                turn = int.from_bytes(slot[:8], "big", signed=True)
                self.add(f"EXECUTE xj_period_claim ({place}, {period}, %s, %s, {turn})", claim.scope, claim.key)

    def add_standings(self, rows: Sequence[StandingRow]) -> None:
        for originator_id, version, kind, state in rows:
            self.add(f"EXECUTE xj_standing ({_id(originator_id)}, {version:d}, %s, {_bytes(state)})", kind)

    def __bool__(self) -> bool:
        return bool(self._statements)

    def execute(self, cursor: Any) -> None:
        cursor.execute(";".join(self._statements), self._texts)


def _id(value: UUID) -> str:
    return f"'{value.hex}'"


def _bytes(value: bytes) -> str:
    return f"'\\x{value.hex()}'"


def _day(value: date | None) -> str:
    return "NULL" if value is None else f"'{value.isoformat()}'"


def script_of(events: Sequence[StoredEvent], beside: Companions) -> Script:
    """All statements of one append."""
    script = Script()
    script.add_preface(beside)
    script.add_events(map(_row, events), beside, beside.standings)
    if beside.claims:
        script.add_releases(beside.claims)
        script.add_claims(beside.claims.held)
    return script


def _row(event: StoredEvent) -> EventRow:
    originator_id = event.originator_id
    known = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
    return EventRow(known, event.originator_version, event.topic, event.state)


class EventRecorder(AggregateRecorder):
    """The library's recorder over our tables. Inserts lock no table, notify nobody and give no numbers back."""

    def __init__(self, store: "Store") -> None:
        self.store = store

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events with their companions (`beside=Companions(...)`), all or nothing."""
        beside = kwargs.get("beside") or Companions(recorded_at=datetime.now(UTC))
        script = script_of(stored_events, beside)
        if script:
            self._send(script, beside)
        return None

    @retried
    def _send(self, script: Script, beside: Companions) -> None:
        with translate(beside):
            self.store.run(script.execute)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        sql = "SELECT originator_id, originator_version, topic, state FROM events WHERE originator_id = %s"
        parameters: list[Any] = [str(originator_id)]
        for condition, bound in ((" AND originator_version > %s", gt), (" AND originator_version <= %s", lte)):
            if bound is not None:
                sql += condition
                parameters.append(bound)
        sql += " ORDER BY originator_version" + (" DESC" if desc else "")
        if limit is not None:
            sql += " LIMIT %s"
            parameters.append(limit)
        with translate(), self.store.reading() as cursor:
            cursor.execute(sql, parameters)
            return [StoredEvent(row[0], row[1], row[2], bytes(row[3])) for row in cursor.fetchall()]
