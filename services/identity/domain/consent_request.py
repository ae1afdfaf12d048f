"""Requests for a consent: an office says what it would read and what for; the person at its counter says yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, changed
from shared.rules.refused import Refused

ANSWER_WITHIN: Final = timedelta(days=7)


class RequestOver(Refused):
    """It was answered before, or nobody answered in time."""

    rule = "AC-23"
    status = 409
    zh = "该授权请求已有答复或已过期，请验证机构重新发起"
    en = "this request was answered before or is over: the office asks again"


class MoreThanAsked(Refused):
    """Whoever is asked may let less be read, never more."""

    rule = "AC-23"
    zh = "只能在对方请求的项目内选择"
    en = "choose among what was asked for: less of it, never more"


@dataclass(frozen=True)
class ConsentRequestStanding:
    """What decides whether it can be answered, and who may know of it."""

    office: str
    purpose: str
    scope: tuple[str, ...]
    until: date
    asked_at: datetime
    state: str = "asked"  # asked | approved | declined
    consent_id: UUID | None = None

    @property
    def answer_until(self) -> datetime:
        return self.asked_at + ANSWER_WITHIN

    def state_at(self, now: datetime) -> str:
        """Where it stands: what nobody answered in time is over."""
        return "over" if self.state == "asked" and now >= self.answer_until else self.state


class ConsentRequest(Aggregate, stored_as="identity.ConsentRequest"):
    """One office's question, which one person answers: whoever has its address, shown as a picture at the counter."""

    Standing: ClassVar[type] = ConsentRequestStanding
    standing: ConsentRequestStanding

    class Asked(Aggregate.Created):
        """An office asks to read some fields of somebody's records until a day, for a purpose."""

        office: str
        purpose: str
        scope: tuple[str, ...]
        until: date
        asked_at: datetime

    class Approved(Aggregate.Event):
        """Somebody agreed; by which consent is all that the office learns here."""

        consent_id: UUID
        at: datetime

        def apply(self, aggregate: ConsentRequest) -> None:
            aggregate.standing = changed(aggregate.standing, state="approved", consent_id=self.consent_id)

    class Declined(Aggregate.Event):
        """Somebody said no; the office is not told who."""

        at: datetime

        def apply(self, aggregate: ConsentRequest) -> None:
            aggregate.standing = changed(aggregate.standing, state="declined")

    @event(Asked)
    def __init__(self, *, office: str, purpose: str, scope: tuple[str, ...], until: date, asked_at: datetime) -> None:
        self.standing = ConsentRequestStanding(office, purpose, tuple(scope), until, asked_at)

    def approve(self, consent_id: UUID, *, scope: tuple[str, ...], now: datetime) -> None:
        """Agree to all of it or to some."""
        self._require_open(now)
        if not set(scope) <= set(self.standing.scope):
            raise MoreThanAsked(field="scope")
        self.trigger_event(self.Approved, consent_id=consent_id, at=now)

    def decline(self, now: datetime) -> None:
        """Say no."""
        self._require_open(now)
        self.trigger_event(self.Declined, at=now)

    def _require_open(self, now: datetime) -> None:
        if self.standing.state_at(now) != "asked":
            raise RequestOver
