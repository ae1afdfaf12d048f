"""Facts to rows: the only writer of enrollment's read tables."""

from services.enrollment.domain.admission import Admission
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.admission_fix import AdmissionFix
from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.case import Case
from services.enrollment.domain.conflict import Conflict
from services.enrollment.domain.incident import Incident
from services.enrollment.domain.look import Look
from services.enrollment.domain.preparatory import Preparatory
from services.enrollment.domain.recheck_term import RecheckTerm
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.domain.roster_export import RosterExport
from services.enrollment.domain.school import School
from services.enrollment.domain.status_holder import StatusHolder
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.domain.transfer import Transfer
from services.enrollment.domain.unmasking import Unmasking
from services.enrollment.projections.admissions import AdmissionFixRegister, AdmissionRegister, RecheckRegister
from services.enrollment.projections.batches import BatchRegister
from services.enrollment.projections.cases import CaseRegister, CaseSteps, ConflictRegister
from services.enrollment.projections.changes import ArchiveEntries, CancellationRegister
from services.enrollment.projections.counts import StatusCounts, StatusTotals, YearCounts
from services.enrollment.projections.holders import HolderRegister
from services.enrollment.projections.incidents import IncidentRegister
from services.enrollment.projections.preparatory import PreparatoryRegister
from services.enrollment.projections.recheck_terms import RecheckTermRegister
from services.enrollment.projections.school_years import SchoolRegister, SchoolYearRegister, UndeclaredYears
from services.enrollment.projections.students import StudentRegister
from services.enrollment.projections.timeline import StatusTimeline, YearTimeline
from services.enrollment.projections.transfers import TransferRegister
from services.enrollment.projections.years import AbsenceRegister, AnnualRegister

PROJECTIONS = (
    BatchRegister(),
    AdmissionRegister(),
    AdmissionFixRegister(),
    PreparatoryRegister(),
    RecheckRegister(),
    RecheckTermRegister(),
    StudentRegister(),
    AnnualRegister(),
    AbsenceRegister(),
    StatusTimeline(),
    YearTimeline(),
    SchoolRegister(),
    SchoolYearRegister(),
    UndeclaredYears(),
    HolderRegister(),
    CaseRegister(),
    ConflictRegister(),
    TransferRegister(),
    CaseSteps(),
    ArchiveEntries(),
    CancellationRegister(),
    IncidentRegister(),
    StatusCounts(),
    StatusTotals(),
    YearCounts(),
)
AGGREGATES = (
    Admission,
    AdmissionBatch,
    AdmissionFix,
    Cancellation,
    Case,
    Conflict,
    Incident,
    Look,
    Preparatory,
    RecheckTerm,
    RegistrationBatch,
    RosterExport,
    School,
    StatusHolder,
    StudentStatus,
    Transfer,
    Unmasking,
)
