"""What became of every message: delivered, waiting for another try, or given up. No facts, and no texts."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.eventstore.log import FactRecord, read_log
from shared.eventstore.store import Store

CHANNELS: Final = ("mail", "sms")
AFTER_A_TRY: Final = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 900, 3600, 4 * 3600, 12 * 3600))
A_PASS: Final = 50
KEPT: Final = timedelta(days=30)  # what is done is remembered so long; what is older is not sent any more
_FORGOTTEN_AT_ONCE: Final = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waiting:
    """A message that is not delivered yet: the fact that asked for it, and how often it was tried."""

    message_id: str
    position: int
    tries: int = 0


class Deliveries:
    """The table of deliveries. It holds ids and places in the log; what a message says is made anew from its fact."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def knows(self, message_id: str) -> bool:
        """Whether a message was delivered, given up, or waits already."""
        with self._store.reading() as cursor:
            cursor.execute("SELECT FROM message_deliveries WHERE message_id = %s", (message_id,))
            return cursor.fetchone() is not None

    def due(self, channel: str, now: datetime) -> list[Waiting]:
        """What is to be tried again on a channel, the oldest first, a bounded number."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT message_id, position, tries FROM message_deliveries"
                " WHERE state = 'waiting' AND channel = %s AND next_try_at <= %s"
                " ORDER BY next_try_at, position LIMIT %s",
                (channel, now, A_PASS),
            )
            return [Waiting(*row) for row in cursor.fetchall()]

    def fact_of(self, waiting: Waiting) -> FactRecord:
        """The fact that asked for the message."""
        with self._store.reading() as cursor:
            (record,) = read_log(cursor, waiting.position - 1, 1)
        return record

    def wait(self, waiting: Waiting, channel: str, now: datetime, *, counted: bool) -> bool:
        """Have a message wait for its next try; False if it was tried often enough."""
        tries = waiting.tries + counted
        if tries > len(AFTER_A_TRY):
            return False
        _log.error("message %s waits, try %s", waiting.message_id, tries)
        self._put(waiting, channel, "waiting", tries, now + (AFTER_A_TRY[tries - 1] if counted else timedelta()))
        return True

    def settle(self, waiting: Waiting, channel: str, state: str, now: datetime) -> None:
        """Say what became of a message for good."""
        if state == "undelivered":
            _log.error("message %s could not be delivered", waiting.message_id)
        self._put(waiting, channel, state, waiting.tries, None, now)

    def forget(self, now: datetime) -> int:
        """Drop some of what was done long ago; part of `due(now)`."""
        with self._store.reading() as cursor:
            cursor.execute(
                "DELETE FROM message_deliveries WHERE message_id IN (SELECT message_id FROM message_deliveries"
                " WHERE state <> 'waiting' AND settled_at <= %s ORDER BY settled_at LIMIT %s)",
                (now - KEPT, _FORGOTTEN_AT_ONCE),
            )
            return int(cursor.rowcount)

    def counts(self, now: datetime) -> dict[str, tuple[int, int]]:
        """By channel: how many messages wait, and how many were given up in the last day."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT channel, count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state <> 'waiting')"
                " FROM message_deliveries WHERE state = 'waiting' OR (state = 'undelivered' AND settled_at > %s)"
                " GROUP BY channel",
                (now - timedelta(days=1),),
            )
            found = {channel: (waiting, given_up) for channel, waiting, given_up in cursor.fetchall()}
        return {channel: found.get(channel, (0, 0)) for channel in CHANNELS}

    def _put(
        self,
        waiting: Waiting,
        channel: str,
        state: str,
        tries: int,
        next_try_at: datetime | None,
        settled_at: datetime | None = None,
    ) -> None:
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO message_deliveries (message_id, position, channel, state, tries, next_try_at, settled_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (message_id) DO UPDATE"
                " SET state = EXCLUDED.state, tries = EXCLUDED.tries, next_try_at = EXCLUDED.next_try_at,"
                " settled_at = EXCLUDED.settled_at",
                (waiting.message_id, waiting.position, channel, state, tries, next_try_at, settled_at),
            )
