"""From the log to the bus: public facts get numbers 1, 2, 3 … and leave in confirmed batches. No eventlet here."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from functools import partial
from itertools import groupby
from time import monotonic
from typing import Any, Final

from shared.bus import metrics
from shared.bus.codec import MOST, encode_batch, plain_fact
from shared.bus.line import Line
from shared.contracts.contract import PublicFact
from shared.eventstore import arrays
from shared.eventstore.columns import array_of
from shared.eventstore.log import FactRecord, head, read_log
from shared.eventstore.selection import read_selected
from shared.eventstore.store import Store

Publish = Callable[[FactRecord], Iterable[tuple[type[PublicFact], dict[str, Any]]]]
Row = tuple[int, str, str, str, bytes]  # number, type, subject, time, data
Told = tuple[FactRecord, type[PublicFact], dict[str, Any]]
NUMBERED_AT_ONCE: Final = 1000
SENT_AT_ONCE: Final = 4000
LOOK_SECONDS: Final = 1.0  # another process may have numbered facts and ended before it sent them


_KEEP: Final = """
    INSERT INTO public_log (number, position, type, subject, recorded_at, body)
    SELECT number, position, type, subject, recorded_at, convert_to(body, 'UTF8')
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], string_to_array(%s, E'\\x1f')
    ) AS told (number, position, type, subject, recorded_at, body)
