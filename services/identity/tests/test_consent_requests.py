"""An office asks for a consent by a link; the person who has it agrees, chooses and answers once (AC-23)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.application.consent_requests import ConsentRequests
from services.identity.domain.consent import CannotRead, ConsentTooLong, NothingToRead
from services.identity.domain.consent_request import MoreThanAsked, RequestOver
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.queries.looks import LookQueries
from services.identity.tests.conftest import House
from services.identity.tests.test_looks import VERIFIER, consents_of, staff, with_record
from shared.access.assertion import Assertion
from shared.access.decide import NotPermitted
from shared.bus import codec
from shared.contracts.catalogue import requests
from shared.eventstore.verify import verify
from shared.rules.free_texts import TextNamesPerson
from shared.rules.refused import NotFound

pytestmark = pytest.mark.servers
CONTRACTS = {each.method: each for each in requests() if each.service == "identity"}
OTHER = staff("verifier", "ver-2", "client-2")


class Desk:
    """A verifier's office and one student, as the edge joins them."""

    def __init__(self, house: House) -> None:
        self.house = house
        consents_of(house)  # founds the office
        queries = LookQueries(house.identity.store, house.identity.keyring)
        self.requests = ConsentRequests(house.identity, queries, "https://xueji.example/")
        self.student, self.record = with_record(house)

    def tell(self, method: str, actor: Assertion, **asked: Any) -> Any:
        by = self.house.asked(method, actor)
        if "command_id" in CONTRACTS[method]().fields:
            asked = {**asked, "command_id": by.command_id}
        answer = getattr(self.requests, method)(by=by, **asked)
        self.house.work()
        return codec.write(CONTRACTS[method].answer, answer)

    def ask(self, actor: Assertion = VERIFIER, **changes: Any) -> UUID:
        until = (self.house.clock.now() + timedelta(days=30)).date()
        said = {"purpose": "入职核实", "scope": ["name", "school_name", "level"], "until": until, **changes}
        return UUID(self.tell("request_consent", actor, **said)["id"])

    def approve(self, request_id: UUID, **changes: Any) -> Any:
        said = {"scope": ["school_name"], "records": [self.record], **changes}
        return self.tell("approve_consent_request", self.student, request_id=request_id, **said)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.mark.rule("AC-23")
def test_what_the_person_chose_of_what_was_asked_is_read_by_the_office(desk: Desk) -> None:
    """Given an office's request, when the student who has the link agrees to less than was asked for, then the office
    learns by which consent it may read, and reads the chosen fields of the chosen record and nothing else."""
    request_id = desk.ask()
    seen = desk.tell("get_consent_request", desk.student, request_id=request_id)
    assert (seen["office_name"], list(seen["scope"])) == ("某公司", ["name", "school_name", "level"])
    assert seen["state"] == "asked"
    assert seen["link"] == f"https://xueji.example/me/consents/{request_id}"
    consent_id = desk.approve(request_id)["id"]
    answered = desk.tell("get_consent_request", VERIFIER, request_id=request_id)
    assert (answered["state"], answered["consent_id"]) == ("approved", consent_id)
    by = desk.house.asked("read_consented", VERIFIER)
    read = desk.requests.read_consented(consent_id=UUID(consent_id), by=by)
    assert (read["name"], read["purpose"]) == (None, "入职核实")
    assert [set(each) for each in read["records"]] == [{"id", "school_name"}]
    # the student sees it among the own consents; nobody with the link learns its number
    assert desk.tell("get_consent_request", desk.student, request_id=request_id)["consent_id"] is None
    assert verify(desk.house.identity.store, PROJECTIONS, AGGREGATES) == []


@pytest.mark.rule("AC-23")
def test_a_request_is_answered_once_in_time_and_never_by_more_than_was_asked(desk: Desk) -> None:
    """Given requests, when more than was asked for is chosen, another's record, nothing, or when one was answered or is
    a week old, then it is refused; declining one lets nothing be read."""
    request_id = desk.ask(scope=["school_name"])
    with pytest.raises(MoreThanAsked):
        desk.approve(request_id, scope=["school_name", "name"])
    for records in ([uuid4()], []):
        with pytest.raises(NothingToRead):
            desk.requests.approve_consent_request(
                command_id=uuid4(), request_id=request_id, scope=["school_name"], records=records,
                by=desk.house.asked("approve_consent_request", desk.student),
            )  # fmt: skip
    desk.tell("decline_consent_request", desk.student, request_id=request_id)
    with pytest.raises(RequestOver):
        desk.approve(request_id)
    declined = desk.tell("get_consent_request", VERIFIER, request_id=request_id)
    assert (declined["state"], declined["consent_id"]) == ("declined", None)
    late = desk.ask()
    desk.house.clock.forward(timedelta(days=7))
    assert desk.tell("get_consent_request", desk.student, request_id=late)["state"] == "over"
    with pytest.raises(RequestOver):
        desk.approve(late)
    with pytest.raises(NotFound):
        desk.approve(uuid4())


@pytest.mark.rule("AC-23")
def test_only_an_open_verifiers_office_asks_and_no_other_looks(desk: Desk) -> None:
    """Given offices of all kinds, when another than an open verifier's asks, asks for too long, names somebody's number
    or looks for an answer to a request that is not its own, then it is refused."""
    request_id = desk.ask()
    for stranger in (staff("registrar", "4111010001"), staff("ministry", "moe"), desk.student):
        with pytest.raises(NotPermitted):
            desk.ask(stranger)
    with pytest.raises(CannotRead):
        desk.ask(OTHER)  # nobody founded it
    with pytest.raises(NotPermitted):
        desk.tell("get_consent_request", OTHER, request_id=request_id)
    with pytest.raises(ConsentTooLong):
        desk.ask(until=(desk.house.clock.now() + timedelta(days=400)).date())
    with pytest.raises(TextNamesPerson):
        desk.ask(purpose="核实 11010519491231002X")
