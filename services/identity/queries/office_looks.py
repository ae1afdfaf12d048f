"""What the people of an office looked at: for the office itself, the province, the ministry and auditors (A24-3)."""

from datetime import datetime
from typing import Any, Final

from services.identity.domain.look import Look
from services.identity.domain.office import OFFICE_CODE, Office
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore import lookup
from shared.eventstore.look import MOST_RECORDS
from shared.eventstore.looking import Looks
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]
_NAMED: Final = 50
# A look at a list has a row for each record that was shown: so many rows hold as many looks as are asked for
_OF_OFFICE: Final = f"""
    SELECT look_id, service, seen_at, sub, role, use_case, shown, purpose, bool_or(alone) AS alone,
           count(*) AS number, (array_agg(record_id ORDER BY record_id))[1:{_NAMED}] AS record_ids
    FROM (
        SELECT * FROM looks WHERE office = %(code)s AND (%(before)s::timestamptz IS NULL OR seen_at < %(before)s)
        ORDER BY seen_at DESC, look_id LIMIT %(rows)s
    ) AS theirs
    GROUP BY look_id, service, seen_at, sub, role, use_case, shown, purpose
    ORDER BY seen_at DESC, look_id LIMIT %(limit)s
"""


class OfficeLooks:
    """The log of looks by the office whose people took them; to read it is a look as well."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._looks = Looks(store, Look)

    def list_looks_of_office(self, *, code: str, before: datetime | None, limit: int, by: By) -> Answer:
        """Who of an office looked at which records, when and what for, the newest first; whose they are is not told."""
        with self.store.reading() as cursor:
            found = lookup.owning(cursor, Office, OFFICE_CODE, [code]).get(code)
        office = found[2] if found else None
        province = office.province if office else None
        decision = require(by.actor, "read_office_looks", Resource("looks", office=code, province=province))
        if found is None:
            raise NotFound(kind="office", field="code")
        self._looks.saw(by, decision, [found[0]], in_case=True)
        asked = {"code": code, "before": before, "limit": limit, "rows": limit * MOST_RECORDS}
        with self.store.reading() as cursor:
            cursor.execute(_OF_OFFICE, asked)
            names = [column.name for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return {"looks": rows, "next": rows[-1]["seen_at"] if len(rows) == limit else None}
