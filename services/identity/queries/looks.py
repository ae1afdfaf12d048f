"""Who looked: for the person whose records these are, and for auditors where nothing explains it (AUD-4)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.identity.domain.consent import CONSENT_PURPOSE
from services.identity.domain.identities import Identities
from services.identity.domain.look import sought_under
from services.identity.domain.office import OFFICE_CODE, Office
from services.identity.queries.speakers import spoken_for
from shared.access.by import By
from shared.access.decide import Resource, granted_areas, require
from shared.codes.clock import shanghai_date
from shared.eventstore import lookup
from shared.eventstore.follower import wait_for
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]
_MINE: Final = """
    SELECT look_id, service, seen_at, role, org, office, use_case, shown, purpose, bool_or(alone) AS alone,
           array_agg(record_id ORDER BY record_id) AS records
    FROM (
        SELECT * FROM looks WHERE record_id IN (
            SELECT unnest(%(about)s::uuid[])
            UNION SELECT id FROM heard_records WHERE person_id = ANY(%(people)s::uuid[])
        ) UNION
        SELECT looks.* FROM unnest(%(documents)s::text[], %(names)s::text[]) AS known (id_key, name_key)
        JOIN looks USING (id_key, name_key)
    ) AS mine WHERE (%(before)s::timestamptz IS NULL OR seen_at < %(before)s)
    GROUP BY look_id, service, seen_at, role, org, office, use_case, shown, purpose
    ORDER BY seen_at DESC, look_id LIMIT %(limit)s
"""
_PROVINCE: Final = 2  # digits
_ALERTS: Final = """
    SELECT * FROM look_alerts WHERE (%(before)s::uuid IS NULL OR alert_id < %(before)s)
        AND (%(areas)s::text[] IS NULL OR org = ANY(%(areas)s) OR substr(org, 3, 2) = ANY(%(areas)s))
    ORDER BY alert_id DESC LIMIT %(limit)s
"""
_IDENTITIES: Final = "SELECT known FROM person_identities WHERE person_id = %s AND state = 'open'"
_CONSENTS: Final = "SELECT * FROM consents WHERE {where} ORDER BY consent_id DESC LIMIT 200"
_GIVEN: Final = "person_id = ANY(%(people)s::uuid[])"
_READERS: Final = """
    SELECT code, (
        SELECT name FROM office_names WHERE office_names.code = office_register.code AND valid_from <= %(today)s
        ORDER BY valid_from DESC LIMIT 1
    ) AS name
    FROM office_register WHERE kind = 'verifier' AND valid_from <= %(today)s
        AND coalesce(ended_on > %(today)s, true) AND coalesce(valid_until >= %(today)s, true)
    ORDER BY code LIMIT 500
"""
_SCHOOLS: Final = (
    "SELECT DISTINCT ON (school_code) school_code, school_name FROM heard_records WHERE school_code = ANY(%s)"
)
_OWN: Final = """
    SELECT id, kind, school_name, level, major_name, since, state, ended_on FROM heard_records
    WHERE person_id = %s ORDER BY since DESC, id LIMIT 200
