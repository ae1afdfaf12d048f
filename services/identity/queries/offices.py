"""Offices, who works in them and which systems look for them; each as far as the asker's office reaches."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from services.identity.domain.office import OFFICE_CODE, REMIND_BEFORE, Office
from services.identity.domain.office_kinds import KINDS, superior_of
from shared.access.by import By
from shared.access.decide import Resource, decide, require
from shared.codes.clock import shanghai_date
from shared.eventstore import lookup
from shared.eventstore.follower import wait_for
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]
MOST: Final = 200
_OFFICE: Final = (
    "code", "kind", "org", "province", "valid_from", "valid_until", "owner", "procedure", "statement", "attested_on",
    "attested_until", "suspended", "ended_on", "successor",
)  # fmt: skip
_OPERATOR: Final = (
    "operator_id", "office", "role", "training", "valid_from", "valid_until", "state", "invited_until", "revoked_on",
    "sealed_person",
)  # fmt: skip
_CLIENT: Final = (
    "client_id", "office", "name", "scopes", "networks", "expires_on", "revoked", "rotated_until", "tokens",
    "last_token_at",
)  # fmt: skip


class OfficeQueries:
    """The register of offices as its readers may see it."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self._keys = SubjectKeys(store, keyring)

    def get_office(self, *, code: str, on: date | None, after_version: int, by: By) -> Answer:
        """One office, its names by day, and the name it bore on a day."""
        if after_version:
            self._wait(code, after_version)
        row = self._office(code)
        require(by.actor, "read_offices", _resource(row))
        names = self._names([code])[code]
        day = on or shanghai_date(by.recorded_at)
        borne = [each["name"] for each in names if each["valid_from"] <= day]
        return {
            **self._shown(row, names, shanghai_date(by.recorded_at)),
            "names": names,
            "named": (borne or [None])[-1],
            **self._grant(code),
        }

    def list_offices(
        self, *, kind: str | None, province: str | None, lapsed: bool, after: str | None, limit: int, by: By
    ) -> Answer:
        """The offices that the asker's office looks after, by code; its own alone for most."""
        where, named = self._reach(by)
        if kind:
            where += " AND kind = %(kind)s"
        if province:
            where += " AND province = %(province)s"
        if after:
            where += " AND code > %(after)s"
        if lapsed:
            where += " AND ended_on IS NULL AND (attested_until IS NULL OR attested_until < %(today)s)"
        today = shanghai_date(by.recorded_at)
        named |= {"kind": kind, "province": province, "after": after, "today": today, "limit": min(limit, MOST)}
        rows = self._rows(
            _OFFICE,
            f"SELECT {', '.join(_OFFICE)} FROM office_register WHERE {where} ORDER BY code LIMIT %(limit)s",
            named,
        )
        names = self._names([row["code"] for row in rows])
        return {"offices": [self._shown(row, names[row["code"]], today) for row in rows]}

    def list_operators(self, *, code: str, by: By) -> Answer:
        """Who works in an office; names are for the office itself and for those above it, not for machines."""
        office = self._office(code)
        require(by.actor, "read_offices", _resource(office))
        rows = self._rows(
            _OPERATOR,
            f"SELECT {', '.join(_OPERATOR)} FROM operator_register WHERE office = %(code)s"
            " ORDER BY operator_id LIMIT %(limit)s",
            {"code": code, "limit": MOST},
        )
        named = by.actor is not None and by.actor.scopes is None
        return {"operators": [self._operator(row, office["owner"], named=named) for row in rows]}

    def list_machine_clients(self, *, code: str, by: By) -> Answer:
        """Which other systems look for an office."""
        require(by.actor, "read_offices", _resource(self._office(code)))
        rows = self._rows(
            _CLIENT,
            f"SELECT {', '.join(_CLIENT)} FROM machine_client_register WHERE office = %(code)s"
            " ORDER BY client_id LIMIT %(limit)s",
            {"code": code, "limit": MOST},
        )
        return {
            "clients": [{**row, "scopes": row["scopes"].split(), "networks": row["networks"].split()} for row in rows]
        }

    def list_offices_due(self, now: datetime) -> list[UUID]:
        """Offices whose statement runs out soon or ran out; each writes it down once."""
        today = shanghai_date(now)
        with self.store.reading() as cursor:
            cursor.execute(
                "SELECT office_id FROM office_register WHERE attested_until <= %(soon)s"
                " AND (told IS NULL OR (told = 'reminded' AND attested_until < %(today)s))"
                " AND coalesce(ended_on > %(today)s, true) AND coalesce(valid_until >= %(today)s, true)"
                " ORDER BY attested_until LIMIT %(limit)s",
                {"soon": today + REMIND_BEFORE, "today": today, "limit": MOST},
            )
            return [row[0] for row in cursor.fetchall()]

    def _reach(self, by: By) -> tuple[str, dict[str, Any]]:
        """How far this asker's lists go: what the decision point says of the nation, the province, the own office."""
        actor = by.actor
        if actor is not None:
            if decide(actor, "read_offices", Resource("office")).allow:
                return "true", {}
            whole_province = Resource("office", province=actor.org)
            if decide(actor, "read_offices", whole_province).allow:
                return "province = %(own)s", {"own": actor.org}
        require(actor, "read_offices", Resource("office", office=actor.office if actor else None))
        return "code = %(own)s", {"own": actor.office if actor else ""}

    def _office(self, code: str) -> dict[str, Any]:
        rows = self._rows(
            _OFFICE, f"SELECT {', '.join(_OFFICE)} FROM office_register WHERE code = %(code)s", {"code": code}
        )
        if not rows:
            raise NotFound(kind="office", field="code")
        return rows[0]

    def _names(self, codes: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {code: [] for code in codes}
        rows = self._rows(
            ("code", "valid_from", "name"),
            "SELECT code, valid_from, name FROM office_names WHERE code = ANY(%(codes)s) ORDER BY code, valid_from",
            {"codes": list(codes)},
        )
        for row in rows:
            found[row["code"]].append({"name": row["name"], "valid_from": row["valid_from"]})
        return found

    def _shown(self, row: Mapping[str, Any], names: Sequence[Mapping[str, Any]], today: date) -> Answer:
        over = row["ended_on"] is not None and row["ended_on"] <= today
        over = over or (row["valid_until"] is not None and row["valid_until"] < today)
        attested = row["attested_until"] is not None and row["attested_until"] >= today
        current = [each["name"] for each in names if each["valid_from"] <= today] or [names[0]["name"]]
        return {
            **row,
            "name": current[-1],
            "role": KINDS[row["kind"]].role,
            "superior": superior_of(row["kind"], row["code"]),
            "state": "ended" if over else "open" if attested and not row["suspended"] else "only_reads",
        }

    def _operator(self, row: Mapping[str, Any], owner: str | None, *, named: bool) -> Answer:
        shown = {name: row[name] for name in _OPERATOR if name != "sealed_person"}
        shown["is_owner"] = row["operator_id"] == owner
        shown["name"] = self._name(row) if named else None
        return shown

    def _name(self, row: Mapping[str, Any]) -> str | None:
        try:
            opened = self._keys.open(f"operator:{row['operator_id']}", row["sealed_person"], "operator:person")
        except CannotOpen:
            return None
        name: str = msgspec.json.decode(opened)["name"]
        return name

    def _grant(self, code: str) -> Answer:
        """What an auditor's grant covers and what it is for; nothing of any other office."""
        with self.store.reading() as cursor:
            _, _, office = lookup.owning(cursor, Office, OFFICE_CODE, [code])[code]
        return {"schools": list(office.schools), "services": list(office.services), "purpose": office.purpose}

    def _wait(self, code: str, version: int) -> None:
        with self.store.reading() as cursor:
            owner = lookup.owners(cursor, OFFICE_CODE, [code]).get(code)
        if owner is not None:
            wait_for(self.store, owner, version)

    def _rows(self, names: Sequence[str], sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self.store.reading() as cursor:
            cursor.execute(sql, values)
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _resource(row: Mapping[str, Any]) -> Resource:
    return Resource("office", office=row["code"], province=row["province"])
