"""The edge of enrollment: translate, call, answer; never decide."""

from collections.abc import Mapping
from typing import Any

from services.enrollment.application import Enrollment
from services.enrollment.application.admissions import Admissions
from services.enrollment.application.awards import Awards
from services.enrollment.application.batches import Batches
from services.enrollment.application.changes import Changes
from services.enrollment.application.conflicts import Conflicts
from services.enrollment.application.disowning import Disownings
from services.enrollment.application.endings import Endings
from services.enrollment.application.entry import Entry
from services.enrollment.application.entry_withdrawals import EntryWithdrawals
from services.enrollment.application.exports import Exports
from services.enrollment.application.incidents import Incidents
from services.enrollment.application.notices import Notices
from services.enrollment.application.papers import Papers
from services.enrollment.application.preparatory import Preparation
from services.enrollment.application.school_years import SchoolYears
from services.enrollment.application.transfers import Transfers
from services.enrollment.application.unmasking import Unmaskings
from services.enrollment.config import Config
from services.enrollment.queries import EnrollmentQueries
from services.enrollment.queries.admissions import AdmissionQueries
from services.enrollment.queries.batches import BatchQueries
from services.enrollment.queries.changes import ChangeQueries
from services.enrollment.queries.conflicts import ConflictQueries
from services.enrollment.queries.endings import EndingQueries
from services.enrollment.queries.finding import Findings
from services.enrollment.queries.overdue import OverdueQueries
from services.enrollment.queries.own import OwnQueries
from services.enrollment.queries.rechecks import RecheckQueries
from services.enrollment.queries.templates import RosterQueries
from services.enrollment.queries.timeline import TimelineQueries
from services.enrollment.queries.transfers import TransferQueries
from services.enrollment.queries.years import YearQueries
from services.enrollment.service.admissions import AdmissionAnswers, EntryAnswers
from services.enrollment.service.batches import BatchAnswers
from services.enrollment.service.cases import CaseAnswers
from services.enrollment.service.changes import ChangeAnswers
from services.enrollment.service.conflicts import ConflictAnswers
from services.enrollment.service.own import OwnAnswers
from services.enrollment.service.rules import RulesEdge
from services.enrollment.service.templates import TemplateAnswers
from services.enrollment.service.timeline import TimelineAnswers
from services.enrollment.service.transfers import TransferAnswers
from services.enrollment.service.unmasking import UnmaskingAnswers
from services.enrollment.service.years import YearAnswers
from shared.access.by import By
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.handlers import answers, hears
from shared.bus.providers import provide
from shared.bus.source import StreamSource
from shared.codes.clock import clock_from
from shared.contracts.events.credentials import DegreeIssuedV1
from shared.contracts.events.identity import RecordBoundV1
from shared.contracts.events.identity_people import RecordDisownedV1
from shared.contracts.rpc.enrollment import (
    DecideEntryV1,
    FindStatusV1,
    GetStatusV1,
    RegisterStudentV1,
    ReleaseAdmissionBatchV1,
    ReturnAdmissionBatchV1,
    ReviewAdmissionBatchV1,
    SettleYearV1,
    SubmitAdmissionBatchV1,
    SubmitFreshmanResultsV1,
    SubmitYearResultsV1,
)
from shared.eventstore.application import Heard
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

Request = dict[str, Any]


