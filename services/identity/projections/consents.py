"""Consents as rows."""

from typing import ClassVar

from services.identity.domain.consent import Consent
from shared.eventstore.projection import Projection, Row, on


class ConsentRegister(Projection):
    """What each person let whom read, and what was taken back."""

    table: ClassVar[str] = "consents"
    key: ClassVar[tuple[str, ...]] = ("consent_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "consent_id", "person_id", "office", "purpose", "scope", "records", "until", "granted_at", "revoked_at",
        "version", "account_id", "sealed_purpose",
    )  # fmt: skip

    @on(Consent.Granted)
    def granted(self, row: Row | None, fact: Consent.Granted) -> Row:
        return {
            "consent_id": fact.originator_id,
            **{name: getattr(fact, name) for name in ("person_id", "office", "purpose", "until", "granted_at")},
            "account_id": fact.account_id,
            "sealed_purpose": fact.sealed_purpose or None,
            "scope": " ".join(fact.scope),
            "records": " ".join(str(each) for each in fact.records),
            "revoked_at": None,
            "version": fact.originator_version,
        }

    @on(Consent.Revoked)
    def revoked(self, row: Row | None, fact: Consent.Revoked) -> Row | None:
        return row and {**row, "revoked_at": fact.revoked_at, "version": fact.originator_version}
