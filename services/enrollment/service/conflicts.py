"""The edge of enrollment: conflicts over one identity."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_conflicts import (
    AnswerConflictV1,
    DecideConflictV1,
    GetConflictV1,
    ListConflictsV1,
    OpenConflictOfStatusV1,
    OpenConflictV1,
    RegisterContestedV1,
    WithdrawConflictV1,
)

Request = dict[str, Any]


class ConflictAnswers:
    """Opened, recorded, answered, decided; where each stands."""

    edge: Any

    @answers(OpenConflictV1)
    def open_conflict(self, request: Request, by: By) -> Any:
        return self.edge.conflicts.open_conflict(**request, by=by)

    @answers(OpenConflictOfStatusV1)
    def open_conflict_of_status(self, request: Request, by: By) -> Any:
        return self.edge.conflicts.open_conflict_of_status(**request, by=by)

    @answers(RegisterContestedV1)
    def register_contested(self, request: Request, by: By) -> Any:
        return self.edge.conflicts.register_contested(**request, by=by)

    @answers(AnswerConflictV1)
    def answer_conflict(self, request: Request, by: By) -> Any:
        return self.edge.conflicts.answer_conflict(**request, by=by)

    @answers(WithdrawConflictV1)
    def withdraw_conflict(self, request: Request, by: By) -> Any:
        return self.edge.conflicts.withdraw_conflict(**request, by=by)

    @answers(DecideConflictV1)
    def decide_conflict(self, request: Request, by: By) -> Any:
        return self.edge.conflicts.decide_conflict(**request, by=by)

    @answers(GetConflictV1)
    def get_conflict(self, request: Request, by: By) -> Any:
        return self.edge.conflict_files.get_conflict(**request, by=by)

    @answers(ListConflictsV1)
    def list_conflicts(self, request: Request, by: By) -> Any:
        return self.edge.conflict_files.list_conflicts(**request, by=by)
