"""What the worker of every service does: number the log, feed the read tables, relay to the bus. No eventlet."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog

from shared.bus.logs import where
from shared.bus.relay import Relay
from shared.contracts.contract import PublicFact
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.aside import Aside
from shared.eventstore.follower import Follower, not_filled
from shared.eventstore.gauges import LagGauges
from shared.eventstore.leader import Leader, Stop, Task
from shared.eventstore.log import FactRecord
from shared.eventstore.projection import Projection
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store

FAULT_SECONDS = 1.0
IDLE_SECONDS = 0.02  # asking for news is nearly all that an idle worker and its database do
LOOK_SECONDS = 0.25
RELAY_SHARE = 0.02
REBUILD = "an upgrade changed read tables: until they are rebuilt, what is new in them is empty"
_log = structlog.get_logger("xueji.worker")
Publish = Callable[[FactRecord], Iterable[tuple[type[PublicFact], dict[str, Any]]]]


class Worker:
    """One service's tasks, run in turn by whichever process leads; each does a bounded piece of work."""

    def __init__(
        self,
        store: Store,
        *,
        projections: Sequence[Projection],
        aggregates: Sequence[type[Aggregate]],
        publish: Publish,
        amqp_url: str,
    ) -> None:
        self.store = store
        self.projections = projections
        self.aggregates = aggregates
        self._aside: list[Aside] = []  # in bulk
        self._threads: list[Aside] = []
        self.relay = Relay(store, store.service, publish, amqp_url)
        news = News(Sequencer(store).step)
        self.tasks: list[Task] = [
            news.step,
            news.followed_by(Follower(store, projections).step),
            yielding(news.followed_by(self.relay.step), lambda: any(each.busy for each in self._aside)),
            LagGauges(store).step,
        ]

    def in_bulk(self, task: Task, *, seconds: float = 0.2) -> None:
        """Take on work by the hundred thousand rows, on a thread of its own; it looks for some now and then.

        While there is some, the read tables keep up with it, so that everybody reads what he wrote; the neighbours are
        told at leisure, for each of them does as much work again, and all of it on the same machine.
        """
        self._aside.append(self.beside(task, seconds=seconds))

    def beside(self, task: Task, *, seconds: float) -> Aside:
        """Take on work that waits for the world outside, on a thread of its own: nothing here waits with it."""
        aside = Aside(task, rests=seconds)
        self._threads.append(aside)
        self.tasks.append(aside.step)
        return aside

    def run(self, stop: Stop) -> None:
        """Lead, or wait to lead, until `stop` is set. A task that fails is logged, and everything begins again."""
        told = False
        while not stop.is_set():
            try:
                told = told or self.say_what_to_rebuild()
                Leader(self.store, idle=IDLE_SECONDS).run(self.tasks, stop)
            except Exception as error:  # one fault must not end the service's other work for good
                _log.error("a task failed", service=self.store.service, **where(error))
                stop.wait(FAULT_SECONDS)
            finally:
                for aside in self._threads:
                    aside.rest()

    def say_what_to_rebuild(self) -> bool:
        """Name the read tables that an upgrade left half empty, and what fills them; True once it is said."""
        if tables := not_filled(self.store, self.projections):
            _log.warning(REBUILD, service=self.store.service, tables=tables, do=f"xueji rebuild {self.store.service}")
        return True

    def ready(self) -> bool:
        """Whether the store answers; leading is not needed to be ready."""
        with self.store.reading() as cursor:
            cursor.execute("SELECT 1")
        return True

    def close(self) -> None:
        """Give the connections back."""
        self.relay.close()
        self.store.close()


class News:
    """The sequencer, and whoever has nothing to do before it numbered something: an idle worker asks one question.

    Only the leader numbers, and only the leader's tasks run: what this process did not number is older than its lead,
    and found at the first look.
    """

    def __init__(self, number: Task) -> None:
        self._number = number
        self._numbered = 0

    def step(self) -> int:
        """Number what is new."""
        done = self._number()
        self._numbered += done
        return done

    def followed_by(self, task: Task, *, seconds: float = LOOK_SECONDS) -> Task:
        """A task that follows the log; it looks now and then all the same, for a broker may have come back."""
        seen, look_at = -1, 0.0

        def following() -> int:
            nonlocal seen, look_at
            if seen == self._numbered and time.monotonic() < look_at:
                return 0
            numbered = self._numbered
            done = task()
            if not done:
                seen, look_at = numbered, time.monotonic() + seconds
            return done

        return following


def yielding(
    task: Task,
    others_work: Callable[[], bool],
    *,
    share: float = RELAY_SHARE,
    monotonic: Callable[[], float] = time.monotonic,
) -> Task:
    """A task that takes no more than a share of the time while others have work."""
    since, spent = monotonic(), 0.0

    def held_back() -> int:
        nonlocal since, spent
        now = monotonic()
        if not others_work():
            since, spent = now, 0.0
            return task()
        if spent > share * (now - since):
            return 0
        done = task()
        spent += monotonic() - now
        return done

    return held_back


def every(seconds: float, task: Task) -> Task:
    """A task that rests for `seconds` after it found nothing to do; while there is work it goes on."""
    rested_until = 0.0

    def resting() -> int:
        nonlocal rested_until
        if time.monotonic() < rested_until:
            return 0
        done = task()
        if not done:
            rested_until = time.monotonic() + seconds
        return done

    return resting
