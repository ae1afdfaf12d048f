"""A second hand for whoever works in bulk: it writes one thing while the next is being decided."""

import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2.extensions

Outcome = Callable[[], None]
"""Waits for the end of a writing and raises what it raised; asked once."""
Write = Callable[[Callable[[], None]], Outcome]

_TURN = 0.0005  # seconds; the writing thread needs the interpreter often and only for moments
_YOUNG = 50_000  # objects; a chunk makes as many and no cycle: looking for one every 700 took a quarter of its time


@contextmanager
def writing_aside() -> Iterator[Write]:
    """Writes on a thread of its own. Whatever was begun has ended when the block is left.

    Where green threads wait for the database it writes in turn: there a second one would only wait for the first.
    """
    threshold, turn = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(_YOUNG, *threshold[1:])
    try:
        if psycopg2.extensions.get_wait_callback():
            yield in_turn
            return
        sys.setswitchinterval(_TURN)
        with ThreadPoolExecutor(1, "writing") as thread:
            yield lambda work: thread.submit(work).result
    finally:
        gc.set_threshold(*threshold)
        sys.setswitchinterval(turn)


def in_turn(work: Callable[[], None]) -> Outcome:
    """Write when the outcome is waited for."""
    return work
