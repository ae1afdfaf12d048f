"""Founding, naming, merging and closing offices; their owners' yearly word; stopping them from above."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from services.identity.domain.office import (
    NO_GRANT,
    OFFICE_CODE,
    NotItsOwner,
    NotItsSuperior,
    Office,
    OfficeGone,
    OfficeStanding,
    OfficeTaken,
    a_year_from,
    answers_for,
    oversees,
)
from services.identity.domain.office_kinds import org_of, schools_of
from services.identity.domain.operator import OPERATOR_ID, Operator, OperatorGone
from shared.access.assertion import Assertion
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, Application, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.rules.free_texts import checked_words
from shared.rules.refused import MalformedValue, Refused

AUDITOR: Final = "auditor"


class NoSuchOffice(OfficeGone):
    """No office has this code."""

    status = 404


def resource_of(office: OfficeStanding) -> Resource:
    """The office as the decision point sees it: its code, and the province that looks after it."""
    return Resource("office", office=office.code, province=office.province)


def require_for(actor: Assertion | None, action: str, office: OfficeStanding) -> None:
    """The table allows it, and the actor answers for this office or works above it."""
    require(actor, action, resource_of(office))
    if actor is None or not (oversees(actor.role, office) or answers_for(actor.sub, actor.office, office)):
        raise NotItsOwner


class Offices(Application):
    """The register of offices."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {OFFICE_CODE: OfficeTaken}

    def office_of(self, code: str) -> Office:
        """The office of this code, open or not."""
        owner = self.owners(OFFICE_CODE, [code]).get(code)
        if owner is None:
            raise NoSuchOffice(field="code", code=code)
        return self.get(Office, owner)

    @command
    def found_office(
        self,
        *,
        command_id: UUID,
        code: str,
        kind: str,
        name: str,
        scope: str | None,
        valid_from: date,
        valid_until: date | None,
        by: By,
        schools: list[str] | None = None,
        services: list[str] | None = None,
        purpose: str = "",
    ) -> Answer:
        """Found an office; it acts once an owner is named and has given the word of the first year."""
        require(by.actor, "found_office", Resource("office", office=code))
        org = org_of(kind, code, scope)
        _check_grant(kind, valid_from, valid_until)
        grant = _grant(kind, org, schools or [], services or [], checked_words(purpose.strip(), field="purpose"))
        if self.owners(OFFICE_CODE, [code]):
            raise OfficeTaken(field="code")
        office = Office(
            code=code, kind=kind, org=org, name=name.strip(), valid_from=valid_from, valid_until=valid_until, **grant
        )
        return self.save(office, by=Context.of(by, rules=("A6-3", "A23-1")))

    @command
    def rename_office(self, *, command_id: UUID, code: str, name: str, valid_from: date, by: By) -> Answer:
        """Give it another name from a day on."""
        office = self._for_ministry(code, "change_office", by)
        office.rename(name=name.strip(), valid_from=valid_from, today=shanghai_date(by.recorded_at))
        return self.save(office, by=Context.of(by, rules=("A6-3",)))

    @command
    def merge_office(self, *, command_id: UUID, code: str, into: str, on: date, by: By) -> Answer:
        """Another office of its kind takes its place from a day on: it finishes what this one leaves undone."""
        office = self._for_ministry(code, "change_office", by)
        successor = self.office_of(into)
        office.merge_into(successor.standing, on=on, today=shanghai_date(by.recorded_at))
        heirs = [successor]  # one that will itself be merged by then hands on what it takes over
        while heirs[-1].standing.successor is not None:
            heirs.append(self.office_of(heirs[-1].standing.successor))
        for heir in heirs:
            heir.take_over(office.standing, on=on)
        return self.save(office, *heirs, by=Context.of(by, rules=("A6-3", "A4-1")))

    @command
    def close_office(self, *, command_id: UUID, code: str, on: date, reason: str, by: By) -> Answer:
        """It is no more from a day on; nobody acts for it then."""
        office = self._for_ministry(code, "change_office", by)
        if not oversees("ministry", office.standing):
            raise NotItsSuperior
        office.close(on=on, reason=checked_words(reason))
        return self.save(office, by=Context.of(by, rules=("A6-3",), reason=reason))

    @command
    def suspend_office(self, *, command_id: UUID, code: str, reason: str, by: By) -> Answer:
        """The office above stops it: its operators look and do not act."""
        office = self._from_above(code, by)
        office.suspend(checked_words(reason))
        return self.save(office, by=Context.of(by, rules=("A23-1",), reason=reason))

    @command
    def resume_office(self, *, command_id: UUID, code: str, reason: str, by: By) -> Answer:
        """The office above lets it act again."""
        office = self._from_above(code, by)
        office.resume(checked_words(reason))
        return self.save(office, by=Context.of(by, rules=("A23-1",), reason=reason))

    @command
    def attest_office(self, *, command_id: UUID, code: str, evidence: list[str], statement: str, by: By) -> Answer:
        """The owner hands in the written procedure and states how keys and records are kept: good for one year."""
        office = self.office_of(code)
        require(by.actor, "attest_office", resource_of(office.standing))
        if office.standing.owner is not None and not answers_for(by.sub, code, office.standing):
            raise NotItsOwner
        office.attest(
            procedure=evidence[0],
            statement=checked_words(statement, field="statement"),
            today=shanghai_date(by.recorded_at),
        )
        return self.save(office, by=Context.of(by, rules=("A23-1",), evidence=tuple(evidence)))

    @command
    def name_office_owner(self, *, command_id: UUID, code: str, operator_id: str, by: By) -> Answer:
        """One of its operators answers for it from now on."""
        office, today = self.office_of(code), shanghai_date(by.recorded_at)
        require_for(by.actor, "appoint_operator", office.standing)
        found = self.owning(Operator, OPERATOR_ID, [operator_id]).get(operator_id)
        if found is None or found[2].office != code or found[2].is_over(today):
            raise OperatorGone(field="operator_id")
        office.name_owner(operator_id, today)
        return self.save(office, by=Context.of(by, rules=("A23-1",)))

    def fall_due(self, ids: Iterable[UUID], now: datetime) -> int:
        """Reminders and lapses of statements; part of `due(now)`."""
        done = 0
        for office_id in ids:
            office = self.find(Office, office_id)
            if office is not None and office.fall_due(shanghai_date(now)):
                with suppress(ChangedMeanwhile):
                    self.save(office, by=Context.system("note_statements", now, rules=("A23-1",)))
                    done += 1
        return done

    def _for_ministry(self, code: str, action: str, by: By) -> Office:
        office = self.office_of(code)
        require(by.actor, action, resource_of(office.standing))
        return office

    def _from_above(self, code: str, by: By) -> Office:
        office = self.office_of(code)
        require(by.actor, "suspend_office", resource_of(office.standing))
        if by.actor is None or not oversees(by.actor.role, office.standing):
            raise NotItsSuperior
        return office


