"""The edge of enrollment: school years, and who or which school is late."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_rechecks import ListRecheckTermsV1
from shared.contracts.rpc.enrollment_years import (
    DeclareReportingDayV1,
    DeclareSchoolYearV1,
    GetSchoolV1,
    ListMissingStudentsV1,
    ListOverdueSchoolsV1,
    ListYearRemindersV1,
)

Request = dict[str, Any]


class YearAnswers:
    """A school's calendar and the lists that follow from it."""

    edge: Any

    @answers(DeclareSchoolYearV1)
    def declare_school_year(self, request: Request, by: By) -> Any:
        return self.edge.school_years.declare_school_year(**request, by=by)

    @answers(DeclareReportingDayV1)
    def declare_reporting_day(self, request: Request, by: By) -> Any:
        return self.edge.school_years.declare_reporting_day(**request, by=by)

    @answers(GetSchoolV1)
    def get_school(self, request: Request, by: By) -> Any:
        return self.edge.years.get_school(**request, by=by)

    @answers(ListMissingStudentsV1)
    def list_missing_students(self, request: Request, by: By) -> Any:
        return self.edge.overdue.list_missing_students(**request, by=by)

    @answers(ListOverdueSchoolsV1)
    def list_overdue_schools(self, request: Request, by: By) -> Any:
        return self.edge.overdue.list_overdue_schools(**request, by=by)

    @answers(ListYearRemindersV1)
    def list_year_reminders(self, request: Request, by: By) -> Any:
        return self.edge.overdue.list_year_reminders(**request, by=by)

    @answers(ListRecheckTermsV1)
    def list_recheck_terms(self, request: Request, by: By) -> Any:
        return self.edge.rechecks.list_recheck_terms(**request, by=by)
