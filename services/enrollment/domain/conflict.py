"""A conflict: two statuses, or two people, claim one identity; both sides see it until it is decided (A8-9)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.conflicts import ConflictStanding, may_act, may_decide, may_join, may_raise
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed

IN_CONFLICT = "conflict.status"
NOTICE = "conflict.notice"
WATCH = "names"  # under which name the registry's watch over names keeps its place in the log
SYSTEM = "system"  # who opened what the registry found itself


def notice_key(first_status_id: UUID, school_code: str, admission: str) -> str:
    """The key under which both schools are told once of a refused registration, however often it is tried."""
    return f"{first_status_id}|{school_code}|{admission}"


def first_standing(values: Mapping[str, Any]) -> ConflictStanding:
    """The state right after `Conflict.Opened` with these values."""
    names = ("id_key", "first_status_id", "first_school", "second_school", "second_status_id", "admission_id")
    return ConflictStanding(
        state="noticed" if values.get("noticed") else "open",
        **{name: values[name] for name in names},
        two_people=values["two_people"],
        due_on=values["due_on"],
        hands=(values["opened_by"],),
        since=values["opened_on"],
    )


class Conflict(Aggregate, stored_as="enrollment.Conflict"):
    """The case of two claims on one identity: evidence from both sides, a deadline, a decision."""

    Standing: ClassVar[type] = ConflictStanding
    standing: ConflictStanding

    class Opened(Aggregate.Created):
        """A school that was refused, an office that noticed, or the registry itself; or both schools are only told."""

        id_key: str
        first_status_id: UUID
        first_school: str
        second_school: str
        second_status_id: UUID | None
        admission_id: UUID | None  # whose registration was refused
        two_people: bool  # the names differ
        sealed_statement: str
        evidence: tuple[str, ...]
        opened_by: str
        opened_on: date
        due_on: date | None
        unknown_year: int | None
        noticed: str = ""  # where nobody has contested anything yet: under which key both schools are told, once

    class Raised(Aggregate.Event):
        """What was only noticed is contested now: it is a case with a deadline."""

        first_status_id: UUID
        sealed_statement: str
        evidence: tuple[str, ...]
        raised_by: str
        raised_on: date
        due_on: date | None
        unknown_year: int | None

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing.with_hand(self.raised_by)
            aggregate.standing = changed(standing, state="open", due_on=self.due_on, since=self.raised_on)

    class Joined(Aggregate.Event):
        """The refused registration is on record, contested."""

        status_id: UUID
        joined_by: str

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing.with_hand(self.joined_by)
            aggregate.standing = changed(standing, second_status_id=self.status_id)

    class Answered(Aggregate.Event):
        """A school says what it knows, with its evidence."""

        school_code: str
        sealed_statement: str
        evidence: tuple[str, ...]
        answered_by: str
        answered_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.with_hand(self.answered_by)

    class Decided(Aggregate.Event):
        """Who stands, who ends and how, or whose number was wrong."""

        outcome: str
        ending: str | None
        ends_on: date | None
        decision_no: str
        reason: str
        decided_by: str
        decided_on: date
        late: bool
        first_status_id: UUID
        second_status_id: UUID | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="decided")

    class Withdrawn(Aggregate.Event):
        """Whoever opened it takes it back before the second status was recorded."""

        reason: str
        withdrawn_by: str
        first_status_id: UUID
        second_status_id: UUID | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="withdrawn")

    class Overdue(Aggregate.Event):
        """The office that decides let its time pass."""

        due_on: date
        found_on: date

        def apply(self, aggregate: Any) -> None:
            """It binds no decision; the list of overdue conflicts shows it."""

    @event(Opened)
    def __init__(
        self,
        *,
        id_key: str,
        first_status_id: UUID,
        first_school: str,
        second_school: str,
        second_status_id: UUID | None,
        admission_id: UUID | None,
        two_people: bool,
        sealed_statement: str,
        evidence: tuple[str, ...],
        opened_by: str,
        opened_on: date,
        due_on: date | None,
        unknown_year: int | None,
        noticed: str,
    ) -> None:
        self.standing = first_standing(locals())

    def raise_case(self, **values: Any) -> None:
        """Contest what was only noticed."""
        may_raise(self.standing)
        self.trigger_event(self.Raised, first_status_id=self.standing.first_status_id, **values)

    def join(self, *, status_id: UUID, sub: str) -> None:
        """The second registration goes on record, contested."""
        may_join(self.standing)
        self.trigger_event(self.Joined, status_id=status_id, joined_by=sub)

    def answer(self, **values: Any) -> None:
        """One side's word."""
        may_act(self.standing)
        self.trigger_event(self.Answered, **values)

    def conclude(
        self,
        *,
        sub: str,
        today: date,
        outcome: str,
        ending: str | None,
        ends_on: date | None,
        decision_no: str,
        reason: str,
    ) -> None:
        """Decide it; what becomes of the statuses is recorded with it."""
        standing = self.standing
        may_decide(standing, sub=sub, outcome=outcome)
        self.trigger_event(
            self.Decided,
            outcome=outcome,
            ending=ending,
            ends_on=ends_on,
            decision_no=decision_no,
            reason=reason,
            decided_by=sub,
            decided_on=today,
            late=standing.due_on is not None and today > standing.due_on,
            first_status_id=standing.first_status_id,
            second_status_id=standing.second_status_id,
        )

    def withdraw(self, *, sub: str, reason: str) -> None:
        """Taken back while there is no second status on record."""
        may_join(self.standing)
        standing = self.standing
        self.trigger_event(
            self.Withdrawn,
            reason=reason,
            withdrawn_by=sub,
            first_status_id=standing.first_status_id,
            second_status_id=standing.second_status_id,
        )

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """A status stands in one conflict at a time."""
        name = type(fact).__name__
        if name == "Opened" and fact.noticed:
            yield Claim(NOTICE, fact.noticed)
        elif name == "Raised":
            yield Claim(IN_CONFLICT, str(fact.first_status_id))
        elif name == "Opened":
            yield from (Claim(IN_CONFLICT, each) for each in _both(fact))
        elif name == "Joined":
            yield Claim(IN_CONFLICT, str(fact.status_id))
        elif name in ("Decided", "Withdrawn"):
            yield from (Release(IN_CONFLICT, each) for each in _both(fact))


def _both(fact: Any) -> list[str]:
    return [str(each) for each in (fact.first_status_id, fact.second_status_id) if each]
