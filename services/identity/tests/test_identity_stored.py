"""Accounts, codes and bindings on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.application.allowances import CodesTooOften
from services.identity.application.identity import WrongCode
from services.identity.domain.account import ContactTaken, DocumentTaken
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.tests.conftest import ZHANG, House
from shared.access.assertion import NotSignedIn
from shared.eventstore.application import CommandReused, Heard
from shared.eventstore.privacy import CannotOpen
from shared.eventstore.verify import verify
from shared.rules.refused import MalformedValue, NotFound, Refused

pytestmark = pytest.mark.servers
CONTACT = {"channel": "mail", "contact": "zhangsan@example.edu.cn"}
UNASKED = "xr1_" + "A" * 43


def registered(house: House, *, name: str = "张三", status_id: UUID | None = None) -> dict[str, Any]:
    keyring = house.identity.keyring
    return {
        "status_id": status_id or uuid4(),
        "id_key": keyring.id_key("1", ZHANG["id_number"]),
        "name_key": keyring.name_key(name),
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "category": "普通高等教育",
        "major_name": "哲学",
        "entry_date": date(2026, 9, 1),
    }


@pytest.mark.asvs("2.3.4")
@pytest.mark.rule("AC-1")
def test_of_five_hundred_who_open_an_account_for_one_document_exactly_one_wins(house: House) -> None:
    """Given one identity document, when five hundred open an account for it at once, then exactly one account is
    opened."""

    def attempt(number: int) -> Any:
        try:
            return house.open(contact=f"person{number}@example.edu.cn")
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(32) as pool:
        outcomes = list(pool.map(attempt, range(500)))
    assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {UUID, DocumentTaken}


@pytest.mark.rule("AC-1")
def test_the_fifteen_digit_form_is_blocked_by_the_eighteen_digit_form(house: House) -> None:
    """Given an account under a number of 18 digits, when the same person opens one under its 15 digits, then it is
    refused."""
    house.open()
    with pytest.raises(DocumentTaken):
        house.open(id_number="110105491231002", contact="other@example.edu.cn")
    with pytest.raises(DocumentTaken):
        house.open(id_number=" 11010519491231002x ", contact="other@example.edu.cn")


@pytest.mark.rule("AC-6")
def test_a_contact_serves_one_account_however_it_is_written(house: House) -> None:
    """Given a mail address that serves an account, when another account names it in other capitals, then it is
    refused."""
    house.open()
    with pytest.raises(ContactTaken):
        house.open(id_number="440524188001010014", contact="ZhangSan@Example.edu.cn")


@pytest.mark.rule("X-CODE-1", "X-CODE-2", "X-CODE-3")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id_number": "340524198001010011"}, "id_number"),
        ({"name": "张?"}, "name"),
        ({"contact": "not a contact"}, "contact"),
        ({"channel": "sms", "contact": "12345"}, "contact"),
    ],
)
def test_a_malformed_request_names_its_field_and_stores_nothing(
    house: House, changes: dict[str, str], field: str
) -> None:
    """Given a wrong number, name or contact, when an account is opened with it, then the field is named and nothing is
    stored."""
    with pytest.raises(MalformedValue) as refused:
        house.open(**changes)
    assert refused.value.as_dict()["field"] == field
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM subject_keys)")
        assert cursor.fetchone() == (0, 0)


def test_opening_twice_with_one_command_opens_once_and_answers_the_same(house: House) -> None:
    command_id = uuid4()
    request = {**ZHANG, **CONTACT, "confirmation": house.confirmed(**ZHANG, **CONTACT)}
    first = house.tell("open_account", command_id=command_id, **request)
    assert house.tell("open_account", command_id=command_id, **request) == first


@pytest.mark.rule("AC-5")
def test_a_code_travels_by_the_mailbox_and_signs_the_student_in(house: House) -> None:
    """Given an account whose contact is not proved, when its owner asks for a code and enters it, then they are signed
    in as a student."""
    account_id = house.open()
    house.tell("send_contact_code", account_id=account_id)
    house.work()
    (message,) = house.mail()
    assert message.startswith("To: zhangsan@example.edu.cn\nChannel: mail\n")
    answer = house.tell("prove_contact_code", account_id=account_id, code=house.code())
    assertion = house.verified(answer["assertion"])
    assert (assertion.role, assertion.sub) == ("student", answer["sub"])


def test_a_message_is_never_sent_twice_though_the_worker_repeats_itself(house: House) -> None:
    house.tell("send_contact_code", account_id=house.open())
    house.work()
    with house.identity.store.reading() as cursor:
        cursor.execute("DELETE FROM followers WHERE name = 'reactions'")
    before = {path: path.stat().st_mtime_ns for path in house.mailbox.glob("*.txt")}
    house.work()
    assert {path: path.stat().st_mtime_ns for path in house.mailbox.glob("*.txt")} == before
    assert len(before) == 1


def test_a_message_that_cannot_be_delivered_waits_and_is_not_lost(house: House) -> None:
    house.tell("send_contact_code", account_id=house.open())
    house.mailbox.rename(house.mailbox.with_name("away"))
    house.work()
    house.mailbox.with_name("away").rename(house.mailbox)
    assert house.mail() == []
    house.work()
    assert len(house.mail()) == 1


@pytest.mark.asvs("6.5.2")
def test_no_code_stands_anywhere_in_the_database(house: House) -> None:
    account_id = house.open()
    house.tell("send_contact_code", account_id=account_id)
    code = house.code()
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT convert_from(state, 'UTF8') || convert_from(context, 'UTF8') FROM events")
        stored = "".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT convert_from(answer, 'UTF8') FROM commands")
        stored += "".join(row[0] for row in cursor.fetchall())
    assert f'"{code}"' not in stored
    assert not any(secret in stored for secret in ("张三", "11010519491231002X", "zhangsan"))


@pytest.mark.asvs("6.6.3")
@pytest.mark.rule("X-PROOF-1")
def test_guessing_burns_the_code_after_five_tries_even_in_parallel(house: House) -> None:
    """Given a code that was sent, when sixty wrong ones are tried at once, then the right one is worthless too."""
    account_id = house.open()
    house.tell("send_contact_code", account_id=account_id)
    right = house.code()
    wrong = [f"{number:06d}" for number in range(60) if f"{number:06d}" != right]

    def guess(code: str) -> None:
        with pytest.raises(Refused):
            house.tell("prove_contact_code", account_id=account_id, code=code)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(guess, wrong))
    with pytest.raises(WrongCode):
        house.tell("prove_contact_code", account_id=account_id, code=right)


@pytest.mark.asvs("6.5.1")
@pytest.mark.rule("X-PROOF-1")
def test_a_code_is_not_replayed_under_another_command(house: House) -> None:
    """Given a code that was used, when it is entered again under another command, then it is refused."""
    account_id = house.open()
    house.tell("send_contact_code", account_id=account_id)
    code = house.code()
    house.tell("prove_contact_code", account_id=account_id, code=code)
    with pytest.raises(WrongCode):
        house.tell("prove_contact_code", account_id=account_id, code=code)


def test_a_repeated_command_gets_the_same_session_and_never_a_longer_one(house: House) -> None:
    account_id, command_id = house.open(), uuid4()
    house.tell("send_contact_code", account_id=account_id)
    request = {"account_id": account_id, "code": house.code(), "command_id": command_id}
    first = house.tell("prove_contact_code", **request)
    house.clock.forward(timedelta(hours=1))
    again = house.tell("prove_contact_code", **request)
    assert again["expires_at"] == first["expires_at"]
    assert again["session"] == first["session"]
    house.clock.forward(timedelta(hours=11))
    with pytest.raises(Refused):
        house.tell("prove_contact_code", **request)


@pytest.mark.rule("X-PROOF-2")
def test_asking_for_a_code_answers_the_same_whether_or_not_there_is_an_account(house: House) -> None:
    """Given a person with an account and two without, when each asks for a code, then all are answered alike; asking
    again within a minute is refused for all alike."""
    house.student()
    house.clock.forward(timedelta(minutes=2))
    asked = [ZHANG, {**ZHANG, "name": "李四"}, {**ZHANG, "id_number": "440524188001010014"}]
    answers = [house.tell("request_sign_in_code", **who) for who in asked]
    requests = {answer.pop("request") for answer in answers}
    assert answers[0] == answers[1] == answers[2]
    assert len(requests) == 3
    refusals = []
    for who in asked:
        with pytest.raises(CodesTooOften) as refused:
            house.tell("request_sign_in_code", **who)
        refusals.append(refused.value.as_dict())
    assert refusals[0] == refusals[1] == refusals[2]
    house.work()
    assert len(house.mail()) == 2


@pytest.mark.rule("X-PROOF-1")
def test_signing_in_with_a_wrong_code_is_refused_alike_for_everyone(house: House) -> None:
    """Given a person with an account and one without, when a wrong code is entered for each, then both are refused in
    the same words."""
    house.student()
    refusals = []
    for number in (ZHANG["id_number"], "440524188001010014"):
        with pytest.raises(WrongCode) as refused:
            house.tell("sign_in_with_code", **{**ZHANG, "id_number": number}, code="000000", request=UNASKED)
        refusals.append(refused.value.as_dict())
    assert refusals[0] == refusals[1]


@pytest.mark.rule("AC-12")
def test_a_student_signs_in_again_by_document_name_and_code(house: House) -> None:
    """Given an account, when its owner gives document, name and the code sent to the proven contact, then they are
    signed in as the same person."""
    student = house.student()
    house.clock.forward(timedelta(minutes=2))
    asked = house.tell("request_sign_in_code", **ZHANG)
    answer = house.tell("sign_in_with_code", **ZHANG, code=house.code(), request=asked["request"])
    assert answer["sub"] == student.sub


@pytest.mark.rule("AC-14")
def test_records_heard_before_the_account_are_bound_when_the_contact_is_proven(house: House) -> None:
    """Given a record of a person without an account, when that person proves a contact, then the record is theirs."""
    fact = registered(house)
    house.identity.open_student_records([fact], Heard("enrollment", 1, 1))
    house.work()
    student = house.student()
    (record,) = house.queries.list_my_records(by=house.asked("list_my_records", student))["records"]
    assert record["id"] == fact["status_id"]


@pytest.mark.rule("AC-14")
def test_records_heard_after_the_account_are_bound_at_once(house: House) -> None:
    """Given a person with an account, when five hundred records are heard and one has the same name and document, then
    that one is bound at once."""
    student = house.student()
    facts = [registered(house), *({**registered(house), "id_key": f"{n:040x}"} for n in range(499))]
    house.identity.open_student_records(facts, Heard("enrollment", 1, 500))
    house.work()
    answer = house.queries.list_my_records(by=house.asked("list_my_records", student))
    assert [record["status_id"] for record in answer["records"]] == [facts[0]["status_id"]]


def test_a_record_and_an_account_that_did_not_see_each_other_are_joined_by_the_worker(house: House) -> None:
    account_id = house.open()
    house.tell("send_contact_code", account_id=account_id)
    code = house.code()
    house.identity.open_student_records([registered(house)], Heard("enrollment", 1, 1))
    house.tell("prove_contact_code", account_id=account_id, code=code)  # the read table does not know the record yet
    house.work()
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM heard_records WHERE person_id IS NOT NULL")
        assert cursor.fetchone() == (1,)


@pytest.mark.rule("AC-14")
def test_a_record_under_another_name_is_reported_without_the_name_and_not_bound(house: House) -> None:
    """Given a record with the same document and another name, when its owner signs in, then it is not bound, and the
    school is named as the one to act."""
    student = house.student()
    house.identity.open_student_records([registered(house, name="张叁")], Heard("enrollment", 1, 1))
    house.work()
    answer = house.queries.list_my_records(by=house.asked("list_my_records", student))
    (unbound,) = answer["unbound"]
    assert answer["records"] == []
    assert (unbound["kind"], unbound["reason"], unbound["turn"]) == ("status", "NAMES_DIFFER", "school")
    assert unbound["school_code"] is None


def test_a_record_that_a_case_corrected_is_bound_to_whose_it_turned_out_to_be(house: House) -> None:
    student = house.student()
    wrong = registered(house, name="张叁")
    house.identity.open_student_records([wrong], Heard("enrollment", 1, 1))
    right = registered(house, status_id=wrong["status_id"]) | {"old_id_key": wrong["id_key"]}
    house.identity.note_corrections([right], Heard("enrollment", 2, 2))
    house.work()
    answer = house.queries.list_my_records(by=house.asked("list_my_records", student))
    assert [record["status_id"] for record in answer["records"]] == [wrong["status_id"]]
    assert answer["unbound"] == []


def test_the_owner_sees_that_a_status_ended_and_that_it_is_contested(house: House) -> None:
    student = house.student()
    record = registered(house)
    house.identity.open_student_records([record], Heard("enrollment", 1, 1))
    contested = {"status_id": record["status_id"], "case_id": uuid4(), "settled": False, "keeps": True}
    house.identity.note_contests([contested], Heard("enrollment", 2, 2))
    ended = {"status_id": record["status_id"], "kind": "退学", "state": "dropped", "effective_on": date(2027, 3, 5)}
    house.identity.note_endings([ended], Heard("enrollment", 3, 3))
    house.work()
    (shown,) = house.queries.list_my_records(by=house.asked("list_my_records", student))["records"]
    assert (shown["state"], shown["ended_on"], shown["contested"]) == ("dropped", date(2027, 3, 5), True)


def test_a_closed_account_frees_document_and_contact_and_its_data_cannot_be_read_again(house: House) -> None:
    student = house.student()
    (account_id,) = house.identity.owners("account.person", [student.sub]).values()
    account = house.identity.own_account(house.asked("close_account", student))
    house.tell("close_account", actor=student)
    house.work()
    with pytest.raises(CannotOpen):
        house.identity.contact_of(account_id, account.sealed_contact)
    with pytest.raises(NotFound):
        house.queries.list_my_records(by=house.asked("list_my_records", student))
    house.clock.forward(timedelta(minutes=1))
    assert house.student().sub != student.sub


def test_a_record_follows_its_owner_to_a_new_account(house: House) -> None:
    house.identity.open_student_records([registered(house)], Heard("enrollment", 1, 1))
    house.work()
    house.tell("close_account", actor=house.student())
    house.clock.forward(timedelta(minutes=1))
    again = house.student()
    assert len(house.queries.list_my_records(by=house.asked("list_my_records", again))["records"]) == 1


@pytest.mark.rule("AC-1")
def test_an_unproven_account_does_not_keep_the_document_from_its_owner(house: House) -> None:
    """Given an account that nobody proved within a day, when the owner of the document opens one, then the document is
    free."""
    stranger = house.open()
    house.work()
    house.clock.forward(timedelta(hours=24))
    now = house.clock.now()
    waiting = house.queries.list_unproven_accounts(now - timedelta(hours=24))
    assert house.identity.lapse_accounts(waiting, now) == 1
    assert house.open() != stranger


@pytest.mark.asvs("6.3.2")
def test_where_there_is_no_operators_file_no_operator_signs_in(house: House) -> None:
    with pytest.raises(NotSignedIn):
        house.identity.sign_in_operator(operator_id="admin", key="admin", by=house.asked("sign_in_operator"))


@pytest.mark.rule("A11-2", "X-SIGN-1")
def test_nobody_binds_or_lists_for_somebody_else(house: House) -> None:
    """Given nobody signed in, when records are asked for or bound, then it is refused."""
    with pytest.raises(Refused):
        house.tell("bind_my_records")
    with pytest.raises(Refused):
        house.queries.list_my_records(by=house.asked("list_my_records"))


@pytest.mark.rule("X-CMD-1")
def test_one_command_id_does_not_serve_two_requests(house: House) -> None:
    """Given a command id that opened an account, when another request uses it, then it is refused."""
    command_id = uuid4()
    confirmation = house.confirmed(**ZHANG, **CONTACT)
    house.tell("open_account", command_id=command_id, **ZHANG, **CONTACT, confirmation=confirmation)
    with pytest.raises(CommandReused):
        house.tell("send_contact_code", command_id=command_id, account_id=uuid4())


def test_the_read_tables_equal_a_rebuild_from_the_log(house: House) -> None:
    house.identity.open_student_records([registered(house)], Heard("enrollment", 1, 1))
    house.student()
    house.work()
    assert verify(house.identity.store, PROJECTIONS, AGGREGATES) == []
