"""The edge of identity: translate, call, answer; never decide."""

from collections.abc import Mapping
from typing import Any

from services.identity.adapters.operators_file import OperatorsFile
from services.identity.application.identity import Identity
from services.identity.config import Config
from services.identity.queries import IdentityQueries
from shared.access.by import By
from shared.bus.handlers import answers, hears
from shared.bus.providers import provide
from shared.bus.source import StreamSource
from shared.codes.clock import clock_from
from shared.contracts.events.credentials import DegreeIssuedV1
from shared.contracts.events.enrollment import StudentRegisteredV1
from shared.contracts.events.enrollment_status import StatusContestedV1, StudentCorrectedV1, StudentStatusEndedV1
from shared.contracts.rpc.identity import (
    BindMyRecordsV1,
    CloseAccountV1,
    ListMyRecordsV1,
    OpenAccountV1,
    ProveContactCodeV1,
    RequestSignInCodeV1,
    SendContactCodeV1,
    SignInOperatorV1,
    SignInWithCodeV1,
)
from shared.eventstore.application import Heard
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

Request = dict[str, Any]


class Edge:
    """What the edge works with: one store, its use cases and its queries."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        config = Config.from_environ(environ)
        self.store = Store(config.store, "identity")
        self.queries = IdentityQueries(self.store)
        self.use_cases = Identity(
            self.store,
            clock_from(config.clock),
            Keyring.from_file(config.keys_file),
            self.queries,
            OperatorsFile(config.operators_file) if config.operators_file else None,
        )

    def close(self) -> None:
        self.store.close()


class IdentityService(StreamSource):
    """Answers calls."""

    name = "identity"
    edge = provide(Edge)

    @answers(OpenAccountV1)
    def open_account(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.open_account(**request, by=by)

    @answers(SendContactCodeV1)
    def send_contact_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.send_contact_code(**request, by=by)

    @answers(ProveContactCodeV1)
    def prove_contact_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.prove_contact_code(**request, by=by)

    @answers(RequestSignInCodeV1)
    def request_sign_in_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.request_sign_in_code(**request, by=by)

    @answers(SignInWithCodeV1)
    def sign_in_with_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sign_in_with_code(**request, by=by)

    @answers(SignInOperatorV1)
    def sign_in_operator(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sign_in_operator(**request, by=by)

    @answers(BindMyRecordsV1)
    def bind_my_records(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.bind_my_records(**request, by=by)

    @answers(ListMyRecordsV1)
    def list_my_records(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_my_records(**request, by=by)

    @answers(CloseAccountV1)
    def close_account(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.close_account(**request, by=by)


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
