"""The edge of identity: claims to documents and changed identities, and their review."""

from typing import Any

from services.identity.application.documents import with_country
from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.identity_claim_review import (
    AskMoreEvidenceV1,
    CompareClaimDocumentV1,
    DecideClaimAppealV1,
    DecideIdentityClaimV1,
    GetIdentityClaimV1,
    ListIdentityClaimsV1,
    PutBackIdentityClaimV1,
    SeeClaimEvidenceV1,
    TakeIdentityClaimV1,
)
from shared.contracts.rpc.identity_claim_views import ListOwnClaimsV1, ViewIdentityClaimV1
from shared.contracts.rpc.identity_claim_vouching import (
    AskClassmatesV1,
    ListMyVouchesV1,
    TakeVouchBackV1,
    VouchForClassmateV1,
)
from shared.contracts.rpc.identity_claims import (
    AddClaimEvidenceV1,
    AppealIdentityClaimV1,
    AskIdentityChangeV1,
    CheckEvidenceRoomV1,
    HandInIdentityClaimV1,
    OpenIdentityClaimV1,
    ProveByKnowledgeV1,
    ProveClaimContactV1,
    SendClaimCodeV1,
    WithdrawIdentityClaimV1,
)

Request = dict[str, Any]


class ClaimAnswers:
    """The asker's side and the reviewer's."""

    edge: Any

    @answers(OpenIdentityClaimV1)
    def open_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.open_identity_claim(**with_country(request, needed=True), by=by)

    @answers(AskIdentityChangeV1)
    def ask_identity_change(self, request: Request, by: By) -> Any:
        return self.edge.claims.ask_identity_change(**with_country(request, needed=True), by=by)

    @answers(SendClaimCodeV1)
    def send_claim_code(self, request: Request, by: By) -> Any:
        return self.edge.claims.send_claim_code(**request, by=by)

    @answers(ProveClaimContactV1)
    def prove_claim_contact(self, request: Request, by: By) -> Any:
        return self.edge.claims.prove_claim_contact(**request, by=by)

    @answers(ProveByKnowledgeV1)
    def prove_by_knowledge(self, request: Request, by: By) -> Any:
        return self.edge.claims.prove_by_knowledge(**request, by=by)

    @answers(CheckEvidenceRoomV1)
    def check_evidence_room(self, request: Request, by: By) -> Any:
        return self.edge.claims.check_evidence_room(**request, by=by)

    @answers(AddClaimEvidenceV1)
    def add_claim_evidence(self, request: Request, by: By) -> Any:
        return self.edge.claims.add_claim_evidence(**request, by=by)

    @answers(HandInIdentityClaimV1)
    def hand_in_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.hand_in_identity_claim(**request, by=by)

    @answers(WithdrawIdentityClaimV1)
    def withdraw_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.withdraw_identity_claim(**request, by=by)

    @answers(AppealIdentityClaimV1)
    def appeal_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.appeal_identity_claim(**request, by=by)

    @answers(ViewIdentityClaimV1)
    def view_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.view_identity_claim(**request, by=by)

    @answers(ListOwnClaimsV1)
    def list_own_claims(self, request: Request, by: By) -> Any:
        return self.edge.claim_queries.list_own_claims(**request, by=by)

    @answers(AskClassmatesV1)
    def ask_classmates(self, request: Request, by: By) -> Any:
        return self.edge.claims.ask_classmates(**request, by=by)

    @answers(VouchForClassmateV1)
    def vouch_for_classmate(self, request: Request, by: By) -> Any:
        return self.edge.claims.vouch_for_classmate(**request, by=by)

    @answers(ListMyVouchesV1)
    def list_my_vouches(self, request: Request, by: By) -> Any:
        return self.edge.claim_queries.list_my_vouches(**request, by=by)

    @answers(TakeVouchBackV1)
    def take_vouch_back(self, request: Request, by: By) -> Any:
        return self.edge.claims.take_vouch_back(**request, by=by)

    @answers(ListIdentityClaimsV1)
    def list_identity_claims(self, request: Request, by: By) -> Any:
        return self.edge.claim_queries.list_identity_claims(**request, by=by)

    @answers(GetIdentityClaimV1)
    def get_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claim_queries.get_identity_claim(**request, by=by)

    @answers(SeeClaimEvidenceV1)
    def see_claim_evidence(self, request: Request, by: By) -> Any:
        return self.edge.claim_queries.see_claim_evidence(**request, by=by)

    @answers(TakeIdentityClaimV1)
    def take_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.take_identity_claim(**request, by=by)

    @answers(CompareClaimDocumentV1)
    def compare_claim_document(self, request: Request, by: By) -> Any:
        return self.edge.claims.compare_claim_document(**request, by=by)

    @answers(PutBackIdentityClaimV1)
    def put_back_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.put_back_identity_claim(**request, by=by)

    @answers(AskMoreEvidenceV1)
    def ask_more_evidence(self, request: Request, by: By) -> Any:
        return self.edge.claims.ask_more_evidence(**request, by=by)

    @answers(DecideIdentityClaimV1)
    def decide_identity_claim(self, request: Request, by: By) -> Any:
        return self.edge.claims.decide_identity_claim(**request, by=by)

    @answers(DecideClaimAppealV1)
    def decide_claim_appeal(self, request: Request, by: By) -> Any:
        return self.edge.claims.decide_claim_appeal(**request, by=by)
