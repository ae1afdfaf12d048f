"""Every route of the API: a method, a path and the contract it asks. Views and OpenAPI follow from this list."""

from typing import Final

from gateway.api.enrollment_routes import ENROLLMENT_ROUTES
from gateway.api.identity_routes import IDENTITY_ROUTES
from gateway.api.own_routes import OWN_ROUTES
from gateway.api.route import Route, Upload
from shared.contracts.rpc import credentials, enrollment, imaging, verification

BATCH: Final = "/admission-batches/<uuid:batch_id>"
CERTIFICATES: Final = "/certificate-batches/<uuid:batch_id>"

ROUTES: Final = (
    *IDENTITY_ROUTES,
    *OWN_ROUTES,
    # admission lists
    Route(
        "POST",
        "/admission-batches",
        enrollment.SubmitAdmissionBatchV1,
        "enrollment",
        status=202,
        location="/batches/{id}",
        upload=Upload("submit_admission_batch"),
    ),
    Route("POST", f"{BATCH}/review", enrollment.ReviewAdmissionBatchV1, "enrollment"),
    Route("POST", f"{BATCH}/return", enrollment.ReturnAdmissionBatchV1, "enrollment"),
    Route("POST", f"{BATCH}/release", enrollment.ReleaseAdmissionBatchV1, "enrollment"),
    # freshmen and years
    Route(
        "POST",
        "/freshman-results",
        enrollment.SubmitFreshmanResultsV1,
        "enrollment",
        status=202,
        location="/batches/{id}",
        upload=Upload("register_students"),
    ),
    Route(
        "POST",
        "/year-results",
        enrollment.SubmitYearResultsV1,
        "enrollment",
        status=202,
        location="/batches/{id}",
        upload=Upload("register_years"),
    ),
    Route("GET", "/batches/<uuid:batch_id>", enrollment.GetBatchV1, "enrollment"),
    Route("POST", "/students", enrollment.RegisterStudentV1, "enrollment", status=201, location="/students/{id}"),
    Route("GET", "/students", enrollment.FindStatusV1, "enrollment"),
    Route("GET", "/students/<uuid:status_id>", enrollment.GetStatusV1, "enrollment"),
    Route("POST", "/students/<uuid:status_id>/years", enrollment.SettleYearV1, "enrollment", status=201),
    Route("POST", "/entry-decisions", enrollment.DecideEntryV1, "enrollment", status=201),
    *ENROLLMENT_ROUTES,
    # photos
    Route("POST", "/students/<uuid:status_id>/capture-codes", imaging.IssueCaptureCodeV1, "imaging", status=201),
    Route("POST", "/capture-codes", imaging.IssueCaptureCodesV1, "imaging", status=201),
    Route(
        "POST",
        "/photos",
        imaging.SubmitPhotoV1,
        "imaging",
        status=201,
        location="/photos/{id}",
        upload=Upload("submit_photo", photo=True),
    ),
    Route("GET", "/photos", imaging.ListPhotosToReviewV1, "imaging"),
    Route("GET", "/photos/<uuid:photo_id>", imaging.GetPhotoV1, "imaging"),
    Route("POST", "/photos/<uuid:photo_id>/review", imaging.ReviewPhotoV1, "imaging"),
    # certificates
    Route(
        "POST",
        "/certificate-batches",
        credentials.SubmitCertificatesV1,
        "credentials",
        status=202,
        location="/certificate-batches/{id}",
        upload=Upload("draft_certificates"),
    ),
    Route("GET", CERTIFICATES, credentials.GetCertificateBatchV1, "credentials"),
    Route("POST", f"{CERTIFICATES}/confirm", credentials.ConfirmCertificatesV1, "credentials", status=202),
    Route(
        "POST",
        "/certificates",
        credentials.DraftCertificateV1,
        "credentials",
        status=201,
        location="/certificates/{id}",
    ),
    Route("GET", "/certificates/<uuid:certificate_id>", credentials.GetCertificateV1, "credentials"),
    Route("POST", "/certificates/<uuid:certificate_id>/confirm", credentials.ConfirmCertificateV1, "credentials"),
    Route("GET", "/students/<uuid:status_id>/certificate", credentials.FindCertificateV1, "credentials"),
    # reports
    Route("GET", "/reportable-records", verification.ListReportableRecordsV1, "verification"),
    Route("POST", "/reports", verification.RequestReportV1, "verification", status=201, location="/reports/{id}"),
    Route("GET", "/reports", verification.ListReportsV1, "verification"),
    Route("GET", "/reports/<uuid:report_id>", verification.GetReportV1, "verification"),
    Route("POST", "/reports/<uuid:report_id>/close", verification.CloseReportV1, "verification"),
    Route("POST", "/reports/<uuid:report_id>/reopen", verification.ReopenReportV1, "verification"),
    Route("POST", "/reports/<uuid:report_id>/extend", verification.ExtendReportV1, "verification"),
    Route("GET", "/waiting-reports", verification.ListWaitingReportsV1, "verification"),
)
