"""The eventsourcing library's own doors to our store, with notification ids that are positions in the log.

The services write through `EventRecorder` and get no numbers. Whoever wants the library's interfaces (its persistence
cases do) gets them here over the same tables: after each commit the sequencer numbers the log in place.
"""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.utils import resolve_topic

from shared.eventstore.recorder import Companions, EventRecorder, Script, script_of
from shared.eventstore.sequencer import Fenced, Sequencer
from shared.eventstore.store import Store
from shared.eventstore.violations import translate

_POLL_SECONDS = 0.005
_NOTIFICATION = """
    SELECT log.position, e.originator_id, e.originator_version, e.topic, e.state
    FROM log JOIN events AS e ON e.tx = log.tx AND e.row_id = log.row_id
"""
# The library's tracking only ever rises: a lower number is refused through the NOT NULL of `first`.
_TRACK = """
    INSERT INTO inbox (publisher, first, last, recorded_at)
    SELECT name, CASE WHEN EXISTS (SELECT FROM inbox WHERE publisher = name AND last >= id) THEN NULL ELSE id END,
           id, now()
    FROM (VALUES (%s, %s)) AS tracked (name, id)
"""


class NumberingRecorder(EventRecorder, ApplicationRecorder):
    """Inserts like any service, then numbers the log and answers the positions."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._sequencer = Sequencer(store)
        self._numbering = threading.Lock()

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        beside = Companions(recorded_at=datetime.now(UTC))
        script = script_of(stored_events, beside)
        if tracking := kwargs.get("tracking"):
            _add_tracking(script, tracking)
        if script:
            self._send(script, beside)
        return self._positions(stored_events) if stored_events else None

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = 1 if start is None else start if inclusive_of_start else start + 1
        conditions, parameters = ["log.position >= %s"], [first]
        if stop is not None:
            conditions.append("log.position <= %s")
            parameters.append(stop)
        narrowed: list[Any] = [*parameters]
        if topics:
            conditions.append("e.topic = ANY(%s)")
            narrowed.append(list(topics))
        sql = f"{_NOTIFICATION} WHERE {' AND '.join(conditions)} ORDER BY log.position LIMIT %s"
        with translate(), self.store.reading() as cursor:
            cursor.execute(sql, [*narrowed, limit])
            return [
                Notification(
                    id=row[0], originator_id=row[1], originator_version=row[2], topic=row[3], state=bytes(row[4])
                )
                for row in cursor.fetchall()
            ]

    def max_notification_id(self) -> int | None:
        with translate(), self.store.reading() as cursor:
            cursor.execute("SELECT max(position) FROM log")
            row = cursor.fetchone()
        return row[0] if row else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return LogSubscription(self, gt=gt, topics=topics)

    def _positions(self, events: Sequence[StoredEvent]) -> list[int]:
        while True:
            found = self._numbered(events)
            if len(found) == len(events):
                return found
            with self._numbering:
                numbered = self._number()
            if not numbered:
                time.sleep(_POLL_SECONDS)  # an older transaction is still open

    def _number(self) -> int:
        try:
            return self._sequencer.step()
        except Fenced:
            return 0  # another process numbered the log in between

    def _numbered(self, events: Sequence[StoredEvent]) -> list[int]:
        with translate(), self.store.reading() as cursor:
            cursor.execute(
                "SELECT log.position FROM unnest(%s::uuid[], %s::int[]) WITH ORDINALITY AS mine (id, version, place)"
                " JOIN events AS e ON e.originator_id = mine.id AND e.originator_version = mine.version"
                " JOIN log ON log.row_id = e.row_id ORDER BY mine.place",
                ([str(event.originator_id) for event in events], [event.originator_version for event in events]),
            )
            return [position for (position,) in cursor.fetchall()]


class LogSubscription(Subscription[ApplicationRecorder]):
    """Follows the log by asking again every few milliseconds, as our followers do."""

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt=gt, topics=topics)
        self._waiting: list[Notification] = []

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._waiting:
                notification = self._waiting.pop(0)
                self._last_notification_id = notification.id
                return notification
            after = self._last_notification_id or 0
            self._waiting = list(
                self._recorder.select_notifications(after, 500, topics=self._topics, inclusive_of_start=False)
            )
            if not self._waiting:
                time.sleep(_POLL_SECONDS)
        raise StopIteration


class InboxTracking(TrackingRecorder):
    """The library's tracking of what was processed, kept in our inbox."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def insert_tracking(self, tracking: Tracking) -> None:
        script = Script()
        _add_tracking(script, tracking)
        with translate(), self.store.reading() as cursor:
            script.execute(cursor)

    def max_tracking_id(self, application_name: str) -> int | None:
        with translate(), self.store.reading() as cursor:
            cursor.execute("SELECT max(last) FROM inbox WHERE publisher = %s", (application_name,))
            row = cursor.fetchone()
        return row[0] if row else None


class TrackingNumberingRecorder(NumberingRecorder, InboxTracking, ProcessRecorder):
    """Events and tracking in one transaction."""

    def __init__(self, store: Store) -> None:
        NumberingRecorder.__init__(self, store)


class Factory(InfrastructureFactory[TrackingRecorder]):
    """What `PERSISTENCE_MODULE=shared.eventstore.library` makes; the database is migrated before."""

    URL = "XUEJI_POSTGRES_URL"

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self._store = Store(self.env[self.URL])

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        if purpose != "events":
            raise NotImplementedError("this store keeps no snapshots")
        return EventRecorder(self._store)

    def application_recorder(self) -> ApplicationRecorder:
        return NumberingRecorder(self._store)

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        named = resolve_topic(topic) if topic else InboxTracking
        chosen: Any = tracking_recorder_class or named
        recorder: TrackingRecorder = chosen(self._store)
        return recorder

    def process_recorder(self) -> ProcessRecorder:
        return TrackingNumberingRecorder(self._store)

    def close(self) -> None:
        self._store.close()


def _add_tracking(script: Script, tracking: Tracking) -> None:
    script.add(_TRACK, tracking.application_name, tracking.notification_id)
