"""Classmates vouch for whoever claims a document: who may, how often, what they and the reviewer see (AC-9)."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.domain.claim_refusals import OwnClaim
from services.identity.domain.identity_claim import CLASSMATES
from services.identity.domain.operator import Operator
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.tests.claiming import CLAIMANT, Counter, counter_of, operator
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.test_claims import facts_of_log, refused
from shared.access.assertion import Assertion
from shared.eventstore.context import Context
from shared.eventstore.verify import verify
from shared.rules.refused import Refused

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FRONT_AND_BACK = ("front", "back")


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Counter:
    """A stranger's account holds 张三's document, whose record is at Peking University."""
    counter = counter_of(house, tmp_path)
    counter.house.student()
    counter.studies()
    return counter


def document(number: int) -> dict[str, str]:
    body = f"11010519990101{number:03d}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
    return {"id_type": "1", "id_number": body + check, "name": "赵钱孙李周吴郑王"[number] + "同"}


def classmate(counter: Counter, number: int, *, days: int = 30, **study: Any) -> Assertion:
    """Somebody with an account of so many days and a bound record."""
    who = document(number)
    student = counter.house.student(**who, contact=f"mate{number}@example.com")
    counter.studies(who, student_no=f"26000100{number:02d}", exam_no=f"261101011100{number:02d}", **study)
    counter.forward(days=days)
    return student


def begun(counter: Counter) -> tuple[UUID, str, str]:
    """A claim without knowledge, its secret, and the code for classmates."""
    claim_id, secret = counter.begun()
    return claim_id, secret, counter.tell("ask_classmates", claim_id=claim_id, secret=secret)["code"]


def vouch(counter: Counter, mate: Assertion, code: str) -> UUID:
    vouched = counter.tell("vouch_for_classmate", mate, code=code)
    counter.work()
    return UUID(str(vouched["id"]))


@pytest.mark.rule("AC-9")
def test_two_classmates_let_a_claim_be_handed_in_without_the_picture_of_the_person(counter: Counter) -> None:
    """Given a claimant who cannot prove it by knowledge, when two classmates vouch by the code, then the claim is
    handed in with the pictures of the document alone, and the reviewer sees both, masked, and their school."""
    mates = [classmate(counter, number) for number in (1, 2)]
    claim_id, secret, code = begun(counter)
    counter.shown(claim_id, secret, *FRONT_AND_BACK)
    vouch(counter, mates[0], code)
    assert refused(counter, "hand_in_identity_claim", claim_id=claim_id, secret=secret)["code"] == "EVIDENCE_INCOMPLETE"
    vouch(counter, mates[1], code.lower().replace("-", " "))
    seen = counter.view(claim_id, secret)
    assert (seen["vouchers"], seen["needed"]) == (2, ["front", "back"])
    counter.tell("hand_in_identity_claim", claim_id=claim_id, secret=secret)
    shown = counter.ask("get_identity_claim", operator(), claim_id=claim_id, after_version=0)
    assert [(each["name"], each["school_name"]) for each in shown["vouchers"]] == [
        ("钱*", "北京大学"),
        ("孙*", "北京大学"),
    ]
    looks = [record.fact for record in facts_of_log(counter) if record.fact.TOPIC == "identity.Look.Taken"]
    assert {UUID(mate.sub) for mate in mates} <= set(looks[-1].records)
    counter.decided(claim_id, grants=True)
    assert counter.claim(claim_id).state == "granted"
    assert verify(counter.house.identity.store, PROJECTIONS, AGGREGATES) == []


def test_the_code_is_shown_once_kept_nowhere_and_ends_with_the_claim_or_another_code(counter: Counter) -> None:
    mate = classmate(counter, 1)
    claim_id, secret = counter.begun()
    command_id = uuid4()
    named = {"claim_id": claim_id, "secret": secret}
    code = counter.tell("ask_classmates", command_id=command_id, **named)["code"]
    assert counter.tell("ask_classmates", command_id=command_id, **named)["code"] == code
    counter.forward(minutes=10)
    assert refused(counter, "ask_classmates", command_id=command_id, **named)["code"] == "CODE_SHOWN_ALREADY"
    counter.work()
    with counter.house.identity.store.reading() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        for (table,) in cursor.fetchall():
            written = [f"%{code}%", f"%{code.replace('-', '')}%"]
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE ANY(%s)", (written,))
            assert cursor.fetchone() == (0,), table
    second = counter.tell("ask_classmates", **named)["code"]
    assert second != code
    assert refused(counter, "vouch_for_classmate", mate, code=code)["code"] == "VOUCH_REFUSED"
    counter.tell("withdraw_identity_claim", **named)
    assert refused(counter, "vouch_for_classmate", mate, code=second)["code"] == "VOUCH_REFUSED"
    digest = counter.claims._digest(second)
    assert counter.claims.owners(CLASSMATES, [digest]) == {}


@pytest.mark.rule("AC-9")
def test_a_wrong_code_a_stranger_and_a_record_that_does_not_exist_get_one_answer(counter: Counter) -> None:
    """Given a claim, when somebody vouches who is no classmate, or with a wrong code, or for a document under which
    nothing is known, then the answer is the same, and tells nothing of the record."""
    mate = classmate(counter, 1)
    strangers = [
        classmate(counter, 2, school_code="4131010246", school_name="复旦大学"),
        classmate(counter, 3, level="专科"),
        classmate(counter, 4, entry_date=counter.house.clock.now().date().replace(year=2025, month=9, day=1)),
    ]
    _, _, code = begun(counter)
    nobody = counter.house.student(**document(6), contact="mate6@example.com")  # without any record
    counter.forward(days=30)
    counter.house.student(**document(7), contact="unknown@example.com")
    bare, bare_secret = counter.begun(**document(7), contact="bare@example.com")
    unknown = counter.tell("ask_classmates", claim_id=bare, secret=bare_secret)["code"]
    answers = [refused(counter, "vouch_for_classmate", each, code=code) for each in (*strangers, nobody)]
    answers += [refused(counter, "vouch_for_classmate", mate, code=each) for each in ("A" * 16, unknown)]
    assert answers == [answers[0]] * 6
    assert answers[0]["code"] == "VOUCH_REFUSED"
    assert not {"北京大学", "本科", "2026"} & set(str(answers[0]).split())
    vouch(counter, mate, code)


@pytest.mark.parametrize("state", ["ended", "contested", "disowned"])
def test_a_record_that_is_not_living_makes_nobody_a_classmate(counter: Counter, state: str) -> None:
    mate = classmate(counter, 1)
    _, _, code = begun(counter)
    column = {"ended": "state = '退学'", "contested": "contested = true", "disowned": "disowned_on = now()"}[state]
    with counter.house.identity.store.writing() as cursor:
        cursor.execute(f"UPDATE heard_records SET {column} WHERE person_id = %s", (UUID(mate.sub),))
    assert refused(counter, "vouch_for_classmate", mate, code=code)["code"] == "VOUCH_REFUSED"


def test_nobody_vouches_for_an_own_document_or_under_an_own_contact(counter: Counter) -> None:
    holder = counter.house.verified(sign_in(counter))
    counter.forward(days=30)
    _, _, code = begun(counter)
    assert refused(counter, "vouch_for_classmate", holder, code=code)["code"] == "VOUCH_REFUSED"
    same = counter.house.student(**document(1), contact="same@example.com")
    counter.studies(document(1), student_no="2600010077")
    counter.forward(days=30)
    claim_id, secret = counter.begun(contact="same@example.com")
    own = counter.tell("ask_classmates", claim_id=claim_id, secret=secret)["code"]
    assert refused(counter, "vouch_for_classmate", same, code=own)["code"] == "VOUCH_REFUSED"


def sign_in(counter: Counter) -> str:
    """The holder's account, signed in again."""
    holder = counter.holder()
    assert holder is not None
    identity, by = counter.house.identity, counter.house.asked("sign_in")
    found = identity.holders.of(f"account:{holder.id}")
    assert found is not None
    begun = identity.sessions.begin(found, amr=("otp",), device="", by=by, strong=True)
    return str(begun["assertion"])


