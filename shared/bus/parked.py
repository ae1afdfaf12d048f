"""Facts that could not be heard: kept in order, shown to operators, heard again when asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.bus.codec import Batch
from shared.eventstore.application import AlreadyHeard, Heard
from shared.eventstore.store import Store

UNDECODABLE: Final = "undecodable"
_WAITING: Final = "publisher = %s AND replayed_at IS NULL"


@dataclass(frozen=True, slots=True)
class ParkedFact:
    """One fact that waits. An undecodable body has a negative number and no subject; replay sets it aside."""

    number: int
    type: str
    subject: str | None
    body: bytes
    reason: str
    parked_at: datetime


class ParkedDesk:
    """What operators see and ask of parked facts, whoever published them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(self, limit: int) -> list[dict[str, Any]]:
        """The parked facts of all publishers without their content, oldest first."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT publisher, number, type, subject, reason, parked_at, replay_asked_at FROM parked"
                " WHERE replayed_at IS NULL ORDER BY parked_at, publisher, number LIMIT %s",
                (limit,),
            )
            return _dicts(cursor)

    def show(self, publisher: str, number: int) -> list[dict[str, Any]]:
        """One parked fact and its content, as text; an undecodable body in base64."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT publisher, number, type, subject, reason, parked_at, replay_asked_at, replayed_at,"
                " CASE WHEN number < 0 THEN encode(body, 'base64') ELSE convert_from(body, 'UTF8') END AS body"
                " FROM parked WHERE publisher = %s AND number = %s",
                (publisher, number),
            )
            return _dicts(cursor)

    def ask_for_replay(self, publisher: str, number: int | None, now: datetime) -> int:
        """Ask the stream to hear again; how many facts were asked for."""
        return Inbox(self._store, publisher).ask_for_replay(now, number)


