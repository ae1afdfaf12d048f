"""What decides about an office: what it is, until when, who answers for it, whether it may act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.identity.domain.office_kinds import KINDS


@dataclass(frozen=True)
class OfficeStanding:
    """What decides about an office."""

    code: str
    kind: str
    org: str
    name: str  # the newest
    name_from: date
    valid_from: date
    valid_until: date | None = None  # the last day of a grant; auditors' only
    schools: tuple[str, ...] = ()  # of a grant: these alone, within its scope
    services: tuple[str, ...] = ()  # of a grant: these alone
    purpose: str = ""  # of a grant
    owner: str | None = None
    attested_until: date | None = None  # the last day on which the yearly statement holds
    reminded: bool = False
    lapsed: bool = False
    suspended: bool = False  # by the office above
    ended_on: date | None = None  # the first day on which it is no more
    successor: str | None = None
    took_over: tuple[tuple[str, date], ...] = ()  # whose place it took, and from which day on

    @property
    def role(self) -> str:
        return KINDS[self.kind].role

    @property
    def level(self) -> str:
        return KINDS[self.kind].level

    @property
    def granted(self) -> tuple[str, ...]:
        """What an auditor's grant covers: the nation, a province or schools; and services, where not all of them."""
        return (*(self.schools or (self.org,)), *self.services) if self.kind == "auditor" else ()

    @property
    def province(self) -> str | None:
        """Whose education authority looks after it: only schools', and its own."""
        if self.kind == "school":
            return self.code[2:4]
        return self.org if self.kind == "province_education" else None

    def predecessors(self, today: date) -> tuple[str, ...]:
        """The codes of those whose students are its own by this day; only schools have any (A4-1)."""
        return tuple(code for code, since in self.took_over if since <= today) if self.kind == "school" else ()

    def is_open(self, today: date) -> bool:
        """Whether anybody can act for it at all."""
        over = self.ended_on is not None and today >= self.ended_on
        lapsed = self.valid_until is not None and today > self.valid_until
        return self.valid_from <= today and not over and not lapsed

    def only_reads(self, today: date) -> bool:
        """Whether it may look and not act: no statement that holds (A23-1), or stopped by the office above."""
        return self.suspended or self.attested_until is None or today > self.attested_until
