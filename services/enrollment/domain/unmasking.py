"""An auditor asks to see one person unmasked, another person lets it, and it holds for a day (AUD-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, changed
from shared.rules.refused import Refused

HOLDS_FOR: Final = timedelta(hours=24)


class UnmaskingNotApproved(Refused):
    """An auditor sees nobody unmasked without a second person's word, and not after a day."""

    rule = "AUD-1"
    status = 403
    zh = "审计员查看明文须先申请，并由他人在 24 小时内批准"
    en = "an auditor asks first, and another person's word holds for 24 hours"


class AlreadyApproved(Refused):
    """One word is enough."""

    rule = "AUD-1"


@dataclass(frozen=True)
class UnmaskingStanding:
    """What decides whether the asker may be shown the record now."""

    status_id: UUID
    reason: str
    asked_by: str
    approved_by: str = ""
    approved_at: datetime | None = None

    def lets(self, sub: str, status_id: UUID, now: datetime) -> bool:
        """Only the one who asked, only this record, only for a day."""
        if self.approved_at is None or self.approved_by == sub:
            return False
        return self.asked_by == sub and self.status_id == status_id and now < self.approved_at + HOLDS_FOR


class Unmasking(Aggregate, stored_as="enrollment.Unmasking"):
    """One wish of an auditor to see one person's data in full."""

    Standing: ClassVar[type] = UnmaskingStanding
    standing: UnmaskingStanding

    class Asked(Aggregate.Created):
        """For a reason, which the person will read."""

        status_id: UUID
        reason: str
        asked_by: str

    class Approved(Aggregate.Event):
        """Another auditor or the ministry lets it."""

        status_id: UUID
        approved_by: str
        approved_at: datetime

        def apply(self, aggregate: Unmasking) -> None:
            after = {"approved_by": self.approved_by, "approved_at": self.approved_at}
            aggregate.standing = changed(aggregate.standing, **after)

    @event(Asked)
    def __init__(self, *, status_id: UUID, reason: str, asked_by: str) -> None:
        self.standing = UnmaskingStanding(status_id, reason, asked_by)

    def approve(self, *, sub: str, now: datetime) -> None:
        """The second person's word; whoever asked is turned away before (A24-2)."""
        if self.standing.approved_at is not None:
            raise AlreadyApproved
        self.trigger_event(self.Approved, status_id=self.standing.status_id, approved_by=sub, approved_at=now)
