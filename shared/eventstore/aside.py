"""A second hand for whoever works in bulk: it writes one thing while the next is being decided."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2.extensions

Outcome = Callable[[], None]
"""Waits for the end of a writing and raises what it raised; asked once."""
Write = Callable[[Callable[[], None]], Outcome]

_A_STRETCH = 2.0  # seconds
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


class Aside:
    """A task on a thread of its own, begun again as long as it has work: while its leader folds and relays, it goes on.

    A leader calls `step` like any task; it answers what was done since it last took something, and raises what went
    wrong. Where green threads wait for the database the task is done in turn.
    """

    def __init__(self, task: Callable[[], int], *, rests: float) -> None:
        self._task, self._rests = task, rests
        self._thread: ThreadPoolExecutor | None = None
        self._going: Future[int] | None = None
        self._rested_until = 0.0
        self.busy = False

    def step(self) -> int:
        """Take what the task has done, and have it go on; when there was nothing to do it rests a while."""
        if self._going is None:
            if time.monotonic() >= self._rested_until:
                self._begin()
            return 0
        if not self._going.done():
            return 0
        ended, self._going, self.busy = self._going, None, False
        done = ended.result()
        self.busy = done > 0
        if done:
            self._begin()
        else:
            self._rested_until = time.monotonic() + self._rests
        return done

    def rest(self) -> None:
        """Wait until nothing runs; what it did or raised is found again in the store."""
        going, self._going, self.busy = self._going, None, False
        if going is not None:
            going.exception()

    def _begin(self) -> None:
        if psycopg2.extensions.get_wait_callback():
            self._going = Future()
            try:
                self._going.set_result(self._task())
            except Exception as wrong:
                self._going.set_exception(wrong)
            return
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "aside")
        self._going = self._thread.submit(self._go_on)

    def _go_on(self) -> int:
        """So many steps as fit into a stretch: were it longer, a leader that was deposed would hear of it late."""
        total, until = 0, time.monotonic() + _A_STRETCH
        while done := self._task():
            total += done
            if time.monotonic() >= until:
                break
        return total
