"""The edge of credentials: translate, call, answer; never decide."""

from collections.abc import Mapping
from typing import Any

from services.credentials.application import Credentials
from services.credentials.application.heard import StatusNews
from services.credentials.application.holders import HolderNews
from services.credentials.config import Config
from services.credentials.queries import CredentialsQueries
from shared.access.by import By
from shared.bus.handlers import answers, hears
from shared.bus.providers import provide
from shared.bus.source import StreamSource
from shared.codes.clock import clock_from
from shared.contracts.events.enrollment import StudentRegisteredV1
from shared.contracts.events.enrollment_status import (
    StatusContestedV1,
    StudentCorrectedV1,
    StudentStatusChangedV1,
    StudentStatusEndedV1,
)
from shared.contracts.events.identity import RecordBoundV1
from shared.contracts.events.identity_claims import IdentityDisputedV1
from shared.contracts.events.identity_people import QualificationReclaimedV1, RecordDisownedV1
from shared.contracts.events.imaging import PhotoApprovedV1
from shared.contracts.rpc.credentials import (
    ConfirmCertificatesV1,
    ConfirmCertificateV1,
    DraftCertificateV1,
    FindCertificateV1,
    GetCertificateBatchV1,
    GetCertificateV1,
    SubmitCertificatesV1,
)
from shared.contracts.rpc.credentials_own import ListMyCertificatesV1
from shared.eventstore.application import Heard
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

Request = dict[str, Any]


class Edge:
    """What the edge works with: one store, its use cases and its queries."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        config = Config.from_environ(environ)
        self.store = Store(config.store, "credentials")
        self.use_cases = Credentials(self.store, clock_from(config.clock))
        self.news = StatusNews(self.store, clock_from(config.clock))
        self.holders = HolderNews(self.store, clock_from(config.clock))
        self.queries = CredentialsQueries(self.store, Keyring.from_file(config.keys_file))

    def close(self) -> None:
        self.store.close()


class CredentialsService(StreamSource):
    """Answers calls."""

    name = "credentials"
    edge = provide(Edge)

    @answers(SubmitCertificatesV1)
    def submit_certificates(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.submit_certificates(**request, by=by)

    @answers(ConfirmCertificatesV1)
    def confirm_certificates(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.confirm_certificates(**request, by=by)

    @answers(DraftCertificateV1)
    def draft_certificate(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.draft_certificate(**request, by=by)

    @answers(ConfirmCertificateV1)
    def confirm_certificate(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.confirm_certificate(**request, by=by)

    @answers(GetCertificateV1)
    def get_certificate(self, request: Request, by: By) -> Any:
        return self.edge.queries.get_certificate(**request, by=by)

    @answers(FindCertificateV1)
    def find_certificate(self, request: Request, by: By) -> Any:
        return self.edge.queries.find_certificate(**request, by=by)

    @answers(ListMyCertificatesV1)
    def list_my_certificates(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_my_certificates(**request, by=by)

    @answers(GetCertificateBatchV1)
    def get_certificate_batch(self, request: Request, by: By) -> Any:
        return self.edge.queries.get_certificate_batch(**request, by=by)


class CredentialsHearing:
    """Hears the neighbours, in a container of its own."""

    name = "credentials_hearing"
    edge = provide(Edge)

    @hears(StudentRegisteredV1)
    def hear_students(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.hear_students(facts, heard=heard)

    @hears(StudentStatusChangedV1)
    def hear_changes(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.news.hear_states(facts, heard=heard)

    @hears(StudentStatusEndedV1)
    def hear_endings(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.news.hear_states(facts, heard=heard)

    @hears(StudentCorrectedV1)
    def hear_corrections(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.news.hear_corrections(facts, heard=heard)

    @hears(StatusContestedV1)
    def hear_contests(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.news.hear_contests(facts, heard=heard)

    @hears(RecordBoundV1)
    def hear_holders(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.holders.hear_holders(facts, heard=heard)

    @hears(RecordDisownedV1)
    def hear_disowned(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.holders.hear_disowned(facts, heard=heard)

    @hears(QualificationReclaimedV1)
    def hear_reclaimed(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.holders.hear_reclaimed(facts, heard=heard)

    @hears(IdentityDisputedV1)
    def hear_disputes(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.news.hear_disputes(facts, heard=heard)

    @hears(PhotoApprovedV1)
    def hear_photos(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.hear_photos(facts, heard=heard)
