"""What one service tells of whose a record is, and what another makes of it: every word as it is heard."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.credentials.application import Credentials
from services.credentials.application.holders import HolderNews
from services.credentials.projections import PROJECTIONS as CREDENTIALS_TABLES
from services.credentials.publishing import publish as told_by_credentials
from services.credentials.queries import CredentialsQueries
from services.identity.publishing import publish as told_by_identity
from services.identity.tests.conftest import ZHANG, House, house, keyring  # noqa: F401 -- fixtures
from services.identity.tests.people_world import PKU, PeopleWorld
from shared.contracts.contract import PublicFact
from shared.eventstore.application import Heard
from shared.eventstore.follower import Follower
from shared.eventstore.ids import uuid7
from shared.eventstore.log import read_log
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store, migrate
from tests.support.actors import StandingClock, asked, person

pytestmark = pytest.mark.servers
DAY = date(2026, 7, 1)
NUMBER, PRINTED = "100011202605000001", "NO.00298959"


def said(store: Store, publish: Any) -> list[tuple[type[PublicFact], dict[str, Any]]]:
    """Everything a service has told so far, as a hearer loads it."""
    Sequencer(store).step()
    with store.reading() as cursor:
        told = [each for record in read_log(cursor, 0, 1000) for each in publish(record)]
    return [(contract, contract().load(contract().dump(values))) for contract, values in told]


class Neighbours:
    """Identity and credentials, each with its own store; what one tells is handed to the other by hand."""

    def __init__(self, at_home: House, credentials: Credentials) -> None:
        self.world, self.credentials = PeopleWorld.beside(at_home), credentials
        self.holders = HolderNews(credentials.store, credentials.clock)
        self.queries = CredentialsQueries(credentials.store, at_home.identity.keyring)
        self._heard = {"identity": 0, "credentials": 0}

    def issued(self) -> UUID:
        """A certificate with two numbers takes effect, and identity hears of it."""
        own, status_id = self.world.house.identity.keyring, self.world.status()
        id_key = own.id_key(ZHANG["id_type"], ZHANG["id_number"])
        fact = {
            "status_id": status_id, "id_key": id_key, "name_key": own.name_key(ZHANG["name"]),
            "sealed_person": own.seal_person({"name": ZHANG["name"]}, id_key), "exam_no": "26110101110001",
            "school_code": PKU, "school_name": "北京大学", "level": "本科", "category": "普通高等教育",
            "study_form": "普通全日制", "major_name": "哲学", "duration": "4", "entry_date": date(2022, 9, 1),
        }  # fmt: skip
        self.credentials.hear_students([fact], heard=Heard("enrollment", 1, 1))
        photo = {"status_id": status_id, "photo_id": uuid7(), "digest": "ab" * 32}
        self.credentials.hear_photos([photo], heard=Heard("imaging", 1, 1))
        by = asked(person("registrar", PKU, "reg-1"), "draft_certificate")
        drafted = self.credentials.draft_certificate(
            command_id=by.command_id, status_id=status_id, number=NUMBER, printed_number=PRINTED, graduation_date=DAY,
            issue_date=DAY, conclusion="毕业", president_name="陈校长", by=by,
        )  # fmt: skip
        by = asked(person("registrar", PKU, "reg-2"), "confirm_certificate")
        certificate_id = UUID(drafted["id"])
        self.credentials.confirm_certificate(command_id=by.command_id, certificate_id=certificate_id, by=by)
        self.credentials.due([], [certificate_id])
        ((_, award),) = said(self.credentials.store, told_by_credentials)
        self.world.house.identity.open_qualification_records([award], Heard("credentials", 1, 1))
        self.world.house.work()
        return certificate_id

    def pass_on(self) -> None:
        """Credentials hears what identity has told since it last listened."""
        hearers = {
            "record_bound.v1": self.holders.hear_holders,
            "record_disowned.v1": self.holders.hear_disowned,
            "qualification_reclaimed.v1": self.holders.hear_reclaimed,
        }
        told = said(self.world.house.identity.store, told_by_identity)
        for number, (contract, values) in list(enumerate(told, 1))[self._heard["identity"] :]:
            hearers[contract.type]([values], heard=Heard("identity", number, number))
        self._heard["identity"] = len(told)
        for step in (Sequencer(self.credentials.store).step, Follower(self.credentials.store, CREDENTIALS_TABLES).step):
            while step():
                pass

    def listed(self, sub: str) -> list[str]:
        by = asked(person("student", "", sub), "list_my_certificates")
        return [each["number"] for each in self.queries.list_my_certificates(by=by)["certificates"]]


@pytest.fixture
def neighbours(house: House, databases: Any) -> Any:  # noqa: F811 -- the fixture
    url = databases.fresh("credentials", lambda template: migrate(template, "credentials"))
    store = Store(url, "credentials")
    yield Neighbours(house, Credentials(store, StandingClock(datetime(2026, 7, 1, 4, tzinfo=UTC))))
    store.close()
    databases.drop(url)


@pytest.mark.rule("AC-15", "AC-17", "A11-2")
@pytest.mark.parametrize("typed", [NUMBER, PRINTED, "298959", "No: 0298959", "№００２９８９５９"])
def test_a_disowned_certificate_comes_back_by_either_number_everywhere(neighbours: Neighbours, typed: str) -> None:
    """Given a certificate with a printed number as credentials told of it, when its holder disowns it, then it leaves
    the list of credentials; when she asks for it by either number, however written, it is back there too."""
    student = neighbours.world.student()
    certificate_id = neighbours.issued()
    neighbours.pass_on()
    assert neighbours.listed(student.sub) == [NUMBER]
    tell = neighbours.world.tell
    tell("disown_record", student, record_id=certificate_id, kind="qualification", statement="不是我的证书")
    neighbours.pass_on()
    assert neighbours.listed(student.sub) == []
    named = {"kind": "qualification", "school_code": PKU, "year": 2026, "number": typed}
    assert tell("bind_record_by_number", student, **named)["bound"]
    neighbours.pass_on()
    assert neighbours.listed(student.sub) == [NUMBER]
