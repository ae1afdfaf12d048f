"""Opening claims and coming back to them; races; changes that a signed-in student asks for."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.domain.account import Account
from services.identity.domain.identity_claim import IdentityClaim
from services.identity.tests.claiming import CLAIMANT, LI, STUDY, Counter, counter_of, ministry, operator
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.test_claims import HOLDER, bound_to, facts_of_log, refused
from shared.access.assertion import Assertion
from shared.rules.refused import Refused

RIGHT = {"id_type": "1", "id_number": "34052419800101001X", "name": "张三"}


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Counter:
    return counter_of(house, tmp_path)


def at_once(*tasks: Any) -> list[Any]:
    """What each of several calls at the same moment came to: its answer or its refusal's code."""

    def outcome(task: Any) -> Any:
        try:
            return task()
        except Refused as no:
            return no.code

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(outcome, tasks))


# -- opening -----------------------------------------------------------------------------------------------------------


def test_opening_a_claim_answers_the_same_whoever_holds_the_document(counter: Counter) -> None:
    request = {**CLAIMANT, "kind": "contested_document", "statement": ""}
    free = counter.tell("open_identity_claim", **ZHANG, **request)
    counter.house.student()
    held = counter.tell("open_identity_claim", **ZHANG, **request)
    counter.handed_in(contact="first@example.com")
    reviewed = counter.tell("open_identity_claim", **ZHANG, **request)
    assert {**free, "id": ""} == {**held, "id": ""} == {**reviewed, "id": ""}


@pytest.mark.rule("X-PROOF-1")
@pytest.mark.asvs("6.5.1")
def test_a_code_is_tried_five_times_and_goes_out_five_times_a_day_to_one_address(counter: Counter) -> None:
    """Given a claim whose contact is not proven, when wrong codes are tried, then after five even the right one is
    refused; and one address gets five codes a day, whichever claims they are for."""
    claim_id = counter.opened()
    right = counter.house.code()
    wrong = "000000" if right != "000000" else "111111"
    for code in (wrong, wrong, wrong, wrong, wrong, right):
        assert refused(counter, "prove_claim_contact", claim_id=claim_id, code=code)["code"] == "WRONG_CLAIM_CODE"
    for _ in range(5):
        counter.forward(minutes=1)
        counter.tell("send_claim_code", claim_id=claim_id)
    other = counter.opened()
    counter.tell("send_claim_code", claim_id=other)
    assert len(counter.mail_to(CLAIMANT["contact"])) == 5
    counter.forward(days=1)
    counter.tell("send_claim_code", claim_id=other)
    counter.work()
    assert len(counter.mail_to(CLAIMANT["contact"])) == 6


def test_asking_for_a_code_answers_the_same_where_there_is_no_claim(counter: Counter) -> None:
    claim_id = counter.opened()
    assert counter.tell("send_claim_code", claim_id=claim_id) == counter.tell("send_claim_code", claim_id=uuid4())
    unknown = refused(counter, "prove_claim_contact", claim_id=uuid4(), code="123456")
    known = refused(counter, "prove_claim_contact", claim_id=claim_id, code="12345x")
    assert unknown == known


def test_the_secret_is_shown_once_and_stands_in_no_table(counter: Counter) -> None:
    claim_id = counter.opened()
    command_id, code = uuid4(), counter.house.code()
    named = {"claim_id": claim_id, "code": code}
    secret = counter.tell("prove_claim_contact", command_id=command_id, **named)["secret"]
    # a repeat of the same command within minutes is an answer that was lost on its way
    assert counter.tell("prove_claim_contact", command_id=command_id, **named)["secret"] == secret
    counter.forward(minutes=10)
    assert refused(counter, "prove_claim_contact", command_id=command_id, **named)["code"] == "WRONG_CLAIM_CODE"
    assert refused(counter, "prove_claim_contact", **named)["code"] == "WRONG_CLAIM_CODE"
    counter.work()
    with counter.house.identity.store.reading() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", (f"%{secret[4:]}%",))
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("asked", ["view_identity_claim", "check_evidence_room", "withdraw_identity_claim"])
def test_a_claim_is_there_for_whoever_knows_its_secret_and_for_nobody_else(counter: Counter, asked: str) -> None:
    claim_id, secret = counter.begun()
    other_id, other = counter.begun(contact="other@example.com")
    student = counter.house.student(**LI, contact="lisi@example.com")
    calls: list[tuple[UUID, str, Assertion | None]] = [
        (claim_id, other, None), (claim_id, "", None), (claim_id, "", student), (claim_id, "", operator()),
        (uuid4(), secret, None), (other_id, secret, None),
    ]  # fmt: skip
    call = counter.tell if asked.startswith("withdraw") else counter.ask
    for named_id, known, actor in calls:
        with pytest.raises(Refused) as no:
            call(asked, actor, claim_id=named_id, secret=known)
        assert no.value.code == "NOT_FOUND"


