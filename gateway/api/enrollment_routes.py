"""The routes of enrollment beyond its first files: each a method, a path and the contract it asks."""

from typing import Final

from gateway.api.route import Route, Upload
from shared.contracts.rpc import (
    enrollment_admissions,
    enrollment_batches,
    enrollment_cases,
    enrollment_changes,
    enrollment_conflicts,
    enrollment_endings,
    enrollment_entry,
    enrollment_incidents,
    enrollment_own,
    enrollment_rechecks,
    enrollment_records,
    enrollment_timeline,
    enrollment_transfers,
    enrollment_unmasking,
    enrollment_withdrawals,
    enrollment_years,
)

SCHOOL: Final = "/schools/<school_code>"
STUDENT: Final = "/students/<uuid:status_id>"

FILE: Final = "/batches/<uuid:batch_id>"
CASE: Final = "/cases/<uuid:case_id>"
CONFLICT: Final = "/conflicts/<uuid:conflict_id>"
TRANSFER: Final = "/transfers/<uuid:transfer_id>"
CANCELLATION: Final = "/cancellations/<uuid:cancellation_id>"
INCIDENT: Final = "/incidents/<uuid:incident_id>"
OWN: Final = "/me/statuses/<uuid:status_id>"
INTAKE: Final = f"{SCHOOL}/intakes/<int:entry_year>"
ADMITTED: Final = f"{INTAKE}/admissions/<exam_no>"
FIX: Final = "/admission-fixes/<uuid:fix_id>"

