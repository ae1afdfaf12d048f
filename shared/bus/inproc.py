# mypy: allow-untyped-calls
"""A broker inside one process: `inproc://name`, a kombu transport that wakes its readers instead of polling.

It exists for the embedded registry and for tests. Everything shared is a dict or a deque touched by single, atomic
operations, and readers sleep on a socket pair: so real threads, green threads and both at once may use it.
"""

import socket
from collections import defaultdict, deque
from collections.abc import Callable
from itertools import count
from queue import Empty
from time import monotonic
from typing import Any

from kombu import transport as kombu_transports
from kombu.exceptions import ChannelError
from kombu.transport import base, virtual

Raw = dict[str, Any]


class Broker:
    """The exchanges, queues and readers behind one name."""

    def __init__(self) -> None:
        self.state = virtual.BrokerState()
        self.queues: dict[str, deque[Raw]] = {}
        self.readers: dict[str, tuple[Transport, ...]] = defaultdict(tuple)
        self.tags = count(1)
        self._routes: dict[tuple[str, str], tuple[str, ...]] = {}

    def forget_routes(self) -> None:
        """Bindings have changed."""
        self._routes = {}

    def route(self, exchange: str, key: str, look_up: Callable[[str, str], list[str]]) -> tuple[str, ...]:
        """The queues that a message with this key goes to, remembered until a binding changes."""
        routes = self._routes
        if (exchange, key) not in routes:
            routes[exchange, key] = tuple(queue for queue in look_up(exchange, key) if queue in self.queues)
        return routes[exchange, key]

    def put(self, queue: str, raw: Raw, *, first: bool = False) -> None:
        """Add a message to a queue and wake whoever reads it."""
        waiting = self.queues.setdefault(queue, deque())
        (waiting.appendleft if first else waiting.append)(raw)
        for reader in self.readers[queue]:
            reader.bell.ring()

    def take(self, queue: str) -> Raw | None:
        """The next message of a queue that has not outlived its expiration."""
        waiting = self.queues.get(queue)
        while waiting:
            try:
                raw = waiting.popleft()
            except IndexError:  # another reader was faster
                return None
            if raw["dies"] is None or monotonic() < raw["dies"]:
                return raw
        return None


_BROKERS: dict[str, Broker] = {}


class Bell:
    """Wakes a sleeping reader, from whatever thread; a ring before the sleep is not lost."""

    def __init__(self) -> None:
        self._ear, self._hammer = socket.socketpair()
        self._hammer.setblocking(False)
        self._rung = False
        self.closed = False

    def ring(self) -> None:
        if not self._rung:  # whoever reads this too late is seen anyway: the reader looks at its queues afterwards
            self._rung = True
            try:
                self._hammer.send(b"!")
            except OSError:  # full, or the reader has gone
                return

    def wait(self, timeout: float | None) -> None:
        self._ear.settimeout(timeout)
        try:
            self._ear.recv(64)
        except TimeoutError:
            return
        finally:
            self._rung = False

    def close(self) -> None:
        self.closed = True
        self._ear.close()
        self._hammer.close()


class QoS:
    """What a channel has received and not yet settled."""

    def __init__(self, channel: "Channel") -> None:
        self.channel = channel
        self.prefetch_count = 0
        self._unsettled: dict[int, Any] = {}

    def can_consume(self) -> bool:
        return not self.prefetch_count or len(self._unsettled) < self.prefetch_count

    def append(self, message: Any, delivery_tag: int) -> None:
        self._unsettled[delivery_tag] = message

    def ack(self, delivery_tag: int) -> None:
        self._unsettled.pop(delivery_tag, None)
        self.channel.connection.bell.ring()  # there may be room again

    def reject(self, delivery_tag: int, requeue: bool = False) -> None:
        message = self._unsettled.pop(delivery_tag, None)
        if message is not None and requeue:
            self.channel.put_back(message)
        self.channel.connection.bell.ring()

    def restore_unacked_once(self, stderr: Any = None) -> None:
        for tag in sorted(self._unsettled, reverse=True):
            self.channel.put_back(self._unsettled.pop(tag))


