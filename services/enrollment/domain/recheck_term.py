"""The three months in which a school rechecks those who entered on one day, and who was told that they are over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

from eventsourcing.domain import event

from services.enrollment.domain.rules.recheck_terms import Step, next_step
from shared.codes.schools import province_of
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed

RECHECKS = "recheck.term"

TermState = Literal["begun", "reminded", "overdue", "complete"]


@dataclass(frozen=True)
class RecheckTermStanding:
    """What the day asks of such a term rests on this, and on how many are not rechecked."""

    school_code: str
    entry_date: date
    due_on: date
    state: TermState = "begun"
    reminded_on: date | None = None
    found_on: date | None = None  # the last day on which it was told to be overdue


def term_key(school_code: str, entry_date: date) -> str:
    """One term a school and day of entry."""
    return f"{school_code}|{entry_date.isoformat()}"


class RecheckTerm(Aggregate, stored_as="enrollment.RecheckTerm"):
    """Those who entered one school on one day, as far as their recheck goes (R41-11)."""

    Standing: ClassVar[type] = RecheckTermStanding
    standing: RecheckTermStanding

    class Begun(Aggregate.Created):
        """For the first time the day asks for something: most terms are done in time and need no word."""

        school_code: str
        province: str
        entry_date: date
        entry_year: int
        due_on: date

    class Reminded(Aggregate.Event):
        """A week before the three months are over students are not rechecked."""

        school_code: str
        entry_date: date
        reminded_on: date
        missing: int

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="reminded", reminded_on=self.reminded_on)

    class Overdue(Aggregate.Event):
        """The three months are over and students are not rechecked; told to the province, again and again."""

        school_code: str
        entry_date: date
        entry_year: int
        due_on: date
        found_on: date
        missing: int

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="overdue", found_on=self.found_on)

    class Completed(Aggregate.Event):
        """The three months are over and everybody is rechecked after all."""

        school_code: str
        entry_date: date
        completed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, state="complete")

    @event(Begun)
    def __init__(self, *, school_code: str, province: str, entry_date: date, entry_year: int, due_on: date) -> None:
        self.standing = RecheckTermStanding(school_code, entry_date, due_on)

    @classmethod
    def of(cls, school_code: str, entry_date: date, due_on: date) -> "RecheckTerm":
        """A term of which nothing was said yet."""
        place = {"school_code": school_code, "province": province_of(school_code)}
        return cls(**place, entry_date=entry_date, entry_year=entry_date.year, due_on=due_on)

    def look(self, *, today: date, missing: int) -> Step | None:
        """Do what the day asks for, once."""
        term = self.standing
        step = next_step(term.due_on, term.state, term.found_on, today=today, missing=missing)
        about: dict[str, Any] = {"school_code": term.school_code, "entry_date": term.entry_date}
        if step == "remind":
            self.trigger_event(self.Reminded, **about, reminded_on=today, missing=missing)
        elif step == "overdue":
            about |= {"entry_year": term.entry_date.year, "due_on": term.due_on}
            self.trigger_event(self.Overdue, **about, found_on=today, missing=missing)
        elif step == "complete":
            self.trigger_event(self.Completed, **about, completed_on=today)
        return step

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One such term a school and day of entry."""
        if isinstance(fact, cls.Begun):
            yield Claim(RECHECKS, term_key(fact.school_code, fact.entry_date))
