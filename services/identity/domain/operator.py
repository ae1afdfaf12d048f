"""Operators: the named persons who act for an office, each invited by a code and dismissed at once (A24-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release, changed
from shared.rules.refused import Refused

OPERATOR_ID: Final = "operator.id"
OPERATOR_PERSON: Final = "operator.person"
INVITATION_LIFE: Final = timedelta(days=7)
INVITATION_TRIES: Final = 5


def appointment_key(office: str, person_key: str) -> str:
    """How appointments were claimed before a person had one in the whole register: one in each office."""
    return f"{office}|{person_key}"


class PersonTaken(Refused):
    """One human holds one appointment in the whole register: who files for one office decides for no other.

    Where is not said: whoever appoints need not learn for whom somebody works.
    """

    rule = "A24-1"
    zh = "此人已受任命为操作员；一人一岗，须由原机构撤销任命后方可在此任命"
    en = "this person is appointed already: one person, one operator; dismissed there first, then appointed here"


class OperatorGone(Refused):
    """Whoever was dismissed is an operator no more."""

    rule = "A24-1"
    zh = "该操作员已被撤销"
    en = "this operator's appointment was revoked"


class NotOneself(Refused):
    """Nobody is appointed by the same person, under whatever name."""

    rule = "A24-1"
    status = 403
    zh = "不得任命自己为其他机构的操作员"
    en = "nobody appoints the own person, here or in another office"


@dataclass(frozen=True)
class Invitation:
    """The one code that is out; the code itself is kept nowhere, only what it is checked against."""

    salt: str
    digest: str
    expires_at: datetime
    tries: int = 0

    def can_be_tried(self, now: datetime) -> bool:
        return now < self.expires_at and self.tries < INVITATION_TRIES


@dataclass(frozen=True)
class OperatorStanding:
    """What decides about an operator."""

    operator_id: str
    office: str
    training: str
    valid_from: date
    valid_until: date | None
    person_key: str
    state: str = "invited"  # invited | active | revoked
    documents: tuple[str, ...] = ()  # all that identity knew of this person's at the appointment
    invitation: Invitation | None = None

    def works_on(self, today: date) -> bool:
        """Whether the appointment holds and its invitation was taken up."""
        return self.state == "active" and self.may_come_on(today)

    def may_come_on(self, today: date) -> bool:
        """Whether an invitation can be taken up: the appointment has begun and is not over."""
        return self.valid_from <= today and not self.is_over(today)

    def is_over(self, today: date) -> bool:
        return self.state == "revoked" or (self.valid_until is not None and today > self.valid_until)


class Operator(Aggregate, stored_as="identity.Operator"):
    """One person in one office. Name and address are sealed under a key of the operator's own."""

    Standing: ClassVar[type] = OperatorStanding
    standing: OperatorStanding

    class Appointed(Aggregate.Created):
        """A named person may act for an office, for a kind of training, from a day on."""

        operator_id: str
        office: str
        role: str
        level: str
        training: str
        valid_from: date
        valid_until: date | None
        person_key: str  # keyed hash of the person's document
        sealed_person: str
        documents: tuple[str, ...] = ()  # by which the one appointment is claimed; none in the oldest facts
        held_from: date | None = None  # the day of the appointment, or the later one on which it begins

    class Invited(Aggregate.Event):
        """A code goes out to the person; the one before is worth nothing any more."""

        operator_id: str
        salt: str
        digest: str
        issued_at: datetime
        expires_at: datetime

        def apply(self, aggregate: Any) -> None:
            invitation = Invitation(self.salt, self.digest, self.expires_at)
            aggregate.standing = changed(aggregate.standing, invitation=invitation)

    class InvitationMissed(Aggregate.Event):
        """Somebody tried a wrong code."""

        operator_id: str

        def apply(self, aggregate: Any) -> None:
            out = aggregate.standing.invitation
            missed = Invitation(out.salt, out.digest, out.expires_at, out.tries + 1)
            aggregate.standing = changed(aggregate.standing, invitation=missed)

    class InvitationSpent(Aggregate.Event):
        """The person came with the right code; it is worth nothing any more."""

        operator_id: str
        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="active", invitation=None)

    class Revoked(Aggregate.Event):
        """The appointment ended; sessions end with it."""

        operator_id: str
        office: str
        person_key: str
        on: date
        reason: str
        documents: tuple[str, ...] = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="revoked", invitation=None)

    @event(Appointed)
    def __init__(
        self,
        *,
        operator_id: str,
        office: str,
        role: str,
        level: str,
        training: str,
        valid_from: date,
        valid_until: date | None,
        person_key: str,
        sealed_person: str,
        documents: tuple[str, ...],
        held_from: date | None,
    ) -> None:
        self.sealed_person = sealed_person
        self.standing = OperatorStanding(
            operator_id, office, training, valid_from, valid_until, person_key, documents=tuple(documents)
        )

    def invite(self, *, salt: str, digest: str, now: datetime, today: date) -> None:
        """Let a new code go out."""
        if self.standing.is_over(today):
            raise OperatorGone
        self.trigger_event(
            self.Invited,
            operator_id=self.standing.operator_id,
            salt=salt,
            digest=digest,
            issued_at=now,
            expires_at=now + INVITATION_LIFE,
        )

    def try_invitation(self, digest: str, now: datetime) -> bool:
        """Spend one try; a right code is spent for good."""
        out = self.standing.invitation
        if out is None or not out.can_be_tried(now):
            return False
        if not compare_digest(out.digest, digest):
            self.trigger_event(self.InvitationMissed, operator_id=self.standing.operator_id)
            return False
        self.trigger_event(self.InvitationSpent, operator_id=self.standing.operator_id, at=now)
        return True

    def revoke(self, *, on: date, reason: str) -> None:
        """End the appointment at once."""
        if self.standing.state == "revoked":
            raise OperatorGone
        self.trigger_event(
            self.Revoked,
            operator_id=self.standing.operator_id,
            office=self.standing.office,
            person_key=self.standing.person_key,
            on=on,
            reason=reason,
            documents=self.standing.documents,
        )

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """An id is one operator's for good; a human holds one appointment at a time, in the whole register.

        The claim ends with the appointment's last day by itself, and with a dismissal on its day.
        """
        if isinstance(fact, cls.Appointed):
            yield Claim(OPERATOR_ID, fact.operator_id)
            if not fact.documents:
                yield Claim(OPERATOR_PERSON, appointment_key(fact.office, fact.person_key))
            ends = fact.valid_until + timedelta(days=1) if fact.valid_until else None
            for document in fact.documents:
                yield Claim(OPERATOR_PERSON, document, (fact.held_from or fact.valid_from, ends))
        elif isinstance(fact, cls.Revoked):
            if not fact.documents:
                yield Release(OPERATOR_PERSON, appointment_key(fact.office, fact.person_key))
            for document in fact.documents:
                yield Release(OPERATOR_PERSON, document, fact.on)
