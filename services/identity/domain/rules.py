"""The pure rules of identity: when a code may be sent, when it is right, which records are whose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hmac import compare_digest
from uuid import UUID

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


@dataclass(frozen=True)
class RecordStanding:
    """What decides about a heard record: whose document and name it carries, and to whom it is bound."""

    status_id: UUID
    id_key: str
    name_key: str
    person_id: UUID | None = None

    def bound_to(self, person_id: UUID) -> RecordStanding:
        return replace(self, person_id=person_id)

    def corrected(self, id_key: str, name_key: str) -> RecordStanding:
        return replace(self, id_key=id_key, name_key=name_key)


def code_may_go_out(account: AccountStanding, purpose: str, now: datetime) -> bool:
    """One code a minute, five a day, and only for what the account's state allows."""
    if account.state != {"prove": "opened", "sign_in": "active"}[purpose]:
        return False
    if account.last_code_at is not None and now < account.last_code_at + RESEND_AFTER:
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


def is_same_person(account: AccountStanding, record: RecordStanding) -> bool:
    """AC-14: document and name are both equal."""
    return account.id_key == record.id_key and account.name_key == record.name_key


def can_be_bound(account: AccountStanding, record: RecordStanding) -> bool:
    """A record of the same person that is not yet hers.

    A record bound to an account that has been closed moves to the one living account of the same document: there is
    never a second living one.
    """
    return account.state == "active" and is_same_person(account, record) and record.person_id != account.person_id