"""


class LookQueries:
    """Looks, alerts and consents."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self._keys = SubjectKeys(store, keyring)

    def list_my_looks(self, *, before: Any, limit: int, by: By) -> Answer:
        """When, which office, in which role, what, and what for: not the name of the person who looked."""
        require(by.actor, "read_own_looks", Resource("looks", person=by.sub))
        rows = self._all(_MINE, {"before": before, "limit": limit, **self._about(_person(by))})
        names = self._names(rows)
        shown = ("look_id", "service", "seen_at", "role", "use_case", "shown", "purpose", "alone", "records")
        return {
            "looks": [
                {**{name: row[name] for name in shown}, "office": row["office"] or row["org"], "office_name": name}
                for row in rows
                for name in (names.get(row["office"]) or names.get(row["org"]) or row["org"],)
            ],
            "next": rows[-1]["seen_at"] if len(rows) == limit else None,
        }

    def _about(self, person_id: UUID) -> Answer:
        """Under what looks at a living account's person are kept.

        By documents and names admissions are known that became no status; by documents alone, who was looked for here
        before there was an account.
        """
        rows = self._all(_IDENTITIES, (person_id,))
        pairs = [pair for row in rows for pair in Identities.from_rows(row["known"]).pairs]
        people = [str(each) for each in self.people_of(person_id)]
        documents, names = [document for document, _ in pairs], [name for _, name in pairs]
        sought = [str(sought_under(document)) for document in documents]
        return {"documents": documents, "names": names, "people": people, "about": [*people, *sought]}

    def people_of(self, person_id: UUID) -> list[UUID]:
        """The person, and whom she speaks for."""
        return spoken_for(self.store, person_id)

    def list_alerts(self, *, before: UUID | None, limit: int, by: By) -> Answer:
        """Looks that nothing explains, with who looked: for auditors as far as their grants go, and the ministry."""
        areas = granted_areas(by.actor)
        within = min(areas) if areas else ""
        of_province = within if len(within) == _PROVINCE else None
        whole = Resource("alert", province=of_province, school=None if of_province else within or None)
        require(by.actor, "read_alerts", whole)
        rows = self._all(_ALERTS, {"before": before, "limit": limit, "areas": sorted(areas) if areas else None})
        return {"alerts": rows, "next": rows[-1]["alert_id"] if len(rows) == limit else None}

    def list_my_consents(self, *, with_readers: bool = False, by: By) -> Answer:
        """Every consent that the asker gave, and whether it still holds is for its dates to say; who could read."""
        require(by.actor, "read_own_consents", Resource("consent", person=by.sub))
        rows = self._all(_CONSENTS.format(where=_GIVEN), {"people": self._spoken_for(by)})
        return {"consents": self._consents(rows, by), "readers": self._readers(by) if with_readers else []}

    def get_my_consent(self, *, consent_id: UUID, after_version: int, by: By) -> Answer:
        """One consent of the asker's own."""
        require(by.actor, "read_own_consents", Resource("consent", person=by.sub))
        if after_version:
            wait_for(self.store, consent_id, after_version)
        where = _CONSENTS.format(where=f"{_GIVEN} AND consent_id = %(id)s")
        for consent in self._consents(self._all(where, {"people": self._spoken_for(by), "id": consent_id}), by):
            return consent
        raise NotFound(kind="consent", field="consent_id")

    def rows_of_person(self, person_id: UUID) -> Sequence[Mapping[str, Any]]:
        """The records that are bound to a person."""
        return self._all(_OWN, (person_id,))

    def _spoken_for(self, by: By) -> list[str]:
        return [str(each) for each in self.people_of(_person(by))]

    def _consents(self, rows: Sequence[Mapping[str, Any]], by: By) -> list[Answer]:
        names = self._names([{"office": row["office"], "org": ""} for row in rows])
        return [
            {
                **{name: value for name, value in row.items() if name not in ("account_id", "sealed_purpose")},
                "purpose": self._purpose(row),
                "office_name": names.get(row["office"], ""),
                "scope": row["scope"].split(),
                "records": row["records"].split(),
                "rests": str(row["person_id"]) != by.sub,
            }
            for row in rows
        ]

    def _purpose(self, row: Mapping[str, Any]) -> str:
        """What a consent is for; those of the first years keep it in clear."""
        if row["sealed_purpose"] is None:
            return str(row["purpose"])
        try:
            return self._keys.open(str(row["account_id"]), row["sealed_purpose"], CONSENT_PURPOSE)
        except CannotOpen:
            return ""

    def _readers(self, by: By) -> list[Answer]:
        """The offices that can read by a consent today."""
        return self._all(_READERS, {"today": shanghai_date(by.recorded_at)})

    def _names(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Offices by their codes; a school that founded no office yet by the name in its records."""
        codes = sorted({row[name] for row in rows for name in ("office", "org") if row[name]})
        with self.store.reading() as cursor:
            offices = lookup.owning(cursor, Office, OFFICE_CODE, codes) if codes else {}
        schools = {row["school_code"]: row["school_name"] for row in self._all(_SCHOOLS, (codes,))}
        return schools | {code: standing.name for code, (_, _, standing) in offices.items()}

    def _all(self, query: str, asked: Any) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(query, asked)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _person(by: By) -> UUID:
    try:
        return UUID(by.sub)
    except ValueError:
        raise NotFound(kind="account") from None
