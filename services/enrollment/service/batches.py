"""The edge of enrollment: bulk files of every kind."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment import GetBatchV1
from shared.contracts.rpc.enrollment_batches import (
    CommitPlanV1,
    GetPlanV1,
    ListBatchesV1,
    ReconcileBatchV1,
    SubmitFileV1,
    UndoBatchV1,
)

Request = dict[str, Any]


class BatchAnswers:
    """Submit, plan, commit, take back; where a file stands and whether all of it is accounted for."""

    edge: Any

    @answers(SubmitFileV1)
    def submit_file(self, request: Request, by: By) -> Any:
        return self.edge.batches.submit_file(**request, by=by)

    @answers(CommitPlanV1)
    def commit_plan(self, request: Request, by: By) -> Any:
        return self.edge.batches.commit_plan(**request, by=by)

    @answers(UndoBatchV1)
    def undo_batch(self, request: Request, by: By) -> Any:
        return self.edge.batches.undo_batch(**request, by=by)

    @answers(GetBatchV1)
    def get_batch(self, request: Request, by: By) -> Any:
        return self.edge.files.get_batch(**request, by=by)

    @answers(GetPlanV1)
    def get_plan(self, request: Request, by: By) -> Any:
        return self.edge.files.get_plan(**request, by=by)

    @answers(ListBatchesV1)
    def list_batches(self, request: Request, by: By) -> Any:
        return self.edge.files.list_batches(**request, by=by)

    @answers(ReconcileBatchV1)
    def reconcile_batch(self, request: Request, by: By) -> Any:
        return self.edge.files.reconcile_batch(**request, by=by)
