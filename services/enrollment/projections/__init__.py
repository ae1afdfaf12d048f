"""Facts to rows: the only writer of enrollment's read tables."""

from services.enrollment.domain.admission import Admission
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.domain.roster_export import RosterExport
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.projections.admissions import AdmissionRegister
from services.enrollment.projections.batches import BatchRegister
from services.enrollment.projections.students import StudentRegister
from services.enrollment.projections.timeline import StatusTimeline
from services.enrollment.projections.years import AnnualRegister

PROJECTIONS = (BatchRegister(), AdmissionRegister(), StudentRegister(), AnnualRegister(), StatusTimeline())
AGGREGATES = (Admission, AdmissionBatch, RegistrationBatch, RosterExport, StudentStatus)
