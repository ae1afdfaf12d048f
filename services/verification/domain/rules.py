"""The pure rules of reports: on what, how long, and what a code is answered (chapter 4 of the Measure)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from shared.codes.clock import add_months
from shared.rules.refused import NotFound, Refused

ReportKind = Literal["status", "qualification"]
ReportState = Literal["requested", "issued", "closed", "expired", "revoked"]

KIND_LETTERS: Final = {"status": "S", "qualification": "Q"}
LONGEST_VALIDITY: Final = 6


class ValidityOutOfRange(Refused):
    """A report is valid for one to six months, and is extended by as much."""

    rule = "X-REPORT-1"
    status = 422


class NothingToReport(Refused):
    """The register holds no such record, or it is not yet in effect: the two are not told apart (A18-2)."""

    rule = "X-REPORT-6"


class EntryWasIllegal(Refused):
    """Who entered against the rules holds no valid record; the history is kept."""

    rule = "A26-2"


class NotIssuedYet(Refused):
    """What was not issued cannot be extended, closed or downloaded."""

    rule = "X-STATE-1"
    zh = "报告尚未生成。"
    en = "the report is not issued yet"


class ClosedByOwner(Refused):
    """A closed report is reopened before anything else."""

    rule = "X-REPORT-2"


class ReportRevoked(Refused):
    """Whoever asked for it said since that the record is not theirs: nothing is done with such a report any more."""

    rule = "X-REPORT-7"
    status = 410


class NotClosed(Refused):
    """Only a closed report is reopened."""

    rule = "X-STATE-1"
    zh = "报告未关闭。"
    en = "the report is not closed"


class TooEarlyToExtend(Refused):
    """A report is extended in its last month or after it expired."""

    rule = "X-STATE-1"
    zh = "报告在有效期最后一个月内或过期后方可延长（自 {opens} 起）。"
    en = "a report is extended in its last month or after it expired (from {opens})"


@dataclass(frozen=True, slots=True)
class StatusStanding:
    """What must be known of a student status before a report on it: that it exists, whose it is, who says otherwise."""

    registered: bool = False
    holder: UUID | None = None
    illegal_entry: bool = False
    disputed: bool = False

    def after(self, fact: str, values: dict[str, Any]) -> "StatusStanding":
        """The standing after one more fact was heard."""
        if fact == "Registered":
            return replace(self, registered=True)
        if fact == "Bound":
            return replace(self, holder=values["person_id"])
        if fact == "Ended":
            taken_back = values["kind"] == "注册撤回"
            registered = self.registered and not taken_back
            return replace(self, registered=registered, illegal_entry=values["illegal_entry"])
        return self._doubted(fact, values)

    def _doubted(self, fact: str, values: dict[str, Any]) -> "StatusStanding":
        """Who says that it is not theirs, or is said to have no right to it."""
        if fact == "Disowned":  # said late, it takes the record from nobody else
            return replace(self, holder=None) if self.holder == values["person_id"] else self
        if fact == "Disputed":
            return replace(self, disputed=not values["settled"])
        if fact == "Contested" and values["settled"]:
            return replace(self, disputed=False)
        return self


@dataclass(frozen=True, slots=True)
class QualificationStanding:
    """What must be known of a qualification: to which status it belongs, and from which day it is served."""

    status_id: UUID | None = None
    effective_date: date | None = None
    disowned: bool = False

    def after(self, fact: str, values: dict[str, Any]) -> "QualificationStanding":
        """The standing after one more fact was heard."""
        if fact == "Issued":
            return replace(self, status_id=values["status_id"], effective_date=values["effective_date"])
        if fact in ("Disowned", "Reclaimed"):
            return replace(self, disowned=fact == "Disowned")
        return self


@dataclass(frozen=True, slots=True)
class ReportStanding:
    """Whose a report is, where it stands, and its last day."""

    person_id: UUID
    valid_until: date
    state: ReportState = "requested"

    @property
    def issued(self) -> bool:
        """Whether the report has a code and a document."""
        return self.state != "requested"


def state_after_year(state: str | None, result: str) -> str:
    """The state of a status once a year is settled; who is away stays away, and who is gone stays gone.

    The years of a status that an old register tells of come after its end.
    """
    if state is not None and state not in ("active", "suspended"):
        return state
    return "active" if result == "registered" else "suspended"


def may_report(status: StatusStanding | None, qualification: QualificationStanding | None, on: date) -> None:
    """A report rests on a registered status, or on a qualification that is in effect (A18-2, A20-1)."""
    if status is None:
        raise NothingToReport
    if status.illegal_entry:
        raise EntryWasIllegal
    if qualification is None and not status.registered:
        raise NothingToReport
    if qualification is not None and (qualification.disowned or not in_effect(qualification.effective_date, on)):
        raise NothingToReport


def in_effect(effective_date: date | None, on: date) -> bool:
    """A qualification is served from its effective date on, that day included (A18-2)."""
    return effective_date is not None and effective_date <= on


def last_day(start: date, months: int) -> date:
    """The last day of validity, inclusive: the same day of the month, so many months later."""
    if not 1 <= months <= LONGEST_VALIDITY:
        raise ValidityOutOfRange(field="months", months=months)
    return add_months(start, months)


def may_extend(standing: ReportStanding, months: int, on: date) -> date:
    """The new last day; counted from the old one, or from today when that is past."""
    _must_stand(standing)
    opens = add_months(standing.valid_until, -1)
    if on < opens:
        raise TooEarlyToExtend(opens=opens)
    return last_day(max(standing.valid_until, on), months)


def may_close(standing: ReportStanding) -> None:
    """An issued report is closed once."""
    _must_stand(standing)


def may_reopen(standing: ReportStanding) -> None:
    """A closed report is reopened."""
    if standing.state == "revoked":
        raise ReportRevoked
    if standing.state != "closed":
        raise NotClosed


def _must_stand(standing: ReportStanding) -> None:
    if not standing.issued:
        raise NotIssuedYet
    if standing.state == "revoked":
        raise ReportRevoked
    if standing.state == "closed":
        raise ClosedByOwner


def is_over(standing: ReportStanding, on: date) -> bool:
    """An issued report whose last day is past and that nobody marked yet."""
    return standing.state == "issued" and on > standing.valid_until


Outcome = Literal["valid", "unknown", "expired", "closed", "revoked", "void"]


def outcome(state: ReportState, valid_until: date, on: date, *, illegal_entry: bool = False) -> Outcome:
    """What the holder of a right code is told today; the date decides, not the clerk who marks it."""
    if illegal_entry and state != "requested":
        return "revoked"
    if state == "revoked":
        return "void"
    if state == "closed":
        return "closed"
    if state == "requested":
        return "unknown"
    return "valid" if on <= valid_until else "expired"


class ReportNotFound(NotFound):
    """No such report, or not this student's: the two are not told apart."""
