"""Every kind of file that enrollment takes in."""

from typing import Any

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.admission_list import AdmissionListKind, SpecialAdmissionListKind
from services.enrollment.application.bulk.cancellations import CancellationsKind
from services.enrollment.application.bulk.existing_statuses import ExistingStatusesKind
from services.enrollment.application.bulk.existing_years import ExistingYearsKind
from services.enrollment.application.bulk.freshman_reports import FreshmanReportsKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.leaving_papers import LeavingPapersKind
from services.enrollment.application.bulk.recheck_results import RecheckResultsKind
from services.enrollment.application.bulk.status_changes import StatusChangesKind
from services.enrollment.application.bulk.study_records import StudyRecordsKind
from services.enrollment.application.bulk.year_results import YearResultsKind


def kinds(enrollment: Enrollment) -> dict[str, Any]:
    """What the worker's batch runner may meet, by the kind a batch was submitted as."""
    return {
        "admission_list": AdmissionListKind(enrollment),
        "special_admission_list": SpecialAdmissionListKind(enrollment),
        "freshman_reports": FreshmanReportsKind(enrollment),
        "recheck_results": RecheckResultsKind(enrollment),
        "freshman_results": FreshmanResultsKind(enrollment),
        "year_results": YearResultsKind(enrollment),
        "status_changes": StatusChangesKind(enrollment),
        "study_records": StudyRecordsKind(enrollment),
        "cancellations": CancellationsKind(enrollment),
        "leaving_papers": LeavingPapersKind(enrollment),
        "existing_statuses": ExistingStatusesKind(enrollment),
        "existing_years": ExistingYearsKind(enrollment),
    }
