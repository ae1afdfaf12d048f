"""The routes of identity: accounts, signing in, offices, claims, and what is one's own."""

from typing import Final

from gateway.api.claim_routes import CLAIM_ROUTES
from gateway.api.office_routes import OFFICE_ROUTES
from gateway.api.people_routes import PEOPLE_ROUTES
from gateway.api.route import Route
from shared.contracts.rpc import (
    identity,
    identity_accounts,
    identity_consent_requests,
    identity_factors,
    identity_privacy,
    identity_sign_in,
)

_CONSENT_REQUEST: Final = "/consent-requests/<uuid:request_id>"

IDENTITY_ROUTES: Final = (
    # accounts and signing in
    Route("POST", "/account-previews", identity_accounts.PreviewAccountV1, "identity", public=True),
    Route("POST", "/accounts", identity.OpenAccountV1, "identity", public=True, status=201),
    Route("POST", "/activation-codes", identity_accounts.ResendActivationV1, "identity", public=True),
    Route("POST", "/accounts/<uuid:account_id>/contact-codes", identity.SendContactCodeV1, "identity", public=True),
    Route("POST", "/accounts/<uuid:account_id>/proof", identity.ProveContactCodeV1, "identity", public=True),
    Route("POST", "/sign-in-codes", identity.RequestSignInCodeV1, "identity", public=True),
    Route("POST", "/sessions", identity.SignInWithCodeV1, "identity", public=True),
    Route("POST", "/operator-sessions", identity.SignInOperatorV1, "identity", public=True),
    Route("POST", "/recovery-codes", identity_accounts.RequestRecoveryCodeV1, "identity", public=True),
    Route("POST", "/password-resets", identity_accounts.ResetPasswordV1, "identity", public=True),
    Route("POST", "/recovered-user-names", identity_accounts.RecoverUserNameV1, "identity", public=True),
    # the own account
    Route("GET", "/me/account", identity_accounts.GetMyAccountV1, "identity"),
    Route("POST", "/me/account/name", identity_accounts.ChangeMyNameV1, "identity"),
    Route("POST", "/me/contacts", identity_accounts.NameContactV1, "identity"),
    Route("POST", "/me/contacts/proof", identity_accounts.ProveNewContactV1, "identity"),
    Route("POST", "/me/contacts/remove", identity_accounts.RemoveContactV1, "identity"),
    *OFFICE_ROUTES,
    *CLAIM_ROUTES,
    *PEOPLE_ROUTES,
    Route("POST", "/password-sessions", identity_sign_in.SignInWithPasswordV1, "identity", public=True),
    Route("POST", "/passkey-sessions/options", identity_sign_in.BeginPasskeySignInV1, "identity", public=True),
    Route("POST", "/passkey-sessions", identity_sign_in.SignInWithPasskeyV1, "identity", public=True),
    Route("GET", "/providers", identity_sign_in.ListProvidersV1, "identity", public=True),
    Route("POST", "/provider-sessions/options", identity_sign_in.BeginProviderSignInV1, "identity", public=True),
    Route("POST", "/provider-sessions", identity_sign_in.SignInWithProviderV1, "identity", public=True),
    Route("POST", "/enrolments", identity_factors.BeginEnrolmentV1, "identity", public=True),
    Route("POST", "/enrolments/complete", identity_factors.CompleteEnrolmentV1, "identity", public=True),
    # showing a strong factor again
    Route("POST", "/me/step-up/otp", identity_sign_in.StepUpWithOtpV1, "identity"),
    Route("POST", "/me/step-up/passkey/options", identity_sign_in.BeginPasskeyStepUpV1, "identity"),
    Route("POST", "/me/step-up/passkey", identity_sign_in.StepUpWithPasskeyV1, "identity"),
    Route("POST", "/me/step-up/code/send", identity_sign_in.SendStepUpCodeV1, "identity"),
    Route("POST", "/me/step-up/code", identity_sign_in.StepUpWithCodeV1, "identity"),
    # own factors
    Route("GET", "/me/factors", identity_factors.ListMyFactorsV1, "identity"),
    Route("POST", "/me/password", identity_factors.SetPasswordV1, "identity"),
    Route("POST", "/me/totp/options", identity_factors.BeginTotpV1, "identity"),
    Route("POST", "/me/totp", identity_factors.AddTotpV1, "identity"),
    Route("POST", "/me/totp/remove", identity_factors.RemoveTotpV1, "identity"),
    Route("POST", "/me/recovery-codes", identity_factors.MakeRecoveryCodesV1, "identity"),
    Route("POST", "/me/passkeys/options", identity_factors.BeginPasskeyV1, "identity"),
    Route("POST", "/me/passkeys", identity_factors.AddPasskeyV1, "identity"),
    Route("POST", "/me/passkeys/<string:passkey>/remove", identity_factors.RemovePasskeyV1, "identity"),
    Route(
        "POST", "/operators/<string:operator_id>/provider-account", identity_factors.LinkProviderAccountV1, "identity"
    ),
    Route(
        "POST",
        "/operators/<string:operator_id>/provider-account/remove",
        identity_factors.UnlinkProviderAccountV1,
        "identity",
    ),
    Route("POST", "/me/provider-account", identity_factors.ConfirmProviderAccountV1, "identity"),
    # own sessions
    Route("GET", "/me/sessions", identity_sign_in.ListMySessionsV1, "identity"),
    Route("POST", "/me/sessions/<uuid:session_id>/end", identity_sign_in.EndSessionV1, "identity"),
    Route("POST", "/me/sessions/end", identity_sign_in.EndMySessionsV1, "identity"),
    Route("POST", "/me/sign-out", identity_sign_in.SignOutV1, "identity"),
    # own records
    Route("GET", "/me/records", identity.ListMyRecordsV1, "identity"),
    Route("POST", "/me/records/bind", identity.BindMyRecordsV1, "identity"),
    Route("POST", "/me/account/close", identity.CloseAccountV1, "identity"),
    # who looked, and who may
    Route("GET", "/me/looks", identity_privacy.ListMyLooksV1, "identity"),
    Route("GET", "/look-alerts", identity_privacy.ListAlertsV1, "identity"),
    Route(
        "POST",
        "/me/consents",
        identity_privacy.GrantConsentV1,
        "identity",
        status=201,
        location="/me/consents/{id}",
    ),
    Route("GET", "/me/consents", identity_privacy.ListMyConsentsV1, "identity"),
    Route("GET", "/me/consents/<uuid:consent_id>", identity_privacy.GetMyConsentV1, "identity"),
    Route("POST", "/me/consents/<uuid:consent_id>/revoke", identity_privacy.RevokeConsentV1, "identity"),
    Route(
        "POST",
        "/consent-requests",
        identity_consent_requests.RequestConsentV1,
        "identity",
        status=201,
        location="/consent-requests/{id}",
    ),
    Route("GET", _CONSENT_REQUEST, identity_consent_requests.GetConsentRequestV1, "identity"),
    Route("POST", f"{_CONSENT_REQUEST}/approve", identity_consent_requests.ApproveConsentRequestV1, "identity"),
    Route("POST", f"{_CONSENT_REQUEST}/decline", identity_consent_requests.DeclineConsentRequestV1, "identity"),
    Route("GET", "/consented/<uuid:consent_id>", identity_privacy.ReadConsentedV1, "identity"),
)