"""
_literal = partial(array_of, column_type="text")


class Relay:
    """One publisher's way out. `step` does a bounded piece of work and says how much; call it again and again.

    The numbers are given in the store, so a fact keeps its number whatever happens to the broker; what was not
    confirmed is sent again, and the hearers know duplicates by their numbers.
    """

    def __init__(self, store: Store, publisher: str, publish: Publish, amqp_url: str) -> None:
        self._store = store
        self._publisher = publisher
        self._publish = publish
        self._topics: frozenset[str] | None = getattr(publish, "topics", None)  # what `tells` named
        self._line = Line(amqp_url, publisher)
        self._moved = monotonic()
        self._position = 0  # how far the log was when it held nothing new
        self._look_at = 0.0  # when to ask again whether all is sent, though we know nothing that is not

    def step(self) -> int:
        """Number new public facts, send what is not confirmed; the amount of work done."""
        return self.number() + self._send()

    def number(self) -> int:
        """Read on in the log and number what is public. The locked row lets only one process do this at a time."""
        with self._store.reading() as cursor:  # most looks find nothing, a hundred times a second
            if head(cursor) <= self._position:
                return 0
        with self._store.writing() as cursor:
            cursor.execute("SELECT position, number FROM relay FOR UPDATE")
            position, number = cursor.fetchone() or (0, 0)
            upto, records = self._read(cursor, position)
            if upto == position:
                self._position = position
                return 0
            told = in_runs([(record, *said) for record in records for said in self._publish(record)])
            rows = [self._row(number + place, *each) for place, each in enumerate(told, 1)]
            if rows:
                *columns, bodies = zip(*rows, strict=True)
                cursor.execute(_KEEP, (*map(_literal, columns), arrays.of_json(bodies)))
            cursor.execute("UPDATE relay SET position = %s, number = %s", (upto, number + len(rows)))
        if rows:
            self._line.consumers_of(contract for _, contract, _ in told)
            self._look_at = 0.0
        return int(upto - position)

    def _read(self, cursor: Any, position: int) -> tuple[int, list[FactRecord]]:
        """The next facts that may be public, and how far the log was read for them."""
        if self._topics is not None:
            return read_selected(cursor, position, NUMBERED_AT_ONCE, self._topics)
        records = read_log(cursor, position, NUMBERED_AT_ONCE)
        return (records[-1].position if records else position), records

    def _row(
        self, number: int, record: FactRecord, contract: type[PublicFact], values: dict[str, Any]
    ) -> tuple[Any, ...]:
        body = plain_fact(contract, values)
        return number, record.position, contract.type, str(values[contract.subject]), record.recorded_at, body

    def _send(self) -> int:
        if monotonic() < self._look_at:
            self._line.stay_alive()
            return 0
        with self._store.reading() as cursor:
            cursor.execute("SELECT sent, number FROM relay")
            sent, number = cursor.fetchone() or (0, 0)
            self._measure(number - sent)
            if sent == number:
                self._look_at = monotonic() + LOOK_SECONDS
                self._line.stay_alive()
                return 0
            if not self._line.open():
                return 0
            rows = _rows(cursor, sent, SENT_AT_ONCE)
        if not self._line.publish([(rows[0][1], encode_batch(self._publisher, rows)) for rows in _runs(rows)]):
            return 0
        with self._store.writing() as cursor:
            cursor.execute("UPDATE relay SET sent = %s WHERE sent = %s", (rows[-1][0], sent))
        self._moved = monotonic()
        metrics.PUBLISHED.labels(self._publisher).inc(len(rows))
        return len(rows)

    def _measure(self, waiting: int) -> None:
        if not waiting:
            self._moved = monotonic()
        metrics.OUTBOX_FACTS.labels(self._publisher).set(waiting)
        metrics.OUTBOX_AGE.labels(self._publisher).set(monotonic() - self._moved)

    def close(self) -> None:
        """Give the connection back."""
        self._line.close()


def in_runs(told: Sequence[Told]) -> list[Told]:
    """The same facts with as few changes of type as their order leaves.

    A message holds facts of one type, and a file whose rows become two facts each would be a message a fact. Facts of
    one transaction happened at once: only those of one record, or about one subject, come after each other.
    """
    ordered: list[Told] = []
    for _, transaction in groupby(told, lambda each: (each[0].recorded_at, each[0].context)):
        together = list(transaction)
        ordered += together if len({each[1] for each in together}) == 1 else _bundled(together)
    return ordered


def _bundled(told: Sequence[Told]) -> list[Told]:
    """Runs of one type each: a fact joins the first that is not before anything of the same record or subject."""
    runs: list[tuple[str, list[Told]]] = []
    latest: dict[str, int] = {}
    for each in told:
        record, contract, values = each
        about = str(record.originator_id), str(values[contract.subject])
        earliest = max(latest.get(one, 0) for one in about)
        at = next((at for at in range(earliest, len(runs)) if runs[at][0] == contract.type), len(runs))
        if at == len(runs):
            runs.append((contract.type, []))
        runs[at][1].append(each)
        latest.update(dict.fromkeys(about, at))
    return [each for _, run in runs for each in run]


class Source:
    """The public log as it is pulled by hearers that miss something."""

    def __init__(self, store: Store, publisher: str) -> None:
        self._store = store
        self._publisher = publisher

    def head(self) -> int:
        """The number of the last public fact."""
        with self._store.reading() as cursor:
            cursor.execute("SELECT number FROM relay")
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def batch(self, after: int, limit: int) -> bytes:
        """Up to `limit` facts behind a number, as a CloudEvents batch of mixed types."""
        with self._store.reading() as cursor:
            return encode_batch(self._publisher, _rows(cursor, after, min(limit, MOST)))


def _rows(cursor: Any, after: int, limit: int) -> list[Row]:
    cursor.execute(
        "SELECT number, type, subject, recorded_at, body FROM public_log WHERE number > %s ORDER BY number LIMIT %s",
        (after, limit),
    )
    return [
        (number, type_, subject, at.astimezone(UTC).isoformat().replace("+00:00", "Z"), bytes(body))
        for number, type_, subject, at, body in cursor.fetchall()
    ]


def _runs(rows: Sequence[Row]) -> Iterable[list[Row]]:
    run: list[Row] = []
    for row in rows:
        if run and (row[1] != run[0][1] or len(run) == MOST):
            yield run
            run = []
        run.append(row)
    if run:
        yield run
