"""Hearing one publisher in order: each fact once, a gap filled from the publisher, a poisoned fact parked."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from time import monotonic
from typing import Any, Final, Protocol

import structlog
from marshmallow import ValidationError

from shared.bus import codec, metrics
from shared.bus.codec import Batch, Undecodable
from shared.bus.connect import close, connect
from shared.bus.failures import CallFailed
from shared.bus.logs import where
from shared.bus.parked import UNDECODABLE, Inbox, ParkedFact
from shared.bus.queues import declare, queue_of
from shared.codes.clock import Clock
from shared.contracts.contract import PublicFact
from shared.eventstore.application import AlreadyHeard, Heard
from shared.eventstore.store import Store
from shared.rules.refused import Refused

Hearer = Callable[[list[dict[str, Any]], Heard], None]
PREFETCH: Final = 64
RETRIES: Final = (0.05, 0.25, 1.0, 2.0)  # seconds between tries in place
_log = structlog.get_logger("xueji.bus")


class Publisher(Protocol):
    """Where lost facts are pulled from."""

    def head(self) -> int:
        """The number of the publisher's last public fact."""
        ...

    def facts(self, after: int, limit: int) -> Sequence[Batch]:
        """The facts behind a number, in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A message as it came: its facts, or the body and what is wrong with it."""

    tag: int
    batch: Batch | None
    body: bytes = b""
    fault: str = ""


