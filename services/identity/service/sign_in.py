"""The edge of identity: sessions, factors, signing in."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.identity_factors import (
    AddPasskeyV1,
    AddTotpV1,
    BeginEnrolmentV1,
    BeginPasskeyV1,
    BeginTotpV1,
    CompleteEnrolmentV1,
    ConfirmProviderAccountV1,
    LinkProviderAccountV1,
    ListMyFactorsV1,
    MakeRecoveryCodesV1,
    RemovePasskeyV1,
    RemoveTotpV1,
    SetPasswordV1,
    UnlinkProviderAccountV1,
)
from shared.contracts.rpc.identity_sign_in import (
    AssertSessionV1,
    BeginPasskeySignInV1,
    BeginPasskeyStepUpV1,
    BeginProviderSignInV1,
    EndMySessionsV1,
    EndSessionV1,
    ListMySessionsV1,
    ListProvidersV1,
    SendStepUpCodeV1,
    SignInWithPasskeyV1,
    SignInWithPasswordV1,
    SignInWithProviderV1,
    SignOutV1,
    StepUpWithCodeV1,
    StepUpWithOtpV1,
    StepUpWithPasskeyV1,
)

Request = dict[str, Any]


class SignInAnswers:
    """Sessions, and how they are begun."""

    edge: Any

    @answers(AssertSessionV1)
    def assert_session(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.assert_session(**request, by=by)

    @answers(ListMySessionsV1)
    def list_my_sessions(self, request: Request, by: By) -> Any:
        return self.edge.sign_in_queries.list_my_sessions(**request, by=by)

    @answers(EndSessionV1)
    def end_session(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.end_session(**request, by=by)

    @answers(EndMySessionsV1)
    def end_my_sessions(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.end_my_sessions(**request, by=by)

    @answers(SignOutV1)
    def sign_out(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.sign_out(**request, by=by)

    @answers(SignInWithPasswordV1)
    def sign_in_with_password(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passwords.sign_in_with_password(**request, by=by)

    @answers(BeginPasskeySignInV1)
    def begin_passkey_sign_in(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passkeys.begin_passkey_sign_in(**request, by=by)

    @answers(SignInWithPasskeyV1)
    def sign_in_with_passkey(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passkeys.sign_in_with_passkey(**request, by=by)

    @answers(StepUpWithOtpV1)
    def step_up_with_otp(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passwords.step_up_with_otp(**request, by=by)

    @answers(BeginPasskeyStepUpV1)
    def begin_passkey_step_up(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passkeys.begin_passkey_step_up(**request, by=by)

    @answers(StepUpWithPasskeyV1)
    def step_up_with_passkey(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passkeys.step_up_with_passkey(**request, by=by)

    @answers(SendStepUpCodeV1)
    def send_step_up_code(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.codes.send_step_up_code(**request, by=by)

    @answers(StepUpWithCodeV1)
    def step_up_with_code(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.codes.step_up_with_code(**request, by=by)

    @answers(ListProvidersV1)
    def list_providers(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.providers.list_providers()

    @answers(BeginProviderSignInV1)
    def begin_provider_sign_in(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.providers.begin_provider_sign_in(**request, by=by)

    @answers(SignInWithProviderV1)
    def sign_in_with_provider(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.providers.sign_in_with_provider(**request, by=by)


class FactorAnswers:
    """The own factors, and how staff get their first ones."""

    edge: Any

    @answers(ListMyFactorsV1)
    def list_my_factors(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.factors.list_my_factors(**request, by=by)

    @answers(SetPasswordV1)
    def set_password(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.factors.set_password(**request, by=by)

    @answers(BeginTotpV1)
    def begin_totp(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.factors.begin_totp(**request, by=by)

    @answers(AddTotpV1)
    def add_totp(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.factors.add_totp(**request, by=by)

    @answers(RemoveTotpV1)
    def remove_totp(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.factors.remove_totp(**request, by=by)

    @answers(MakeRecoveryCodesV1)
    def make_recovery_codes(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.factors.make_recovery_codes(**request, by=by)

    @answers(BeginPasskeyV1)
    def begin_passkey(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passkeys.begin_passkey(**request, by=by)

    @answers(AddPasskeyV1)
    def add_passkey(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passkeys.add_passkey(**request, by=by)

    @answers(RemovePasskeyV1)
    def remove_passkey(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.passkeys.remove_passkey(**request, by=by)

    @answers(BeginEnrolmentV1)
    def begin_enrolment(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.enrolment.begin_enrolment(**request, by=by)

    @answers(CompleteEnrolmentV1)
    def complete_enrolment(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.enrolment.complete_enrolment(**request, by=by)

    @answers(LinkProviderAccountV1)
    def link_provider_account(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.providers.link_provider_account(**request, by=by)

    @answers(ConfirmProviderAccountV1)
    def confirm_provider_account(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.providers.confirm_provider_account(**request, by=by)

    @answers(UnlinkProviderAccountV1)
    def unlink_provider_account(self, request: Request, by: By) -> Any:
        return self.edge.sign_in.providers.unlink_provider_account(**request, by=by)