ENROLLMENT_ROUTES: Final = (
    # admission data at the ministry, and what is wrong or missing in them
    Route(
        "POST",
        "/admission-batches/<uuid:batch_id>/recheck",
        enrollment_admissions.RecheckAdmissionBatchV1,
        "enrollment",
    ),
    Route("GET", f"{INTAKE}/admissions", enrollment_admissions.ListAdmissionsV1, "enrollment"),
    Route("GET", ADMITTED, enrollment_admissions.GetAdmissionV1, "enrollment"),
    Route(
        "POST",
        f"{ADMITTED}/fixes",
        enrollment_admissions.RequestAdmissionFixV1,
        "enrollment",
        status=201,
        location="/admission-fixes/{id}",
    ),
    Route("GET", "/admission-fixes", enrollment_admissions.ListAdmissionFixesV1, "enrollment"),
    Route("GET", FIX, enrollment_admissions.GetAdmissionFixV1, "enrollment"),
    Route("POST", f"{FIX}/propose", enrollment_admissions.ProposeAdmissionFixV1, "enrollment"),
    Route("POST", f"{FIX}/decline", enrollment_admissions.DeclineAdmissionFixV1, "enrollment"),
    Route("POST", f"{FIX}/decide", enrollment_admissions.DecideAdmissionFixV1, "enrollment"),
    # entry: who reported, who comes back, the recheck, the preparatory phase
    Route("POST", f"{ADMITTED}/report", enrollment_entry.ReportFreshmanV1, "enrollment", status=201),
    Route("POST", f"{ADMITTED}/leave", enrollment_withdrawals.GrantReportingLeaveV1, "enrollment", status=201),
    Route("POST", f"{ADMITTED}/readmission", enrollment_entry.ReadmitDeferredV1, "enrollment", status=201),
    Route("POST", f"{ADMITTED}/withdrawal", enrollment_withdrawals.ProposeEntryWithdrawalV1, "enrollment", status=201),
    Route("POST", f"{ADMITTED}/withdrawal/decide", enrollment_withdrawals.DecideEntryWithdrawalV1, "enrollment"),
    Route("POST", f"{ADMITTED}/recheck", enrollment_entry.RecheckStudentV1, "enrollment", status=201),
    Route("GET", f"{INTAKE}/rechecks", enrollment_entry.ListRechecksV1, "enrollment"),
    Route("POST", f"{ADMITTED}/preparatory/recheck", enrollment_entry.RecheckPreparatoryV1, "enrollment", status=201),
    Route("POST", f"{ADMITTED}/preparatory", enrollment_entry.AnnotatePreparatoryV1, "enrollment", status=201),
    Route("POST", f"{ADMITTED}/preparatory/complete", enrollment_entry.CompletePreparatoryV1, "enrollment"),
    Route("POST", f"{ADMITTED}/preparatory/end", enrollment_entry.EndPreparatoryV1, "enrollment"),
    Route("GET", f"{SCHOOL}/preparatory", enrollment_entry.ListPreparatoryV1, "enrollment"),
    Route("POST", f"{STUDENT}/joint-training", enrollment_entry.AnnotateJointTrainingV1, "enrollment", status=201),
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
    Route("GET", "/recheck-terms", enrollment_rechecks.ListRecheckTermsV1, "enrollment"),
    # two times: what was valid on a day, as known at an instant
    Route("GET", f"{STUDENT}/as-of", enrollment_timeline.GetStatusAsOfV1, "enrollment"),
    Route("GET", "/student-counts", enrollment_timeline.CountStatusesV1, "enrollment"),
    Route("GET", "/year-counts", enrollment_timeline.CountYearsV1, "enrollment"),
    # told and asked: the student's own records, and who of a class has checked them
    Route("GET", "/me/statuses", enrollment_own.ListOwnStatusesV1, "enrollment"),
    Route("POST", f"{OWN}/confirmation", enrollment_own.ConfirmOwnStatusV1, "enrollment", status=201),
    Route(
        "POST",
        f"{OWN}/disputes",
        enrollment_own.DisputeOwnStatusV1,
        "enrollment",
        status=201,
        location="/cases/{id}",
    ),
    Route("POST", f"{OWN}/cases", enrollment_cases.FileOwnCaseV1, "enrollment", status=201, location="/cases/{id}"),
    Route("POST", f"{STUDENT}/checks", enrollment_own.AskToCheckV1, "enrollment", status=201),
    Route("POST", f"{SCHOOL}/checks", enrollment_own.AskClassToCheckV1, "enrollment", status=201),
    Route("GET", f"{SCHOOL}/checks", enrollment_own.ListChecksV1, "enrollment"),
    # cases about records
    Route("POST", f"{STUDENT}/cases", enrollment_cases.FileCaseV1, "enrollment", status=201, location="/cases/{id}"),
    Route("GET", "/cases", enrollment_cases.ListCasesV1, "enrollment"),
    Route("GET", CASE, enrollment_cases.GetCaseV1, "enrollment"),
    Route("POST", f"{CASE}/begin", enrollment_cases.BeginCaseReviewV1, "enrollment"),
    Route("POST", f"{CASE}/refuse", enrollment_cases.RefuseCaseV1, "enrollment"),
    Route("POST", f"{CASE}/values", enrollment_cases.NameCaseValuesV1, "enrollment"),
    Route("POST", f"{CASE}/review", enrollment_cases.ReviewCaseV1, "enrollment"),
    Route("POST", f"{CASE}/decide", enrollment_cases.DecideCaseV1, "enrollment"),
    Route("POST", f"{CASE}/withdraw", enrollment_cases.WithdrawCaseV1, "enrollment"),
    Route("GET", f"{STUDENT}/identity-versions", enrollment_cases.ListIdentityVersionsV1, "enrollment"),
    # two claims on one identity
    Route(
        "POST",
        "/conflicts",
        enrollment_conflicts.OpenConflictV1,
        "enrollment",
        status=201,
        location="/conflicts/{id}",
    ),
    Route(
        "POST",
        f"{STUDENT}/conflicts",
        enrollment_conflicts.OpenConflictOfStatusV1,
        "enrollment",
        status=201,
        location="/conflicts/{id}",
    ),
    Route("GET", "/conflicts", enrollment_conflicts.ListConflictsV1, "enrollment"),
    Route("GET", CONFLICT, enrollment_conflicts.GetConflictV1, "enrollment"),
    Route("POST", f"{CONFLICT}/registration", enrollment_conflicts.RegisterContestedV1, "enrollment", status=201),
    Route("POST", f"{CONFLICT}/answers", enrollment_conflicts.AnswerConflictV1, "enrollment", status=201),
    Route("POST", f"{CONFLICT}/withdraw", enrollment_conflicts.WithdrawConflictV1, "enrollment"),
    Route("POST", f"{CONFLICT}/decide", enrollment_conflicts.DecideConflictV1, "enrollment"),
    # transfers between schools
    Route(
        "POST",
        f"{STUDENT}/transfers",
        enrollment_transfers.RequestTransferV1,
        "enrollment",
        status=201,
        location="/transfers/{id}",
    ),
    Route("GET", "/transfers", enrollment_transfers.ListTransfersV1, "enrollment"),
    Route("GET", TRANSFER, enrollment_transfers.GetTransferV1, "enrollment"),
    Route("POST", f"{TRANSFER}/agree", enrollment_transfers.AgreeToTransferV1, "enrollment"),
    Route("POST", f"{TRANSFER}/review", enrollment_transfers.ReviewTransferV1, "enrollment"),
    Route("POST", f"{TRANSFER}/confirm", enrollment_transfers.ConfirmTransferV1, "enrollment"),
    Route("POST", f"{TRANSFER}/complete", enrollment_transfers.CompleteTransferV1, "enrollment", status=201),
    Route("POST", f"{TRANSFER}/filing", enrollment_transfers.FileTransferV1, "enrollment"),
    Route("POST", f"{TRANSFER}/reject", enrollment_transfers.RejectTransferV1, "enrollment"),
    Route("POST", f"{TRANSFER}/withdraw", enrollment_transfers.WithdrawTransferV1, "enrollment"),
    # changes of an open status, study records, other papers, the archive
    Route("POST", f"{SCHOOL}/leave-limit", enrollment_changes.DeclareLeaveLimitV1, "enrollment", status=201),
    Route("POST", f"{STUDENT}/changes", enrollment_changes.RecordChangeV1, "enrollment", status=201),
    Route("POST", f"{STUDENT}/changes/<int:version>/withdraw", enrollment_changes.WithdrawChangeV1, "enrollment"),
    Route("POST", f"{STUDENT}/records", enrollment_changes.AnnotateRecordV1, "enrollment", status=201),
    Route("POST", f"{STUDENT}/papers", enrollment_changes.IssuePaperV1, "enrollment", status=201),
    Route("POST", f"{STUDENT}/records/<int:version>/withdraw", enrollment_records.WithdrawRecordV1, "enrollment"),
    Route("POST", f"{STUDENT}/papers/<int:version>/withdraw", enrollment_records.WithdrawPaperV1, "enrollment"),
    Route("GET", f"{STUDENT}/archive", enrollment_changes.GetArchiveV1, "enrollment"),
    Route("GET", "/overdue-returns", enrollment_changes.ListOverdueReturnsV1, "enrollment"),
    # endings without a certificate: one person proposes, another confirms
    Route(
        "POST",
        f"{STUDENT}/cancellations",
        enrollment_endings.ProposeCancellationV1,
        "enrollment",
        status=201,
        location="/cancellations/{id}",
    ),
    Route(
        "POST",
        f"{STUDENT}/illegal-entry",
        enrollment_endings.DeclareIllegalEntryV1,
        "enrollment",
        status=201,
        location="/cancellations/{id}",
    ),
    Route("GET", "/cancellations", enrollment_endings.ListCancellationsV1, "enrollment"),
    Route("GET", CANCELLATION, enrollment_endings.GetCancellationV1, "enrollment"),
    Route("POST", f"{CANCELLATION}/confirm", enrollment_endings.ConfirmCancellationV1, "enrollment"),
    Route("POST", f"{CANCELLATION}/decline", enrollment_endings.DeclineCancellationV1, "enrollment"),
    # breaches of the Measure
    Route(
        "POST",
        "/incidents",
        enrollment_incidents.OpenIncidentV1,
        "enrollment",
        status=201,
        location="/incidents/{id}",
    ),
    Route("GET", "/incidents", enrollment_incidents.ListIncidentsV1, "enrollment"),
    Route("GET", INCIDENT, enrollment_incidents.GetIncidentV1, "enrollment"),
    Route("POST", f"{INCIDENT}/close", enrollment_incidents.CloseIncidentV1, "enrollment"),
    # one person unmasked
    Route("POST", f"{STUDENT}/unmask", enrollment_unmasking.UnmaskStatusV1, "enrollment"),
    Route("POST", f"{STUDENT}/unmaskings", enrollment_unmasking.AskUnmaskingV1, "enrollment", status=201),
    Route("POST", "/unmaskings/<uuid:unmasking_id>/approve", enrollment_unmasking.ApproveUnmaskingV1, "enrollment"),
)
