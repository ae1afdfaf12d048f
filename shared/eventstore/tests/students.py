"""A small domain to write with: students who register, settle years, transfer and leave, each alone on a claim."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.eventstore.application import Application, command
from shared.eventstore.context import Context
from shared.rules.refused import Refused

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
ENTRY = date(2026, 9, 1)


@dataclass(frozen=True)
class StudentStanding:
    """What the rules need."""

    school: str
    settled: int | None = None
    left: bool = False


class Student(Aggregate, stored_as="students.Student"):
    """Somebody who studies."""

    Standing = StudentStanding

    class Registered(Aggregate.Created):
        admission_id: UUID
        id_key: str
        school: str
        entry: date
        contested_in: str | None = None

    class YearSettled(Aggregate.Event):
        year: int
        remarks: tuple[str, ...] = ()

    class Left(Aggregate.Event):
        id_key: str
        on: date

    class Withdrawn(Aggregate.Event):
        admission_id: UUID
        id_key: str

    @event(Registered)
    def __init__(self, admission_id: UUID, id_key: str, school: str, entry: date, contested_in: str | None = None):
        self.admission_id = admission_id
        self.id_key = id_key
        self.standing = StudentStanding(school)

    def settle_year(self, year: int, remarks: tuple[str, ...] = ()) -> None:
        self._year_settled(year=year, remarks=remarks)

    def leave(self, on: date) -> None:
        self._left(id_key=self.id_key, on=on)

    def withdraw(self) -> None:
        self._withdrawn(admission_id=self.admission_id, id_key=self.id_key)

    @event(YearSettled)
    def _year_settled(self, year: int, remarks: tuple[str, ...] = ()) -> None:
        self.standing = replace(self.standing, settled=year)

    @event(Left)
    def _left(self, id_key: str, on: date) -> None:
        self.standing = replace(self.standing, left=True)

    @event(Withdrawn)
    def _withdrawn(self, admission_id: UUID, id_key: str) -> None:
        self.standing = replace(self.standing, left=True)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        if isinstance(fact, cls.Registered):
            yield Claim("students.admission", str(fact.admission_id), contested_in=fact.contested_in)
            yield Claim("students.fulltime", fact.id_key, (fact.entry, None), fact.contested_in)
        elif isinstance(fact, cls.Left):
            yield Release("students.fulltime", fact.id_key, fact.on)
        elif isinstance(fact, cls.Withdrawn):
            yield Release("students.admission", str(fact.admission_id))
            yield Release("students.fulltime", fact.id_key)


class SecondFulltimeStatus(Refused):
    """One ordinary full-time status per person and period."""

    rule = "X-STATE-1"


class Students(Application):
    """Registers them."""

    taken: ClassVar[dict[str, type[Refused]]] = {"students.fulltime": SecondFulltimeStatus}

    @command
    def register(self, *, command_id: UUID, by: Context, id_key: str) -> dict[str, Any]:
        return self.save(student(id_key), by=by)


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


def student(id_key: str | None = None, **more: Any) -> Student:
    """A new student, registered but not saved."""
    given: dict[str, Any] = {"admission_id": uuid4(), "id_key": id_key or uuid4().hex, "school": "s", "entry": ENTRY}
    return Student(**(given | more))


def by(command_id: UUID | None = None, request_hash: str = "h") -> Context:
    """The registrar of school s, at the fixed time."""
    return Context(
        actor_sub="op-1",
        actor_role="registrar",
        actor_org="4111010001",
        use_case="register_student",
        correlation_id="c-1",
        recorded_at=NOW,
        effective_on=ENTRY,
        command_id=command_id,
        request_hash=request_hash,
        rules=("A7-3",),
    )
