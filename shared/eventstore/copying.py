"""COPY under eventlet: psycopg2 refuses it in green mode, so for that moment the connection blocks instead."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import get_wait_callback, set_wait_callback


@contextmanager
def blocking_copy() -> Iterator[None]:
    """Lift the green wait callback while one bounded COPY runs; keep what runs inside short."""
    green = get_wait_callback()
    if green is None:
        yield
        return
    set_wait_callback(None)
    try:
        yield
    finally:
        set_wait_callback(green)