class Stream:
    """One consumer's ear for one publisher. `run` hears until `stop`; it survives the broker, the store and itself."""

    def __init__(
        self,
        publisher: str,
        consumer: str,
        hearers: Mapping[type[PublicFact], Hearer],
        *,
        store: Store,
        clock: Clock,
        url: str,
        source: Publisher,
        head_seconds: float = 3.0,
        retries: Sequence[float] = RETRIES,
    ) -> None:
        self.publisher = publisher
        self.consumer = consumer
        self._hearers = {contract.type: (contract, hear) for contract, hear in hearers.items()}
        self._inbox = Inbox(store, publisher)
        self._clock = clock
        self._url = url
        self._source = source
        self._head_seconds = head_seconds
        self._retries = tuple(retries)
        self._stopping = threading.Event()
        self._arrived: deque[_Arrival] = deque()
        self._quiet = True
        self._position = 0
        self._seen_head = 0
        self._look_at = 0.0

    def stop(self) -> None:
        """Finish the message in hand and return from `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Hear until stopped. Whatever goes wrong with broker or store ends the connection and is tried again."""
        pause = 0.1
        while not self._stopping.is_set():
            try:
                self._position = self._inbox.position()
                self._consume()
                pause = 0.1
            except Exception as error:
                _log.warning("stream interrupted", publisher=self.publisher, consumer=self.consumer, **where(error))
                self._stopping.wait(pause)
                pause = min(5.0, pause * 2)

    def _consume(self) -> None:
        connection = connect(self._url)
        try:
            channel = connection.channel()
            declare(channel, self.publisher, [self.consumer])
            channel.basic_qos(0, PREFETCH, False)
            self._arrived.clear()
            queue = queue_of(self.publisher, self.consumer)
            channel.basic_consume(queue=queue, consumer_tag=queue, no_ack=False, callback=self._arrive)
            self._look_at = monotonic() + min(1.0, self._head_seconds)
            while not self._stopping.is_set():
                self._wait_for_messages(connection)
                while self._arrived and not self._stopping.is_set():
                    self._receive_run(channel)
                self._look_around()
        finally:
            close(connection)

    def _wait_for_messages(self, connection: Any) -> None:
        try:
            connection.drain_events(timeout=min(0.5, self._head_seconds))
            while len(self._arrived) < PREFETCH:
                connection.drain_events(timeout=0)
        except TimeoutError:
            connection.heartbeat_check()

    def _arrive(self, message: Any) -> None:
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        try:
            self._arrived.append(_Arrival(message.delivery_tag, codec.decode_batch(body)))
        except Undecodable as error:
            self._arrived.append(_Arrival(message.delivery_tag, None, body, f"undecodable: {error}"))

    def _receive_run(self, channel: Any) -> None:
        """Take the next message, and with it those behind it that go on with the same type: one transaction for all."""
        first = self._arrived.popleft()
        run = [first]
        batch = first.batch
        if batch is None:
            self._inbox.park_body(first.body, first.fault, self._clock.now())
            metrics.heard(self.publisher, self.consumer, UNDECODABLE, 1)
            _log.error("undecodable message parked", publisher=self.publisher, consumer=self.consumer)
        else:
            while self._arrived and (longer := batch.joined_with(self._arrived[0].batch)) is not None:
                batch = longer
                run.append(self._arrived.popleft())
            self._fill_gap_before(batch.first)
            self._take_new(batch)
        for each in run:
            channel.basic_ack(each.tag)
        self._quiet = False

    def _take_new(self, batch: Batch) -> None:
        fresh = batch.after(self._position)
        if fresh is None:
            metrics.heard(self.publisher, self.consumer, "known", len(batch))
            return
        self._take(fresh)
        self._position = batch.last
        metrics.STREAM_POSITION.labels(self.publisher, self.consumer).set(self._position)

    def _fill_gap_before(self, number: int) -> None:
        """Pull from the publisher whatever lies between our position and a number."""
        while self._position + 1 < number:
            pulled = self._source.facts(self._position, codec.MOST)
            if not pulled or pulled[0].first > self._position + 1:
                raise LookupError(f"{self.publisher} does not know fact {self._position + 1}")
            for batch in pulled:
                metrics.heard(self.publisher, self.consumer, "pulled", len(batch))
                self._take_new(batch)

    def _look_around(self) -> None:
        """Every few seconds: is a replay wanted, and after a quiet while, is anything missing at the end?"""
        if monotonic() < self._look_at:
            return
        self._look_at = monotonic() + self._head_seconds
        self._replay_what_was_asked()
        metrics.PARKED.labels(self.publisher, self.consumer).set(self._inbox.count())
        self._position = max(self._position, self._inbox.position())
        try:
            head = self._source.head()
        except CallFailed:
            self._look_at += self._head_seconds * 4  # the publisher rests; its messages come all the same
            return
        metrics.STREAM_LAG.labels(self.publisher, self.consumer).set(max(0, head - self._position))
        if self._quiet and self._seen_head > self._position:  # published before the last look, and it has not come
            self._fill_gap_before(self._seen_head + 1)
        self._seen_head, self._quiet = head, True

    def _take(self, batch: Batch, retries: Sequence[float] | None = None) -> None:
        """Hear a batch in order, leaving aside what must wait behind a parked fact."""
        if batch.type not in self._hearers:
            self._inbox.pass_over(batch, self._clock.now())
            return
        blocked = self._inbox.blocked([envelope.subject for envelope in batch.envelopes])
        for waits, run in groupby(batch.envelopes, lambda envelope: envelope.subject in blocked):
            some = Batch(list(run))
            if not waits:
                self._hear(some, self._retries if retries is None else retries)
            elif self._inbox.park_behind(some, self._clock.now()):
                metrics.heard(self.publisher, self.consumer, "parked", len(some))
            else:  # a replay was faster
                self._take(some)

    def _hear(self, batch: Batch, retries: Sequence[float]) -> None:
        error = self._try(batch, retries)
        if error is None:
            metrics.heard(self.publisher, self.consumer, "heard", len(batch))
        elif isinstance(error, AlreadyHeard):
            self._position = self._inbox.position()
            rest = batch.after(self._position)
            if rest is not None:
                self._take(rest)
        elif len(batch) > 1:
            for half in batch.halves():
                # the first half may have parked what the second must wait behind, so look again; patience is kept
                # for the whole and for single facts
                self._take(half, self._retries if len(half) == 1 else ())
        else:
            self._park(batch, error)

    def _try(self, batch: Batch, retries: Sequence[float]) -> Exception | None:
        """Run the hearer, again if it fails; None if it heard, else what it died of."""
        for pause in (*retries, None):
            try:
                self._run_hearer(batch)
                return None
            except (AlreadyHeard, ValidationError) as error:
                return error
            except CallFailed:
                raise  # a neighbour is away: nothing is wrong with the facts
            except Exception as error:
                self._inbox.position()  # raises if it is the store that is away
                if pause is None or self._stopping.is_set():
                    return self._poison(error)
                self._stopping.wait(pause)
        raise AssertionError("unreachable")

    def _poison(self, error: Exception) -> Exception:
        if self._stopping.is_set():
            raise error  # parking is for faults of facts, not for a hurried end
        return error

    def _run_hearer(self, batch: Batch) -> None:
        contract, hear = self._hearers[batch.type]
        hear(codec.load_facts(contract, batch), Heard(self.publisher, batch.first, batch.last))
        if self._inbox.position() < batch.first:  # the method found nothing to do
            self._inbox.pass_over(batch, self._clock.now())

    def _park(self, batch: Batch, error: Exception) -> None:
        self._inbox.park(batch, reason_of(error), self._clock.now())
        metrics.heard(self.publisher, self.consumer, "parked", 1)
        _log.error("fact parked", publisher=self.publisher, consumer=self.consumer, number=batch.first, **where(error))

    def _replay_what_was_asked(self) -> None:
        for fact in self._inbox.asked():
            following: ParkedFact | None = fact
            while following is not None and self._heard_again(following):
                following = self._inbox.next_of(fact.subject) if fact.subject else None

    def _heard_again(self, fact: ParkedFact) -> bool:
        try:
            known = self._hearers.get(fact.type)
            if known is not None and fact.type != UNDECODABLE:
                contract, hear = known
                hear([codec.load_fact(contract, fact.body)], self._inbox.heard_again(fact))
        except AlreadyHeard:
            pass  # an earlier replay got this far
        except Exception as error:
            self._inbox.keep_waiting(fact, reason_of(error))
            return False
        self._inbox.finish(fact, self._clock.now())
        metrics.heard(self.publisher, self.consumer, "replayed", 1)
        return True


def reason_of(error: Exception) -> str:
    """Why a fact was parked, without any word of the fact."""
    if isinstance(error, Refused):
        return f"refused: {error.code} ({error.as_dict()['rule']})"
    if isinstance(error, ValidationError):
        return f"against the contract: {', '.join(codec.fields_of(error))}"
    found = where(error)
    return f"{found['fault']} at {found['trail'][-1] if found['trail'] else '?'}"
