"""The pure rules of identity: when a code may be sent, when it is right, which records are whose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from services.identity.domain.bind_tries import BindTries
from services.identity.domain.contacts import Contact, NamedContact
from services.identity.domain.identities import ENDED, Identities, KnownIdentity
from shared.codes.clock import shanghai_date

RESEND_AFTER = timedelta(seconds=60)
CODE_LIFE = timedelta(minutes=10)
CODES_A_DAY = 5
TRIES_A_CODE = 5
PROVE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class IssuedCode:
    """The one code that an account can be asked for now; the code itself is never kept, only its salted hash."""

    purpose: str
    salt: str
    digest: str
    issued_at: datetime
    expires_at: datetime
    tries: int = 0


@dataclass(frozen=True)
class AccountStanding:
    """What decides about an account: whose document, which state, which code is out."""

    person_id: UUID
    id_key: str
    name_key: str
    contact_key: str
    opened_at: datetime
    state: str = "opened"
    code: IssuedCode | None = None
    last_code_at: datetime | None = None
    code_day: date | None = None
    codes_on_day: int = 0
    id_type: str = ""
    known: tuple[KnownIdentity, ...] = ()  # where there is more than what the account was opened with
    superseded_by: UUID | None = None
    state_before: str = ""  # its superseding
    bind_tries: BindTries = BindTries()  # noqa: RUF009 -- frozen
    channel: str = ""
    further: tuple[Contact, ...] = ()  # proven contacts beside the first, which is the user name
    named: NamedContact | None = None  # typed, and not proven yet

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Every proven contact, the user name first."""
        return (Contact(self.contact_key, self.channel), *self.further)

    @property
    def contact_keys(self) -> tuple[str, ...]:
        return tuple(contact.key for contact in self.contacts)

    def with_contact(self, added: Contact, replaces: str) -> AccountStanding:
        kept = [added if contact.key == replaces else contact for contact in self.contacts]
        return self._reached_by(kept if replaces else [*kept, added])

    def without_contact(self, key: str) -> AccountStanding:
        return self._reached_by([contact for contact in self.contacts if contact.key != key])

    def _reached_by(self, contacts: list[Contact]) -> AccountStanding:
        first, *further = contacts
        # a code that is out went to one that may be gone
        return replace(
            self, contact_key=first.key, channel=first.channel, further=tuple(further), named=None, code=None
        )

    @property
    def all_identities(self) -> Identities:
        """Every document and name that was ever verified as this person's."""
        return Identities(self.known or (KnownIdentity(self.id_key, self.name_key, self.id_type),))

    @property
    def identities(self) -> tuple[tuple[str, str], ...]:
        """All verified pairs of document and name, as keyed hashes."""
        return self.all_identities.pairs

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def held(self) -> tuple[str, ...]:
        """The documents that nobody else can have an account for."""
        return () if self.has_ended else self.all_identities.id_keys

    def with_identity(self, added: KnownIdentity) -> AccountStanding:
        return self._known_by(self.all_identities.with_(added))

    def renamed(self, name_key: str) -> AccountStanding:
        return self._known_by(self.all_identities.renamed(name_key))

    def without_source(self, source: UUID, along: tuple[str, ...] = ()) -> AccountStanding:
        return self._known_by(self.all_identities.without(source, along))

    def superseded(self, by_account: UUID) -> AccountStanding:
        return replace(self, state="superseded", superseded_by=by_account, state_before=self.state)

    def restored(self) -> AccountStanding:
        return replace(self, state=self.state_before, superseded_by=None, state_before="")

    def _known_by(self, identities: Identities) -> AccountStanding:
        now = identities.current
        known = () if len(identities.known) == 1 else identities.known
        return replace(self, id_type=now.id_type, id_key=now.id_key, name_key=now.name_key, known=known)

    def with_code(self, code: IssuedCode) -> AccountStanding:
        day = shanghai_date(code.issued_at)
        count = self.codes_on_day + 1 if day == self.code_day else 1
        return replace(self, code=code, last_code_at=code.issued_at, code_day=day, codes_on_day=count)

    def missed(self) -> AccountStanding:
        if self.code is None:
            return self
        tries = self.code.tries + 1
        return replace(self, code=None if tries >= TRIES_A_CODE else replace(self.code, tries=tries))

    def spent(self) -> AccountStanding:
        return replace(self, state="active", code=None)

    def ended(self, state: str) -> AccountStanding:
        return replace(self, state=state, code=None)


def code_may_go_out(account: AccountStanding, purpose: str, now: datetime) -> bool:
    """One code a minute, five a day, and only for what the account's state allows.

    A code to a further contact need not wait for the minute after a step-up: that destination has a minute of its own.
    """
    if account.state != ("opened" if purpose == "prove" else "active"):
        return False
    waits = account.last_code_at is not None and now < account.last_code_at + RESEND_AFTER
    if waits and purpose != "contact":
        return False
    return shanghai_date(now) != account.code_day or account.codes_on_day < CODES_A_DAY


def code_can_be_tried(account: AccountStanding, purpose: str, now: datetime) -> bool:
    """Whether there is a living code for this purpose at all."""
    code = account.code
    return code is not None and code.purpose == purpose and now < code.expires_at and code.tries < TRIES_A_CODE


def code_is_right(account: AccountStanding, digest: str) -> bool:
    return account.code is not None and compare_digest(account.code.digest, digest)


def has_lapsed(account: AccountStanding, now: datetime) -> bool:
    """A contact that nobody proved within a day must not keep the document from its owner."""
    return account.state == "opened" and now >= account.opened_at + PROVE_WITHIN
