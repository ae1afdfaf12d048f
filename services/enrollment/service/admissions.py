"""The edge of enrollment: admissions, their corrections, entry, rechecks and preparatory students."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_admissions import (
    DecideAdmissionFixV1,
    DeclineAdmissionFixV1,
    GetAdmissionFixV1,
    GetAdmissionV1,
    ListAdmissionFixesV1,
    ListAdmissionsV1,
    ProposeAdmissionFixV1,
    RecheckAdmissionBatchV1,
    RequestAdmissionFixV1,
)
from shared.contracts.rpc.enrollment_archive import ListOwnAdmissionsV1
from shared.contracts.rpc.enrollment_entry import (
    AnnotateJointTrainingV1,
    AnnotatePreparatoryV1,
    CompletePreparatoryV1,
    EndPreparatoryV1,
    ListPreparatoryV1,
    ListRechecksV1,
    ReadmitDeferredV1,
    RecheckPreparatoryV1,
    RecheckStudentV1,
    ReportFreshmanV1,
)
from shared.contracts.rpc.enrollment_withdrawals import (
    DecideEntryWithdrawalV1,
    GrantReportingLeaveV1,
    ProposeEntryWithdrawalV1,
)

Request = dict[str, Any]


class AdmissionAnswers:
    """Admission data on their way, and what is asked about them."""

    edge: Any

    @answers(RecheckAdmissionBatchV1)
    def recheck_admission_batch(self, request: Request, by: By) -> Any:
        return self.edge.admissions.recheck_admission_batch(**request, by=by)

    @answers(RequestAdmissionFixV1)
    def request_admission_fix(self, request: Request, by: By) -> Any:
        return self.edge.admissions.request_admission_fix(**request, by=by)

    @answers(ProposeAdmissionFixV1)
    def propose_admission_fix(self, request: Request, by: By) -> Any:
        return self.edge.admissions.propose_admission_fix(**request, by=by)

    @answers(DeclineAdmissionFixV1)
    def decline_admission_fix(self, request: Request, by: By) -> Any:
        return self.edge.admissions.decline_admission_fix(**request, by=by)

    @answers(DecideAdmissionFixV1)
    def decide_admission_fix(self, request: Request, by: By) -> Any:
        return self.edge.admissions.decide_admission_fix(**request, by=by)

    @answers(GetAdmissionFixV1)
    def get_admission_fix(self, request: Request, by: By) -> Any:
        return self.edge.admission_queries.get_admission_fix(**request, by=by)

    @answers(ListOwnAdmissionsV1)
    def list_own_admissions(self, request: Request, by: By) -> Any:
        return self.edge.admission_queries.list_own_admissions(**request, by=by)

    @answers(ListAdmissionFixesV1)
    def list_admission_fixes(self, request: Request, by: By) -> Any:
        return self.edge.admission_queries.list_admission_fixes(**request, by=by)

    @answers(GetAdmissionV1)
    def get_admission(self, request: Request, by: By) -> Any:
        return self.edge.admission_queries.get_admission(**request, by=by)

    @answers(ListAdmissionsV1)
    def list_admissions(self, request: Request, by: By) -> Any:
        return self.edge.admission_queries.list_admissions(**request, by=by)


class EntryAnswers:
    """Who reported, who was deferred, who was rechecked, who is prepared."""

    edge: Any

    @answers(ReportFreshmanV1)
    def report_freshman(self, request: Request, by: By) -> Any:
        return self.edge.entry.report_freshman(**request, by=by)

    @answers(GrantReportingLeaveV1)
    def grant_reporting_leave(self, request: Request, by: By) -> Any:
        return self.edge.entry.grant_reporting_leave(**request, by=by)

    @answers(ProposeEntryWithdrawalV1)
    def propose_entry_withdrawal(self, request: Request, by: By) -> Any:
        return self.edge.entry_withdrawals.propose_entry_withdrawal(**request, by=by)

    @answers(DecideEntryWithdrawalV1)
    def decide_entry_withdrawal(self, request: Request, by: By) -> Any:
        return self.edge.entry_withdrawals.decide_entry_withdrawal(**request, by=by)

    @answers(ReadmitDeferredV1)
    def readmit_deferred(self, request: Request, by: By) -> Any:
        return self.edge.entry.readmit_deferred(**request, by=by)

    @answers(RecheckStudentV1)
    def recheck_student(self, request: Request, by: By) -> Any:
        return self.edge.entry.recheck_student(**request, by=by)

    @answers(AnnotateJointTrainingV1)
    def annotate_joint_training(self, request: Request, by: By) -> Any:
        return self.edge.entry.annotate_joint_training(**request, by=by)

    @answers(RecheckPreparatoryV1)
    def recheck_preparatory(self, request: Request, by: By) -> Any:
        return self.edge.preparation.recheck_preparatory(**request, by=by)

    @answers(AnnotatePreparatoryV1)
    def annotate_preparatory(self, request: Request, by: By) -> Any:
        return self.edge.preparation.annotate_preparatory(**request, by=by)

    @answers(CompletePreparatoryV1)
    def complete_preparatory(self, request: Request, by: By) -> Any:
        return self.edge.preparation.complete_preparatory(**request, by=by)

    @answers(EndPreparatoryV1)
    def end_preparatory(self, request: Request, by: By) -> Any:
        return self.edge.preparation.end_preparatory(**request, by=by)

    @answers(ListPreparatoryV1)
    def list_preparatory(self, request: Request, by: By) -> Any:
        return self.edge.admission_queries.list_preparatory(**request, by=by)

    @answers(ListRechecksV1)
    def list_rechecks(self, request: Request, by: By) -> Any:
        return self.edge.admission_queries.list_rechecks(**request, by=by)
