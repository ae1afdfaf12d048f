"""Offices: who may act for the nation, a province, a school or an agency, under which name, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from services.identity.domain.office_kinds import superior_of
from services.identity.domain.office_standing import OfficeStanding as OfficeStanding  # noqa: PLC0414 -- re-exported
from shared.eventstore.aggregate import Aggregate, Claim, changed
from shared.rules.refused import Refused

OFFICE_CODE: Final = "office.code"
REMIND_BEFORE: Final = timedelta(days=30)
NO_GRANT: Final[dict[str, Any]] = {"schools": (), "services": (), "purpose": ""}  # all but auditors


class OfficeGone(Refused):
    """There is no such office, or it was closed or merged."""

    rule = "X-OFFICE-1"


class OfficeTaken(Refused):
    """An office of this code was founded before; a code is never used twice."""

    rule = "X-OFFICE-1"
    zh = "已有此代码的机构;机构代码不重复使用"
    en = "there is or was an office of this code: a code is never used twice"


class OwnerMissing(Refused):
    """Nobody is named who answers for the office."""

    rule = "X-OFFICE-2"


class NotItsOwner(Refused):
    """Only the office's named owner, or the office above it, may do this."""

    rule = "A24-1"
    status = 403
    zh = "只有该机构的负责人或其上级机构可以办理"
    en = "only the office's named owner, or the office above it, may do this"


class NotItsSuperior(Refused):
    """Only the office above may do this; nobody does it to the own office."""

    rule = "A4-2"
    status = 403
    zh = "只有上级机构可以办理"
    en = "only the office above may do this"


class OutOfOrder(Refused):
    """What is asked for does not follow from how things stand now."""

    rule = "X-CONFLICT-1"
    zh = "与机构现状不符：{why_zh}"
    en = "this does not follow from how the office stands: {why_en}"


def oversees(role: str, office: OfficeStanding) -> bool:
    """Whether somebody of this role works above the office; in whose province is the decision point's question."""
    if role == "ministry":
        return office.kind != "ministry"
    return role == "province_education" and office.kind == "school"


def answers_for(sub: str, code: str, office: OfficeStanding) -> bool:
    """Whether this is the office's own named owner."""
    return bool(sub) and office.owner == sub and office.code == code


def a_year_from(day: date) -> date:
    """The last day of the year that begins on `day`."""
    try:
        return day.replace(year=day.year + 1) - timedelta(days=1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)


