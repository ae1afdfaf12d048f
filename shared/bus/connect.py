# mypy: allow-untyped-calls
"""A connection to the broker that a URL names: RabbitMQ (amqp://, amqps://) or this process (inproc://)."""

from typing import Any

from kombu.connection import Connection

from shared.bus import inproc

HEARTBEAT = 20  # seconds; a peer that says nothing for twice as long is gone

inproc.register()


def connect(url: str, *, heartbeat: int = HEARTBEAT) -> Any:
    """An open kombu connection, or the error of trying: whoever calls knows best when to try again."""
    connection = Connection(url, heartbeat=heartbeat, connect_timeout=5)
    try:
        return connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except BaseException:
        connection.release()
        raise


def failures(connection: Any) -> tuple[type[BaseException], ...]:
    """What a lost connection raises; py-amqp adds an AttributeError when it is lost in mid-call."""
    return (*connection.connection_errors, *connection.channel_errors, OSError, AttributeError)


def leave_reading_to_the_reader(connection: Any) -> None:
    """Make publishing safe beside a thread that reads.

    py-amqp reads the socket before every publish to see whether the broker has blocked it. With a reader thread on
    the same connection that would be a second reader.
    """
    properties = getattr(connection.connection, "client_properties", None)
    if properties is not None:
        properties["capabilities"] = {}
