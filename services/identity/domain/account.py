"""Accounts: one living account per document, its contact proven by a one-time code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.identity.domain.account_contact_facts import AccountContactFacts, contact_claims
from services.identity.domain.account_identity_facts import AccountEnded as AccountEnded  # noqa: PLC0414 -- re-exported
from services.identity.domain.account_identity_facts import identity_claims
from services.identity.domain.rules import (
    CODE_LIFE,
    AccountStanding,
    IssuedCode,
    code_can_be_tried,
    code_is_right,
    code_may_go_out,
    has_lapsed,
)
from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.rules.refused import Refused


class DocumentTaken(Refused):
    """Another living account holds this identity document."""

    rule = "AC-1"


class ContactTaken(Refused):
    """Another living account holds this mail address or telephone number."""

    rule = "AC-6"


class ContactOfAnother(ContactTaken):
    """Another living account holds it, and its masked user name helps the owner of both to remember."""

    zh = "该手机号或邮箱已被账号 {account} 使用。"
    en = "This phone number or mail address serves the account {account} already."


class Account(AccountContactFacts, stored_as="identity.Account"):
    """A person's account. Name, number and contact are sealed under a key of its own, which closing destroys."""

    Standing = AccountStanding
    standing: AccountStanding

    class Opened(Aggregate.Created):
        account_id: UUID
        person_id: UUID
        id_type: str
        id_key: str
        name_key: str
        contact_key: str
        channel: str
        sealed_person: str
        sealed_contact: str
        opened_at: datetime

    class CodeIssued(Aggregate.Event):
        purpose: str
        salt: str
        digest: str
        channel: str
        sealed_contact: str
        issued_at: datetime
        expires_at: datetime
        request: str = ""  # the keyed hash of what its asker was answered

    class CodeMissed(Aggregate.Event):
        purpose: str
        request: str = ""

    class ContactProven(Aggregate.Event):
        person_id: UUID
        at: datetime

    class SignedIn(Aggregate.Event):
        person_id: UUID
        at: datetime

    class Closed(Aggregate.Event):
        person_id: UUID
        id_key: str
        contact_key: str
        further_id_keys: tuple[str, ...] = ()  # of a person with several documents

    class Lapsed(Aggregate.Event):
        person_id: UUID
        id_key: str
        contact_key: str

    @event(Opened)
    def __init__(
        self,
        account_id: UUID,
        person_id: UUID,
        id_type: str,
        id_key: str,
        name_key: str,
        contact_key: str,
        channel: str,
        sealed_person: str,
        sealed_contact: str,
        opened_at: datetime,
    ) -> None:
        self.channel = channel
        self.sealed_person = sealed_person  # of the identity that the person goes by now
        self.sealed_of: dict[tuple[str, str], tuple[str, UUID]] = {}  # of each, and under whose key
        self.sealed_contact = sealed_contact
        self.contacts = {contact_key: (channel, sealed_contact)}
        self.undelivered: tuple[Any, ...] = ()
        self.standing = AccountStanding(
            person_id, id_key, name_key, contact_key, opened_at, id_type=id_type, channel=channel
        )

    @staticmethod
    def create_id(account_id: UUID) -> UUID:
        """Chosen by the caller, who seals the data under a key of this name first."""
        return account_id

    def issue_code(
        self, *, purpose: str, salt: str, digest: str, now: datetime, to: str = "", request: str = ""
    ) -> bool:
        """Let a code go out, if one may; silence otherwise, so that the asker learns nothing. `to` names a contact."""
        if not (to or self.standing.contacts) or not code_may_go_out(self.standing, purpose, now):
            return False
        channel, sealed_contact = self.contacts[to or self.standing.contact_key]
        self._code_issued(
            purpose=purpose,
            salt=salt,
            digest=digest,
            channel=channel,
            sealed_contact=sealed_contact,
            issued_at=now,
            expires_at=now + CODE_LIFE,
            request=request,
        )
        return True

    def try_code(self, *, purpose: str, digest: str, now: datetime, request: str = "") -> bool:
        """Spend one try of the code that this request asked for; a right code is spent for good."""
        if not code_can_be_tried(self.standing, purpose, request, now):
            return False
        if not code_is_right(self.standing, purpose, request, digest):
            self._code_missed(purpose=purpose, request=request)
            return False
        if purpose == "prove":
            self._contact_proven(person_id=self.standing.person_id, at=now)
        elif purpose == "sign_in":
            self._signed_in(person_id=self.standing.person_id, at=now)
        elif purpose == "contact":
            self.add_named_contact(now)
        else:
            self.trigger_event(self.CodeUsed, purpose=purpose, at=now)
        return True

    def close(self) -> None:
        """Release document and contact for ever; the key is destroyed by the worker that sees this fact."""
        standing = self.standing
        if standing.state in {"closed", "lapsed"}:
            raise AccountEnded
        for contact in standing.further:
            self.give_up_contact(contact.key, None)
        self._closed(
            person_id=standing.person_id,
            id_key=standing.id_key,
            contact_key=standing.contact_key,
            further_id_keys=tuple(key for key in standing.held if key != standing.id_key),
        )

    def lapse(self, now: datetime) -> bool:
        standing = self.standing
        if not has_lapsed(standing, now):
            return False
        self._lapsed(person_id=standing.person_id, id_key=standing.id_key, contact_key=standing.contact_key)
        return True

    @event(CodeIssued)
    def _code_issued(
        self,
        purpose: str,
        salt: str,
        digest: str,
        channel: str,
        sealed_contact: str,
        issued_at: datetime,
        expires_at: datetime,
        request: str = "",
    ) -> None:
        code = IssuedCode(purpose, salt, digest, issued_at, expires_at, request=request)
        self.standing = self.standing.with_code(code)

    @event(CodeMissed)
    def _code_missed(self, purpose: str, request: str = "") -> None:
        self.standing = self.standing.missed(purpose, request)

    @event(ContactProven)
    def _contact_proven(self, person_id: UUID, at: datetime) -> None:
        self.standing = self.standing.signed_in("prove")

    @event(SignedIn)
    def _signed_in(self, person_id: UUID, at: datetime) -> None:
        self.standing = self.standing.signed_in("sign_in")

    @event(Closed)
    def _closed(self, person_id: UUID, id_key: str, contact_key: str, further_id_keys: tuple[str, ...] = ()) -> None:
        self.standing = self.standing.ended("closed")

    @event(Lapsed)
    def _lapsed(self, person_id: UUID, id_key: str, contact_key: str) -> None:
        self.standing = self.standing.ended("lapsed")

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """A living account holds its document, its contact and its person."""
        if isinstance(fact, cls.Opened):
            yield Claim("account.document", fact.id_key)
            yield Claim("account.contact", fact.contact_key)
            yield Claim("account.person", str(fact.person_id))
        elif isinstance(fact, cls.Closed | cls.Lapsed):
            yield from (
                Release("account.document", key) for key in (fact.id_key, *getattr(fact, "further_id_keys", ()))
            )
            yield Release("account.contact", fact.contact_key)
            yield Release("account.person", str(fact.person_id))
        else:
            yield from (*identity_claims(fact), *contact_claims(fact))
