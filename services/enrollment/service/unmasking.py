"""The edge of enrollment: one person's data unmasked."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_unmasking import ApproveUnmaskingV1, AskUnmaskingV1, UnmaskStatusV1

Request = dict[str, Any]


class UnmaskingAnswers:
    """The only way past the masks for staff (A25-1)."""

    edge: Any

    @answers(UnmaskStatusV1)
    def unmask_status(self, request: Request, by: By) -> Any:
        return self.edge.unmaskings.unmask_status(**request, by=by)

    @answers(AskUnmaskingV1)
    def ask_unmasking(self, request: Request, by: By) -> Any:
        return self.edge.unmaskings.ask_unmasking(**request, by=by)

    @answers(ApproveUnmaskingV1)
    def approve_unmasking(self, request: Request, by: By) -> Any:
        return self.edge.unmaskings.approve_unmasking(**request, by=by)
