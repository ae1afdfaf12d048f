"""A person's own records, what stands in the way of the others, and what the use cases look up."""

import time
from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.identity.domain.explanations import RecordSeen, explain_all
from services.identity.domain.identities import Identities
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]
MOST: Final = 200
_SHOWN: Final = (
    "id", "kind", "status_id", "school_code", "school_name", "level", "major_name", "since", "bound_on", "state",
    "ended_on", "contested",
)  # fmt: skip
_SEEN: Final = (
    "id", "kind", "id_key", "name_key", "school_code", "school_name", "category", "year", "person_id", "contested",
    "disowned_on",
)  # fmt: skip


_IN_CHARGE: Final = """
    WITH RECURSIVE heirs AS (
        SELECT code, ended_on, successor, 0 AS step FROM office_register WHERE code = %(code)s
        UNION ALL
        SELECT next.code, next.ended_on, next.successor, step + 1
        FROM heirs JOIN office_register AS next ON next.code = heirs.successor
        WHERE heirs.ended_on <= %(today)s AND step < 20
    )
    SELECT code, name FROM heirs JOIN office_names USING (code)
    WHERE valid_from <= %(today)s ORDER BY step DESC, valid_from DESC LIMIT 1
"""


class RecordQueries:
    """Records that were heard, as their owner and the use cases see them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def list_my_records(self, *, by: By) -> Answer:
        """The asker's own records, and which more stand under the same documents, with what keeps them apart."""
        require(by.actor, "read_own_records", Resource("account", person=by.sub))
        person_id = UUID(by.sub)
        mine = self.identities_of(person_id)
        self._wait_until_bound(person_id, mine)
        own = self._rows(
            f"SELECT {', '.join(_SHOWN)} FROM heard_records WHERE person_id = %s ORDER BY since DESC, id LIMIT %s",
            (person_id, MOST),
        )
        under = self.records_under(mine.id_keys)
        unbound = explain_all(mine.pairs, under, shanghai_date(by.recorded_at), self.school_in_charge)
        return {"records": [dict(zip(_SHOWN, row, strict=True)) for row in own], "unbound": unbound}

    def identities_of(self, person_id: UUID) -> Identities:
        """The verified identities of a living account's person."""
        rows = self._rows("SELECT known FROM person_identities WHERE person_id = %s AND state = 'open'", (person_id,))
        if not rows:
            raise NotFound(kind="account")
        return Identities.from_rows(rows[0][0])

    def records_under(self, id_keys: Iterable[str]) -> list[RecordSeen]:
        """Every record under these documents."""
        return self._seen("id_key = ANY(%s)", (list(id_keys),))

    def records_by_number(self, kind: str, school_code: str, year: int, number: str) -> list[RecordSeen]:
        """The records of a school and year that carry a number as it is kept."""
        return self._seen(
            "kind = %s AND school_code = %s AND year = %s AND (number = %s OR other_number = %s)",
            (kind, school_code, year, number, number),
        )

    def has_bound_records(self, person_id: UUID) -> bool:
        """Whether any record is this person's: then a record has verified the name."""
        return bool(self._rows("SELECT FROM heard_records WHERE person_id = %s LIMIT 1", (person_id,)))

    def list_records_of_person(self, person_id: UUID) -> list[tuple[UUID, str]]:
        """Id and kind of every record that is bound to a person."""
        return self._rows(
            "SELECT id, kind FROM heard_records WHERE person_id = %s ORDER BY id LIMIT %s", (person_id, MOST)
        )

    def find_school_name(self, school_code: str) -> str:
        """A school by its newest name that was heard; its code where none was."""
        rows = self._rows(
            "SELECT school_name FROM heard_records WHERE school_code = %s ORDER BY since DESC LIMIT 1", (school_code,)
        )
        return str(rows[0][0]) if rows else school_code

    def school_in_charge(self, school_code: str, today: date) -> tuple[str, str]:
        """Code and name of the school that answers for a school's students today: itself, or the one it went into."""
        with self.store.reading() as cursor:
            cursor.execute(_IN_CHARGE, {"code": school_code, "today": today})
            row: Any = cursor.fetchone()
        return (str(row[0]), str(row[1])) if row else (school_code, self.find_school_name(school_code))

    def _seen(self, condition: str, values: tuple[Any, ...]) -> list[RecordSeen]:
        rows = self._rows(
            f"SELECT {', '.join(_SEEN)} FROM heard_records WHERE {condition} ORDER BY id LIMIT %s", (*values, MOST)
        )
        return [RecordSeen(*row) for row in rows]

    def _wait_until_bound(self, person_id: UUID, mine: Identities) -> None:
        """Binding follows sign-in within milliseconds; whoever looks at once still finds everything (AC-20)."""
        deadline, pairs = time.monotonic() + 2, mine.pairs
        while time.monotonic() < deadline and self._rows(
            "SELECT FROM heard_records WHERE (id_key, name_key) IN (SELECT * FROM unnest(%s, %s))"
            " AND person_id IS DISTINCT FROM %s AND disowned_on IS NULL LIMIT 1",
            ([one for one, _ in pairs], [one for _, one in pairs], person_id),
        ):
            time.sleep(0.01)

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self.store.reading() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())


def today_of(by: By) -> date:
    """The day of a question in China."""
    return shanghai_date(by.recorded_at)
