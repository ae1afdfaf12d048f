"""Reporting, coming back, the recheck and joint training, one person at a time (A8, R41)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.entries import Entries, entries_of
from services.enrollment.application.entering import (
    Found,
    Recheck,
    coming_back_drafts,
    leave_drafts,
    recheck_drafts,
    report_drafts,
    require_unregistered,
    unregistered_recheck_drafts,
)
from services.enrollment.application.terms import calendar_of
from services.enrollment.domain.rules.entry import PartnerIsOwnSchool, may_register_students
from services.enrollment.domain.rules.rechecks import NOTHING, recheck_result, what_follows
from services.enrollment.domain.rules.reporting import is_passed, may_come_back, may_grant_leave
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.domain.rules.years import StatusNotOpen
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.bulk import Draft
from shared.eventstore.context import Context


class Entry(Enrollment):
    """What happens between the admission and the first year, one person at a time."""

    @command
    def report_freshman(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        reported_on: date,
        check: str,
        excused: bool,
        by: By,
    ) -> Answer:
        """Record that a freshman reported, with the result of the first check (R41-8, R41-9)."""
        entries, found = self._asked(by, "decide_entry", school_code, entry_year, exam_no)
        school = calendar_of(self, school_code)
        drafts = report_drafts(
            found,
            released=entries.released[found[2].batch_id],
            school_code=school_code,
            reported_on=reported_on,
            check=check,
            today=shanghai_date(by.recorded_at),
            deadline=school.last_day_to_report(entry_year) if school else None,
            excused=excused,
            registered=_status_of(entries, found) is not None,
        )
        return self._keep(drafts, by, rules=("A7-3", "R41-8", "R41-9"), effective_on=reported_on)

    @command
    def grant_reporting_leave(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        until: date,
        cause: str,
        by: By,
    ) -> Answer:
        """Record leave to report later, or force majeure; the clock waits for that day (R41-8)."""
        entries, found = self._asked(by, "decide_entry", school_code, entry_year, exam_no)
        released, today = entries.released[found[2].batch_id], shanghai_date(by.recorded_at)
        may_grant_leave(found[2], released=released, school_code=school_code, until=until, today=today)
        require_unregistered(registered=_status_of(entries, found) is not None)
        drafts = leave_drafts(found, until=until, cause=cause)
        return self._keep(drafts, by, rules=("A7-3", "R41-8"), effective_on=today)

    @command
    def readmit_deferred(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        applied_on: date,
        review: str,
        entry_date: date | None,
        discharged_on: date | None = None,
        by: By,
    ) -> Answer:
        """Record the review of somebody deferred who asks to enter: with the next intake, or not at all (R41-10).

        A soldier asks until two years after discharge (R41-27).
        """
        entries, found = self._asked(by, "decide_entry", school_code, entry_year, exam_no)
        released = entries.released[found[2].batch_id]
        today = shanghai_date(by.recorded_at)
        may_come_back(
            found[2],
            released=released,
            school_code=school_code,
            applied_on=applied_on,
            today=today,
            discharged_on=discharged_on,
        )
        passed = is_passed(review)
        drafts = coming_back_drafts(
            found, passed=passed, applied_on=applied_on, entry_date=entry_date, discharged_on=discharged_on
        )
        return self._keep(drafts, by, rules=("R41-10", "R41-27", "A8-4"), effective_on=applied_on)

    @command
    def recheck_student(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        items: Mapping[str, bool],
        rechecked_on: date,
        defer: bool,
        until: date | None,
        by: By,
    ) -> Answer:
        """Record the recheck of the first three months; the answer says what follows from it (R41-11)."""
        entries, found = self._asked(by, "recheck_students", school_code, entry_year, exam_no)
        recheck_result(items)
        recheck = Recheck(items, rechecked_on, defer, until)
        status_id = _status_of(entries, found)
        if status_id is None:
            released = entries.released[found[2].batch_id]
            drafts = unregistered_recheck_drafts(found, recheck, released=released, school_code=school_code)
        else:
            drafts = self._recheck(status_id, found, recheck, school_code, shanghai_date(by.recorded_at))
        follows = NOTHING if defer else what_follows(items, registered=status_id is not None)
        return self._keep(drafts, by, rules=("R41-11", "A8-3"), effective_on=rechecked_on, follows=follows)

    def _recheck(self, status_id: UUID, found: Found, recheck: Recheck, school_code: str, today: date) -> list[Draft]:
        version, standing = self.standings(StudentStatus, [status_id])[status_id]
        since = self.first_facts(StudentStatus.Registered, [status_id])[status_id]
        return recheck_drafts(
            (status_id, version, standing), found, recheck, school_code=school_code, today=today, status_since=since
        )

    @command
    def annotate_joint_training(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        partner_code: str,
        partner_name: str,
        starts_on: date,
        ends_on: date | None,
        by: By,
    ) -> Answer:
        """Annotate that the student is trained jointly with another school; no second status follows (A8-10)."""
        status = self.get(StudentStatus, status_id)
        standing = status.standing
        resource = Resource("student_status", school=standing.school_code, training=standing.training or None)
        require(by.actor, "annotate_records", resource)
        if not standing.is_open:
            raise StatusNotOpen(field="status_id", state=standing.state)
        if partner_code == standing.school_code:
            raise PartnerIsOwnSchool(field="partner_code")
        status.trigger_event(
            StudentStatus.JointlyTrained,
            partner_code=partner_code,
            partner_name=partner_name,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        return self.save(status, by=Context.of(by, rules=("A8-10",), effective_on=starts_on))

    def _asked(self, by: By, action: str, school_code: str, entry_year: int, exam_no: str) -> tuple[Entries, Found]:
        """The admission that an operator of this school, appointed for this training, acts on."""
        require(by.actor, action, Resource("admission", school=school_code))
        may_register_students(school_code)
        entries = entries_of(self, entry_year, [exam_no])
        found = entries.of(exam_no)
        training = TRAINING.get(found[2].category)
        require(by.actor, action, Resource("admission", school=school_code, training=training))
        return entries, found

    def _keep(self, drafts: list[Draft], by: By, *, rules: tuple[str, ...], effective_on: date, **more: Any) -> Answer:
        first = drafts[0]
        version = max(draft.version for draft in drafts if draft.originator_id == first.originator_id)
        answer = {"id": str(first.originator_id), "version": version, **more}
        self.append(drafts, by=Context.of(by, rules=rules, effective_on=effective_on), answer=answer)
        return answer


def _status_of(entries: Entries, found: Found) -> UUID | None:
    """The status that follows from an admission, if there is one."""
    holder = entries.holders.get(found[0])
    return None if holder == found[0] else holder