class Edge:
    """What the edge works with: one store, its use cases and its queries."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        config = Config.from_environ(environ)
        keyring = Keyring.from_file(config.keys_file)
        self.store = Store(config.store, "enrollment")
        self.use_cases = Enrollment(self.store, clock_from(config.clock), keyring)
        self.queries = EnrollmentQueries(self.store, keyring)
        self.admissions = Admissions(self.store, clock_from(config.clock), keyring)
        self.entry = Entry(self.store, clock_from(config.clock), keyring)
        self.entry_withdrawals = EntryWithdrawals(self.store, clock_from(config.clock), keyring)
        self.preparation = Preparation(self.store, clock_from(config.clock), keyring)
        self.admission_queries = AdmissionQueries(self.store, keyring)
        self.batches = Batches(self.store, clock_from(config.clock), keyring)
        blobs = SealedBlobs.at(config.blobs_dir, config.keys_file, read_only=True)
        self.files = BatchQueries(self.store, blobs)
        self.school_years = SchoolYears(self.store, clock_from(config.clock), keyring)
        self.years = YearQueries(self.store)
        self.overdue = OverdueQueries(self.store, keyring)
        self.rechecks = RecheckQueries(self.store)
        self.changes = Changes(self.store, clock_from(config.clock), keyring)
        self.papers = Papers(self.store, clock_from(config.clock), keyring)
        self.endings = Endings(self.store, clock_from(config.clock), keyring)
        self.incidents = Incidents(self.store, clock_from(config.clock), keyring)
        self.archives = ChangeQueries(self.store, keyring)
        self.proposals = EndingQueries(self.store)
        self.timeline = TimelineQueries(self.store, keyring)
        self.exports = Exports(self.store, clock_from(config.clock), keyring)
        self.rosters = RosterQueries(self.store, keyring)
        at_work = (self.store, clock_from(config.clock), keyring, Findings(self.store), config.periods)
        self.notices = Notices(*at_work)
        self.disownings = Disownings(*at_work)
        self.awards = Awards(*at_work)
        self.unmaskings = Unmaskings(self.store, clock_from(config.clock), keyring)
        self.transfers = Transfers(*at_work)
        self.conflicts = Conflicts(*at_work)
        self.own = OwnQueries(self.store, keyring)
        self.transfer_files = TransferQueries(self.store, keyring)
        self.conflict_files = ConflictQueries(self.store, keyring)
        for use_cases in vars(self).values():
            if isinstance(use_cases, Enrollment):
                use_cases.papers = blobs

    def close(self) -> None:
        self.store.close()


class EnrollmentService(
    AdmissionAnswers,
    EntryAnswers,
    BatchAnswers,
    ChangeAnswers,
    RulesEdge,
    TimelineAnswers,
    YearAnswers,
    TemplateAnswers,
    CaseAnswers,
    ConflictAnswers,
    OwnAnswers,
    TransferAnswers,
    UnmaskingAnswers,
    StreamSource,
):
    """Answers calls."""

    name = "enrollment"
    edge = provide(Edge)

    @answers(SubmitAdmissionBatchV1)
    def submit_admission_batch(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.submit_admission_batch(**request, by=by)

    @answers(ReviewAdmissionBatchV1)
    def review_admission_batch(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.review_admission_batch(**request, by=by)

    @answers(ReturnAdmissionBatchV1)
    def return_admission_batch(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.return_admission_batch(**request, by=by)

    @answers(ReleaseAdmissionBatchV1)
    def release_admission_batch(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.release_admission_batch(**request, by=by)

    @answers(SubmitFreshmanResultsV1)
    def submit_freshman_results(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.submit_freshman_results(**request, by=by)

    @answers(SubmitYearResultsV1)
    def submit_year_results(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.submit_year_results(**request, by=by)

    @answers(RegisterStudentV1)
    def register_student(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.register_student(**request, by=by)

    @answers(DecideEntryV1)
    def decide_entry(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.decide_entry(**request, by=by)

    @answers(SettleYearV1)
    def settle_year(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.settle_year(**request, by=by)

    @answers(GetStatusV1)
    def get_status(self, request: Request, by: By) -> Any:
        return self.edge.queries.get_status(**request, by=by)

    @answers(FindStatusV1)
    def find_status(self, request: Request, by: By) -> Any:
        return self.edge.queries.find_status(**request, by=by)


class EnrollmentHearing:
    """Hears the neighbours, in a container of its own."""

    name = "enrollment_hearing"
    edge = provide(Edge)

    @hears(DegreeIssuedV1)
    def hear_degrees(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.awards.hear_degrees(facts, heard=heard)

    @hears(RecordBoundV1)
    def hear_holders(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.notices.hear_holders(facts, heard=heard)

    @hears(RecordDisownedV1)
    def hear_disowned(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.disownings.hear_disowned(facts, heard=heard)