@pytest.mark.parametrize("step", ["prove_by_knowledge", "hand_in_identity_claim"])
def test_nothing_is_claimed_before_the_contact_is_proven(counter: Counter, step: str) -> None:
    counter.house.student()
    counter.studies()
    claim_id = counter.opened()
    claim = counter.claims.get(IdentityClaim, claim_id)
    secret = counter.claims.secret_of(claim)  # which nobody was shown
    more = STUDY if step == "prove_by_knowledge" else {}
    with pytest.raises(Refused):
        counter.tell(step, claim_id=claim_id, secret=secret, **more)
    assert counter.claim(claim_id).state == "opened"


def test_a_withdrawn_claim_frees_the_document(counter: Counter) -> None:
    counter.house.student()
    claim_id, secret = counter.handed_in()
    counter.tell("withdraw_identity_claim", claim_id=claim_id, secret=secret)
    assert counter.claim(claim_id).state == "withdrawn"
    second, _ = counter.handed_in(contact="second@example.com")
    assert counter.claim(second).state == "in_review"


# -- at the same moment ------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-10")
def test_of_two_claims_at_the_same_moment_one_is_reviewed(counter: Counter) -> None:
    """Given two complete claims to one document, when both are handed in at the same moment, then one is in review
    and the other waits."""
    counter.house.student()
    both = [counter.begun(), counter.begun(contact="second@example.com")]
    for claim_id, secret in both:
        counter.shown(claim_id, secret)
    tasks = [
        lambda named=named: counter.tell("hand_in_identity_claim", claim_id=named[0], secret=named[1]) for named in both
    ]
    outcomes = at_once(*tasks)
    assert [set(each) for each in outcomes] == [{"id", "version"}] * 2
    assert sorted(counter.claim(claim_id).state for claim_id, _ in both) == ["in_review", "queued"]


def test_of_a_grant_and_a_closing_at_the_same_moment_both_end_well(counter: Counter) -> None:
    student = counter.house.student()
    claim_id, _ = counter.handed_in()
    counter.tell("take_identity_claim", operator(), claim_id=claim_id)
    counter.compared(claim_id)
    stepped_up = Assertion(**{**vars_of(student), "stepped_up": True})
    named = {"claim_id": claim_id, "grants": True, "reason": "一致"}
    outcomes = at_once(
        lambda: counter.house.tell("close_account", stepped_up),
        lambda: counter.tell("decide_identity_claim", operator(), **named),
    )
    if counter.claim(claim_id).state != "granted":  # the closing was first: nothing is lost, and it is granted now
        assert "CHANGED_MEANWHILE" in outcomes
        counter.tell("decide_identity_claim", operator(), **named)
    mine = counter.holder()
    assert mine is not None
    assert str(mine.standing.person_id) != student.sub
    assert counter.claim(claim_id).state == "granted"


def vars_of(assertion: Assertion) -> dict[str, Any]:
    return {name: getattr(assertion, name) for name in Assertion.__dataclass_fields__}


def test_of_two_decisions_at_the_same_moment_one_is_taken(counter: Counter) -> None:
    counter.house.student()
    claim_id, _ = counter.handed_in()
    counter.tell("take_identity_claim", operator(), claim_id=claim_id)
    counter.compared(claim_id)
    outcomes = at_once(
        *(
            lambda grants=grants: counter.tell(
                "decide_identity_claim", operator(), claim_id=claim_id, grants=grants, reason="一致"
            )
            for grants in (True, False)
        )
    )
    assert len([each for each in outcomes if isinstance(each, dict)]) == 1
    decided = [record for record in facts_of_log(counter) if record.originator_id == claim_id]
    assert sum(record.fact.TOPIC.endswith((".Granted", ".Denied")) for record in decided) == 1


# -- the own identity --------------------------------------------------------------------------------------------------


def asked(counter: Counter, student: Assertion, kind: str, document: dict[str, str], *roles: str) -> UUID:
    """A change that a signed-in student asked for and handed in."""
    claim_id = UUID(counter.tell("ask_identity_change", student, kind=kind, statement="", **document)["id"])
    counter.shown(claim_id, "", *roles, actor=student)
    counter.tell("hand_in_identity_claim", student, claim_id=claim_id, secret="")
    return claim_id


