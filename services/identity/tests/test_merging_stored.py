"""Merges and splits on a real PostgreSQL: two people of the registry, both accounts, all records, all claims."""

from typing import Any
from uuid import UUID

import pytest

from services.identity.domain.account import Account, DocumentTaken
from services.identity.domain.merge import AlreadyMerged, NotToBeMerged, OwnMerge
from services.identity.domain.operator import Operator
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.people_world import FUDAN, LI, WHY, PeopleWorld, staff
from shared.access.assertion import Assertion
from shared.access.decide import NotPermitted, ReasonNeeded, StepUpNeeded
from shared.codes.clock import shanghai_date
from shared.eventstore.context import Context
from shared.eventstore.privacy import CannotOpen
from shared.eventstore.verify import verify
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


def told_of(world: PeopleWorld, status_id: UUID) -> list[str]:
    """To whom enrollment and the others were told that a status belongs, in order."""
    with world.house.identity.store.reading() as cursor:
        cursor.execute(
            "SELECT convert_from(state, 'UTF8')::json ->> 'person_id' FROM events"
            " WHERE originator_id = %s AND topic LIKE '%%.Bound' ORDER BY originator_version",
            (status_id,),
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.rule("AC-19")
def test_two_accounts_of_one_human_being_become_one_person(world: PeopleWorld, zhang: Assertion, li: Assertion) -> None:
    """Given two accounts of one human being with a record each, when their merge is proposed and confirmed, then all
    records are the survivor's, also those heard later, and the other account holds nothing."""
    mine, theirs = world.status(), world.status(LI, school_code=FUDAN)
    world.merged(zhang, li)
    later = world.status(LI)
    assert set(world.mine(zhang)) == {mine, theirs, later}
    assert told_of(world, theirs) == [li.sub, zhang.sub]
    identities = world.ask("list_my_identities", zhang)["identities"]
    assert [(one["name"], one["kind"], one["current"]) for one in identities] == [
        ("张三", "opened", True),
        ("李四", "linked", False),
    ]
    with pytest.raises(NotFound):
        world.mine(li)
    with pytest.raises(DocumentTaken):
        world.house.open(**LI, contact="again@example.edu.cn")
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []


@pytest.mark.rule("AC-19")
def test_a_split_makes_two_people_again_and_records_heard_meanwhile_go_by_document(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    """Given two merged accounts, when the merge is split, then each has its own records, documents and identities
    again, and what was heard meanwhile is whose document it carries."""
    mine, theirs = world.status(), world.status(LI, school_code=FUDAN)
    before = standings(world, zhang, li)
    merge_id = world.merged(zhang, li)
    later = world.status(LI)
    world.split(merge_id)
    assert standings(world, zhang, li) == before
    assert world.mine(zhang) == [mine]
    assert set(world.mine(li)) == {theirs, later}
    assert told_of(world, theirs) == [li.sub, zhang.sub, li.sub]
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []


def standings(world: PeopleWorld, *students: Assertion) -> list[Any]:
    return [world.house.identity.get(Account, world.account_of(student)).standing for student in students]


@pytest.mark.rule("A24-2")
def test_whoever_proposed_a_merge_does_not_confirm_it(world: PeopleWorld, zhang: Assertion, li: Assertion) -> None:
    """Given a merge or a split that somebody of the registry proposed, when the same person confirms it, then it is
    refused."""
    ids = {"surviving_account": world.account_of(zhang), "other_account": world.account_of(li)}
    proposed = world.tell("propose_merge", staff("ctr-1"), **ids, reason=WHY, evidence=[])
    decision = {"merge_id": UUID(proposed["id"]), "confirm": True, "reason": WHY}
    with pytest.raises(NotPermitted) as refused:
        world.tell("decide_merge", staff("ctr-1"), **decision)
    assert refused.value.as_dict()["rule"] == "A24-2"
    world.tell("decide_merge", staff("ctr-2"), **decision)
    world.tell("propose_split", staff("ctr-2"), merge_id=decision["merge_id"], reason=WHY)
    with pytest.raises(NotPermitted):
        world.tell("decide_split", staff("ctr-2"), **decision)


@pytest.mark.rule("A24-2")
def test_nobody_has_a_hand_in_a_merge_of_the_own_accounts(world: PeopleWorld, zhang: Assertion, li: Assertion) -> None:
    """Given an operator of the registry who is one of the two, by whichever document, when they propose, confirm or
    split the merge, then A24-2; another one may."""
    ids = {"surviving_account": world.account_of(zhang), "other_account": world.account_of(li)}
    for number, document in enumerate((ZHANG, LI)):
        appoint_as(world, f"ctr-own-{number}", world.house.identity.keyring.id_key("1", document["id_number"]))
    own = [staff(f"ctr-own-{number}") for number in range(2)]
    for actor in own:
        with pytest.raises(OwnMerge) as refused:
            world.tell("propose_merge", actor, **ids, reason=WHY, evidence=[])
        assert refused.value.as_dict()["rule"] == "A24-2"
    proposed = world.tell("propose_merge", staff("ctr-1"), **ids, reason=WHY, evidence=[])
    decision = {"merge_id": UUID(proposed["id"]), "confirm": True, "reason": WHY}
    for actor in own:
        with pytest.raises(OwnMerge):
            world.tell("decide_merge", actor, **decision)
    world.tell("decide_merge", staff("ctr-2"), **decision)
    for actor in own:
        with pytest.raises(OwnMerge):
            world.tell("propose_split", actor, merge_id=decision["merge_id"], reason=WHY)
    world.tell("propose_split", staff("ctr-2"), merge_id=decision["merge_id"], reason=WHY)
    for actor in own:
        with pytest.raises(OwnMerge):
            world.tell("decide_split", actor, **decision)
    world.tell("decide_split", staff("ctr-1"), **decision)


def appoint_as(world: PeopleWorld, operator_id: str, person_key: str) -> None:
    """Somebody of the registry whose document this is."""
    today = shanghai_date(world.house.clock.now())
    operator = Operator(
        operator_id=operator_id, office="ctr", role="operator", level="nation", training="all", valid_from=today,
        valid_until=None, person_key=person_key, sealed_person="x", documents=(person_key,), held_from=today,
    )  # fmt: skip
    world.house.identity.save(operator, by=Context.system("test", world.house.clock.now()))


def test_a_merge_needs_a_strong_factor_and_a_reason(world: PeopleWorld, zhang: Assertion, li: Assertion) -> None:
    ids = {"surviving_account": world.account_of(zhang), "other_account": world.account_of(li), "evidence": []}
    with pytest.raises(StepUpNeeded):
        world.tell("propose_merge", staff("ctr-1", stepped_up=False), **ids, reason=WHY)
    with pytest.raises(ReasonNeeded):
        world.tell("propose_merge", staff("ctr-1"), **ids, reason=" ")
    for role, org in (("registrar", "4111010001"), ("province_education", "11"), ("ministry", "moe"), ("student", "")):
        with pytest.raises(NotPermitted):
            world.tell("propose_merge", staff("x-1", role, org), **ids, reason=WHY)


def test_a_refused_merge_changes_nothing_and_may_be_proposed_again(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    before = standings(world, zhang, li)
    ids = {"surviving_account": world.account_of(zhang), "other_account": world.account_of(li)}
    proposed = world.tell("propose_merge", staff("ctr-1"), **ids, reason=WHY, evidence=[])
    with pytest.raises(AlreadyMerged):
        world.tell("propose_merge", staff("ctr-3"), **ids, reason=WHY, evidence=[])
    world.tell("decide_merge", staff("ctr-2"), merge_id=UUID(proposed["id"]), confirm=False, reason="证据不足以认定")
    assert standings(world, zhang, li) == before
    world.merged(zhang, li)


def test_an_account_is_not_merged_into_itself_or_with_one_that_is_merged(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    first, second = world.account_of(zhang), world.account_of(li)
    propose = {"reason": WHY, "evidence": []}
    with pytest.raises(NotToBeMerged):
        world.tell("propose_merge", staff("ctr-1"), surviving_account=first, other_account=first, **propose)
    world.merged(zhang, li)
    with pytest.raises(NotToBeMerged):
        world.tell("propose_merge", staff("ctr-1"), surviving_account=second, other_account=first, **propose)


def test_merges_that_wait_are_listed_for_the_registrys_office_alone(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    ids = {"surviving_account": world.account_of(zhang), "other_account": world.account_of(li)}
    proposed = world.tell("propose_merge", staff("ctr-1"), **ids, reason=WHY, evidence=[])
    (waiting,) = world.ask("list_merges", staff("ctr-2"), state="proposed")["merges"]
    assert waiting["merge_id"] == UUID(proposed["id"])
    with pytest.raises(NotPermitted):
        world.queries.list_merges(state="proposed", by=world.by("list_merges", staff("x-1", "registrar", FUDAN)))


def test_whoever_closes_the_surviving_account_closes_both_and_no_key_is_left(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    first, second = world.account_of(zhang), world.account_of(li)
    sealed = world.house.identity.get(Account, second).sealed_contact
    world.merged(zhang, li)
    account = world.house.identity.get(Account, first)
    account.close()
    world.house.identity.save(account, by=world.by("close_account", zhang))
    world.house.work()
    assert world.house.identity.get(Account, second).standing.state == "closed"
    with pytest.raises(CannotOpen):
        world.house.identity.contact_of(second, sealed)
    assert world.house.identity.owners("account.document", account.standing.all_identities.id_keys) == {}


def test_an_account_is_found_by_its_document_masked_and_the_look_is_recorded(
    world: PeopleWorld, zhang: Assertion
) -> None:
    asked = {"id_type": ZHANG["id_type"], "id_number": ZHANG["id_number"]}
    (found,) = world.ask("search_people", staff("ctr-1"), **asked)["people"]
    assert found["account_id"] == world.account_of(zhang)
    (identity,) = found["identities"]
    assert (identity["name"], identity["id_number"]) == ("张*", "1101**********002X")
    with world.house.identity.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'identity.Look.Taken'")
        assert cursor.fetchone() == (1,)
    with pytest.raises(NotPermitted):
        world.queries.search_people(**asked, by=world.by("search_people", staff("x-1", "registrar", FUDAN)))


def test_both_accounts_are_told_of_a_merge_and_of_its_split_once_each(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    before = len(world.house.mail())
    merge_id = world.merged(zhang, li)
    assert tos(world, before) == ["lisi@example.edu.cn", "zhangsan@example.edu.cn"]
    world.split(merge_id)
    assert len(world.house.mail()) == before + 4


def tos(world: PeopleWorld, before: int) -> list[str]:
    """To whom the newest messages went."""
    newest = sorted(world.house.mail(), key=lambda text: text.split("Date: ")[1])[before:]
    return sorted(text.split("To: ")[1].split("\n")[0] for text in newest)
