"""The edge of verification: translate, call, answer; never decide. Strangers do not come this way (public.py)."""

from collections.abc import Mapping
from typing import Any

from eventlet import tpool

from services.verification.adapters.pdf import Issuer, TypstPress
from services.verification.application import Verification
from services.verification.config import Config
from services.verification.queries import VerificationQueries, delay_of
from shared.access.by import By
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.handlers import answers, hears
from shared.bus.providers import provide
from shared.bus.source import StreamSource
from shared.codes.clock import clock_from
from shared.contracts.events.credentials import DegreeIssuedV1
from shared.contracts.events.enrollment import EnrollmentAnnualRegisteredV1, StudentRegisteredV1
from shared.contracts.events.enrollment_status import (
    AnnualRegistrationWithdrawnV1,
    StatusContestedV1,
    StudentCorrectedV1,
    StudentStatusChangedV1,
    StudentStatusEndedV1,
)
from shared.contracts.events.identity import RecordBoundV1
from shared.contracts.events.identity_claims import IdentityDisputedV1
from shared.contracts.events.identity_people import (
    PeopleMergedV1,
    PeopleSplitV1,
    QualificationReclaimedV1,
    RecordDisownedV1,
)
from shared.contracts.events.imaging import PhotoApprovedV1
from shared.contracts.rpc.verification import (
    CloseReportV1,
    ExtendReportV1,
    GetReportPdfV1,
    GetReportV1,
    ListReportableRecordsV1,
    ListReportsV1,
    ListWaitingReportsV1,
    ReopenReportV1,
    RequestReportV1,
)
from shared.contracts.rpc.verification_own import ListMyVerificationsV1
from shared.eventstore.application import Heard
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

Request = dict[str, Any]
Facts = list[dict[str, Any]]


class Edge:
    """What the edge works with: one store, its use cases and its queries."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        config = Config.from_environ(environ)
        keyring = Keyring.from_file(config.keys_file)
        self.store = Store(config.store, "verification")
        press = TypstPress(Issuer(config.issuer_zh, config.issuer_en, config.origin, config.sample))
        self.use_cases = Verification(
            self.store,
            clock_from(config.clock),
            keyring,
            SealedBlobs.at(config.blobs_dir, config.keys_file),
            press,
            heavy=tpool.execute,
        )
        self.queries = VerificationQueries(self.store, keyring)

    def close(self) -> None:
        self.store.close()


class VerificationService(StreamSource):
    """Answers calls."""

    name = "verification"
    edge = provide(Edge)

    @answers(RequestReportV1)
    def request_report(self, request: Request, by: By) -> Any:
        answer = self.edge.use_cases.request_report(**request, by=by)
        delay = delay_of(answer.pop("delayed_by"))
        return {**answer, "delay": delay}

    @answers(CloseReportV1)
    def close_report(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.close_report(**request, by=by)

    @answers(ReopenReportV1)
    def reopen_report(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.reopen_report(**request, by=by)

    @answers(ExtendReportV1)
    def extend_report(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.extend_report(**request, by=by)

    @answers(GetReportV1)
    def get_report(self, request: Request, by: By) -> Any:
        return self.edge.queries.get_report(**request, by=by)

    @answers(ListReportsV1)
    def list_reports(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_reports(**request, by=by)

    @answers(GetReportPdfV1)
    def get_report_pdf(self, request: Request, by: By) -> Any:
        return self.edge.queries.get_report_pdf(**request, by=by)

    @answers(ListReportableRecordsV1)
    def list_reportable_records(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_reportable_records(**request, by=by)

    @answers(ListMyVerificationsV1)
    def list_my_verifications(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_my_verifications(**request, by=by)

    @answers(ListWaitingReportsV1)
    def list_waiting_reports(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_waiting_reports(**request, by=by)


class VerificationHearing:
    """Hears the neighbours, in a container of its own."""

    name = "verification_hearing"
    edge = provide(Edge)

    @hears(StudentRegisteredV1)
    def hear_registrations(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_registrations(facts, heard=heard)

    @hears(EnrollmentAnnualRegisteredV1)
    def hear_years(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_years(facts, heard=heard)

    @hears(StudentStatusChangedV1)
    def hear_changes(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_changes(facts, heard=heard)

    @hears(StudentStatusEndedV1)
    def hear_endings(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_endings(facts, heard=heard)

    @hears(AnnualRegistrationWithdrawnV1)
    def hear_years_taken_back(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_years_taken_back(facts, heard=heard)

    @hears(StudentCorrectedV1)
    def hear_corrections(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_corrections(facts, heard=heard)

    @hears(StatusContestedV1)
    def hear_contests(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_contests(facts, heard=heard)

    @hears(PhotoApprovedV1)
    def hear_photos(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_photos(facts, heard=heard)

    @hears(RecordBoundV1)
    def hear_bindings(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_bindings(facts, heard=heard)

    @hears(RecordDisownedV1)
    def hear_disowned(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_disowned(facts, heard=heard)

    @hears(QualificationReclaimedV1)
    def hear_reclaimed(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_reclaimed(facts, heard=heard)

    @hears(IdentityDisputedV1)
    def hear_disputes(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_disputes(facts, heard=heard)

    @hears(PeopleMergedV1)
    def hear_merges(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_merges(facts, heard=heard)

    @hears(PeopleSplitV1)
    def hear_splits(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_splits(facts, heard=heard)

    @hears(DegreeIssuedV1)
    def hear_awards(self, facts: Facts, heard: Heard) -> None:
        self.edge.use_cases.hear_awards(facts, heard=heard)
