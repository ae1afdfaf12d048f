"""What the neighbours are told of people: merged, split, a qualification taken back, a dispute and its end."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.identity.publishing import publish
from services.identity.tests.claiming import Counter, counter_of, ministry
from services.identity.tests.conftest import House
from services.identity.tests.people_world import LI, PeopleWorld
from shared.contracts.events.identity_claims import IdentityDisputedV1
from shared.contracts.events.identity_people import PeopleMergedV1, PeopleSplitV1, QualificationReclaimedV1
from shared.eventstore.log import read_log

pytestmark = pytest.mark.servers
HOLDER = "zhangsan@example.edu.cn"


@pytest.fixture
def world(house: House) -> PeopleWorld:
    return PeopleWorld.beside(house)


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Counter:
    return counter_of(house, tmp_path)


def told(store: Any, *contracts: type) -> list[dict[str, Any]]:
    """What was said under these contracts, in order, as a hearer loads it."""
    with store.reading() as cursor:
        said = [each for record in read_log(cursor, 0, 1000) for each in publish(record)]
    return [contract().load(contract().dump(values)) for contract, values in said if contract in contracts]


@pytest.mark.rule("AC-19")
def test_who_speaks_for_whom_is_told_and_told_again_when_it_was_wrong(world: PeopleWorld) -> None:
    """Given two accounts, when they are merged and split, then both are told with both persons; a refused merge is
    nobody's business."""
    zhang, li = world.student(), world.student(LI, contact="lisi@example.edu.cn")
    merge_id = world.merged(zhang, li)
    store = world.house.identity.store
    people = {"merge_id": UUID(str(merge_id)), "person_id": UUID(zhang.sub), "other_person_id": UUID(li.sub)}
    (said,) = told(store, PeopleMergedV1)
    assert {name: said[name] for name in people} == people
    world.split(merge_id)
    (said,) = told(store, PeopleSplitV1)
    assert {name: said[name] for name in people} == people


@pytest.mark.rule("AC-15", "AC-17")
def test_only_what_was_disowned_is_told_to_be_taken_back(world: PeopleWorld) -> None:
    """Given a certificate with a number printed on it, when its owner disowns it and asks for it by that number, then
    that she has it again is told; that it was bound at first is not, for the others go by the status."""
    student = world.student()
    record_id = world.qualification()
    store = world.house.identity.store
    assert told(store, QualificationReclaimedV1) == []
    world.tell("disown_record", student, record_id=record_id, kind="qualification", statement="不是我的证书")
    named = {"kind": "qualification", "school_code": "4111010001", "year": 1998, "number": "NO.298959"}
    assert world.tell("bind_record_by_number", student, **named)["bound"]
    (said,) = told(store, QualificationReclaimedV1)
    assert (said["certificate_id"], said["person_id"]) == (record_id, UUID(student.sub))


def test_a_dispute_is_told_and_its_end_when_the_holder_wins_the_appeal(counter: Counter) -> None:
    counter.house.student()
    status_id = counter.studies()
    claim_id, _ = counter.handed_in("not_me")
    counter.decided(claim_id, grants=True)
    store = counter.claims.store
    assert [(each["status_id"], each["settled"]) for each in told(store, IdentityDisputedV1)] == [(status_id, False)]
    secret = "xc1_" + counter.mail_to(HOLDER)[-1].split("#xc1_")[1][:43]
    counter.tell("appeal_identity_claim", claim_id=claim_id, secret=secret, statement="一直由我就读")
    counter.tell("decide_claim_appeal", ministry(), claim_id=claim_id, reverses=True, reason="证件属实")
    counter.work()
    assert [each["settled"] for each in told(store, IdentityDisputedV1)] == [False, True]
