"""The edge of identity: accounts, one-time codes, and whose records are whose."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.identity import (
    BindMyRecordsV1,
    CloseAccountV1,
    ListMyRecordsV1,
    OpenAccountV1,
    ProveContactCodeV1,
    RequestSignInCodeV1,
    SendContactCodeV1,
    SignInOperatorV1,
    SignInWithCodeV1,
)

Request = dict[str, Any]


class AccountAnswers:
    """Accounts and their records."""

    edge: Any

    @answers(OpenAccountV1)
    def open_account(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.open_account(**request, by=by)

    @answers(SendContactCodeV1)
    def send_contact_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.send_contact_code(**request, by=by)

    @answers(ProveContactCodeV1)
    def prove_contact_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.prove_contact_code(**request, by=by)

    @answers(RequestSignInCodeV1)
    def request_sign_in_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.request_sign_in_code(**request, by=by)

    @answers(SignInWithCodeV1)
    def sign_in_with_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sign_in_with_code(**request, by=by)

    @answers(SignInOperatorV1)
    def sign_in_operator(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sign_in_operator(**request, by=by)

    @answers(BindMyRecordsV1)
    def bind_my_records(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.bind_my_records(**request, by=by)

    @answers(ListMyRecordsV1)
    def list_my_records(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_my_records(**request, by=by)

    @answers(CloseAccountV1)
    def close_account(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.close_account(**request, by=by)
