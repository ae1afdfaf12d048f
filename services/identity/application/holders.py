"""For whom a session can speak: a person with an account, or an operator of an office."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Holder:
    """Who stands behind a sign-in, as things are now."""

    subject: str  # "account:<uuid>" or "operator:<id>": the name under which factors and sessions are kept
    sub: str  # what stands in assertions: the person's id, or the operator's
    role: str
    level: str  # person | school | province | nation | agency
    kind: str  # kind of training, "all" for students
    org: str
    office: str = ""
    suspended: bool = False  # the office's yearly statement has run out (A23-1)
    granted: tuple[str, ...] = ()  # of an auditor: what the grant covers
    predecessors: tuple[str, ...] = ()  # of a school: the codes of those that were merged into it
    until: date | None = None  # the last day on which it holds, where that is known

    @property
    def is_staff(self) -> bool:
        """Staff show a strong factor, and their sessions are shorter."""
        return self.role != "student"


class Holders(Protocol):
    """Where holders are found; an account that ended and an operator who was dismissed are not found any more."""

    def named(self, name: str) -> Holder | None:
        """Whoever signs in under this user name."""
        ...

    def of(self, subject: str) -> Holder | None:
        """The holder of this subject as of now."""
        ...


class EveryHolder:
    """All who can sign in, wherever they are kept; each place is asked, so that none answers sooner than another."""

    def __init__(self, *places: Holders) -> None:
        self._places = list(places)

    def add(self, place: Holders) -> None:
        """Ask here too, after the others."""
        self._places.append(place)

    def named(self, name: str) -> Holder | None:
        """Whoever signs in under this user name."""
        found = [place.named(name) for place in self._places]
        return next((holder for holder in found if holder is not None), None)

    def of(self, subject: str) -> Holder | None:
        """The holder of this subject as of now."""
        found = (place.of(subject) for place in self._places)
        return next((holder for holder in found if holder is not None), None)
