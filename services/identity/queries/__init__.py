"""Rows to answers: the only reader of identity's read tables."""

import time
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]
_MOST: Final = 200
_SHOWN: Final = (
    "id", "kind", "status_id", "school_code", "school_name", "level", "major_name", "since", "bound_on", "state",
    "ended_on", "contested",
)  # fmt: skip


class IdentityQueries:
    """A person's own records, and what the use cases look up by document."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def list_my_records(self, *, by: By) -> Answer:
        """The asker's own records, and how many more under the same document carry another name."""
        require(by.actor, "read_own_records", Resource("account", person=by.sub))
        person_id = UUID(by.sub)
        id_key, name_key = self._keys_of(person_id)
        self._wait_until_bound(person_id, id_key, name_key)
        mine = self._rows(
            f"SELECT {', '.join(_SHOWN)} FROM heard_records WHERE person_id = %s ORDER BY since DESC, id LIMIT %s",
            (person_id, _MOST),
        )
        others = self._rows(
            "SELECT kind FROM heard_records WHERE id_key = %s AND name_key <> %s ORDER BY id LIMIT %s",
            (id_key, name_key, _MOST),
        )
        return {
            "records": [dict(zip(_SHOWN, row, strict=True)) for row in mine],
            # A19: the school files for a correction, whatever the record; the other name is not told
            "unbound": [{"kind": kind, "reason": "NAMES_DIFFER", "turn": "school"} for (kind,) in others],
        }

    def list_records_of_document(self, id_key: str) -> list[tuple[UUID, str, str]]:
        """Id, kind and name key of every record under a document."""
        rows = self._rows(
            "SELECT id, kind, name_key FROM heard_records WHERE id_key = %s ORDER BY id LIMIT %s", (id_key, _MOST)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def list_unproven_accounts(self, opened_before: datetime) -> list[UUID]:
        """Accounts whose contact nobody proved in time."""
        rows = self._rows(
            "SELECT account_id FROM account_register WHERE state = 'opened' AND opened_at <= %s"
            " ORDER BY opened_at LIMIT %s",
            (opened_before, _MOST),
        )
        return [row[0] for row in rows]

    def _keys_of(self, person_id: UUID) -> tuple[str, str]:
        rows = self._rows(
            "SELECT id_key, name_key FROM account_register WHERE person_id = %s AND state <> 'closed'", (person_id,)
        )
        if not rows:
            raise NotFound(kind="account")
        return rows[0][0], rows[0][1]

    def _wait_until_bound(self, person_id: UUID, id_key: str, name_key: str) -> None:
        """Binding follows sign-in within milliseconds; whoever looks at once still finds everything."""
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and self._rows(
            "SELECT FROM heard_records WHERE id_key = %s AND name_key = %s AND person_id IS DISTINCT FROM %s LIMIT 1",
            (id_key, name_key, person_id),
        ):
            time.sleep(0.01)

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self.store.reading() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
