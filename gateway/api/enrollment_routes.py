"""The routes of enrollment beyond its first files: each a method, a path and the contract it asks."""

from typing import Final

from gateway.api.route import Route, Upload
from shared.contracts.rpc import enrollment_batches, enrollment_timeline, enrollment_years

SCHOOL: Final = "/schools/<school_code>"
STUDENT: Final = "/students/<uuid:status_id>"

FILE: Final = "/batches/<uuid:batch_id>"

ENROLLMENT_ROUTES: Final = (
    # files of every kind
    Route(
        "POST",
        "/files",
        enrollment_batches.SubmitFileV1,
        "enrollment",
        status=202,
        location="/batches/{id}",
        upload=Upload("submit_file"),
    ),
    Route("GET", "/batches", enrollment_batches.ListBatchesV1, "enrollment"),
    Route("GET", f"{FILE}/plan", enrollment_batches.GetPlanV1, "enrollment"),
    Route("POST", f"{FILE}/commit", enrollment_batches.CommitPlanV1, "enrollment", status=202),
    Route("POST", f"{FILE}/undo", enrollment_batches.UndoBatchV1, "enrollment", status=202),
    Route("GET", f"{FILE}/reconciliation", enrollment_batches.ReconcileBatchV1, "enrollment"),
    # when years begin, who is missing, which schools are late
    Route("POST", f"{SCHOOL}/years", enrollment_years.DeclareSchoolYearV1, "enrollment", status=201),
    Route("POST", f"{SCHOOL}/reporting-days", enrollment_years.DeclareReportingDayV1, "enrollment", status=201),
    Route("GET", SCHOOL, enrollment_years.GetSchoolV1, "enrollment"),
    Route("GET", f"{SCHOOL}/years/<int:academic_year>/missing", enrollment_years.ListMissingStudentsV1, "enrollment"),
    Route("GET", "/overdue-schools", enrollment_years.ListOverdueSchoolsV1, "enrollment"),
    Route("GET", "/year-reminders", enrollment_years.ListYearRemindersV1, "enrollment"),
    # two times: what was valid on a day, as known at an instant
    Route("GET", f"{STUDENT}/as-of", enrollment_timeline.GetStatusAsOfV1, "enrollment"),
    Route("GET", "/student-counts", enrollment_timeline.CountStatusesV1, "enrollment"),
)
