"""The routes of identity: accounts, signing in, offices, claims, and what is one's own."""

from typing import Final

from gateway.api.route import Route
from shared.contracts.rpc import identity

IDENTITY_ROUTES: Final = (
    # accounts and signing in
    Route("POST", "/accounts", identity.OpenAccountV1, "identity", public=True, status=201),
    Route("POST", "/accounts/<uuid:account_id>/contact-codes", identity.SendContactCodeV1, "identity", public=True),
    Route("POST", "/accounts/<uuid:account_id>/proof", identity.ProveContactCodeV1, "identity", public=True),
    Route("POST", "/sign-in-codes", identity.RequestSignInCodeV1, "identity", public=True),
    Route("POST", "/sessions", identity.SignInWithCodeV1, "identity", public=True),
    Route("POST", "/operator-sessions", identity.SignInOperatorV1, "identity", public=True),
    Route("GET", "/me/records", identity.ListMyRecordsV1, "identity"),
    Route("POST", "/me/records/bind", identity.BindMyRecordsV1, "identity"),
    Route("POST", "/me/account/close", identity.CloseAccountV1, "identity"),
)
