"""The use cases of changes: a school's decision about an open status, and taking the last one back (A12-4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.terms import calendar_of, school_to_change
from services.enrollment.domain.rules.changes import (
    ChangeWanted,
    decide_change,
    decide_change_withdrawn,
    is_change_told,
    may_withdraw_change,
)
from services.enrollment.domain.rules.school_years import SchoolStanding
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.rules.texts import clean_text
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore import facts
from shared.eventstore.application import Answer, Application, command, decided_again
from shared.eventstore.context import Context

CHANGE_RULES = ("A4-1", "A12-4", "A13-2")
# What a kind rests on beside them
_OWN_RULES: Mapping[str, tuple[str, ...]] = {
    "转专业": ("R41-21",),
    "保留学籍": ("R41-27",),
    "复学": ("R41-27",),
    "延长学习年限": ("A12-1", "A12-9"),
}


class Changes(Enrollment):
    """Leave, return, another grade, another major: what a school decides while the status stays open."""

    @command
    def record_change(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        kind: str,
        decision_no: str,
        decided_on: date,
        effective_on: date,
        cause: str,
        return_by: date | None,
        applied_on: date | None,
        discharged_on: date | None,
        grade: int | None,
        major_code: str | None,
        major_name: str | None,
        expected_graduation_date: date | None,
        retroactive: bool,
        by: By,
    ) -> Answer:
        """Record one decision; the same decision recorded already changes nothing."""
        status = self.own_status(status_id, "change_status", by)
        standing = status.standing
        wanted = ChangeWanted(
            kind=kind,
            decision_no=decision_no.strip(),
            decided_on=decided_on,
            effective_on=effective_on,
            cause=cause,
            return_by=return_by,
            applied_on=applied_on,
            discharged_on=discharged_on,
            grade=grade,
            major_code=major_code,
            major_name=major_name,
            expected_graduation_date=expected_graduation_date,
            retroactive=retroactive,
        )
        context = Context.of(by, rules=rules_of_change(kind), effective_on=effective_on)
        if is_change_told(standing, wanted):
            return self.unchanged(status, by=context)
        values = decide_change(
            standing,
            wanted,
            school_code=standing.school_code,
            today=shanghai_date(by.recorded_at),
            longest_leave=leave_limit(calendar_of(self, standing.school_code)),
        )
        status.trigger_event(StudentStatus.Changed, **values)
        return self.save(status, by=context)

    @command
    def withdraw_change(self, *, command_id: UUID, status_id: UUID, version: int, reason: str, by: By) -> Answer:
        """Take the last change back: what stood before it stands again."""
        status = self.own_status(status_id, "change_status", by)
        reason = clean_text(reason, field="reason", longest=200)
        standing = status.standing
        kind, effective_on, before = change_at(self, status_id, version)
        may_withdraw_change(standing, version=version, last_version=status.version, kind=kind)
        values = decide_change_withdrawn(before, standing, kind=kind, effective_on=effective_on, version=version)
        status.trigger_event(StudentStatus.ChangeWithdrawn, **values)
        return self.save(status, by=Context.of(by, rules=("A4-1", "A12-4"), effective_on=effective_on, reason=reason))

    @command
    @decided_again
    def declare_leave_limit(self, *, command_id: UUID, school_code: str, terms: int, by: By) -> Answer:
        """Say how many terms of leave a student of the school may have in all (A12-4)."""
        require(by.actor, "declare_school_year", Resource("school", school=school_code))
        school = school_to_change(self, school_code)
        school.limit_leave(terms=terms)
        return self.save(school, by=Context.of(by, rules=("A12-4",)))

    def own_status(self, status_id: UUID, action: str, by: By) -> StudentStatus:
        """The status, once it is known that somebody may do this to it (A4-1, A24-1)."""
        status = self.get(StudentStatus, status_id)
        standing = status.standing
        require(
            by.actor,
            action,
            Resource("student_status", school=standing.school_code, training=standing.training or None),
        )
        return status

    def unchanged(self, status: StudentStatus, *, by: Context) -> Answer:
        """Nothing follows; the command is answered for all that, and when asked again too."""
        return self.save(by=by, answer={"id": status.id, "version": status.version})


_NO_CHANGE: tuple[str, date, Any] = ("", date.min, None)


def leave_limit(calendar: SchoolStanding | None) -> int | None:
    """How many terms of leave a school grants in all; None where it has not said."""
    return calendar.leave_terms if calendar else None


def rules_of_change(kind: str) -> tuple[str, ...]:
    """The rules that allowed a change of this kind."""
    return (*CHANGE_RULES, *_OWN_RULES.get(kind, ()))


def change_at(app: Application, status_id: UUID, version: int) -> tuple[str, date, StatusStanding]:
    """Kind and day of the change that is this version of a status, and the standing it was decided on.

    The kind is empty where that version is another fact, or none.
    """
    status: Any = None
    for event in app.recorder.select_events(status_id, lte=version):
        fact = facts.decode(event.topic, status_id, event.originator_version, event.state)
        if event.originator_version == version:
            is_change = isinstance(fact, StudentStatus.Changed)
            return (fact.kind, fact.effective_on, status.standing) if is_change else _NO_CHANGE
        status = fact.mutate(status)
    return _NO_CHANGE