def test_an_account_younger_than_thirty_days_vouches_for_nobody(counter: Counter) -> None:
    mate = classmate(counter, 1, days=0)
    _, _, code = begun(counter)
    counter.forward(days=29)
    assert refused(counter, "vouch_for_classmate", mate, code=code)["code"] == "ACCOUNT_TOO_YOUNG"
    counter.forward(days=1)
    vouch(counter, mate, begun(counter)[2])


def test_one_person_vouches_once_for_a_claim_and_three_times_a_year(counter: Counter) -> None:
    mate = classmate(counter, 1)
    codes = []
    for number in range(4):
        claim_id, secret = counter.begun(contact=f"asks{number}@example.com")
        codes.append(counter.tell("ask_classmates", claim_id=claim_id, secret=secret)["code"])
    vouch(counter, mate, codes[0])
    assert refused(counter, "vouch_for_classmate", mate, code=codes[0])["code"] == "VOUCHED_ALREADY"
    for code in codes[1:3]:
        vouch(counter, mate, code)
    assert refused(counter, "vouch_for_classmate", mate, code=codes[3])["code"] == "VOUCHES_USED_UP"
    counter.forward(days=80)  # another year, other claims
    claim_id, secret = counter.begun(contact="next@example.com")
    vouch(counter, mate, counter.tell("ask_classmates", claim_id=claim_id, secret=secret)["code"])


def test_codes_are_not_guessed_for_long(counter: Counter) -> None:
    mate = classmate(counter, 1)
    _, _, code = begun(counter)
    codes = [refused(counter, "vouch_for_classmate", mate, code=letter * 16)["code"] for letter in "ABCDEF"]
    assert codes == ["VOUCH_REFUSED"] * 5 + ["TRIES_USED_UP"]
    counter.forward(days=1)
    vouch(counter, mate, code)


