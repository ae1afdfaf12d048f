"""Calls to services over one connection: many callers, one reader; plain kombu, no eventlet.

The wire is nameko's: a request goes to the topic exchange `nameko-rpc` under `service.method`, the answer comes back
to this client's own reply queue. Any number of threads may call at once.
"""

import contextlib
import threading
from collections.abc import Mapping
from itertools import count
from time import monotonic, perf_counter
from typing import Any, Final, Protocol
from uuid import uuid4

import msgspec
import structlog

from shared.bus import metrics
from shared.bus.connect import close, connect, failures, hang_up, leave_reading_to_the_reader
from shared.bus.failures import BusUnreachable, DeadlinePassed, ServiceFailed, ServiceMissing, TooBusy
from shared.bus.logs import where
from shared.contracts.contract import Request
from shared.rules.refused import Refused

EXCHANGE: Final = "nameko-rpc"
REPLY_QUEUE_LIFE: Final = 300_000  # milliseconds that answers wait for a client that lost its connection
PATIENCE: Final = 0.5  # seconds the reader sleeps before it looks whether it should stop
_log = structlog.get_logger("xueji.bus")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Caller(Protocol):
    """What can call a service: the client below, or a stand-in inside one process."""

    def call(
        self,
        contract: type[Request],
        request: Mapping[str, Any],
        *,
        assertion: str | None = None,
        correlation_id: str | None = None,
        purpose: str | None = None,
        address: str | None = None,
        deadline: float = 10.0,
    ) -> dict[str, Any]:
        """Ask and wait for the answer."""
        ...


class _Waiting:
    """One caller that waits: a lock that the reader opens."""

    __slots__ = ("body", "key", "lock", "outcome", "properties", "sent")

    def __init__(self, key: str, body: bytes, properties: dict[str, Any]) -> None:
        self.key = key
        self.body = body
        self.properties = properties
        self.outcome: Any = None
        self.sent = False
        self.lock = threading.Lock()
        self.lock.acquire()

    def settle(self, outcome: Any) -> None:
        self.outcome = outcome
        self.lock.release()


