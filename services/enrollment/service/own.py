"""The edge of enrollment: what students see and say of their own records, and who of a class has checked."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_own import (
    AskClassToCheckV1,
    AskToCheckV1,
    ConfirmOwnStatusV1,
    DisputeOwnStatusV1,
    ListChecksV1,
    ListOwnStatusesV1,
)

Request = dict[str, Any]


class OwnAnswers:
    """Told and asked (A11)."""

    edge: Any

    @answers(AskToCheckV1)
    def ask_to_check(self, request: Request, by: By) -> Any:
        return self.edge.notices.ask_to_check(**request, by=by)

    @answers(AskClassToCheckV1)
    def ask_class_to_check(self, request: Request, by: By) -> Any:
        return self.edge.notices.ask_class_to_check(**request, by=by)

    @answers(ConfirmOwnStatusV1)
    def confirm_own_status(self, request: Request, by: By) -> Any:
        return self.edge.notices.confirm_own_status(**request, by=by)

    @answers(DisputeOwnStatusV1)
    def dispute_own_status(self, request: Request, by: By) -> Any:
        return self.edge.notices.dispute_own_status(**request, by=by)

    @answers(ListOwnStatusesV1)
    def list_own_statuses(self, request: Request, by: By) -> Any:
        return self.edge.own.list_own_statuses(**request, by=by)

    @answers(ListChecksV1)
    def list_checks(self, request: Request, by: By) -> Any:
        return self.edge.own.list_checks(**request, by=by)