def _check_grant(kind: str, valid_from: date, valid_until: date | None) -> None:
    """An auditor's grant is for a time, at most a year; no other office has an end that is known beforehand."""
    wanted: dict[str, Any] = {}
    if kind == AUDITOR and (valid_until is None or not valid_from <= valid_until <= a_year_from(valid_from)):
        wanted = {"reason_zh": "审计授权须有截止日，最长一年", "reason_en": "an auditor's grant ends within a year"}
    elif kind != AUDITOR and valid_until is not None:
        wanted = {"reason_zh": "只有审计授权预定截止日", "reason_en": "only an auditor's grant names its last day"}
    if wanted:
        raise MalformedValue(field="valid_until", **wanted)


def _grant(kind: str, org: str, schools: list[str], services: list[str], purpose: str) -> dict[str, Any]:
    """What an auditor may look at, and what for; no other office has such bounds."""
    if kind == AUDITOR and not purpose:
        raise MalformedValue(
            field="purpose", reason_zh="审计授权须写明目的", reason_en="an auditor's grant says what it is for"
        )
    if kind != AUDITOR and (schools or services or purpose):
        raise MalformedValue(
            field="purpose", reason_zh="只有审计授权写明目的和范围", reason_en="only an auditor's grant has bounds"
        )
    if kind != AUDITOR:
        return NO_GRANT
    return {"schools": schools_of(org, schools), "services": tuple(dict.fromkeys(services)), "purpose": purpose}