@pytest.mark.rule("AC-9")
def test_a_classmate_takes_the_own_word_back_until_the_decision(counter: Counter) -> None:
    """Given a claim that two classmates vouched for, when one takes it back, then it does not count any more, nobody
    else can take it back, and after the decision it stands as it is."""
    mates = [classmate(counter, number) for number in (1, 2)]
    claim_id, secret, code = begun(counter)
    first, second = (vouch(counter, mate, code) for mate in mates)
    listed = counter.ask("list_my_vouches", mates[0])["vouches"]
    assert [(each["vouch_id"], each["school_name"], each["may_take_back"]) for each in listed] == [
        (first, "北京大学", True)
    ]
    with pytest.raises(Refused) as no:
        counter.tell("take_vouch_back", mates[1], vouch_id=first)
    assert no.value.code == "NOT_FOUND"
    counter.tell("take_vouch_back", mates[0], vouch_id=first)
    assert counter.view(claim_id, secret)["vouchers"] == 1
    counter.shown(claim_id, secret)
    counter.tell("hand_in_identity_claim", claim_id=claim_id, secret=secret)
    counter.decided(claim_id, grants=False)
    assert refused(counter, "take_vouch_back", mates[1], vouch_id=second)["code"] == "CLAIM_STEP_REFUSED"
    listed = counter.ask("list_my_vouches", mates[1])["vouches"]
    assert [(each["may_take_back"], each["taken_back_at"]) for each in listed] == [(False, None)]


def test_who_loses_a_voucher_while_waiting_is_sent_back_for_the_picture(counter: Counter) -> None:
    mates = [classmate(counter, number) for number in (1, 2)]
    first, _ = counter.handed_in(contact="first@example.com")
    claim_id, secret, code = begun(counter)
    vouches = [vouch(counter, mate, code) for mate in mates]
    counter.shown(claim_id, secret, *FRONT_AND_BACK)
    counter.tell("hand_in_identity_claim", claim_id=claim_id, secret=secret)
    assert counter.view(claim_id, secret)["state"] == "queued"
    counter.tell("take_vouch_back", mates[0], vouch_id=vouches[0])
    counter.decided(first, grants=False)
    assert counter.view(claim_id, secret)["state"] == "evidence_uploaded"


def test_both_sides_are_told_of_a_word_that_was_given(counter: Counter) -> None:
    mate = classmate(counter, 1)
    _, _, code = begun(counter)
    vouch(counter, mate, code)
    assert "作了证" in counter.mail_to("mate1@example.com")[-1]
    assert "一名同学已为您作证" in counter.mail_to(CLAIMANT["contact"])[-1]


def test_only_students_vouch_and_see_the_own_word(counter: Counter) -> None:
    classmate(counter, 1)
    _, _, code = begun(counter)
    for actor in (None, operator()):
        with pytest.raises(Refused):
            counter.tell("vouch_for_classmate", actor, code=code)
        with pytest.raises(Refused):
            counter.ask("list_my_vouches", actor)


def test_who_never_studied_there_asks_no_classmates(counter: Counter) -> None:
    claim_id, secret = counter.begun("not_me")
    answer = refused(counter, "ask_classmates", claim_id=claim_id, secret=secret)
    assert (answer["code"], answer["rule"]) == ("CLASSMATES_NOT_ASKED", "AC-9")


@pytest.mark.rule("A24-2")
@pytest.mark.parametrize("how", ["vouched", "known by another document"])
def test_whoever_vouched_or_is_a_side_under_any_document_reviews_nothing(counter: Counter, how: str) -> None:
    """Given a reviewer who vouched for the asker, or whose other document is a side's, when the claim is taken or
    compared, then it is refused; once the word is taken back the voucher is no side any more."""
    mates = [classmate(counter, number) for number in (1, 2)]
    claim_id, secret, code = begun(counter)
    counter.shown(claim_id, secret, *FRONT_AND_BACK)
    vouches = [vouch(counter, mate, code) for mate in mates]
    counter.shown(claim_id, secret, "holding")
    counter.tell("hand_in_identity_claim", claim_id=claim_id, secret=secret)
    documents = (document(1),) if how == "vouched" else (document(7), ZHANG)
    appointed(counter, "ctr-mate", *documents)
    with pytest.raises(OwnClaim):
        counter.tell("take_identity_claim", operator("ctr-mate"), claim_id=claim_id)
    if how == "vouched":
        counter.tell("take_vouch_back", mates[0], vouch_id=vouches[0])
        counter.tell("take_identity_claim", operator("ctr-mate"), claim_id=claim_id)


def appointed(counter: Counter, operator_id: str, *documents: dict[str, str]) -> None:
    """An operator of the registry, of whom these documents were known at the appointment."""
    keys = tuple(counter.claims.keyring.id_key(one["id_type"], one["id_number"]) for one in documents)
    day = counter.house.clock.now().date()
    someone = Operator(
        operator_id=operator_id,
        office="ctr",
        role="operator",
        level="nation",
        training="all",
        valid_from=day,
        valid_until=None,
        person_key=keys[0],
        sealed_person="",
        documents=keys,
        held_from=day,
    )
    counter.claims.save(someone, by=Context.system("appoint", counter.house.clock.now(), rules=("A24-1",)))