class Channel(virtual.Channel):
    """One conversation with the broker, with a cursor over its queues so that none of them starves."""

    QoS = QoS  # type: ignore[assignment]
    body_encoding = None  # type: ignore[assignment]

    def __init__(self, connection: "Transport", **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.broker = connection.broker
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self._confirms: count[int] | None = None
        self._turns: deque[tuple[str, Callable[[Raw], None]]] = deque()

    def prepare_message(self, body: Any, *args: Any, **kwargs: Any) -> Raw:
        """nameko reads the content type from the properties, where AMQP has it."""
        raw: Raw = super().prepare_message(body, *args, **kwargs)
        for name in ("content_type", "content_encoding"):
            raw["properties"][name] = raw[name.replace("_", "-")]
        return raw

    def basic_publish(self, message: Raw, exchange: str = "", routing_key: str = "", **options: Any) -> None:
        if exchange:
            queues = self.broker.route(exchange, routing_key, self._lookup)
        else:
            queues = (routing_key,) if routing_key in self.broker.queues else ()
        if not queues and options.get("mandatory"):
            self._give_back(message, exchange, routing_key)
        for queue in queues:
            self.broker.put(queue, self._copy_for(queue, message, exchange, routing_key))
        if self._confirms is not None:
            tag = next(self._confirms)
            for callback in tuple(self.events["basic_ack"]):
                callback(tag)

    def confirm_select(self) -> None:
        """Confirm every publish from now on, which here is at once."""
        self._confirms = count(1)

    def _give_back(self, message: Raw, exchange: str, routing_key: str) -> None:
        error = ChannelError("NO_ROUTE", (60, 40), "Basic.return", "312")
        if not self.events["basic_return"]:
            raise error
        for callback in tuple(self.events["basic_return"]):
            callback(error, exchange, routing_key, _Returned(message["properties"]))

    def _copy_for(self, queue: str, message: Raw, exchange: str, routing_key: str) -> Raw:
        """Queues share no delivery tag and no property with each other."""
        properties = {**message["properties"], "delivery_tag": next(self.broker.tags)}
        properties["delivery_info"] = {"exchange": exchange, "routing_key": routing_key, "redelivered": False}
        expiration = properties.get("expiration")
        dies = None if expiration is None else monotonic() + int(expiration) / 1000
        return {**message, "properties": properties, "queue": queue, "dies": dies}

    def put_back(self, message: Any) -> None:
        """Return a message to the head of its own queue, and to no other."""
        raw = message._raw
        raw["properties"]["delivery_info"]["redelivered"] = True
        self.broker.put(raw["queue"], raw, first=True)

    def basic_consume(self, queue: str, no_ack: bool, callback: Any, consumer_tag: str, **options: Any) -> None:
        def deliver(raw: Raw) -> None:
            message = self.Message(raw, channel=self)
            if not no_ack:
                self.qos.append(message, message.delivery_tag)
            callback(message)

        self._consumers.add(consumer_tag)
        self._tag_to_queue[consumer_tag] = queue
        self._turns.append((queue, deliver))
        self.broker.readers[queue] += (self.connection,)

    def basic_cancel(self, consumer_tag: str) -> None:
        if consumer_tag not in self._consumers:
            return
        self._consumers.remove(consumer_tag)
        queue = self._tag_to_queue.pop(consumer_tag)
        self._turns = deque(turn for turn in self._turns if turn[0] != queue)
        self.broker.readers[queue] = tuple(it for it in self.broker.readers[queue] if it is not self.connection)

    def deliver_one(self) -> bool:
        """Hand one message to its consumer; False if there is none or the channel is full."""
        for _ in range(len(self._turns)):
            if not self.qos.can_consume():
                return False
            queue, deliver = self._turns[0]
            self._turns.rotate(-1)
            raw = self.broker.take(queue)
            if raw is not None:
                deliver(raw)
                return True
        return False

    def queue_bind(self, *args: Any, **kwargs: Any) -> None:
        super().queue_bind(*args, **kwargs)
        self.broker.forget_routes()

    def queue_unbind(self, *args: Any, **kwargs: Any) -> None:
        super().queue_unbind(*args, **kwargs)
        self.broker.forget_routes()

    def _new_queue(self, queue: str, **kwargs: Any) -> None:
        self.broker.queues.setdefault(queue, deque())

    def _has_queue(self, queue: str, **kwargs: Any) -> bool:
        return queue in self.broker.queues

    def _get(self, queue: str, timeout: float | None = None) -> Raw:
        raw = self.broker.take(queue)
        if raw is None:
            raise Empty
        return raw

    def _size(self, queue: str) -> int:
        return len(self.broker.queues.get(queue, ()))

    def _purge(self, queue: str) -> int:
        size = self._size(queue)
        self.broker.queues.get(queue, deque()).clear()
        return size

    def queue_delete(self, queue: str, if_unused: bool = False, if_empty: bool = False, **kwargs: Any) -> None:
        if (if_unused and self.broker.readers[queue]) or (if_empty and self._size(queue)):
            return
        for table in (exchange["table"] for exchange in self.state.exchanges.values()):
            table[:] = [meta for meta in table if meta[2] != queue]
        self.state.queue_bindings_delete(queue)
        self.broker.queues.pop(queue, None)
        self.broker.forget_routes()


class _Returned:
    """A message that found no queue, as far as a returned-callback looks at it."""

    def __init__(self, properties: Raw) -> None:
        self.properties = properties


class Transport(virtual.Transport):
    """A connection to the broker of this name in this process."""

    Channel = Channel
    driver_type = driver_name = "inproc"
    implements = base.Transport.implements.extend(
        asynchronous=False, heartbeats=False, exchange_type=frozenset(["direct", "topic"])
    )

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.broker = _BROKERS.setdefault(client.hostname or "default", Broker())
        self.state = self.broker.state
        self.bell = Bell()

    def establish_connection(self) -> Any:
        if self.bell.closed:
            self.bell = Bell()
        return super().establish_connection()

    def driver_version(self) -> str:
        return "1"

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]
        until = None if timeout is None else monotonic() + timeout
        while not any(channel.deliver_one() for channel in tuple(self.channels)):
            left = None if until is None else until - monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self.bell.wait(left)

    def close_connection(self, connection: Any) -> None:
        super().close_connection(connection)
        self.bell.close()


def register() -> None:
    """Teach kombu, and so nameko, what `inproc://` means."""
    kombu_transports.TRANSPORT_ALIASES["inproc"] = f"{__name__}:{Transport.__name__}"