def _dicts(cursor: Any) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Inbox:
    """How far one publisher has been heard, and what of it is parked: both move in one transaction."""

    def __init__(self, store: Store, publisher: str) -> None:
        self._store = store
        self._publisher = publisher

    def position(self) -> int:
        """The number of the last fact heard or parked."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT last FROM inbox WHERE publisher = %s ORDER BY first DESC LIMIT 1", (self._publisher,)
            )
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def pass_over(self, batch: Batch, now: datetime) -> None:
        """Move on: nothing here reads facts of this type, or reading them changed nothing."""
        with self._store.writing() as cursor:
            self._move(cursor, batch, now)

    def blocked(self, subjects: Sequence[str]) -> set[str]:
        """Those of the subjects that have a parked fact: whatever follows must wait behind it."""
        with self._store.reading() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM parked WHERE {_WAITING})", (self._publisher,))
            (any_waits,) = cursor.fetchone() or (False,)
            if not any_waits:
                return set()
            cursor.execute(
                f"SELECT DISTINCT subject FROM parked WHERE {_WAITING} AND subject = ANY(%s)",
                (self._publisher, list(subjects)),
            )
            return {row[0] for row in cursor.fetchall()}

    def park(self, batch: Batch, reason: str, now: datetime) -> None:
        """Set facts aside and move on."""
        with self._store.writing() as cursor:
            self._keep(cursor, batch, reason, now)

    def park_behind(self, batch: Batch, now: datetime) -> bool:
        """Set facts aside whose subjects are blocked; False if one is blocked no longer.

        The lock makes a replay that finishes the blocking fact wait and see these.
        """
        subjects = {envelope.subject for envelope in batch.envelopes}
        with self._store.writing() as cursor:
            cursor.execute(
                f"SELECT subject FROM parked WHERE {_WAITING} AND subject = ANY(%s) FOR SHARE",
                (self._publisher, list(subjects)),
            )
            if {row[0] for row in cursor.fetchall()} != subjects:
                return False
            self._keep(cursor, batch, "behind a parked fact of the same subject", now)
        return True

    def park_body(self, body: bytes, reason: str, now: datetime) -> None:
        """Keep a body that is no batch. Its facts show as a gap and are pulled from the publisher."""
        with self._store.writing() as cursor:
            cursor.execute(
                "INSERT INTO parked (publisher, number, type, body, reason, parked_at)"
                " SELECT %s, least(min(number), 0) - 1, %s, %s, %s, %s FROM parked WHERE publisher = %s",
                (self._publisher, UNDECODABLE, body, reason, now, self._publisher),
            )

    def waiting(self, limit: int = 100) -> list[ParkedFact]:
        """The parked facts, oldest first."""
        return self._select("TRUE ORDER BY number LIMIT %s", limit)

    def count(self) -> int:
        """How many facts are parked."""
        with self._store.reading() as cursor:
            cursor.execute(f"SELECT count(*) FROM parked WHERE {_WAITING}", (self._publisher,))
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def ask_for_replay(self, now: datetime, number: int | None = None) -> int:
        """Ask for everything parked, or one fact and all of its subject, to be heard again; how many were asked for."""
        with self._store.writing() as cursor:
            cursor.execute(
                f"UPDATE parked SET replay_asked_at = %s WHERE {_WAITING} AND (%s::bigint IS NULL OR number = %s)",
                (now, self._publisher, number, number),
            )
            return int(cursor.rowcount)

    def asked(self) -> list[ParkedFact]:
        """The first parked fact of every subject that was asked for, and undecodable bodies that were."""
        return self._select(
            "subject IS NULL AND replay_asked_at IS NOT NULL OR number IN (SELECT min(number) FROM parked AS p"
            " WHERE p.publisher = parked.publisher AND p.replayed_at IS NULL AND p.subject IS NOT NULL"
            " GROUP BY p.subject HAVING count(p.replay_asked_at) > 0) ORDER BY number LIMIT %s",
            500,
        )

    def next_of(self, subject: str) -> ParkedFact | None:
        """The oldest parked fact of a subject."""
        found = self._select("subject = %s ORDER BY number LIMIT 1", subject)
        return found[0] if found else None

    def finish(self, fact: ParkedFact, now: datetime) -> None:
        """The fact was heard after all."""
        self._update("replayed_at = %s", now, fact)

    def keep_waiting(self, fact: ParkedFact, reason: str) -> None:
        """The fact could not be heard this time either; the asking is over, the waiting is not."""
        with self._store.writing() as cursor:
            cursor.execute(
                f"UPDATE parked SET replay_asked_at = NULL WHERE {_WAITING} AND subject IS NOT DISTINCT FROM %s",
                (self._publisher, fact.subject),
            )
        self._update("reason = %s", reason, fact)

    def heard_again(self, fact: ParkedFact) -> Heard:
        """What a replay writes beside its effects, so that a replay happens once."""
        return Heard(f"{self._publisher}#replayed", fact.number, fact.number)

    def _select(self, condition: str, *values: Any) -> list[ParkedFact]:
        with self._store.reading() as cursor:
            cursor.execute(
                f"SELECT number, type, subject, body, reason, parked_at FROM parked WHERE {_WAITING} AND {condition}",
                (self._publisher, *values),
            )
            return [
                ParkedFact(number, type_, subject, bytes(body), reason, parked_at)
                for number, type_, subject, body, reason, parked_at in cursor.fetchall()
            ]

    def _update(self, change: str, value: Any, fact: ParkedFact) -> None:
        with self._store.writing() as cursor:
            cursor.execute(
                f"UPDATE parked SET {change} WHERE publisher = %s AND number = %s",
                (value, self._publisher, fact.number),
            )

    def _keep(self, cursor: Any, batch: Batch, reason: str, now: datetime) -> None:
        self._move(cursor, batch, now)
        for envelope in batch.envelopes:
            cursor.execute(
                "INSERT INTO parked (publisher, number, type, subject, body, reason, parked_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (self._publisher, envelope.number, envelope.type, envelope.subject, bytes(envelope.data), reason, now),
            )

    def _move(self, cursor: Any, batch: Batch, now: datetime) -> None:
        cursor.execute(
            "INSERT INTO inbox (publisher, first, last, recorded_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (self._publisher, batch.first, batch.last, now),
        )
        if cursor.rowcount == 0:
            raise AlreadyHeard(f"{self._publisher} {batch.first}")
