"""The routes of claims to documents and changed identities: the asker's, and the reviewers'."""

from typing import Final

from gateway.api.route import Route
from shared.contracts.rpc import (
    identity_claim_review,
    identity_claim_views,
    identity_claim_vouching,
    identity_claims,
)

CLAIMS: Final = "/identity-claims"
CLAIM: Final = "/identity-claims/<uuid:claim_id>"

CLAIM_ROUTES: Final = (
    # without an account: a contact proven by a code, then a secret of the claim's own
    Route("POST", CLAIMS, identity_claims.OpenIdentityClaimV1, "identity", public=True, status=201),
    Route("POST", f"{CLAIM}/contact-codes", identity_claims.SendClaimCodeV1, "identity", public=True),
    Route("POST", f"{CLAIM}/contact-proof", identity_claims.ProveClaimContactV1, "identity", public=True),
    # with that secret, or signed in as whoever asked
    Route("POST", f"{CLAIM}/view", identity_claim_views.ViewIdentityClaimV1, "identity", public=True, either=True),
    Route("POST", f"{CLAIM}/evidence-room", identity_claims.CheckEvidenceRoomV1, "identity", public=True, either=True),
    Route("POST", f"{CLAIM}/knowledge", identity_claims.ProveByKnowledgeV1, "identity", public=True, either=True),
    Route("POST", f"{CLAIM}/hand-in", identity_claims.HandInIdentityClaimV1, "identity", public=True, either=True),
    Route("POST", f"{CLAIM}/withdraw", identity_claims.WithdrawIdentityClaimV1, "identity", public=True, either=True),
    Route("POST", f"{CLAIM}/appeal", identity_claims.AppealIdentityClaimV1, "identity", public=True, either=True),
    Route("POST", f"{CLAIM}/classmates", identity_claim_vouching.AskClassmatesV1, "identity", public=True, either=True),
    # by a signed-in classmate, who brings the code that the asker handed over
    Route("POST", "/me/vouches", identity_claim_vouching.VouchForClassmateV1, "identity", status=201),
    Route("GET", "/me/vouches", identity_claim_vouching.ListMyVouchesV1, "identity"),
    Route("POST", "/me/vouches/<uuid:vouch_id>/take-back", identity_claim_vouching.TakeVouchBackV1, "identity"),
    # by a signed-in student about the own identity
    Route("POST", "/me/identity-claims", identity_claims.AskIdentityChangeV1, "identity", status=201),
    Route("GET", "/me/identity-claims", identity_claim_views.ListOwnClaimsV1, "identity"),
    # the registry's office, and the ministry on appeal
    Route("GET", CLAIMS, identity_claim_review.ListIdentityClaimsV1, "identity"),
    Route("GET", CLAIM, identity_claim_review.GetIdentityClaimV1, "identity"),
    Route("POST", f"{CLAIM}/take", identity_claim_review.TakeIdentityClaimV1, "identity"),
    Route("POST", f"{CLAIM}/compare", identity_claim_review.CompareClaimDocumentV1, "identity"),
    Route("POST", f"{CLAIM}/put-back", identity_claim_review.PutBackIdentityClaimV1, "identity"),
    Route("POST", f"{CLAIM}/ask-more", identity_claim_review.AskMoreEvidenceV1, "identity"),
    Route("POST", f"{CLAIM}/decide", identity_claim_review.DecideIdentityClaimV1, "identity"),
    Route("POST", f"{CLAIM}/appeal/decide", identity_claim_review.DecideClaimAppealV1, "identity"),
)
