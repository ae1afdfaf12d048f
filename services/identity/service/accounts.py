"""The edge of identity: accounts, one-time codes, and whose records are whose."""

from typing import Any

from services.identity.application.documents import with_country
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
from shared.contracts.rpc.identity_accounts import (
    ChangeMyNameV1,
    GetMyAccountV1,
    NameContactV1,
    PreviewAccountV1,
    ProveNewContactV1,
    RecoverUserNameV1,
    RemoveContactV1,
    RequestRecoveryCodeV1,
    ResendActivationV1,
    ResetPasswordV1,
)

Request = dict[str, Any]


class AccountAnswers:
    """Accounts and their records."""

    edge: Any

    @answers(OpenAccountV1)
    def open_account(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.open_account(**with_country(request, needed=True), by=by)

    @answers(PreviewAccountV1)
    def preview_account(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.preview_account(**with_country(request, needed=True), by=by)

    @answers(ResendActivationV1)
    def resend_activation(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.resend_activation(**request, by=by)

    @answers(SendContactCodeV1)
    def send_contact_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.send_contact_code(**request, by=by)

    @answers(ProveContactCodeV1)
    def prove_contact_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.prove_contact_code(**request, by=by)

    @answers(RequestSignInCodeV1)
    def request_sign_in_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.request_sign_in_code(**with_country(request), by=by)

    @answers(SignInWithCodeV1)
    def sign_in_with_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sign_in_with_code(**with_country(request), by=by)

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

    @answers(GetMyAccountV1)
    def get_my_account(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.get_my_account(**request, by=by)

    @answers(NameContactV1)
    def name_contact(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.name_contact(**request, by=by)

    @answers(ProveNewContactV1)
    def prove_new_contact(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.prove_new_contact(**request, by=by)

    @answers(RemoveContactV1)
    def remove_contact(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.remove_contact(**request, by=by)

    @answers(ChangeMyNameV1)
    def change_my_name(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.change_my_name(**request, by=by)

    @answers(RequestRecoveryCodeV1)
    def request_recovery_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.request_recovery_code(**with_country(request), by=by)

    @answers(RecoverUserNameV1)
    def recover_user_name(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.recover_user_name(**with_country(request), by=by)

    @answers(ResetPasswordV1)
    def reset_password(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.reset.reset_password(**with_country(request), by=by)
