"""The names of exchanges and queues of public facts, and how they are declared; the same words on both sides."""

from collections.abc import Sequence
from typing import Any


def exchange_of(publisher: str) -> str:
    """Where a publisher's facts go."""
    return f"{publisher}.events"


def queue_of(publisher: str, consumer: str) -> str:
    """Where they wait for one consumer."""
    return f"heard.{publisher}.{consumer}"


def declare(channel: Any, publisher: str, consumers: Sequence[str] = ()) -> None:
    """The publisher's exchange, and for each consumer a replicated queue that one reader at a time gets in order."""
    channel.exchange_declare(exchange=exchange_of(publisher), type="topic", durable=True, auto_delete=False)
    for consumer in consumers:
        queue = queue_of(publisher, consumer)
        arguments = {"x-queue-type": "quorum", "x-single-active-consumer": True}
        channel.queue_declare(queue=queue, durable=True, auto_delete=False, arguments=arguments)
        channel.queue_bind(queue=queue, exchange=exchange_of(publisher), routing_key="#")
