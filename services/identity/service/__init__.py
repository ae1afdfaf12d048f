"""The edge of identity: translate, call, answer; never decide."""

from collections.abc import Mapping
from typing import Any

from eventlet import tpool

from services.identity.adapters.oidc import HttpsProviders, ProvidersFile
from services.identity.adapters.operators_file import OperatorsFile
from services.identity.adapters.pictures import PillowPictures
from services.identity.application.claim_evidence import ClaimEvidence
from services.identity.application.consent_requests import ConsentRequests
from services.identity.application.identity import Identity
from services.identity.application.invitations import Invitations
from services.identity.application.looks import LookReports
from services.identity.application.machine_clients import MachineClients
from services.identity.application.merging import Merging
from services.identity.application.offices import Offices
from services.identity.application.operators import Appointments
from services.identity.application.passwords import Passwords
from services.identity.application.people import People
from services.identity.application.sign_in_owners import AccountOwners, EveryOwner, OperatorOwners
from services.identity.application.sign_in_rooms import SignInRooms
from services.identity.config import Config
from services.identity.queries import IdentityQueries
from services.identity.queries.claim_review import ClaimQueries
from services.identity.queries.looks import LookQueries
from services.identity.queries.office_looks import OfficeLooks
from services.identity.queries.offices import OfficeQueries
from services.identity.queries.people import PeopleQueries
from services.identity.queries.schools import SchoolQueries
from services.identity.queries.sign_in import SignInQueries
from services.identity.service.accounts import AccountAnswers
from services.identity.service.claims import ClaimAnswers
from services.identity.service.offices import OfficeAnswers
from services.identity.service.people import PeopleAnswers
from services.identity.service.privacy import PrivacyAnswers
from services.identity.service.sign_in import FactorAnswers, SignInAnswers
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.handlers import hears
from shared.bus.providers import provide
from shared.bus.source import StreamSource
from shared.codes.clock import clock_from
from shared.contracts.events.credentials import DegreeIssuedV1
from shared.contracts.events.credentials_looks import CertificatesViewedV1
from shared.contracts.events.enrollment import StudentRegisteredV1
from shared.contracts.events.enrollment_looks import StudentRecordsViewedV1
from shared.contracts.events.enrollment_status import StatusContestedV1, StudentCorrectedV1, StudentStatusEndedV1
from shared.contracts.events.imaging_looks import PhotosViewedV1
from shared.eventstore.application import Heard
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store


class Edge:
    """What the edge works with: one store, its use cases and its queries."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        config = Config.from_environ(environ)
        self.store = Store(config.store, "identity")
        self.queries = IdentityQueries(self.store)
        self.sign_in_queries = SignInQueries(self.store)
        self.use_cases = Identity(
            self.store,
            clock_from(config.clock),
            Keyring.from_file(config.keys_file),
            self.queries,
            OperatorsFile(config.operators_file) if config.operators_file else None,
            channels=config.channels,
        )
        self.look_reports = LookReports(self.store, clock_from(config.clock))
        clock, keyring = clock_from(config.clock), Keyring.from_file(config.keys_file)
        self.looks = LookQueries(self.store, keyring)
        self.office_looks = OfficeLooks(self.store)
        self.consents = ConsentRequests(self.use_cases, self.looks, config.public_origin)
        self.offices = Offices(self.store, clock)
        self.appointments = Appointments(self.store, clock, keyring)
        self.machine_clients = MachineClients(self.store, clock, keyring)
        self.office_queries = OfficeQueries(self.store, keyring)
        self.schools = SchoolQueries(self.store)
        self.claim_queries = ClaimQueries(self.store, keyring)
        self.people_queries = PeopleQueries(self.store, keyring, self.use_cases.allowances)
        self.people = People(self.store, clock, keyring, self.people_queries)
        self.merging = Merging(self.store, clock, self.people_queries)
        blobs = SealedBlobs.at(config.blobs_dir, config.keys_file)
        self.claims = ClaimEvidence(
            self.store, clock, keyring, self.claim_queries, blobs, PillowPictures(), heavy=tpool.execute
        )

        self.sign_in = SignInRooms(
            self.use_cases,
            origin=config.public_origin,
            passwords=Passwords(heavy=tpool.execute, more_known=config.known_passwords_file),
            owners=EveryOwner(AccountOwners(self.use_cases), OperatorOwners(self.appointments)),
            invitations=Invitations(self.store, clock, keyring),
            providers=ProvidersFile(config.oidc_file),
            door=HttpsProviders(),
        )

    def close(self) -> None:
        self.store.close()


class IdentityService(
    AccountAnswers,
    ClaimAnswers,
    OfficeAnswers,
    PeopleAnswers,
    PrivacyAnswers,
    SignInAnswers,
    FactorAnswers,
    StreamSource,
):
    """Answers calls."""

    name = "identity"
    edge = provide(Edge)


class IdentityHearing:
    """Hears the neighbours, in a container of its own."""

    name = "identity_hearing"
    edge = provide(Edge)

    @hears(StudentRegisteredV1)
    def open_student_records(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.open_student_records(facts, heard=heard)

    @hears(StudentStatusEndedV1)
    def note_endings(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_endings(facts, heard=heard)

    @hears(StudentCorrectedV1)
    def note_corrections(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_corrections(facts, heard=heard)

    @hears(StatusContestedV1)
    def note_contests(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_contests(facts, heard=heard)

    @hears(DegreeIssuedV1)
    def open_qualification_records(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.open_qualification_records(facts, heard=heard)

    @hears(StudentRecordsViewedV1)
    def note_looks_at_students(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.look_reports.hear_looks("enrollment", facts, heard=heard)

    @hears(CertificatesViewedV1)
    def note_looks_at_certificates(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.look_reports.hear_looks("credentials", facts, heard=heard)

    @hears(PhotosViewedV1)
    def note_looks_at_photos(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.look_reports.hear_looks("imaging", facts, heard=heard)
