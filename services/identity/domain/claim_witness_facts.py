"""Classmates vouch for whoever claims a document and cannot prove it by knowledge (AC-9)."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.identity.domain.claim_line_rules import may_ask_classmates, may_take_vouch_back, may_vouch
from services.identity.domain.claim_rules import Voucher
from shared.eventstore.aggregate import Aggregate, changed


class ClaimWitnessFacts(Aggregate):
    """The facts of classmates' help."""

    class ClassmatesAsked(Aggregate.Event):
        """A code to hand to classmates; only its digest is kept, and another one takes its place."""

        salt: str
        at: datetime
        takes: tuple[tuple[str, str], ...]
        frees: tuple[tuple[str, str], ...]

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            keys = tuple(key for key in standing.keys if key not in self.frees)
            aggregate.standing = changed(standing, classmates_salt=self.salt, keys=(*keys, *self.takes))

    class Vouched(Aggregate.Event):
        """A signed-in student of the same school, level and year says: this is my classmate."""

        vouch_id: UUID
        person_id: UUID
        account_id: UUID
        school_code: str
        school_name: str
        slot: str  # one of the three that this person has in this year
        at: datetime

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            voucher = Voucher(self.vouch_id, self.person_id)
            aggregate.standing = changed(standing, vouchers=(*standing.vouchers, voucher))

    class VouchTakenBack(Aggregate.Event):
        """The classmate does not say so any more."""

        vouch_id: UUID
        person_id: UUID
        at: datetime

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            vouchers = tuple(
                replace(each, taken_back=True) if each.vouch_id == self.vouch_id else each for each in standing.vouchers
            )
            aggregate.standing = changed(standing, vouchers=vouchers)

    def ask_classmates(
        self, *, salt: str, takes: tuple[tuple[str, str], ...], frees: tuple[tuple[str, str], ...], now: datetime
    ) -> None:
        """Have a code to hand to classmates."""
        may_ask_classmates(self.standing)
        self.trigger_event(self.ClassmatesAsked, salt=salt, at=now, takes=takes, frees=frees)

    def vouch(
        self, *, vouch_id: UUID, person_id: UUID, account_id: UUID, school_code: str, school_name: str, slot: str,
        now: datetime,
    ) -> None:  # fmt: skip
        """One classmate, once."""
        may_vouch(self.standing, person_id)
        self.trigger_event(
            self.Vouched,
            vouch_id=vouch_id,
            person_id=person_id,
            account_id=account_id,
            school_code=school_code,
            school_name=school_name,
            slot=slot,
            at=now,
        )

    def take_vouch_back(self, *, vouch_id: UUID, person_id: UUID, now: datetime) -> None:
        """Until the claim is decided."""
        may_take_vouch_back(self.standing, vouch_id, person_id)
        self.trigger_event(self.VouchTakenBack, vouch_id=vouch_id, person_id=person_id, at=now)