class Office(Aggregate, stored_as="identity.Office"):
    """An office: its code for good, its names by day, its owner, its yearly statement (A23-1)."""

    Standing: ClassVar[type] = OfficeStanding
    standing: OfficeStanding

    class Founded(Aggregate.Created):
        """It may have operators from a day on."""

        code: str
        kind: str
        org: str  # what its operators act for: a province, a school, the ministry, the agency itself
        name: str
        valid_from: date
        valid_until: date | None
        schools: tuple[str, ...] = ()
        services: tuple[str, ...] = ()
        purpose: str = ""

    class Renamed(Aggregate.Event):
        """It bears another name from a day on; what was printed before keeps the name of its day."""

        code: str
        name: str
        valid_from: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, name=self.name, name_from=self.valid_from)

    class Merged(Aggregate.Event):
        """Another office takes its place from a day on."""

        into: str
        on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, ended_on=self.on, successor=self.into)

    class TookOver(Aggregate.Event):
        """It stands in the place of others from a day on: whatever they left undone is its own work now."""

        codes: tuple[str, ...]  # the one that was merged into it, and those that had been merged into that one before
        since: tuple[date, ...]

        def apply(self, aggregate: Any) -> None:
            known = dict(aggregate.standing.took_over)
            fresh = [(code, day) for code, day in zip(self.codes, self.since, strict=True) if code not in known]
            aggregate.standing = changed(aggregate.standing, took_over=(*aggregate.standing.took_over, *fresh))

    class Closed(Aggregate.Event):
        """It is no more from a day on."""

        on: date
        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, ended_on=self.on)

    class OwnerNamed(Aggregate.Event):
        """One of its operators answers for it."""

        operator_id: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, owner=self.operator_id)

    class OwnerLeft(Aggregate.Event):
        """Whoever answered for it is its operator no more."""

        operator_id: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, owner=None)

    class Attested(Aggregate.Event):
        """Its owner handed in the written procedure and stated how keys and records are kept."""

        procedure: str  # the paper's digest
        statement: str
        on: date
        valid_until: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing, attested_until=self.valid_until, reminded=False, lapsed=False
            )

    class AttestationReminded(Aggregate.Event):
        """The statement runs out soon: its owner is written to, once."""

        code: str
        owner: str | None
        valid_until: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, reminded=True)

    class AttestationLapsed(Aggregate.Event):
        """The statement ran out: its operators look and do not act until there is a new one."""

        valid_until: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, lapsed=True)

    class Suspended(Aggregate.Event):
        """The office above stops it."""

        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, suspended=True)

    class Resumed(Aggregate.Event):
        """The office above lets it act again."""

        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, suspended=False)

    @event(Founded)
    def __init__(
        self,
        *,
        code: str,
        kind: str,
        org: str,
        name: str,
        valid_from: date,
        valid_until: date | None,
        schools: tuple[str, ...],
        services: tuple[str, ...],
        purpose: str,
    ) -> None:
        self.standing = OfficeStanding(
            code,
            kind,
            org,
            name,
            valid_from,
            valid_from,
            valid_until,
            schools=tuple(schools),
            services=tuple(services),
            purpose=purpose,
        )

    def rename(self, *, name: str, valid_from: date, today: date) -> None:
        """Give it another name, later than the last one."""
        self._require_open(today)
        if valid_from <= self.standing.name_from or name == self.standing.name:
            raise OutOfOrder(field="valid_from", why_zh="新名称须晚于现名称启用", why_en="the name must be a later one")
        self.trigger_event(self.Renamed, code=self.standing.code, name=name, valid_from=valid_from)

    def merge_into(self, into: OfficeStanding, *, on: date, today: date) -> None:
        """Let another office of its kind take its place."""
        self._require_not_ended()
        if into.code == self.standing.code or into.kind != self.standing.kind:
            raise OutOfOrder(field="into", why_zh="只能并入同类的其他机构", why_en="it merges into another of its kind")
        if not into.is_open(max(on, today)):
            raise OfficeGone(field="into")
        self._require_not_before(on)
        self.trigger_event(self.Merged, into=into.code, on=on)

    def take_over(self, merged: OfficeStanding, *, on: date) -> None:
        """Stand in another's place from a day on, and in the place of all whose place that one had taken."""
        taken = ((merged.code, on), *((code, max(on, since)) for code, since in merged.took_over))
        codes, since = zip(*taken, strict=True)
        self.trigger_event(self.TookOver, codes=codes, since=since)

    def close(self, *, on: date, reason: str) -> None:
        """End it."""
        self._require_not_ended()
        self._require_not_before(on)
        self.trigger_event(self.Closed, on=on, reason=reason)

    def name_owner(self, operator_id: str, today: date) -> None:
        """Name who answers for it, one of its own operators."""
        self._require_open(today)
        if operator_id != self.standing.owner:
            self.trigger_event(self.OwnerNamed, operator_id=operator_id)

    def miss_owner(self, operator_id: str) -> None:
        """Its owner is its operator no more."""
        if self.standing.owner == operator_id:
            self.trigger_event(self.OwnerLeft, operator_id=operator_id)

    def attest(self, *, procedure: str, statement: str, today: date) -> None:
        """The owner's word for a year (A23-1)."""
        self._require_open(today)
        if self.standing.owner is None:
            raise OwnerMissing
        until = a_year_from(today)
        self.trigger_event(self.Attested, procedure=procedure, statement=statement, on=today, valid_until=until)

    def suspend(self, reason: str) -> None:
        """Stop it, once."""
        self._require_not_ended()
        if self.standing.suspended:
            raise OutOfOrder(why_zh="已被暂停", why_en="it is suspended already")
        self.trigger_event(self.Suspended, reason=reason)

    def resume(self, reason: str) -> None:
        """Let it act again."""
        if not self.standing.suspended:
            raise OutOfOrder(why_zh="未被暂停", why_en="it is not suspended")
        self.trigger_event(self.Resumed, reason=reason)

    def fall_due(self, today: date) -> bool:
        """What happens by date: one reminder, then one lapse."""
        standing = self.standing
        until = standing.attested_until
        if until is None or not standing.is_open(today):
            return False
        if today > until and not standing.lapsed:
            self.trigger_event(self.AttestationLapsed, valid_until=until)
            return True
        if today <= until and today >= until - REMIND_BEFORE and not standing.reminded:
            self.trigger_event(self.AttestationReminded, code=standing.code, owner=standing.owner, valid_until=until)
            return True
        return False

    def _require_open(self, today: date) -> None:
        if not self.standing.is_open(today):
            raise OfficeGone(code=self.standing.code)

    def _require_not_ended(self) -> None:
        if self.standing.ended_on is not None:
            raise OfficeGone(code=self.standing.code)

    def _require_not_before(self, on: date) -> None:
        if on <= self.standing.name_from:
            raise OutOfOrder(field="on", why_zh="早于现名称启用之日", why_en="its name began later than that")

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim]:
        """A code is one office's for good, also after its end."""
        if isinstance(fact, cls.Founded):
            yield Claim(OFFICE_CODE, fact.code)


def superior_code(office: OfficeStanding) -> str | None:
    """The code of the office above."""
    return superior_of(office.kind, office.code)
