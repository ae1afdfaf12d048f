# mypy: allow-untyped-calls
"""A connection to the broker that a URL names: RabbitMQ (amqp://, amqps://) or this process (inproc://)."""

import contextlib
import socket
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


def close(connection: Any) -> None:
    """Say goodbye if the broker still listens; leave no socket open in any case."""
    wire = connection._connection
    with contextlib.suppress(Exception):  # it may be lost, and each transport has its own way of saying so
        connection.release()
    collect = getattr(wire, "collect", None)
    if collect is not None:
        collect()


def hang_up(channel: Any) -> None:
    """Break the connection under a channel, so that whoever reads from it notices."""
    with contextlib.suppress(Exception):
        channel.connection.sock.shutdown(socket.SHUT_RDWR)


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