@pytest.mark.rule("AC-8")
def test_a_number_that_was_typed_wrong_is_corrected_with_both_sides_of_the_card(counter: Counter) -> None:
    """Given an account under a number that was typed wrong, when both sides of the card are shown and a reviewer
    agrees, then the account has the right number, and the wrong one is free."""
    student = counter.house.student()
    claim_id = UUID(counter.tell("ask_identity_change", student, kind="wrong_number", statement="", **RIGHT)["id"])
    counter.shown(claim_id, "", "front", actor=student)
    answer = refused(counter, "hand_in_identity_claim", student, claim_id=claim_id, secret="")
    assert (answer["code"], answer["rule"], answer["detail"]["missing"]) == ("EVIDENCE_INCOMPLETE", "AC-8", "back")
    counter.shown(claim_id, "", "back", actor=student)
    counter.tell("hand_in_identity_claim", student, claim_id=claim_id, secret="")
    status_id = counter.studies(RIGHT)
    counter.decided(claim_id, grants=True)
    mine = counter.holder(RIGHT)
    assert mine is not None
    assert str(mine.standing.person_id) == student.sub
    assert counter.holder(ZHANG) is None
    assert str(bound_to(counter, status_id)) == student.sub
    assert "已获支持" in counter.mail_to(HOLDER)[-1]


@pytest.mark.parametrize(
    ("kind", "document", "roles"),
    [
        ("renewed_document", RIGHT, ("front", "back")),
        ("changed_name", {**ZHANG, "name": "张三丰"}, ("front", "back", "paper")),
        ("linked_identity", {**LI, "name": "张山"}, ("front", "back", "paper")),
    ],
)
def test_a_further_identity_is_the_same_person_s(
    counter: Counter, kind: str, document: dict[str, str], roles: tuple[str, ...]
) -> None:
    student = counter.house.student()
    status_id = counter.studies(document)
    assert bound_to(counter, status_id) is None
    claim_id = asked(counter, student, kind, document, *roles)
    counter.decided(claim_id, grants=True)
    mine = counter.holder(document)
    assert mine is not None
    assert str(mine.standing.person_id) == student.sub
    assert len(mine.standing.identities) == 2
    assert str(bound_to(counter, status_id)) == student.sub
    claims = counter.ask("list_own_claims", student)["claims"]
    assert [(claim["claim_id"], claim["state"]) for claim in claims] == [(claim_id, "granted")]


def test_a_document_that_another_account_has_moves_to_its_person_and_back_on_appeal(counter: Counter) -> None:
    other = counter.house.student(**RIGHT, contact="other@example.com")
    student = counter.house.student()
    claim_id = asked(counter, student, "renewed_document", RIGHT, "front", "back")
    counter.decided(claim_id, grants=True)
    mine = counter.holder(RIGHT)
    assert mine is not None
    assert str(mine.standing.person_id) == student.sub
    link = counter.mail_to("other@example.com")[-1].split("#")[1].split()[0]
    counter.tell("appeal_identity_claim", claim_id=claim_id, secret=link, statement="是我的证件")
    counter.tell("decide_claim_appeal", ministry(), claim_id=claim_id, reverses=True, reason="证件属他人")
    back = counter.holder(RIGHT)
    assert back is not None
    assert str(back.standing.person_id) == other.sub
    own = counter.claims.get(Account, mine.id).standing
    assert (own.state, len(own.identities)) == ("active", 1)


def test_who_closes_the_own_account_asks_for_nothing_any_more_and_what_was_shown_is_destroyed(counter: Counter) -> None:
    student = counter.house.student()
    claim_id = asked(counter, student, "renewed_document", RIGHT, "front", "back")
    counter.work()
    counter.house.tell("close_account", Assertion(**{**vars_of(student), "stepped_up": True}))
    counter.work()
    assert counter.claim(claim_id).state == "withdrawn"
    counter.forward(days=1)
    counter.due()
    assert counter.claim(claim_id).settled
    assert counter.claims.contact_of(counter.claims.get(IdentityClaim, claim_id)) is None


def test_nobody_asks_for_another_persons_change(counter: Counter) -> None:
    student = counter.house.student()
    other = counter.house.student(**LI, contact="lisi@example.com")
    claim_id = UUID(counter.tell("ask_identity_change", student, kind="wrong_number", statement="", **RIGHT)["id"])
    for actor in (other, operator(), None):
        with pytest.raises(Refused):
            counter.tell("hand_in_identity_claim", actor, claim_id=claim_id, secret="")
        with pytest.raises(Refused):
            counter.add(claim_id, "", "front", b"", actor=actor)
    for actor in (operator(), None):
        with pytest.raises(Refused):
            counter.tell("ask_identity_change", actor, kind="wrong_number", statement="", **RIGHT)
