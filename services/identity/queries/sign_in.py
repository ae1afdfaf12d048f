"""Own sessions and factors, as rows show them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.store import Store

_LIVING: Final = """
    SELECT session_register.session_id, amr, begun_at, ends_at, coalesce(seen_at, begun_at), coalesce(device, '')
    FROM session_register
    LEFT JOIN session_activity USING (session_id)
    LEFT JOIN login_register ON login_register.subject = session_register.subject
    WHERE session_register.subject = (SELECT subject FROM session_register WHERE session_id = %(mine)s)
      AND session_register.ended IS NULL AND ends_at > %(now)s
      AND (session_register.epoch = coalesce(login_register.epoch, 0) OR login_register.kept = session_id)
    ORDER BY begun_at DESC, session_id LIMIT 200
"""
_OVER: Final = """
    SELECT session_register.session_id FROM session_register
    LEFT JOIN session_activity USING (session_id)
    LEFT JOIN login_register ON login_register.subject = session_register.subject
    WHERE session_register.ended IS NULL AND (
        ends_at <= %(now)s
        OR coalesce(seen_at, begun_at) <= %(now)s - interval '30 minutes'
        OR session_register.epoch < login_register.epoch AND login_register.kept IS DISTINCT FROM session_id
    )
    ORDER BY ends_at LIMIT 500
"""


class SignInQueries:
    """What somebody sees of the own sessions, and what the worker finds to be over."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def list_my_sessions(self, *, by: By) -> dict[str, Any]:
        """The own living sessions, the newest first."""
        require(by.actor, "read_own_sign_in", Resource("session", person=by.sub))
        mine = UUID(by.actor.session) if by.actor and by.actor.session else None
        with self.store.reading() as cursor:
            cursor.execute(_LIVING, {"mine": mine, "now": by.recorded_at})
            rows = cursor.fetchall()
        return {
            "sessions": [
                {
                    "session_id": row[0],
                    "methods": row[1].split(),
                    "begun_at": row[2],
                    "ends_at": row[3],
                    "seen_at": row[4],
                    "device": row[5],
                    "this_one": row[0] == mine,
                }
                for row in rows
            ]
        }

    def list_sessions_over(self, now: datetime) -> list[UUID]:
        """Sessions that are over by time or by "end all" and were not ended yet."""
        with self.store.reading() as cursor:
            cursor.execute(_OVER, {"now": now})
            return [row[0] for row in cursor.fetchall()]
