"""One human being with two accounts: what was kept of either is hers while one speaks for both, and parts with them."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.identity.application.consents import Consents
from services.identity.application.looks import LookReports
from services.identity.domain.consent import NotConsented
from services.identity.queries.looks import LookQueries
from services.identity.tests.claiming import counter_of
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.people_world import FUDAN, LI, PeopleWorld, staff
from services.identity.tests.test_looks import VERIFIER, consents_of, grant, looks_of, told
from shared.access.assertion import Assertion
from shared.eventstore.application import Heard
from shared.rules.refused import NotFound

pytestmark = pytest.mark.servers


@pytest.fixture
def world(house: House) -> PeopleWorld:
    return PeopleWorld.beside(house)


@pytest.fixture
def zhang(world: PeopleWorld) -> Assertion:
    return world.student()


@pytest.fixture
def li(world: PeopleWorld, zhang: Assertion) -> Assertion:
    """The same human being under an earlier document and name."""
    return world.student(LI, contact="lisi@example.edu.cn")


def consents_seen_by(world: PeopleWorld, student: Assertion) -> list[tuple[UUID, bool, bool]]:
    """Which consents a student sees: whether each rests, and whether it was taken back."""
    world.house.work()
    queries = LookQueries(world.house.identity.store, world.house.identity.keyring)
    listed = queries.list_my_consents(by=world.by("list_my_consents", student))["consents"]
    for each in listed:
        by = world.by("get_my_consent", student)
        assert queries.get_my_consent(consent_id=each["consent_id"], after_version=0, by=by) == each
    return [(each["consent_id"], each["rests"], each["revoked_at"] is not None) for each in listed]


def read(world: PeopleWorld, consents: Consents, consent_id: UUID) -> Any:
    return consents.read_consented(consent_id=consent_id, by=world.by("read_consented", VERIFIER))


def revoke(world: PeopleWorld, consents: Consents, student: Assertion, consent_id: UUID) -> None:
    by = world.by("revoke_consent", student)
    consents.revoke_consent(command_id=by.command_id, consent_id=consent_id, by=by)


@pytest.mark.rule("AC-19", "PIPL-1")
def test_a_consent_rests_while_accounts_are_merged_and_whoever_speaks_takes_it_back(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    """Given two consents of an account that is merged into another, when its office reads, then it reads nothing; the
    survivor sees both and takes one back; after a split the other one holds again, and is the giver's alone."""
    status = world.status(LI, school_code=FUDAN)
    consents = consents_of(world.house)
    taken_back, kept = (grant(world.house, consents, li, status) for _ in range(2))
    assert read(world, consents, kept)["name"] == "李四"
    merge_id = world.merged(zhang, li)
    with pytest.raises(NotConsented):
        read(world, consents, kept)
    assert set(consents_seen_by(world, zhang)) == {(taken_back, True, False), (kept, True, False)}
    revoke(world, consents, zhang, taken_back)
    world.split(merge_id)
    assert consents_seen_by(world, zhang) == []
    assert set(consents_seen_by(world, li)) == {(taken_back, False, True), (kept, False, False)}
    with pytest.raises(NotFound):
        revoke(world, consents, zhang, kept)
    assert read(world, consents, kept)["records"]
    with pytest.raises(NotConsented):
        read(world, consents, taken_back)


@pytest.mark.rule("A24-3", "AC-19")
def test_looks_at_a_merged_account_are_seen_by_whoever_speaks_for_it(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    """Given looks at the person and at a record of an account, when it is merged into another, then the survivor sees
    them beside the own ones; after a split each sees its own."""
    status = world.status(LI, school_code=FUDAN)
    LookReports(world.house.identity.store, world.house.clock).hear_looks(
        "enrollment", [told(status)], Heard("enrollment", 2, 2)
    )
    for who in (LI, ZHANG):
        asked = {"id_type": who["id_type"], "id_number": who["id_number"]}
        world.ask("search_people", staff("ctr-1"), **asked)
    world.house.work()
    before = [seen_by(world, student) for student in (zhang, li)]
    assert [len(each) for each in before] == [1, 2]
    merge_id = world.merged(zhang, li)
    assert seen_by(world, zhang) == before[0] | before[1]
    world.split(merge_id)
    assert [seen_by(world, student) for student in (zhang, li)] == before


def seen_by(world: PeopleWorld, student: Assertion) -> set[UUID]:
    world.house.work()
    return {each["look_id"] for each in looks_of(world.house, student)}


@pytest.mark.rule("AC-10", "PIPL-1")
def test_whoever_lost_a_contested_document_lets_nobody_read_and_is_not_spoken_for(
    world: PeopleWorld, zhang: Assertion, tmp_path: Path
) -> None:
    """Given a consent of an account, when somebody else is granted its document, then nobody reads by the consent any
    more, and whoever has the document now neither sees it nor takes it back."""
    status = world.status()
    consents = consents_of(world.house)
    consent_id = grant(world.house, consents, zhang, status)
    counter = counter_of(world.house, tmp_path)
    claim_id, _ = counter.handed_in()
    counter.decided(claim_id, grants=True)
    with pytest.raises(NotConsented):
        read(world, consents, consent_id)
    holder = counter.holder()
    assert holder is not None
    found = world.house.identity.holders.of(f"account:{holder.id}")
    assert found is not None
    begun = world.house.identity.sessions.begin(
        found, amr=("pwd",), device="", by=world.house.asked("sign_in"), strong=False
    )
    other = world.house.verified(begun["assertion"])
    assert consents_seen_by(world, other) == []
    world.house.clock.forward(timedelta(seconds=1))
    with pytest.raises(NotFound):
        revoke(world, consents, other, consent_id)
