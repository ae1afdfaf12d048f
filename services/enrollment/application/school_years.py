"""What a school says of its years: first days, credits, the last day on which freshmen report."""

from datetime import date
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.terms import school_to_change
from services.enrollment.domain.rules.texts import clean_text
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command, decided_again
from shared.eventstore.context import Context

LONGEST_REASON = 200


class SchoolYears(Enrollment):
    """A school's own calendar."""

    @command
    @decided_again
    def declare_school_year(
        self,
        *,
        command_id: UUID,
        school_code: str,
        academic_year: int,
        starts_on: date,
        by_credits: bool | None = None,
        reason: str | None = None,
        by: By,
    ) -> Answer:
        """Say when a year begins, and whether the school teaches by credits from then on (A13-1, A12-8)."""
        require(by.actor, "declare_school_year", Resource("school", school=school_code))
        school = school_to_change(self, school_code)
        why = clean_text(reason or "", field="reason", longest=LONGEST_REASON, empty=True)
        today = shanghai_date(by.recorded_at)
        school.declare_year(academic_year=academic_year, starts_on=starts_on, today=today, reason=why)
        if by_credits is not None:
            school.declare_credits(since=academic_year, by_credits=by_credits)
        return self.save(school, by=Context.of(by, rules=("A13-1", "A12-8")))

    @command
    @decided_again
    def declare_reporting_day(
        self, *, command_id: UUID, school_code: str, entry_year: int, last_day: date, by: By
    ) -> Answer:
        """Say until when the freshmen of a year report (R41-8)."""
        require(by.actor, "declare_school_year", Resource("school", school=school_code))
        school = school_to_change(self, school_code)
        school.declare_reporting(entry_year=entry_year, last_day=last_day, today=shanghai_date(by.recorded_at))
        return self.save(school, by=Context.of(by, rules=("R41-8",)))
