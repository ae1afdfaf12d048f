"""People as they see themselves, as the registry sees them, and the records that somebody disowned."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from services.identity.domain.identities import Identities
from services.identity.domain.look import Look, sought_under
from services.identity.queries.records import MOST, Answer, RecordQueries
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.id_documents import PASSPORT, country_of, mask_id_number, mask_name
from shared.eventstore.looking import Looks, require_purpose
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.refused import NotFound, Refused

SEARCHES_AN_HOUR: Final = 60
_HOUR: Final = 3600
_PERSON: Final = "account:person"
_MERGE: Final = (
    "merge_id", "surviving_account", "other_account", "surviving_person", "other_person", "state", "proposed_by",
    "proposed_on", "confirmed_by", "settled_on",
)  # fmt: skip
_DISOWNED: Final = (
    "id", "kind", "status_id", "school_code", "school_name", "level", "year", "disowned_on", "sealed_statement",
    "sealed_for",
)  # fmt: skip


class SearchedTooOften(Refused):
    """One operator looked for people often enough in this hour: numbers are not tried out."""

    rule = "AUD-4"
    status = 429
    zh = "本小时内按证件查找的次数已达上限，请 {retry_after} 秒后再试"
    en = "people were looked for often enough in this hour; try again in {retry_after} seconds"


class Counts(Protocol):
    """Where it is counted how often something may be asked for."""

    def spend(self, kind: str, value: str, now: datetime, *, at_most: int) -> bool:
        """Take one of today's number; False if none is left."""
        ...


class PeopleQueries(RecordQueries):
    """Identities of one's own, accounts found by document for the registry, merges, disowned records."""

    def __init__(self, store: Store, keyring: Keyring, counts: Counts) -> None:
        super().__init__(store)
        self.keyring = keyring
        self.counts = counts
        self.keys = SubjectKeys(store, keyring)
        self.looks = Looks(store, Look)

    def list_my_identities(self, *, by: By) -> Answer:
        """The asker's documents and names, those of earlier days too."""
        require(by.actor, "read_own_account", Resource("account", person=by.sub))
        rows = self._rows(
            "SELECT known FROM person_identities WHERE person_id = %s AND state = 'open'", (UUID(by.sub),)
        )
        if not rows:
            raise NotFound(kind="account")
        known = rows[0][0]
        current = Identities.from_rows(known).current
        return {"identities": [self._identity(one, one_of_now=one is _entry_of(known, current)) for one in known]}

    def search_people(self, *, id_type: str, id_number: str, by: By) -> Answer:
        """The account that holds a document, masked, for the registry's own office; the look is recorded first.

        That there is none is an answer too: it is recorded under the hash of the document, and whoever it is reads of
        it once there is an account.
        """
        decision = require(by.actor, "read_people", Resource("person"))
        require_purpose(by)
        self._count_search(by)
        id_key = self.keyring.id_key(id_type, id_number)
        rows = self._rows(
            "SELECT account_id, person_id, known FROM person_identities WHERE state = 'open'"
            " AND known @> jsonb_build_array(jsonb_build_object('id_key', %s)) ORDER BY account_id LIMIT %s",
            (id_key, MOST),
        )
        self.looks.saw(by, decision, [row[1] for row in rows] or [sought_under(id_key)], alone=True)
        return {
            "people": [
                {"account_id": account_id, "person_id": person_id, "identities": [self._masked(one) for one in known]}
                for account_id, person_id, known in rows
            ]
        }

    def _count_search(self, by: By) -> None:
        """Counted before anything is found: whoever tries numbers is stopped, and has left a look for each."""
        hour = int(by.recorded_at.timestamp()) // _HOUR
        if not self.counts.spend("search", f"{by.sub}\0{hour}", by.recorded_at, at_most=SEARCHES_AN_HOUR):
            raise SearchedTooOften(retry_after=_HOUR - int(by.recorded_at.timestamp()) % _HOUR)

    def list_merges(self, *, state: str, by: By) -> Answer:
        """The merges in one state, oldest first."""
        require(by.actor, "read_people", Resource("merge"))
        rows = self._rows(
            f"SELECT {', '.join(_MERGE)} FROM merge_register WHERE state = %s ORDER BY merge_id LIMIT %s", (state, MOST)
        )
        return {"merges": [dict(zip(_MERGE, row, strict=True)) for row in rows]}

    def list_accounts_merged_into(self, account_id: UUID) -> list[UUID]:
        """The accounts for which this one speaks."""
        rows = self._rows(
            "SELECT other_account FROM merge_register WHERE surviving_account = %s"
            " AND state IN ('confirmed', 'split_proposed') ORDER BY merge_id LIMIT %s",
            (account_id, MOST),
        )
        return [row[0] for row in rows]

    def list_disowned_records(self, *, school_code: str | None, province: str | None, by: By) -> Answer:
        """Records that people said are not theirs, for the school, its province and the ministry, oldest first."""
        resource = Resource("record", school=school_code, province=province)
        decision = require(by.actor, "read_disowned_records", resource)
        rows = self._rows(
            f"SELECT {', '.join(_DISOWNED)} FROM heard_records WHERE disowned_on IS NOT NULL"
            " AND (%s IS NULL OR school_code = %s) AND (%s IS NULL OR substr(school_code, 3, 2) = %s)"
            " ORDER BY disowned_on, id LIMIT %s",
            (school_code, school_code, province, province, MOST),
        )
        found = [dict(zip(_DISOWNED, row, strict=True)) for row in rows]
        self.looks.saw(by, decision, [row["id"] for row in found], full=True)
        return {"records": [self._disowned(row) for row in found]}

    def _disowned(self, row: dict[str, Any]) -> Answer:
        record_id, sealed, sealed_for = (row.pop(name) for name in ("id", "sealed_statement", "sealed_for"))
        return {**row, "record_id": record_id, "statement": self._statement(record_id, sealed, sealed_for)}

    def _statement(self, record_id: UUID, sealed: str, sealed_for: UUID | None) -> str:
        """A person's own words; empty once the account that they lie under is closed."""
        if sealed_for is None:  # of the first years
            return self.keyring.open(sealed, f"disowned:{record_id}")
        try:
            return self.keys.open(str(sealed_for), sealed, f"disowned:{record_id}")
        except CannotOpen:
            return ""

    def _identity(self, one: Mapping[str, Any], *, one_of_now: bool) -> Answer:
        person = self._opened(one)
        number = person.get("id_number", "")
        expires = person.get("expires_on")
        return {
            "id_type": person.get("id_type", one["id_type"]),
            "id_number": mask_id_number(number),
            "country": country_of(number) if person.get("id_type") == PASSPORT else None,
            "name": person.get("name", ""),
            "expires_on": date.fromisoformat(expires) if expires else None,
            "kind": one["kind"],
            "current": one_of_now,
            "corrected": one["corrected_by"] is not None,
        }

    def _masked(self, one: Mapping[str, Any]) -> Answer:
        return {**(shown := self._identity(one, one_of_now=False)), "name": mask_name(shown["name"])}

    def _opened(self, one: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            person: dict[str, Any] = msgspec.json.decode(self.keys.open(one["sealed_for"], one["sealed"], _PERSON))
        except CannotOpen:
            return {}
        return person


def _entry_of(known: list[dict[str, Any]], current: Any) -> Mapping[str, Any]:
    """The newest entry of the identity that the person goes by now."""
    fitting = [one for one in known if (one["id_key"], one["name_key"]) == current.pair and one["corrected_by"] is None]
    return fitting[-1] if fitting else known[0]
