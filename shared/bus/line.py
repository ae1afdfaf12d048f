"""A relay's connection to the broker: opened when needed, confirmed in batches, given up and tried again when lost."""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any, Final

import structlog

from shared.bus.codec import BATCH_TYPE
from shared.bus.connect import close, connect, failures
from shared.bus.logs import where
from shared.bus.queues import declare, exchange_of
from shared.contracts.contract import PublicFact

CONFIRM_SECONDS: Final = 30.0
_log = structlog.get_logger("xueji.bus")


class NotConfirmed(Exception):
    """The broker did not take what was sent."""


class Line:
    """One publisher's line. Every failure of it is a False, for the same is simply sent again."""

    def __init__(self, url: str, publisher: str) -> None:
        self._url = url
        self._publisher = publisher
        self._consumers: dict[str, tuple[str, ...]] = {}  # type -> those who must have a queue
        self._declared: set[str] = set()
        self._connection: Any = None
        self._channel: Any = None
        self._unconfirmed: set[int] = set()
        self._refused: list[str] = []
        self._tags = 0
        self._try_at = 0.0
        self._pause = 0.2

    def consumers_of(self, contracts: Iterable[type[PublicFact]]) -> None:
        """Learn which types must reach a queue."""
        for contract in contracts:
            if contract.type not in self._consumers:
                self._consumers[contract.type] = tuple(getattr(contract, "consumers", ()))

    def open(self) -> bool:
        """Whether there is a connection now."""
        if self._connection is None and monotonic() >= self._try_at:
            self._guarded(self._connect)
        return self._connection is not None

    def publish(self, messages: Sequence[tuple[str, bytes]]) -> bool:
        """Send messages and wait until the broker has all of them; False if the line was lost."""
        return self._guarded(lambda: self._publish(messages))

    def stay_alive(self) -> None:
        """Answer heartbeats while there is nothing to say."""
        if self._connection is not None and monotonic() >= self._try_at:
            self._try_at = monotonic() + 2
            self._guarded(lambda: self._drain(0))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            close(connection)

    def _guarded(self, work: Callable[[], None]) -> bool:
        lost: tuple[type[BaseException], ...] = (NotConfirmed,)
        if self._connection is not None:
            lost += failures(self._connection)
        try:
            work()
        except Exception as error:
            if self._connection is not None and not isinstance(error, lost):
                raise
            _log.warning("relay interrupted", publisher=self._publisher, **where(error))
            self.close()
            self._try_at = monotonic() + self._pause
            self._pause = min(5.0, self._pause * 2)
            return False
        self._pause = 0.2
        return True

    def _connect(self) -> None:
        connection = connect(self._url)
        channel = connection.channel()
        self._declared, self._tags = set(), 0
        declare(channel, self._publisher)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._confirmed)
        channel.events["basic_nack"].add(lambda tag, *rest: self._refused.append("nack"))
        channel.events["basic_return"].add(lambda error, *rest: self._refused.append("returned"))
        self._connection, self._channel = connection, channel

    def _publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        self._refused.clear()
        for type_, _ in messages:
            for consumer in self._consumers.get(type_, ()):
                if consumer not in self._declared:
                    declare(self._channel, self._publisher, [consumer])
                    self._declared.add(consumer)
        self._unconfirmed = set(range(self._tags + 1, self._tags + 1 + len(messages)))
        for type_, body in messages:
            self._tags += 1
            message = self._channel.prepare_message(
                body, content_type=BATCH_TYPE, content_encoding="utf-8", properties={"delivery_mode": 2, "type": type_}
            )
            self._channel.basic_publish(
                message,
                exchange=exchange_of(self._publisher),
                routing_key=type_,
                mandatory=bool(self._consumers.get(type_)),
            )
        self._wait_for_confirms()

    def _wait_for_confirms(self) -> None:
        until = monotonic() + CONFIRM_SECONDS
        while self._unconfirmed and not self._refused:
            if monotonic() > until:
                raise NotConfirmed("no confirm in time")
            self._drain(1.0)
        if self._refused:
            raise NotConfirmed(self._refused[0])

    def _drain(self, timeout: float) -> None:
        try:
            self._connection.drain_events(timeout=timeout)
        except TimeoutError:
            self._connection.heartbeat_check()

    def _confirmed(self, tag: int, multiple: bool = False) -> None:
        if multiple:
            self._unconfirmed = {waiting for waiting in self._unconfirmed if waiting > tag}
        else:
            self._unconfirmed.discard(tag)
