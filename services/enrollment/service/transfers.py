"""The edge of enrollment: transfers 转学."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_transfers import (
    AgreeToTransferV1,
    CompleteTransferV1,
    ConfirmTransferV1,
    FileTransferV1,
    GetTransferV1,
    ListTransfersV1,
    RejectTransferV1,
    RequestTransferV1,
    ReviewTransferV1,
    WithdrawTransferV1,
)

Request = dict[str, Any]


class TransferAnswers:
    """Asked for, agreed, confirmed, carried out, filed; where each stands."""

    edge: Any

    @answers(RequestTransferV1)
    def request_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.request_transfer(**request, by=by)

    @answers(AgreeToTransferV1)
    def agree_to_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.agree_to_transfer(**request, by=by)

    @answers(ReviewTransferV1)
    def review_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.review_transfer(**request, by=by)

    @answers(ConfirmTransferV1)
    def confirm_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.confirm_transfer(**request, by=by)

    @answers(CompleteTransferV1)
    def complete_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.complete_transfer(**request, by=by)

    @answers(FileTransferV1)
    def file_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.file_transfer(**request, by=by)

    @answers(RejectTransferV1)
    def reject_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.reject_transfer(**request, by=by)

    @answers(WithdrawTransferV1)
    def withdraw_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfers.withdraw_transfer(**request, by=by)

    @answers(GetTransferV1)
    def get_transfer(self, request: Request, by: By) -> Any:
        return self.edge.transfer_files.get_transfer(**request, by=by)

    @answers(ListTransfersV1)
    def list_transfers(self, request: Request, by: By) -> Any:
        return self.edge.transfer_files.list_transfers(**request, by=by)
