"""Granting and revoking consents, and reading by them: what was not consented to is not read (PIPL-1)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from services.identity.application.identity import Identity
from services.identity.domain.account import Account
from services.identity.domain.consent import (
    CONSENT_PURPOSE,
    CannotRead,
    Consent,
    ConsentStanding,
    NotConsented,
    may_grant,
)
from services.identity.domain.look import Look
from services.identity.domain.office import OFFICE_CODE, Office
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, Application, command
from shared.eventstore.context import Context
from shared.eventstore.looking import Looks
from shared.eventstore.privacy import CannotOpen
from shared.rules.free_texts import checked_words
from shared.rules.refused import NotFound

Row = Mapping[str, Any]
CONSENT_RULES: Final = ("PIPL-1",)
READER: Final = "verifier"  # the role that reads by consents
_SILENT: Final = ("closed", "lapsed", "superseded")  # of accounts: nobody speaks there now
_PERSON: Final = "account:person"  # the place under which an account seals who its person is


class OwnRecords(Protocol):
    """Where a person's bound records are found, and for whom she speaks."""

    def rows_of_person(self, person_id: UUID) -> Sequence[Row]:
        """The records that are bound to a person."""
        ...

    def people_of(self, person_id: UUID) -> Sequence[UUID]:
        """The person, and everybody for whom she speaks since accounts were merged."""
        ...


class Consents(Application):
    """A person's consents; an office reads by one of them, and each reading is recorded first."""

    def __init__(self, identity: Identity, records: OwnRecords) -> None:
        super().__init__(identity.store, identity.clock)
        self.identity = identity
        self.records = records
        self.looks = Looks(identity.store, Look)

    @command
    def grant_consent(
        self,
        *,
        command_id: UUID,
        office: str,
        purpose: str,
        scope: Sequence[str],
        records: Sequence[UUID],
        until: date,
        by: By,
    ) -> Answer:
        """Let an office read some fields of some own records, until a day, for a purpose."""
        consent = self.drawn_up(office=office, purpose=purpose, scope=scope, records=records, until=until, by=by)
        return self.save(consent, by=Context.of(by, rules=CONSENT_RULES))

    def drawn_up(
        self, *, office: str, purpose: str, scope: Sequence[str], records: Sequence[UUID], until: date, by: By
    ) -> Consent:
        """A consent of the asker's, not saved yet."""
        require(by.actor, "grant_consent", Resource("consent", person=by.sub))
        account = self.identity.own_account(by)
        own = {row["id"] for row in self.records.rows_of_person(UUID(by.sub))}
        may_grant(scope=tuple(scope), records=tuple(records), own=own, until=until, today=shanghai_date(by.recorded_at))
        self.require_reader(office, by)
        purpose = checked_words(purpose, field="purpose")
        return Consent(
            person_id=UUID(by.sub),
            account_id=account.id,
            office=office,
            purpose="",
            scope=tuple(dict.fromkeys(scope)),
            records=tuple(dict.fromkeys(records)),
            until=until,
            granted_at=by.recorded_at,
            sealed_purpose=self.identity.keys.seal(str(account.id), purpose, CONSENT_PURPOSE),
        )

    @command
    def revoke_consent(self, *, command_id: UUID, consent_id: UUID, by: By) -> Answer:
        """Take the own word back, or that of whom one speaks for since a merge; it holds from this moment on."""
        require(by.actor, "revoke_consent", Resource("consent", person=by.sub))
        found = self.standings(Consent, [consent_id]).get(consent_id)
        if found is None or found[1].person_id not in self.records.people_of(UUID(by.sub)):
            raise NotFound(kind="consent", field="consent_id")
        consent = self.get(Consent, consent_id)
        consent.revoke(by.recorded_at)
        return self.save(consent, by=Context.of(by, rules=CONSENT_RULES))

    def read_consented(self, *, consent_id: UUID, by: By) -> Answer:
        """What the consent lets the asker's office read; the decision row says whether it still holds, not a copy."""
        found = self.standings(Consent, [consent_id]).get(consent_id)
        office = by.actor.office if by.actor else ""
        decision = require(by.actor, "read_consented", Resource("consent", office=found[1].office if found else office))
        if found is None or not found[1].covers(office, shanghai_date(by.recorded_at)):
            raise NotConsented(field="consent_id")
        consent: ConsentStanding = found[1]
        account = self.get(Account, consent.account_id)
        if account.standing.state in _SILENT:  # whoever left lets nobody read; by a split or an appeal they speak again
            raise NotConsented(field="consent_id")
        rows = [row for row in self.records.rows_of_person(consent.person_id) if row["id"] in consent.records]
        self.looks.saw(by, decision, [consent.person_id, *consent.records], full=True, in_case=True)
        shown = [name for name in consent.scope if name != "name"]
        return {
            "consent_id": consent_id,
            "purpose": self._purpose_of(consent),
            "until": consent.until,
            "name": self._name_of(account) if "name" in consent.scope else None,
            "records": [{"id": row["id"], **{name: row[name] for name in shown}} for row in rows],
        }

    def require_reader(self, code: str, by: By) -> None:
        """Nobody consents to what no office could read."""
        found = self.owning(Office, OFFICE_CODE, [code]).get(code)
        if found is None or found[2].role != READER or not found[2].is_open(shanghai_date(by.recorded_at)):
            raise CannotRead(field="office")

    def _purpose_of(self, consent: ConsentStanding) -> str:
        """What it was given for, as long as the account's key is there."""
        if not consent.sealed_purpose:
            return consent.purpose
        try:
            return self.identity.keys.open(str(consent.account_id), consent.sealed_purpose, CONSENT_PURPOSE)
        except CannotOpen:
            raise NotConsented(field="consent_id") from None

    def _name_of(self, account: Account) -> str | None:
        """The name as it stands in the account now; none where another account speaks for the person."""
        with suppress(CannotOpen):
            opened = self.identity.keys.open(str(account.id), account.sealed_person, _PERSON)
            name: str = msgspec.json.decode(opened)["name"]
            return name
        return None
