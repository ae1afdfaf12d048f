"""Offices, their names, their operators and machine clients as rows."""

from typing import Any, ClassVar

from services.identity.domain.machine_client import MachineClient
from services.identity.domain.office import Office
from services.identity.domain.operator import Operator
from shared.eventstore.projection import Projection, Row, on


class OfficeRegister(Projection):
    """Every office, who answers for it, and until when its yearly statement holds."""

    table: ClassVar[str] = "office_register"
    key: ClassVar[tuple[str, ...]] = ("office_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "office_id", "code", "kind", "org", "province", "valid_from", "valid_until", "owner", "procedure", "statement",
        "attested_on", "attested_until", "told", "suspended", "ended_on", "successor",
    )  # fmt: skip

    @on(Office.Founded)
    def founded(self, row: Row | None, fact: Office.Founded) -> Row:
        is_school, is_province = fact.kind == "school", fact.kind == "province_education"
        return {
            **dict.fromkeys(self.columns),
            "office_id": fact.originator_id,
            "code": fact.code,
            "kind": fact.kind,
            "org": fact.org,
            "province": fact.code[2:4] if is_school else fact.org if is_province else None,
            "valid_from": fact.valid_from,
            "valid_until": fact.valid_until,
            "suspended": False,
        }

    @on(Office.OwnerNamed)
    def owner_named(self, row: Row | None, fact: Office.OwnerNamed) -> Row | None:
        return row and {**row, "owner": fact.operator_id}

    @on(Office.OwnerLeft)
    def owner_left(self, row: Row | None, fact: Office.OwnerLeft) -> Row | None:
        return row and {**row, "owner": None}

    @on(Office.Attested)
    def attested(self, row: Row | None, fact: Office.Attested) -> Row | None:
        return row and {
            **row,
            "procedure": fact.procedure,
            "statement": fact.statement,
            "attested_on": fact.on,
            "attested_until": fact.valid_until,
            "told": None,
        }

    @on(Office.AttestationReminded)
    def reminded(self, row: Row | None, fact: Office.AttestationReminded) -> Row | None:
        return row and {**row, "told": "reminded"}

    @on(Office.AttestationLapsed)
    def statement_lapsed(self, row: Row | None, fact: Office.AttestationLapsed) -> Row | None:
        return row and {**row, "told": "lapsed"}

    @on(Office.Suspended)
    def stopped(self, row: Row | None, fact: Office.Suspended) -> Row | None:
        return row and {**row, "suspended": True}

    @on(Office.Resumed)
    def resumed(self, row: Row | None, fact: Office.Resumed) -> Row | None:
        return row and {**row, "suspended": False}

    @on(Office.Merged)
    def merged(self, row: Row | None, fact: Office.Merged) -> Row | None:
        return row and {**row, "ended_on": fact.on, "successor": fact.into}

    @on(Office.Closed)
    def closed(self, row: Row | None, fact: Office.Closed) -> Row | None:
        return row and {**row, "ended_on": fact.on}


def _name_key(fact: Any) -> tuple[Any, ...]:
    return fact.code, fact.valid_from


class OfficeNames(Projection):
    """Which name an office bore from which day on."""

    table: ClassVar[str] = "office_names"
    key: ClassVar[tuple[str, ...]] = ("code", "valid_from")
    columns: ClassVar[tuple[str, ...]] = ("code", "valid_from", "name")

    @on(Office.Founded, Office.Renamed, key=_name_key)
    def named(self, row: Row | None, fact: Office.Founded | Office.Renamed) -> Row:
        return {"code": fact.code, "valid_from": fact.valid_from, "name": fact.name}


class OperatorRegister(Projection):
    """Who was appointed for which office, and whether the appointment holds; the name is sealed."""

    table: ClassVar[str] = "operator_register"
    key: ClassVar[tuple[str, ...]] = ("id",)
    columns: ClassVar[tuple[str, ...]] = (
        "id", "operator_id", "office", "role", "training", "valid_from", "valid_until", "state", "invited_until",
        "revoked_on", "sealed_person",
    )  # fmt: skip

    @on(Operator.Appointed)
    def appointed(self, row: Row | None, fact: Operator.Appointed) -> Row:
        return {
            "id": fact.originator_id,
            "operator_id": fact.operator_id,
            "office": fact.office,
            "role": fact.role,
            "training": fact.training,
            "valid_from": fact.valid_from,
            "valid_until": fact.valid_until,
            "state": "invited",
            "invited_until": None,
            "revoked_on": None,
            "sealed_person": fact.sealed_person,
        }

    @on(Operator.Invited)
    def invited(self, row: Row | None, fact: Operator.Invited) -> Row | None:
        return row and {**row, "invited_until": fact.expires_at}

    @on(Operator.InvitationSpent)
    def came(self, row: Row | None, fact: Operator.InvitationSpent) -> Row | None:
        return row and {**row, "state": "active", "invited_until": None}

    @on(Operator.Revoked)
    def revoked(self, row: Row | None, fact: Operator.Revoked) -> Row | None:
        return row and {**row, "state": "revoked", "invited_until": None, "revoked_on": fact.on}


class MachineClientRegister(Projection):
    """Which other systems look for an office, at what, and how often they asked."""

    table: ClassVar[str] = "machine_client_register"
    key: ClassVar[tuple[str, ...]] = ("id",)
    columns: ClassVar[tuple[str, ...]] = (
        "id", "client_id", "office", "name", "scopes", "networks", "expires_on", "revoked", "rotated_until", "tokens",
        "last_token_at",
    )  # fmt: skip

    @on(MachineClient.Registered)
    def registered(self, row: Row | None, fact: MachineClient.Registered) -> Row:
        return {
            "id": fact.originator_id,
            "client_id": fact.client_id,
            "office": fact.office,
            "name": fact.name,
            "scopes": " ".join(fact.scopes),
            "networks": " ".join(fact.networks),
            "expires_on": fact.expires_on,
            "revoked": False,
            "rotated_until": None,
            "tokens": 0,
            "last_token_at": None,
        }

    @on(MachineClient.SecretRotated)
    def rotated(self, row: Row | None, fact: MachineClient.SecretRotated) -> Row | None:
        return row and {**row, "rotated_until": fact.old_until}

    @on(MachineClient.Revoked)
    def revoked(self, row: Row | None, fact: MachineClient.Revoked) -> Row | None:
        return row and {**row, "revoked": True}

    @on(MachineClient.TokensIssued)
    def counted(self, row: Row | None, fact: MachineClient.TokensIssued) -> Row | None:
        return row and {**row, "tokens": row["tokens"] + fact.count, "last_token_at": fact.since}