class RpcClient:
    """Calls services. Thread-safe; connects at the first call and again whenever the connection was lost.

    The reply queue outlives a lost connection. After one, requests still waiting are sent once more: queries have no
    effect, and commands act once per command id.
    """

    def __init__(self, url: str, *, name: str = "client", in_flight: int = 256) -> None:
        self._url = url
        self._reply_queue = f"rpc.reply-{name}-{uuid4()}"
        self._room = threading.BoundedSemaphore(in_flight)
        self._numbers = count(1)
        self._waiting: dict[str, _Waiting] = {}
        self._connected = threading.Event()
        self._starting = threading.Lock()
        self._reader: threading.Thread | None = None
        self._stopping = False
        self._channel: Any = None
        self._failures: tuple[type[BaseException], ...] = (OSError,)

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached right now; False before the first call."""
        return self._connected.is_set()

    def call(
        self,
        contract: type[Request],
        request: Mapping[str, Any],
        *,
        assertion: str | None = None,
        correlation_id: str | None = None,
        purpose: str | None = None,
        address: str | None = None,
        deadline: float = 10.0,
    ) -> dict[str, Any]:
        """Ask, wait, return the answer in JSON types. The service is the judge of the request's shape.

        Raises what was refused as Refused, and anything else as a CallFailed.
        """
        headers = {
            "correlation_id": correlation_id or str(uuid4()),
            "assertion": assertion,
            "purpose": purpose,
            "address": address,
        }
        answer: dict[str, Any] = self.ask(
            contract.service, contract.method, request, headers=headers, deadline=deadline
        )
        return answer

    def ask(
        self,
        service: str,
        method: str,
        request: Mapping[str, Any],
        *,
        headers: Mapping[str, Any],
        deadline: float = 10.0,
    ) -> Any:
        """The same by names, for what has no contract: a publisher's stream."""
        target, until, started = f"{service}.{method}", monotonic() + deadline, perf_counter()
        if not self._room.acquire(timeout=deadline):
            raise TooBusy(target)
        outcome = "failed"
        try:
            answer = self._exchange(target, request, headers, until)
            outcome = "answered"
        except Refused:
            outcome = "refused"
            raise
        finally:
            self._room.release()
            metrics.called(target, outcome, perf_counter() - started)
        return answer

    def _exchange(self, target: str, request: Mapping[str, Any], headers: Mapping[str, Any], until: float) -> Any:
        number = str(next(self._numbers))
        waiting = _Waiting(
            target, _encode({"args": (request,), "kwargs": {}}), self._properties(number, headers, until)
        )
        self._waiting[number] = waiting
        try:
            self._send_when_connected(waiting, until)
            if not waiting.lock.acquire(timeout=max(0.0, until - monotonic())):
                raise DeadlinePassed(target, str(headers.get("correlation_id")))
        finally:
            self._waiting.pop(number, None)
        return _answer(target, waiting.outcome)

    def _properties(self, number: str, headers: Mapping[str, Any], until: float) -> dict[str, Any]:
        return {
            "reply_to": self._reply_queue,
            "correlation_id": number,
            "delivery_mode": 1,
            # the queue drops a request that nobody waits for any more
            "expiration": str(max(1, int((until - monotonic()) * 1000))),
            "headers": {f"nameko.{name}": value for name, value in headers.items() if value is not None},
        }

    def _send_when_connected(self, waiting: _Waiting, until: float) -> None:
        if self._reader is None:
            self._start()
        while not waiting.sent:
            if not self._connected.wait(max(0.0, until - monotonic())):
                raise BusUnreachable(waiting.key)
            channel = self._channel
            try:
                self._send(waiting, channel)
            except self._failures:
                waiting.sent = False
                hang_up(channel)  # half a message may be on the wire; the reader notices and connects again
                while self._channel is channel and monotonic() < until:
                    self._rest(0.01)

    def _send(self, waiting: _Waiting, channel: Any) -> None:
        waiting.sent = True
        properties = dict(waiting.properties)
        message = channel.prepare_message(
            waiting.body,
            content_type="application/json",
            content_encoding="utf-8",
            headers=properties.pop("headers"),
            properties=properties,
        )
        channel.basic_publish(message, exchange=EXCHANGE, routing_key=waiting.key, mandatory=True)

    def _start(self) -> None:
        with self._starting:
            if self._reader is None and not self._stopping:
                self._reader = threading.Thread(target=self._read, name="rpc-replies", daemon=True)
                self._reader.start()

    def _read(self) -> None:
        pause = 0.05
        while not self._stopping:
            try:
                connection = connect(self._url)
            except Exception:  # kombu's errors depend on the transport; whatever it was, try again
                self._rest(pause)
                pause = min(2.0, pause * 2)
                continue
            pause = 0.05
            self._failures = failures(connection)
            try:
                self._serve(connection)
            except Exception as error:  # without its reader a client is deaf, so no fault may end it
                _log.warning("calls interrupted", **where(error))
                self._rest(pause)
            finally:
                self._connected.clear()
                self._channel = None
                close(connection)

    def _serve(self, connection: Any) -> None:
        leave_reading_to_the_reader(connection)
        channel = connection.channel()
        channel.exchange_declare(exchange=EXCHANGE, type="topic", durable=True, auto_delete=False)
        arguments = {"x-expires": REPLY_QUEUE_LIFE}
        channel.queue_declare(queue=self._reply_queue, durable=True, auto_delete=False, arguments=arguments)
        channel.queue_bind(queue=self._reply_queue, exchange=EXCHANGE, routing_key=self._reply_queue)
        channel.events["basic_return"].add(self._returned)
        channel.basic_consume(
            queue=self._reply_queue, consumer_tag=self._reply_queue, no_ack=True, callback=self._replied
        )
        self._channel = channel
        unanswered = [waiting for waiting in tuple(self._waiting.values()) if waiting.sent]
        self._connected.set()
        for waiting in unanswered:
            self._send(waiting, channel)
        self._drain(connection)
        channel.basic_cancel(self._reply_queue)
        channel.queue_delete(queue=self._reply_queue)

    def _drain(self, connection: Any) -> None:
        checked = monotonic()
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=PATIENCE)
            if monotonic() - checked > 1:
                checked = monotonic()
                connection.heartbeat_check()

    def _replied(self, message: Any) -> None:
        waiting = self._waiting.pop(message.properties.get("correlation_id"), None)
        if waiting is not None:  # otherwise it came too late, or twice
            waiting.settle(message.body)

    def _returned(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        waiting = self._waiting.pop(message.properties.get("correlation_id"), None)
        if waiting is not None:
            waiting.settle(ServiceMissing(waiting.key))

    def _rest(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    def close(self) -> None:
        """Stop reading and take the reply queue away."""
        self._stopping = True
        if self._reader is not None:
            self._reader.join(timeout=5)


def _answer(target: str, outcome: Any) -> Any:
    if isinstance(outcome, Exception):
        raise outcome
    reply = _decode(outcome)
    error = reply.get("error")
    if error is None:
        return reply["result"]
    content = next(iter(error.get("exc_args") or ()), None)
    if isinstance(content, dict) and content.get("rule"):
        raise Refused.from_dict(content)
    if isinstance(content, dict):
        raise ServiceFailed(target, str(content.get("correlation_id", "")))
    raise ServiceFailed(target, detail=str(error.get("exc_type")))
