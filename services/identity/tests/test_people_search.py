"""People are looked for with a purpose, and every look leaves something: numbers are not tried out unseen."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.identity.domain.look import sought_under
from services.identity.queries.looks import LookQueries
from services.identity.queries.people import SEARCHES_AN_HOUR, SearchedTooOften
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.people_world import LI, PeopleWorld, staff
from services.identity.tests.test_looks import AUDITOR, looks_of
from shared.eventstore.looking import PurposeNeeded

pytestmark = pytest.mark.servers
ASKED = {"id_type": ZHANG["id_type"], "id_number": ZHANG["id_number"]}


@pytest.fixture
def world(house: House) -> PeopleWorld:
    return PeopleWorld.beside(house)


@pytest.mark.rule("A24-3", "AUD-4", "X-REASON-1")
def test_that_nobody_was_found_is_recorded_and_read_by_whoever_it_is(world: PeopleWorld) -> None:
    """Given an operator who looks for a document without an account, when no purpose is said, then nothing is told;
    with one, that nobody was found is a look and an alert, and its person reads of it once there is an account."""
    operator = staff("ctr-1")
    with pytest.raises(PurposeNeeded):
        world.queries.search_people(**ASKED, by=world.by("search_people", operator, purpose=" "))
    assert world.ask("search_people", operator, **ASKED) == {"people": []}
    world.house.work()
    alerts = LookQueries(world.house.identity.store, world.people.keyring).list_alerts(
        before=None, limit=10, by=world.house.asked("list_alerts", AUDITOR)
    )["alerts"]
    under = sought_under(world.people.keyring.id_key(*ASKED.values()))
    assert [(each["sub"], each["record_id"], each["purpose"]) for each in alerts] == [
        ("ctr-1", under, "a call of the person")
    ]
    assert looks_of(world.house, world.student(LI, contact="lisi@example.edu.cn")) == []
    (look,) = looks_of(world.house, world.student())
    assert (look["use_case"], look["records"]) == ("search_people", [UUID(str(under))])


@pytest.mark.rule("AUD-4")
def test_one_operator_looks_for_so_many_people_an_hour(world: PeopleWorld) -> None:
    """Given an operator who looked for as many people as an hour has room for, when they look for one more, found or
    not, then it is refused and told nothing; another operator goes on, and so do they an hour later."""
    for number in range(SEARCHES_AN_HOUR):
        world.ask("search_people", staff("ctr-1"), id_type="Z", id_number=f"X{number}")
    world.student()
    with pytest.raises(SearchedTooOften):
        world.ask("search_people", staff("ctr-1"), **ASKED)
    assert world.ask("search_people", staff("ctr-2"), **ASKED)["people"]
    world.house.clock.forward(timedelta(hours=1))
    assert world.ask("search_people", staff("ctr-1"), **ASKED)["people"]
