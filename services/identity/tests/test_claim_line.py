"""Claims to one document: received at any time, decided one after another, whoever else claims it (AC-10)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.domain.claim_line_rules import FROM_ONE_NETWORK, PLACES
from services.identity.domain.identity_claim import CONTESTED, LINE, IdentityClaim
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.tests.claiming import CLAIMANT, LI, STUDY, Counter, counter_of, ministry, operator
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.test_claim_asking import asked, at_once
from services.identity.tests.test_claims import facts_of_log, refused
from shared.access.by import By
from shared.eventstore.context import Context
from shared.eventstore.verify import verify

FRONT_AND_BACK = ("front", "back")


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Counter:
    return counter_of(house, tmp_path)


def states(counter: Counter, *claims: UUID) -> list[str]:
    counter.work()
    return [counter.claim(claim_id).state for claim_id in claims]


def junk(counter: Counter, number: int) -> UUID:
    """A claim that somebody hands in with any pictures, under an address of its own."""
    claim_id, _ = counter.handed_in(contact=f"junk{number}@example.com")
    counter.forward(minutes=1)
    return claim_id


@pytest.mark.rule("AC-10")
def test_junk_does_not_keep_a_document_from_its_owner(counter: Counter) -> None:
    """Given claims that strangers hand in again and again, when the owner hands in, then that claim is received, sees
    its place, and is in review when those before it are decided: whoever comes later is behind it."""
    counter.house.student()
    before = [junk(counter, number) for number in range(3)]
    mine, secret = counter.handed_in()
    behind = junk(counter, 9)
    seen = counter.view(mine, secret)
    assert (seen["state"], seen["position"], seen["due_on"], seen["waits_for"]) == ("queued", 3, None, "2026-10-23")
    for number, claim_id in enumerate(before):
        assert states(counter, claim_id, mine) == ["in_review", "queued"]
        assert counter.view(mine, secret)["position"] == 3 - number
        counter.decided(claim_id, grants=False)
        junk(counter, 10 + number)  # and another one behind all of them
    assert states(counter, mine, behind) == ["in_review", "queued"]
    counter.decided(mine, grants=True)
    assert states(counter, mine, behind) == ["granted", "in_review"]
    assert verify(counter.house.identity.store, PROJECTIONS, AGGREGATES) == []


@pytest.mark.rule("AC-9", "AC-10")
def test_who_knows_the_own_studies_waits_for_one_claim_and_has_the_document_then(counter: Counter) -> None:
    """Given a claim in review and others that wait, when the owner names all of the own studies right, then that claim
    is first in line and granted, without a review, as soon as the one in review is decided."""
    counter.house.student()
    counter.studies()
    first, second = junk(counter, 1), junk(counter, 2)
    mine, secret = counter.begun()
    wrong = {**STUDY, "entry_year": 2025}
    assert refused(counter, "prove_by_knowledge", claim_id=mine, secret=secret, **wrong)["code"] == "KNOWLEDGE_WRONG"
    answer = counter.tell("prove_by_knowledge", claim_id=mine, secret=secret, **STUDY)
    assert answer["state"] == "queued"
    seen = counter.view(mine, secret)
    assert (seen["position"], seen["waits_for"]) == (1, "2026-10-23")
    counter.decided(first, grants=False)
    assert states(counter, mine, second) == ["granted", "in_review"]
    assert counter.claim(mine).decided_how == "knowledge"


def test_who_waits_with_pictures_goes_ahead_by_what_one_knows(counter: Counter) -> None:
    counter.house.student()
    counter.studies()
    first, second = junk(counter, 1), junk(counter, 2)
    mine, secret = counter.handed_in()
    assert counter.view(mine, secret)["position"] == 2
    counter.tell("prove_by_knowledge", claim_id=mine, secret=secret, **STUDY)
    assert counter.view(mine, secret)["position"] == 1
    counter.decided(first, grants=False)
    assert states(counter, mine, second) == ["granted", "in_review"]
    assert verify(counter.house.identity.store, PROJECTIONS, AGGREGATES) == []


def test_who_is_signed_in_goes_before_anonymous_claims(counter: Counter) -> None:
    counter.house.student()
    student = counter.house.student(**LI, contact="lisi@example.com")
    first, second = junk(counter, 1), junk(counter, 2)
    renewed = {**ZHANG, "name": LI["name"]}
    known = asked(counter, student, "renewed_document", renewed, *FRONT_AND_BACK)
    assert counter.view(known, actor=student)["position"] == 1
    own = counter.ask("list_own_claims", student)["claims"]
    assert [(each["state"], each["position"], each["waits_for"]) for each in own] == [("queued", 1, "2026-10-23")]
    counter.decided(first, grants=False)
    assert states(counter, known, second) == ["in_review", "queued"]
    assert counter.ask("list_own_claims", student)["claims"][0]["waits_for"] is None


@pytest.mark.parametrize("end", ["withdraw", "lapse", "grant", "deny"])
def test_however_a_claim_ends_the_next_one_has_its_turn(counter: Counter, end: str) -> None:
    counter.house.student()
    first, secret = counter.handed_in(contact="first@example.com")
    second, _ = counter.handed_in()
    if end == "withdraw":
        counter.tell("withdraw_identity_claim", claim_id=first, secret=secret)
    elif end == "lapse":
        counter.tell("take_identity_claim", operator(), claim_id=first)
        counter.tell("ask_more_evidence", operator(), claim_id=first, reason="反面不清晰")
        counter.forward(days=14)
        counter.due()
    else:
        counter.decided(first, grants=end == "grant")
    assert states(counter, second) == ["in_review"]
    counter.decided(second, grants=True)
    assert states(counter, second) == ["granted"]


def test_who_withdraws_from_the_line_leaves_the_place_to_the_next(counter: Counter) -> None:
    counter.house.student()
    first = junk(counter, 1)
    second, secret = counter.handed_in(contact="second@example.com")
    third, _ = counter.handed_in()
    counter.tell("withdraw_identity_claim", claim_id=second, secret=secret)
    counter.decided(first, grants=False)
    assert states(counter, second, third) == ["withdrawn", "in_review"]
    keys = counter.claims.owners(LINE, [key for _, key in counter.claim(third).keys])
    assert set(keys.values()) == {third}


# -- crashes and races -------------------------------------------------------------------------------------------------


def test_a_turn_that_comes_twice_comes_once(counter: Counter) -> None:
    counter.house.student()
    first, second, third = junk(counter, 1), junk(counter, 2), junk(counter, 3)
    counter.decided(first, grants=False)
    before = counter.claims.get(IdentityClaim, second).version
    for _ in range(2):  # as a worker does that died before it noted how far it was
        counter.claims.let_next_up(facts_of_log(counter))
    assert states(counter, second, third) == ["in_review", "queued"]
    assert counter.claims.get(IdentityClaim, second).version == before


def test_of_several_workers_one_lets_the_next_up(counter: Counter) -> None:
    counter.house.student()
    first = junk(counter, 1)
    waiting = [junk(counter, number) for number in range(2, 6)]
    claim = counter.claims.get(IdentityClaim, first)
    counter.work()
    claim.withdraw(counter.house.clock.now())
    context = Context.system("withdraw_claims_of", counter.house.clock.now(), rules=("PIPL-1",))
    counter.claims.save(claim, by=context)
    key, now = counter.claim(first).id_key, counter.house.clock.now()
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: counter.claims.take_next(key, now), range(4)))
    assert outcomes.count(True) >= 1
    assert states(counter, *waiting) == ["in_review", "queued", "queued", "queued"]
    assert counter.claims.owners(CONTESTED, [key]) == {key: waiting[0]}


def test_who_comes_between_two_turns_passes_nobody(counter: Counter) -> None:
    counter.house.student()
    first, secret = counter.handed_in(contact="first@example.com")
    second, _ = counter.handed_in(contact="second@example.com")
    third, third_secret = counter.begun()
    counter.shown(third, third_secret)
    counter.work()
    reactions = counter.house.tasks.pop()  # the worker is busy elsewhere
    counter.tell("withdraw_identity_claim", claim_id=first, secret=secret)
    counter.tell("hand_in_identity_claim", claim_id=third, secret=third_secret)
    assert states(counter, second, third) == ["queued", "queued"]
    counter.house.tasks.append(reactions)
    assert states(counter, second, third) == ["in_review", "queued"]


def test_a_turn_that_nobody_gave_is_given_by_date(counter: Counter) -> None:
    counter.house.student()
    junk(counter, 1)
    claim_id, secret = counter.begun()
    counter.shown(claim_id, secret)
    counter.work()
    claim = counter.claims.get(IdentityClaim, claim_id)
    key = counter.claims.get(IdentityClaim, claim_id).standing.id_key
    claim.queue(rank=2, takes=((LINE, f"place|{key}|2|7"),), frees=(), now=counter.house.clock.now())
    counter.claims.save(claim, by=Context.of(counter.by("hand_in_identity_claim")).with_(command_id=None))
    first = counter.claims.get(IdentityClaim, counter.claims.owners(CONTESTED, [key])[key])
    first.withdraw(counter.house.clock.now())
    counter.claims.save(first, by=Context.of(counter.by("withdraw_identity_claim")).with_(command_id=None))
    reactions = counter.house.tasks.pop()  # a worker without its reactions
    counter.work()
    counter.forward(seconds=11)
    assert counter.due() == 1
    assert counter.claim(claim_id).state == "in_review"
    counter.house.tasks.append(reactions)
    assert states(counter, claim_id) == ["in_review"]


def test_hands_that_come_at_once_find_a_place_each(counter: Counter) -> None:
    counter.house.student()
    junk(counter, 0)
    ready = [counter.begun(contact=f"c{number}@example.com") for number in range(4)]
    for claim_id, secret in ready:
        counter.shown(claim_id, secret)
    at_once(*(
        lambda named=named: counter.tell("hand_in_identity_claim", claim_id=named[0], secret=named[1])
        for named in ready
    ))  # fmt: skip
    assert states(counter, *(claim_id for claim_id, _ in ready)) == ["queued"] * 4
    held = [key for claim_id, _ in ready for _, key in counter.claim(claim_id).keys if key.startswith("place|")]
    assert len(set(held)) == 4


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_the_line_of_a_document_is_bounded_and_who_knows_finds_a_place_all_the_same(counter: Counter) -> None:
    counter.house.student()
    counter.studies()
    for number in range(PLACES + 1):
        junk(counter, number)
    claim_id, secret = counter.begun()
    counter.shown(claim_id, secret)
    full = refused(counter, "hand_in_identity_claim", claim_id=claim_id, secret=secret)
    assert (full["code"], full["rule"]) == ("LINE_FULL", "AC-10")
    counter.tell("prove_by_knowledge", claim_id=claim_id, secret=secret, **STUDY)
    assert counter.view(claim_id, secret)["position"] == 1


def test_one_contact_has_one_claim_to_a_document(counter: Counter) -> None:
    counter.house.student()
    first, _ = counter.handed_in()
    for _ in range(2):
        counter.forward(minutes=1)  # codes to one address
        again, secret = counter.begun()
        counter.shown(again, secret)
        answer = refused(counter, "hand_in_identity_claim", claim_id=again, secret=secret)
        assert (answer["code"], answer["rule"]) == ("CLAIM_WAITS_ALREADY", "AC-10")
    counter.decided(first, grants=False)
    counter.tell("hand_in_identity_claim", claim_id=again, secret=secret)
    assert counter.claim(again).state == "in_review"


def test_from_one_network_few_claims_to_a_document_wait(counter: Counter) -> None:
    counter.house.student()
    ready = []
    for number in range(FROM_ONE_NETWORK + 2):
        claim_id, secret = counter.begun(contact=f"flood{number}@example.com")
        counter.shown(claim_id, secret)
        ready.append((claim_id, secret))

    def handed_in(claim_id: UUID, secret: str, address: str) -> Any:
        by: By = replace(counter.by("hand_in_identity_claim"), address=address)
        return counter.claims.hand_in_identity_claim(command_id=uuid4(), claim_id=claim_id, secret=secret, by=by)

    outcomes = at_once(lambda: [handed_in(*named, "203.0.113.9") for named in ready[:-1]])
    assert len(outcomes[0]) == FROM_ONE_NETWORK + 1  # one is in review
    assert at_once(lambda: handed_in(*ready[-1], "203.0.113.9")) == ["LINE_FLOODED"]
    handed_in(*ready[-1], "198.51.100.1")
    assert counter.claim(ready[-1][0]).state == "queued"


# -- what waited and does not suffice any more -------------------------------------------------------------------------


def test_what_an_office_decided_meanwhile_sends_back_who_only_knew(counter: Counter) -> None:
    counter.house.student()
    counter.studies()
    first = junk(counter, 1)
    mine, secret = counter.begun()
    counter.tell("prove_by_knowledge", claim_id=mine, secret=secret, **STUDY)
    behind = junk(counter, 2)
    counter.decided(first, grants=True)
    assert states(counter, mine, behind) == ["open", "in_review"]
    assert "补齐" in counter.mail_to(CLAIMANT["contact"])[-1]
    counter.shown(mine, secret)
    counter.tell("hand_in_identity_claim", claim_id=mine, secret=secret)
    assert counter.view(mine, secret)["position"] == 1
    counter.decided(behind, grants=False)
    assert states(counter, mine) == ["in_review"]
    assert verify(counter.house.identity.store, PROJECTIONS, AGGREGATES) == []


# -- appeals -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-10")
def test_an_appeal_is_received_while_another_claim_is_reviewed_and_heard_before_all_that_wait(
    counter: Counter,
) -> None:
    """Given a denied claim and others behind it, when its asker appeals, then the appeal is received, decided after
    the one in review and before those that wait."""
    counter.house.student()
    mine, secret = counter.handed_in()
    second, third = junk(counter, 2), junk(counter, 3)
    counter.decided(mine, grants=False)
    assert states(counter, second) == ["in_review"]
    counter.tell("appeal_identity_claim", claim_id=mine, secret=secret, statement="请再看一次")
    word = {"claim_id": mine, "reverses": True, "reason": "照片可辨认"}
    answer = refused(counter, "decide_claim_appeal", ministry(), **word)
    assert (answer["code"], answer["detail"]) == ("CLAIM_IN_REVIEW", {"due_on": "2026-10-23"})
    counter.decided(second, grants=False)
    assert states(counter, third) == ["queued"]
    counter.compared(mine, ministry())
    counter.tell("decide_claim_appeal", ministry(), **word)
    holder = counter.holder()
    assert holder is not None
    assert holder.standing.person_id == counter.claim(mine).person_id
    assert states(counter, third) == ["in_review"]
    assert verify(counter.house.identity.store, PROJECTIONS, AGGREGATES) == []


# -- what the reviewer sees -------------------------------------------------------------------------------------------


def test_the_reviewer_sees_how_many_wait(counter: Counter) -> None:
    counter.house.student()
    counter.house.student(**LI, contact="lisi@example.com")
    first, _ = counter.handed_in()
    junk(counter, 1)
    junk(counter, 2)
    other, _ = counter.handed_in(**LI, contact="real-li@example.com")
    seen = counter.ask("get_identity_claim", operator(), claim_id=first, after_version=0)
    assert seen["waiting"] == 2
    line = counter.ask("list_identity_claims", operator(), line="review", offset=0, limit=10)["claims"]
    assert [(each["claim_id"], each["waiting"]) for each in line] == [(first, 2), (other, 0)]


@pytest.mark.parametrize("how", ["corrected", "renewed"])
def test_the_reviewer_sees_the_holder_as_the_account_goes_by_now(counter: Counter, how: str) -> None:
    if how == "corrected":
        student = counter.house.student(name="王五")
        counter.house.tell("change_my_name", student, name="张三")
    else:
        student = counter.house.student(**LI, contact="lisi@example.com")
        claim_id = asked(counter, student, "linked_identity", ZHANG, *FRONT_AND_BACK, "paper")
        counter.decided(claim_id, grants=True)
    contested, _ = counter.handed_in(contact="claims@example.com")
    seen = counter.ask("get_identity_claim", operator(), claim_id=contested, after_version=0)
    assert seen["holder"]["same_name"] is True
    assert seen["holder"]["name"] == ("张*" if how == "corrected" else "李*")
