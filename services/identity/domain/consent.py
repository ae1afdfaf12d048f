"""Consents: for what, to whom, until when a person lets others read of the own records; revocable at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.codes.clock import add_months
from shared.eventstore.aggregate import Aggregate, changed
from shared.rules.refused import Refused

LONGEST_MONTHS: Final = 12
CONSENT_PURPOSE: Final = "account:consent"  # the place under which an account seals what its consents are for
SCOPE: Final = ("name", "kind", "school_name", "level", "major_name", "since", "state", "ended_on")


class NotConsented(Refused):
    """There is no consent that covers this: none was given, it is over, or it was revoked."""

    rule = "PIPL-1"
    status = 403
    zh = "没有可用的授权：未授权、已到期或已撤回"
    en = "no consent covers this: none was given, it is over, or it was revoked"


class ConsentTooLong(Refused):
    """A consent has an end within a year."""

    rule = "PIPL-1"
    zh = "授权期限须自明日起、至多 {months} 个月"
    en = "a consent runs until a day from tomorrow on, for at most {months} months"


class CannotRead(Refused):
    """Consents name an office that checks what people say of themselves, and is open: no other one reads by them."""

    rule = "PIPL-1"
    zh = "只能授权给已设立且未撤销的验证机构，请从列表中选择"
    en = "a consent names a verifier's office that is open; choose one from the list"


class NothingToRead(Refused):
    """A consent names own records and what may be read of them."""

    rule = "PIPL-1"
    zh = "授权须列明本人的记录和可读取的项目"
    en = "a consent names records of one's own and what may be read of them"


@dataclass(frozen=True)
class ConsentStanding:
    """What decides whether somebody may read now."""

    person_id: UUID
    account_id: UUID
    office: str
    purpose: str
    scope: tuple[str, ...]
    records: tuple[UUID, ...]
    until: date
    revoked: bool = False
    sealed_purpose: str = ""  # under the key of the account; consents of the first years say it in clear

    def covers(self, office: str, today: date) -> bool:
        """The last day counts; the office is the one that was named, and no other."""
        return not self.revoked and office == self.office and today <= self.until


class Consent(Aggregate, stored_as="identity.Consent"):
    """One person's word to one office: purpose, fields, records, last day."""

    Standing: ClassVar[type] = ConsentStanding
    standing: ConsentStanding

    class Granted(Aggregate.Created):
        """The person lets an office read these fields of these records."""

        person_id: UUID
        account_id: UUID
        office: str
        purpose: str
        scope: tuple[str, ...]
        records: tuple[UUID, ...]
        until: date
        granted_at: datetime
        sealed_purpose: str = ""

    class Revoked(Aggregate.Event):
        """The person took the word back: nothing is read from this moment on."""

        person_id: UUID
        revoked_at: datetime

        def apply(self, aggregate: Consent) -> None:
            aggregate.standing = changed(aggregate.standing, revoked=True)

    @event(Granted)
    def __init__(
        self,
        *,
        person_id: UUID,
        account_id: UUID,
        office: str,
        purpose: str,
        scope: tuple[str, ...],
        records: tuple[UUID, ...],
        until: date,
        granted_at: datetime,
        sealed_purpose: str = "",
    ) -> None:
        self.standing = ConsentStanding(
            person_id, account_id, office, purpose, tuple(scope), tuple(records), until, sealed_purpose=sealed_purpose
        )

    def revoke(self, now: datetime) -> bool:
        """Take it back; once more changes nothing."""
        if self.standing.revoked:
            return False
        self.trigger_event(self.Revoked, person_id=self.standing.person_id, revoked_at=now)
        return True


def may_grant(*, scope: tuple[str, ...], records: tuple[UUID, ...], own: set[UUID], until: date, today: date) -> None:
    """Own records, named fields, an end within a year."""
    if not records or not scope or not set(records) <= own:
        raise NothingToRead(field="records")
    may_run_until(until, today)


def may_run_until(until: date, today: date) -> None:
    """From tomorrow on, and within a year."""
    if not today < until <= add_months(today, LONGEST_MONTHS):
        raise ConsentTooLong(field="until", months=LONGEST_MONTHS)
