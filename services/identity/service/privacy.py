"""The edge of identity: who looked, alerts, consents."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.identity_consent_requests import (
    ApproveConsentRequestV1,
    DeclineConsentRequestV1,
    GetConsentRequestV1,
    RequestConsentV1,
)
from shared.contracts.rpc.identity_office_looks import ListLooksOfOfficeV1
from shared.contracts.rpc.identity_privacy import (
    GetMyConsentV1,
    GrantConsentV1,
    ListAlertsV1,
    ListMyConsentsV1,
    ListMyLooksV1,
    ReadConsentedV1,
    RevokeConsentV1,
)

Request = dict[str, Any]


class PrivacyAnswers:
    """What a person learns of others' looks, and lets others see."""

    edge: Any

    @answers(ListMyLooksV1)
    def list_my_looks(self, request: Request, by: By) -> Any:
        return self.edge.looks.list_my_looks(**request, by=by)

    @answers(ListAlertsV1)
    def list_alerts(self, request: Request, by: By) -> Any:
        return self.edge.looks.list_alerts(**request, by=by)

    @answers(ListLooksOfOfficeV1)
    def list_looks_of_office(self, request: Request, by: By) -> Any:
        return self.edge.office_looks.list_looks_of_office(**request, by=by)

    @answers(GrantConsentV1)
    def grant_consent(self, request: Request, by: By) -> Any:
        return self.edge.consents.grant_consent(**request, by=by)

    @answers(RevokeConsentV1)
    def revoke_consent(self, request: Request, by: By) -> Any:
        return self.edge.consents.revoke_consent(**request, by=by)

    @answers(ListMyConsentsV1)
    def list_my_consents(self, request: Request, by: By) -> Any:
        return self.edge.looks.list_my_consents(**request, by=by)

    @answers(GetMyConsentV1)
    def get_my_consent(self, request: Request, by: By) -> Any:
        return self.edge.looks.get_my_consent(**request, by=by)

    @answers(RequestConsentV1)
    def request_consent(self, request: Request, by: By) -> Any:
        return self.edge.consents.request_consent(**request, by=by)

    @answers(GetConsentRequestV1)
    def get_consent_request(self, request: Request, by: By) -> Any:
        return self.edge.consents.get_consent_request(**request, by=by)

    @answers(ApproveConsentRequestV1)
    def approve_consent_request(self, request: Request, by: By) -> Any:
        return self.edge.consents.approve_consent_request(**request, by=by)

    @answers(DeclineConsentRequestV1)
    def decline_consent_request(self, request: Request, by: By) -> Any:
        return self.edge.consents.decline_consent_request(**request, by=by)

    @answers(ReadConsentedV1)
    def read_consented(self, request: Request, by: By) -> Any:
        return self.edge.consents.read_consented(**request, by=by)
