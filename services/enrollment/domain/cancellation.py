"""A cancellation on its way: one person proposes that a status is closed for good, another confirms it (A24-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.endings import PROPOSALS_ZH, EndingWanted, NotWaiting
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed

WAITING = "cancellation.waiting"
DECLARED = "cancellation.declared"

CancellationState = Literal["proposed", "confirmed", "declined", "lapsed"]


@dataclass(frozen=True)
class CancellationStanding:
    """What deciding about a proposal rests on."""

    state: CancellationState
    status_id: str
    school_code: str
    training: str
    kind: str
    decision_no: str
    decided_on: date
    effective_on: date
    reason: str
    proof: str
    illegal_entry: bool
    proposed_by: str
    proposed_on: date
    due_on: date | None
    remind_on: date | None
    reminded_on: date | None = None
    overdue_on: date | None = None  # when it was found beyond its last day

    @property
    def wanted(self) -> EndingWanted:
        """The ending that is asked for."""
        return EndingWanted(
            kind=self.kind,
            decision_no=self.decision_no,
            decided_on=self.decided_on,
            effective_on=self.effective_on,
            reason=self.reason,
            proof=self.proof,
            illegal_entry=self.illegal_entry,
        )


def first_cancellation(values: dict[str, Any]) -> CancellationStanding:
    """The state right after `Cancellation.Proposed` with these values."""
    names = [name for name in CancellationStanding.__dataclass_fields__ if name in values]
    picked = {name: values[name] for name in names} | {"status_id": str(values["status_id"])}
    return CancellationStanding(state="proposed", **picked)


class Cancellation(Aggregate, stored_as="enrollment.Cancellation"):
    """A status is closed without a certificate by two persons; whoever proposed it cannot confirm it (A24-2)."""

    Standing: ClassVar[type] = CancellationStanding
    standing: CancellationStanding

    class Proposed(Aggregate.Created):
        """The school decided that a status ends, or an authority found an illegal entry; nothing is closed yet."""

        status_id: UUID
        school_code: str
        training: str  # whose registrars may act (A24-1)
        kind: str  # 退学 取消学籍 开除学籍 死亡
        decision_no: str
        decided_on: date
        effective_on: date
        reason: str
        proof: str
        illegal_entry: bool  # declared by a province or the ministry (A26-2)
        asked_on: date | None  # when the student asked to leave: evidence, no decision
        proposed_by: str
        proposed_on: date
        due_on: date | None  # 15 working days after the decision (A13-2)
        remind_on: date | None  # 10 of them

    class Reminded(Aggregate.Event):
        """Ten working days are over and nobody has confirmed (A13-2)."""

        reminded_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, reminded_on=self.reminded_on)

    class Reckoned(Aggregate.Event):
        """The calendar of the year is published now: until when the decision was to be recorded (A13-3)."""

        due_on: date
        remind_on: date | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, due_on=self.due_on, remind_on=self.remind_on)

    class Overdue(Aggregate.Event):
        """Fifteen working days are over and nobody has confirmed; told to the province (A13-2)."""

        school_code: str
        kind: str
        illegal_entry: bool
        due_on: date
        found_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, overdue_on=self.found_on)

    class Confirmed(Aggregate.Event):
        """A second person confirmed; the status was closed with it."""

        status_id: UUID
        confirmed_by: str
        confirmed_on: date
        late: bool

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="confirmed")

    class Declined(Aggregate.Event):
        """A second person, or whoever proposed it, gave it up; the status is as it was."""

        status_id: UUID
        declined_by: str
        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="declined")

    class Lapsed(Aggregate.Event):
        """Nobody confirmed it in its time, or the status ended otherwise."""

        status_id: UUID
        lapsed_on: date
        cause: str  # expired | ended_otherwise

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="lapsed")

    @event(Proposed)
    def __init__(
        self,
        *,
        status_id: UUID,
        school_code: str,
        training: str,
        kind: str,
        decision_no: str,
        decided_on: date,
        effective_on: date,
        reason: str,
        proof: str,
        illegal_entry: bool,
        asked_on: date | None,
        proposed_by: str,
        proposed_on: date,
        due_on: date | None,
        remind_on: date | None,
    ) -> None:
        self.standing = first_cancellation(locals())

    def confirm(self, *, confirmed_by: str, confirmed_on: date, late: bool) -> None:
        """Stand for it as the second person."""
        self.require_waiting()
        status_id = UUID(self.standing.status_id)
        self.trigger_event(
            self.Confirmed, status_id=status_id, confirmed_by=confirmed_by, confirmed_on=confirmed_on, late=late
        )

    def decline(self, *, declined_by: str, reason: str) -> None:
        """Give it up, with the reason."""
        self.require_waiting()
        self.trigger_event(
            self.Declined, status_id=UUID(self.standing.status_id), declined_by=declined_by, reason=reason
        )

    def lapse(self, *, lapsed_on: date, cause: str) -> None:
        """Let it go: its time is over, or the status ended otherwise."""
        self.require_waiting()
        self.trigger_event(self.Lapsed, status_id=UUID(self.standing.status_id), lapsed_on=lapsed_on, cause=cause)

    def remind(self, *, reminded_on: date) -> None:
        """Note that whoever has to confirm is reminded."""
        self.require_waiting()
        self.trigger_event(self.Reminded, reminded_on=reminded_on)

    def reckon(self, *, due_on: date, remind_on: date | None) -> None:
        """Note until when it was to be recorded, now that a calendar tells."""
        self.require_waiting()
        self.trigger_event(self.Reckoned, due_on=due_on, remind_on=remind_on)

    def find_overdue(self, *, found_on: date) -> None:
        """Note that its last day is over."""
        self.require_waiting()
        asked = self.standing
        about = {"school_code": asked.school_code, "kind": asked.kind, "illegal_entry": asked.illegal_entry}
        self.trigger_event(self.Overdue, **about, due_on=asked.due_on, found_on=found_on)

    def require_waiting(self) -> None:
        """What was decided is not decided again."""
        if self.standing.state != "proposed":
            raise NotWaiting(state=self.standing.state, state_zh=PROPOSALS_ZH[self.standing.state])

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """One proposal of a school waits for a status at a time, and one declaration of an authority."""
        if isinstance(fact, cls.Proposed):
            return (Claim(DECLARED if fact.illegal_entry else WAITING, str(fact.status_id)),)
        if isinstance(fact, cls.Confirmed | cls.Declined | cls.Lapsed):
            return tuple(Release(scope, str(fact.status_id)) for scope in (WAITING, DECLARED))
        return ()
