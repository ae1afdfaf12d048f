"""A small domain to read back: pupils who enrol, settle years, move and leave."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Application
from shared.eventstore.claims import Claim, Release
from shared.eventstore.context import Context
from shared.eventstore.projection import Projection, Row, on
from shared.eventstore.store import Store, migrate

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
TABLES = """
    CREATE TABLE pupil_list (
        id uuid PRIMARY KEY, name text NOT NULL, school text NOT NULL, since date NOT NULL, years int NOT NULL,
        schools text[] NOT NULL, notes jsonb, seen_by text
    );
    CREATE TABLE school_year (
        pupil_id uuid, year int, result text NOT NULL, PRIMARY KEY (pupil_id, year)
    );
    CREATE TABLE pupil_brief (
        id uuid PRIMARY KEY, name text NOT NULL, school text NOT NULL, sealed bytea NOT NULL, years int, last_year int
    );
    CREATE INDEX school_year_by_result ON school_year (result);
"""


class Pupil(Aggregate, stored_as="pupils.Pupil"):
    """Somebody at a school, alone on a seat."""

    class Enrolled(Aggregate.Created):
        name: str
        school: str
        seat: int
        since: date
        status_id: UUID

    class YearSettled(Aggregate.Event):
        year: int
        result: str

    class Moved(Aggregate.Event):
        school: str
        seat: int
        on: date

    class Left(Aggregate.Event):
        reason: str

    @dataclass(frozen=True)
    class Standing:
        school: str
        seat: int
        last_year: int | None = None

    standing: Standing

    @event(Enrolled)
    def __init__(self, name: str, school: str, seat: int, since: date, status_id: UUID) -> None:
        self.name = name
        self.standing = Pupil.Standing(school, seat)

    @event(YearSettled)
    def settle_year(self, year: int, result: str) -> None:
        self.standing = replace(self.standing, last_year=year)

    @event(Moved)
    def move(self, school: str, seat: int, on: date) -> None:
        self.standing = replace(self.standing, school=school, seat=seat)

    @event(Left)
    def leave(self, reason: str) -> None:
        self.reason = reason

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        if isinstance(fact, Pupil.Enrolled):
            yield Claim("pupil.status", str(fact.status_id))
            yield Claim("pupil.fulltime", str(fact.status_id), (fact.since, None))
        elif isinstance(fact, Pupil.Left):
            pass


class PupilList(Projection):
    """Pupils who are at a school."""

    table = "pupil_list"
    columns = ("name", "school", "since", "years", "schools", "notes", "seen_by")

    @on(Pupil.Enrolled)
    def enrolled(self, row: Row | None, fact: Pupil.Enrolled) -> Row:
        return {
            "name": fact.name,
            "school": fact.school,
            "since": fact.since,
            "years": 0,
            "schools": [fact.school],
            "notes": {"first": fact.school, "quote": 'a "b" \\ c\t\n'},
            "seen_by": fact.context["actor_sub"],
        }

    @on(Pupil.YearSettled)
    def settled(self, row: Row, fact: Pupil.YearSettled) -> Row:
        return row | {"years": row["years"] + 1}

    @on(Pupil.Moved)
    def moved(self, row: Row, fact: Pupil.Moved) -> Row:
        return row | {"school": fact.school, "schools": [*row["schools"], fact.school]}

    @on(Pupil.Left)
    def left(self, row: Row, fact: Pupil.Left) -> None:
        return None


class PupilBrief(Projection):
    """The same pupils, each fact changing only what it must."""

    table = "pupil_brief"
    columns = ("name", "school", "sealed", "years", "last_year")

    @on(Pupil.Enrolled)
    def enrolled(self, row: Row | None, fact: Pupil.Enrolled) -> Row:
        return {"name": fact.name, "school": fact.school, "sealed": b"\x00\\", "years": 0, "last_year": None}

    @on(Pupil.YearSettled, reads=("years", "last_year"), changes=("years", "last_year"))
    def settled(self, row: Row, fact: Pupil.YearSettled) -> Row:
        return {"years": row["years"] + 1, "last_year": max(fact.year, row["last_year"] or 0)}

    @on(Pupil.Moved, changes=("school",))
    def moved(self, row: None, fact: Pupil.Moved) -> Row:
        return {"school": fact.school}

    @on(Pupil.Left)
    def left(self, row: Row | None, fact: Pupil.Left) -> None:
        return None


class SchoolYear(Projection):
    """How each year of a pupil ended."""

    table = "school_year"
    key = ("pupil_id", "year")
    columns = ("result",)

    @on(Pupil.YearSettled, key=lambda fact: (fact.originator_id, fact.year), whole=True)
    def settled(self, row: Row | None, fact: Pupil.YearSettled) -> Row:
        return {"result": fact.result}


class School(Application):
    """Saves pupils."""


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


def by(use_case: str = "enrol") -> Context:
    return Context.system(use_case, NOW)


def prepare(url: str) -> Store:
    """A store with the tables of this domain."""
    migrate(url)
    store = Store(url, "pupils")
    with store.writing() as cursor:
        cursor.execute(TABLES)
    return store
