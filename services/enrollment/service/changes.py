"""The edge of enrollment: changes, records, papers, endings, incidents, the archive."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_changes import (
    AnnotateRecordV1,
    DeclareLeaveLimitV1,
    GetArchiveV1,
    IssuePaperV1,
    ListOverdueReturnsV1,
    RecordChangeV1,
    WithdrawChangeV1,
)
from shared.contracts.rpc.enrollment_endings import (
    ConfirmCancellationV1,
    DeclareIllegalEntryV1,
    DeclineCancellationV1,
    GetCancellationV1,
    ListCancellationsV1,
    ProposeCancellationV1,
)
from shared.contracts.rpc.enrollment_incidents import CloseIncidentV1, GetIncidentV1, ListIncidentsV1, OpenIncidentV1
from shared.contracts.rpc.enrollment_records import WithdrawPaperV1, WithdrawRecordV1

Request = dict[str, Any]


class ChangeAnswers:
    """What happens between entry and leaving, and how it ends without a certificate."""

    edge: Any

    @answers(RecordChangeV1)
    def record_change(self, request: Request, by: By) -> Any:
        return self.edge.changes.record_change(**request, by=by)

    @answers(DeclareLeaveLimitV1)
    def declare_leave_limit(self, request: Request, by: By) -> Any:
        return self.edge.changes.declare_leave_limit(**request, by=by)

    @answers(WithdrawChangeV1)
    def withdraw_change(self, request: Request, by: By) -> Any:
        return self.edge.changes.withdraw_change(**request, by=by)

    @answers(AnnotateRecordV1)
    def annotate_record(self, request: Request, by: By) -> Any:
        return self.edge.papers.annotate_record(**request, by=by)

    @answers(IssuePaperV1)
    def issue_paper(self, request: Request, by: By) -> Any:
        return self.edge.papers.issue_paper(**request, by=by)

    @answers(WithdrawRecordV1)
    def withdraw_record(self, request: Request, by: By) -> Any:
        return self.edge.papers.withdraw_record(**request, by=by)

    @answers(WithdrawPaperV1)
    def withdraw_paper(self, request: Request, by: By) -> Any:
        return self.edge.papers.withdraw_paper(**request, by=by)

    @answers(GetArchiveV1)
    def get_archive(self, request: Request, by: By) -> Any:
        return self.edge.archives.get_archive(**request, by=by)

    @answers(ListOverdueReturnsV1)
    def list_overdue_returns(self, request: Request, by: By) -> Any:
        return self.edge.archives.list_overdue_returns(**request, by=by)

    @answers(ProposeCancellationV1)
    def propose_cancellation(self, request: Request, by: By) -> Any:
        return self.edge.endings.propose_cancellation(**request, by=by)

    @answers(DeclareIllegalEntryV1)
    def declare_illegal_entry(self, request: Request, by: By) -> Any:
        return self.edge.endings.declare_illegal_entry(**request, by=by)

    @answers(ConfirmCancellationV1)
    def confirm_cancellation(self, request: Request, by: By) -> Any:
        return self.edge.endings.confirm_cancellation(**request, by=by)

    @answers(DeclineCancellationV1)
    def decline_cancellation(self, request: Request, by: By) -> Any:
        return self.edge.endings.decline_cancellation(**request, by=by)

    @answers(GetCancellationV1)
    def get_cancellation(self, request: Request, by: By) -> Any:
        return self.edge.proposals.get_cancellation(**request, by=by)

    @answers(ListCancellationsV1)
    def list_cancellations(self, request: Request, by: By) -> Any:
        return self.edge.proposals.list_cancellations(**request, by=by)

    @answers(OpenIncidentV1)
    def open_incident(self, request: Request, by: By) -> Any:
        return self.edge.incidents.open_incident(**request, by=by)

    @answers(CloseIncidentV1)
    def close_incident(self, request: Request, by: By) -> Any:
        return self.edge.incidents.close_incident(**request, by=by)

    @answers(GetIncidentV1)
    def get_incident(self, request: Request, by: By) -> Any:
        return self.edge.proposals.get_incident(**request, by=by)

    @answers(ListIncidentsV1)
    def list_incidents(self, request: Request, by: By) -> Any:
        return self.edge.proposals.list_incidents(**request, by=by)
