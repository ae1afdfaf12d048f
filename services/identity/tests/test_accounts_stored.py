"""Accounts from their preview to their end: confirmed, reached by several contacts, found again, and forgotten."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.application.accounts import (
    AlreadyRegistered,
    ChannelNotOffered,
    NotConfirmed,
    NotYetActivated,
)
from services.identity.application.allowances import ChangedTooOften, CodesTooOften, TriesUsedUp
from services.identity.application.identity import WrongCode
from services.identity.domain.account import Account, ContactOfAnother, ContactTaken
from services.identity.domain.account_contact_facts import ContactIsYours, LastContact, NameIsFixed
from services.identity.domain.rules import CODES_TO_ONE_A_DAY
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.test_identity_stored import UNASKED, registered
from shared.access.assertion import Assertion
from shared.access.decide import NotPermitted, StepUpNeeded
from shared.access.identity_permissions import STAFF
from shared.eventstore.application import Heard
from shared.eventstore.privacy import CannotOpen
from shared.eventstore.verify import verify
from shared.rules.refused import MalformedValue, NotFound

pytestmark = pytest.mark.servers
MAIL = {"channel": "mail", "contact": "zhangsan@example.edu.cn"}
PHONE = {"channel": "sms", "contact": "18612345678"}
OTHER = {"id_number": "440524188001010014", "name": "李四"}
MINUTE = timedelta(minutes=1)


def newest(house: House, to: str) -> str:
    """The newest message to somebody."""
    house.work()
    sent = [text for text in house.mail() if text.startswith(f"To: {to}\n")]
    return max(sent, key=lambda text: text.split("Date: ")[1].split("\n")[0])


def code_to(house: House, to: str) -> str:
    return newest(house, to).split("Code: ")[1][:6]


def add_phone(house: House, student: Assertion, replaces: str = "") -> None:
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=student, **PHONE, replaces=replaces)
    house.tell("prove_new_contact", actor=student, code=code_to(house, PHONE["contact"]))


def mine(house: House, student: Assertion) -> Any:
    return house.identity.get_my_account(by=house.asked("get_my_account", student))


# -- before an account is opened -------------------------------------------------------------------------------------


@pytest.mark.rule("AC-2", "AC-3")
def test_what_will_be_kept_is_shown_in_full_and_confirmed_before_an_account_is_opened(house: House) -> None:
    """Given what somebody typed, when the account is previewed, then user name, name and number are shown as they will
    be kept, and the account is opened with the confirmation of exactly these words."""
    typed = {"id_type": "1", "id_number": " 11010519491231002x", "name": " 张三 "}
    by = house.asked("preview_account")
    shown = house.identity.preview_account(**typed, channel="mail", contact="ZhangSan@Example.edu.cn", by=by)
    assert (shown["user_name"], shown["name"], shown["id_number"]) == (
        "zhangsan@example.edu.cn", "张三", "11010519491231002X",
    )  # fmt: skip
    opened = house.tell("open_account", **ZHANG, **MAIL, confirmation=shown["confirmation"])
    assert house.identity.find(Account, UUID(opened["id"])) is not None


@pytest.mark.rule("AC-3")
@pytest.mark.parametrize(
    "changes",
    [{"name": "张叁"}, {"id_number": "440524188001010014"}, {"contact": "other@example.cn"}],
)
def test_what_was_changed_after_the_preview_is_not_opened(house: House, changes: dict[str, str]) -> None:
    """Given a confirmed preview, when an account is asked for with any other word, then it is refused."""
    confirmation = house.confirmed(**ZHANG, **MAIL)
    with pytest.raises(NotConfirmed):
        house.tell("open_account", **{**ZHANG, **MAIL, **changes}, confirmation=confirmation)


@pytest.mark.rule("AC-3")
def test_a_confirmation_holds_for_half_an_hour_and_cannot_be_made_up(house: House) -> None:
    """Given a preview, when half an hour has passed or its time was altered, then the account is not opened."""
    confirmation = house.confirmed(**ZHANG, **MAIL)
    seconds, _, signature = confirmation.partition(".")
    with pytest.raises(NotConfirmed):
        house.tell("open_account", **ZHANG, **MAIL, confirmation=f"{int(seconds) + 3600}.{signature}")
    house.clock.forward(timedelta(minutes=30))
    with pytest.raises(NotConfirmed):
        house.tell("open_account", **ZHANG, **MAIL, confirmation=confirmation)


def test_a_preview_tells_nothing_of_existing_accounts(house: House) -> None:
    before = house.confirmed(**ZHANG, **MAIL)
    house.open()
    assert house.confirmed(**ZHANG, **MAIL) == before


@pytest.mark.rule("AC-2")
def test_a_channel_that_nobody_serves_is_not_offered(house: House) -> None:
    """Given an installation without short messages, when a phone number is to be the user name, then it is refused."""
    house.identity.channels = ("mail",)
    with pytest.raises(ChannelNotOffered):
        house.confirmed(**ZHANG, **PHONE)


@pytest.mark.rule("AC-5")
def test_whoever_registered_before_is_told_to_activate_or_to_sign_in(house: House) -> None:
    """Given an account whose contact is not proven, when its owner opens it again, then a new code is offered; once it
    is proven, signing in and recovery are."""
    account_id = house.open()
    with pytest.raises(NotYetActivated):
        house.open()
    house.tell("resend_activation", **MAIL)
    house.tell("prove_contact_code", account_id=account_id, code=house.code())
    with pytest.raises(AlreadyRegistered):
        house.open()


@pytest.mark.rule("AC-5")
def test_a_new_activation_code_is_answered_alike_for_everybody(house: House) -> None:
    """Given one registered address and one that is not, when a code is asked for, then both get the same answer and one
    code goes out."""
    house.open()
    known = house.tell("resend_activation", **MAIL)
    unknown = house.tell("resend_activation", channel="mail", contact="nobody@example.cn")
    assert unknown.pop("request") != known.pop("request")
    assert unknown == known
    house.work()
    assert len(house.mail()) == 1


@pytest.mark.rule("AC-6")
def test_a_contact_that_serves_another_account_is_refused_with_that_accounts_masked_name(house: House) -> None:
    """Given a phone number that is an account's user name, when another person registers with it, then it is refused
    and the account is named masked."""
    house.student(**PHONE)
    with pytest.raises(ContactOfAnother) as refused:
        house.open(**OTHER, **PHONE)
    assert "186********" in refused.value.as_dict()["zh"]
    assert "18612345678" not in str(refused.value.as_dict())


@pytest.mark.rule("AC-2", "X-PROOF-2")
def test_an_activation_code_is_sent_again_after_a_minute_and_five_times_a_day(house: House) -> None:
    """Given an account that waits for its code, when more codes are asked for, then one goes out a minute, five a day,
    and asking sooner or more often is refused."""
    account_id = house.open()
    for _ in range(5):
        house.tell("send_contact_code", account_id=account_id)
        with pytest.raises(CodesTooOften):
            house.tell("send_contact_code", account_id=account_id)
        house.clock.forward(MINUTE)
    with pytest.raises(CodesTooOften):
        house.tell("send_contact_code", account_id=account_id)
    house.work()
    assert len(house.mail()) == 5


def test_an_account_that_does_not_exist_is_counted_like_one_that_does(house: House) -> None:
    nobody = uuid4()
    house.tell("send_contact_code", account_id=nobody)
    with pytest.raises(CodesTooOften):
        house.tell("send_contact_code", account_id=nobody)


@pytest.mark.rule("X-PROOF-2")
def test_a_destination_gets_twenty_codes_a_day_whoever_asks(house: House) -> None:
    """Given an address, when ever so many accounts have codes sent there, then it gets twenty that day."""
    sent = 0
    for number in range(CODES_TO_ONE_A_DAY + 2):
        student = house.student(id_type="A", id_number=f"E123456{number:02}", contact=f"p{number}@example.cn")
        house.clock.forward(MINUTE)
        try:
            house.tell("name_contact", actor=student, channel="mail", contact="victim@example.cn", replaces="")
            sent += 1
        except CodesTooOften:
            pass
    house.work()
    to_victim = [text for text in house.mail() if text.startswith("To: victim@example.cn\n")]
    assert sent == len(to_victim) == CODES_TO_ONE_A_DAY


def test_the_activation_mail_holds_a_link_whose_code_stands_behind_the_hash(house: House) -> None:
    account_id = house.open()
    house.tell("send_contact_code", account_id=account_id)
    assert f"https://xueji.example/activate#{account_id}.{house.code()}\n" in newest(house, MAIL["contact"])


# -- further contacts ------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-6", "AC-7")
def test_a_second_contact_is_proven_by_its_own_code_and_the_first_is_told(house: House) -> None:
    """Given an account, when its owner adds a phone number and proves it, then it serves the account, nobody else can
    use it, and the mail address is told what to do if it was not its owner."""
    student = house.student()
    add_phone(house, student)
    shown = mine(house, student)["contacts"]
    assert [(each["channel"], each["contact"], each["user_name"]) for each in shown] == [
        ("mail", "zh***@***", True),
        ("sms", "186********", False),
    ]
    assert "If this was not you" in newest(house, MAIL["contact"])
    with pytest.raises(ContactTaken):
        house.open(**OTHER, **PHONE)


def test_a_replaced_contact_is_told_and_is_free_for_others(house: House) -> None:
    student = house.student()
    (first,) = mine(house, student)["contacts"]
    add_phone(house, student, replaces=first["contact_id"])
    (now,) = mine(house, student)["contacts"]
    assert (now["channel"], now["user_name"]) == ("sms", True)
    assert "replaced" in newest(house, MAIL["contact"])
    house.clock.forward(MINUTE)
    assert house.student(**OTHER).sub != student.sub


def test_a_contact_that_was_named_and_not_proven_changes_nothing(house: House) -> None:
    student = house.student()
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=student, **PHONE, replaces="")
    right = code_to(house, PHONE["contact"])
    with pytest.raises(WrongCode):
        house.tell("prove_new_contact", actor=student, code=f"{(int(right) + 1) % 1_000_000:06d}")
    assert len(mine(house, student)["contacts"]) == 1
    assert house.open(**OTHER, **PHONE)


def test_five_guesses_burn_the_code_of_a_further_contact_too(house: House) -> None:
    student = house.student()
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=student, **PHONE, replaces="")
    right = code_to(house, PHONE["contact"])
    for guess in range(1, 6):
        with pytest.raises(WrongCode):
            house.tell("prove_new_contact", actor=student, code=f"{(int(right) + guess) % 1_000_000:06d}")
    with pytest.raises(WrongCode):
        house.tell("prove_new_contact", actor=student, code=right)


def test_a_further_contact_is_named_at_once_and_its_code_sent_again_after_a_minute(house: House) -> None:
    student = house.student()  # a moment ago, by a code
    house.tell("name_contact", actor=student, **PHONE, replaces="")
    with pytest.raises(CodesTooOften):
        house.tell("name_contact", actor=student, **PHONE, replaces="")
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=student, **PHONE, replaces="")
    house.tell("prove_new_contact", actor=student, code=code_to(house, PHONE["contact"]))
    assert len(mine(house, student)["contacts"]) == 2


@pytest.mark.rule("AC-2")
def test_the_last_contact_stays(house: House) -> None:
    """Given an account with two contacts, when both are given up, then the second is refused: it is the user name."""
    student = house.student()
    add_phone(house, student)
    first, second = mine(house, student)["contacts"]
    house.tell("remove_contact", actor=student, contact_id=first["contact_id"])
    with pytest.raises(LastContact):
        house.tell("remove_contact", actor=student, contact_id=second["contact_id"])
    with pytest.raises(NotFound):
        house.tell("remove_contact", actor=student, contact_id=first["contact_id"])


@pytest.mark.rule("AC-6")
def test_a_contact_of_another_account_or_of_ones_own_is_not_named(house: House) -> None:
    """Given two accounts, when one names the other's contact or its own once more, then it is refused."""
    house.student(**OTHER, **PHONE)
    student = house.student()
    house.clock.forward(MINUTE)
    with pytest.raises(ContactOfAnother) as refused:
        house.tell("name_contact", actor=student, **PHONE, replaces="")
    assert "186********" in refused.value.as_dict()["en"]
    with pytest.raises(ContactIsYours):
        house.tell("name_contact", actor=student, **MAIL, replaces="")


def test_two_accounts_that_prove_one_contact_at_once_do_not_both_get_it(house: House) -> None:
    first = house.student()
    second = house.student(**OTHER, contact="lisi@example.cn")
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=first, **PHONE, replaces="")
    code = code_to(house, PHONE["contact"])
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=second, **PHONE, replaces="")
    house.tell("prove_new_contact", actor=second, code=code_to(house, PHONE["contact"]))
    with pytest.raises(ContactTaken):
        house.tell("prove_new_contact", actor=first, code=code)


# -- the name --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-7")
def test_the_name_is_corrected_by_its_owner_until_a_record_has_verified_it(house: House) -> None:
    """Given an account under a mistyped name, when its owner corrects the name, then the records of that name are
    theirs; from then on the name is fixed, and the document always was."""
    house.identity.open_student_records([registered(house)], Heard("enrollment", 1, 1))
    student = house.student(name="张叁")
    house.clock.forward(MINUTE)
    house.tell("change_my_name", actor=student, name="张三")
    house.work()
    shown = mine(house, student)
    assert (shown["name"], shown["id_number"]) == ("张三", "1101**********002X")
    assert "name of your student-status account was changed" in newest(house, MAIL["contact"])
    assert len(house.queries.list_my_records(by=house.asked("list_my_records", student))["records"]) == 1
    with pytest.raises(NameIsFixed):
        house.tell("change_my_name", actor=student, name="张叁")
    with pytest.raises(MalformedValue):
        house.tell("change_my_name", actor=student, name="张\u202e三")


@pytest.mark.rule("AC-13")
def test_a_name_is_not_found_out_by_correcting_it(house: House) -> None:
    """Given a number that somebody read somewhere, when an account is opened under it and its name corrected again and
    again, then after three tries that day the next one is refused, whichever account of that document it comes from,
    and the records of the number's owner stay out of reach."""
    house.identity.open_student_records([registered(house)], Heard("enrollment", 1, 1))
    stranger = house.student(name="王五")
    for name in ("张一", "张二", "张四"):
        house.tell("change_my_name", actor=stranger, name=name)
    with pytest.raises(TriesUsedUp):
        house.tell("change_my_name", actor=stranger, name="张三")
    house.work()
    assert not records_of(house, stranger)
    house.clock.forward(timedelta(days=1))
    house.tell("change_my_name", actor=stranger, name="张三")  # its owner has time
    house.work()
    assert records_of(house, stranger)


@pytest.mark.rule("AC-13")
def test_a_name_is_not_found_out_by_closing_and_opening_anew(house: House) -> None:
    """Given a number that somebody read somewhere, when accounts are opened under it with name after name, each closed
    again, then after three that day none is opened before the next, and it is said why; closing is never refused."""
    house.identity.open_student_records([registered(house)], Heard("enrollment", 1, 1))
    for number, name in enumerate(("张一", "张二", "张四")):
        stranger = house.student(name=name, contact=f"thief{number}@example.cn")
        assert not records_of(house, stranger)
        house.tell("close_account", actor=stranger)
        house.work()
    with pytest.raises(ChangedTooOften) as refused:
        house.open(contact="thief@example.cn")
    assert (refused.value.as_dict()["status"], refused.value.as_dict()["rule"]) == (429, "AC-13")
    house.student(**OTHER, **PHONE)  # others open theirs
    house.clock.forward(timedelta(days=1))
    assert records_of(house, house.student())


@pytest.mark.rule("AC-13")
def test_corrections_and_closings_of_one_document_share_a_count(house: House) -> None:
    """Given an account whose name was corrected three times today, when it is closed, then it is closed, and no other
    is opened for its document today."""
    student = house.student(name="张一")
    for name in ("张二", "张四", "张五"):
        house.tell("change_my_name", actor=student, name=name)
    house.tell("close_account", actor=student)
    house.work()
    with pytest.raises(ChangedTooOften):
        house.open()


def records_of(house: House, student: Assertion) -> list[Any]:
    return list(house.queries.list_my_records(by=house.asked("list_my_records", student))["records"])


# -- found again -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-12")
def test_a_user_name_is_recovered_by_name_document_and_a_code_to_a_proven_contact(house: House) -> None:
    """Given an account with two contacts, when its owner gives name and document and the code that came to the phone,
    then both user names are told in full."""
    student = house.student()
    add_phone(house, student)
    house.clock.forward(MINUTE)
    asked = house.tell("request_recovery_code", purpose="user_name", channel="sms", **ZHANG)
    proof = {**ZHANG, "code": code_to(house, PHONE["contact"]), "request": asked["request"]}
    assert house.tell("recover_user_name", **proof) == {"user_names": [MAIL["contact"], PHONE["contact"]]}
    with pytest.raises(WrongCode):
        house.tell("recover_user_name", **proof)


@pytest.mark.rule("AC-12", "X-PROOF-1")
def test_recovery_answers_alike_for_who_has_an_account_and_who_has_none(house: House) -> None:
    """Given a person with an account and others without, when each asks for recovery and enters a code, then all get
    the same answers."""
    house.student()
    house.clock.forward(MINUTE)
    people = [ZHANG, {**ZHANG, "name": "李四"}, {**ZHANG, **OTHER}]
    asked, refused = [], []
    for who in people:
        asked.append(house.tell("request_recovery_code", purpose="user_name", channel="mail", **who))
        with pytest.raises(WrongCode) as wrong:
            house.tell("recover_user_name", **who, code="000000", request=asked[-1].pop("request"))
        refused.append(wrong.value.as_dict())
    assert asked[0] == asked[1] == asked[2]
    assert refused[0] == refused[1] == refused[2]


@pytest.mark.rule("AC-13")
def test_recovery_is_tried_five_times_a_day_by_known_and_unknown_alike(house: House) -> None:
    """Given a document with an account and one without, when recovery is tried a sixth time, then both are refused
    until the next day."""
    house.student()
    for who in (ZHANG, {**ZHANG, **OTHER}):
        for _ in range(5):
            with pytest.raises(WrongCode):
                house.tell("recover_user_name", **who, code="000000", request=UNASKED)
        with pytest.raises(TriesUsedUp):
            house.tell("recover_user_name", **who, code="000000", request=UNASKED)
    house.clock.forward(timedelta(days=1))
    with pytest.raises(WrongCode):
        house.tell("recover_user_name", **ZHANG, code="000000", request=UNASKED)


def test_a_code_to_recover_with_does_not_sign_in(house: House) -> None:
    house.student()
    house.clock.forward(MINUTE)
    asked = house.tell("request_recovery_code", purpose="user_name", channel="mail", **ZHANG)
    with pytest.raises(WrongCode):
        house.tell("sign_in_with_code", **ZHANG, code=code_to(house, MAIL["contact"]), request=asked["request"])


# -- nobody for another ----------------------------------------------------------------------------------------------

OWN_COMMANDS: list[tuple[str, dict[str, str]]] = [
    ("get_my_account", {}),
    ("name_contact", {**PHONE, "replaces": ""}),
    ("prove_new_contact", {"code": "000000"}),
    ("remove_contact", {"contact_id": "a" * 40}),
    ("change_my_name", {"name": "张叁"}),
    ("close_account", {}),
]


def told(house: House, actor: Assertion | None, use_case: str, request: dict[str, str]) -> Any:
    if use_case == "get_my_account":
        return house.identity.get_my_account(by=house.asked(use_case, actor))
    return house.tell(use_case, actor=actor, **request)


@pytest.mark.rule("AC-24")
@pytest.mark.parametrize("role", STAFF)
def test_staff_do_nothing_on_a_students_account_whatever_they_show(house: House, role: str) -> None:
    """Given a student's account, when anybody of any office, with every factor shown and even under the student's own
    id, asks for what its owner may do, then it is refused and nothing is written."""
    student = house.student()
    house.work()
    count = "SELECT count(*) FROM events"
    with house.identity.store.reading() as cursor:
        cursor.execute(count)
        before = cursor.fetchone()
    for sub in (student.sub, "pku-registrar-1"):
        actor = Assertion(
            sub, role, "school", "all", "4111010001", ("pop",), "j", house.clock.now() + MINUTE, stepped_up=True
        )
        for use_case, request in OWN_COMMANDS:
            with pytest.raises(NotPermitted):
                told(house, actor, use_case, request)
    with house.identity.store.reading() as cursor:
        cursor.execute(count)
        assert cursor.fetchone() == before


@pytest.mark.rule("AC-24")
def test_one_student_does_nothing_on_anothers_account(house: House) -> None:
    """Given two students, when one names the other's contact to give it up, then it is not found."""
    victim = house.student()
    add_phone(house, victim)
    thief = house.student(**OTHER, contact="lisi@example.cn")
    for contact in mine(house, victim)["contacts"]:
        with pytest.raises(NotFound):
            house.tell("remove_contact", actor=thief, contact_id=contact["contact_id"])


@pytest.mark.rule("X-SIGN-2")
def test_contacts_and_name_change_only_right_after_a_strong_factor(house: House) -> None:
    """Given a student whose strong factor was shown long ago, when contacts, name or the account itself are to change,
    then the factor is asked for again; looking needs none."""
    student = replace(house.student(), stepped_up=False)
    for use_case, request in OWN_COMMANDS[1:]:
        with pytest.raises(StepUpNeeded):
            told(house, student, use_case, request)
    assert mine(house, student)["name"] == "张三"


# -- forgotten -------------------------------------------------------------------------------------------------------


def test_closing_makes_every_contact_and_name_unreadable_and_frees_them(house: House) -> None:
    student = house.student(name="张叁")
    house.tell("change_my_name", actor=student, name="张三")
    (first,) = mine(house, student)["contacts"]
    add_phone(house, student, replaces=first["contact_id"])
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=student, channel="mail", contact="third@example.cn", replaces="")
    (account_id,) = house.identity.owners("account.person", [student.sub]).values()
    account = house.identity.get(Account, account_id)
    house.tell("close_account", actor=student)
    house.work()
    assert len(account.contacts) == 3
    for _, sealed in account.contacts.values():
        with pytest.raises(CannotOpen):
            house.identity.contact_of(account_id, sealed)
    with pytest.raises(CannotOpen):
        house.identity.person_of(account)
    assert house.open(**PHONE)


def test_no_contact_name_or_number_stands_anywhere_in_the_database(house: House) -> None:
    student = house.student()
    add_phone(house, student)
    house.clock.forward(MINUTE)
    asked = house.tell("request_recovery_code", purpose="user_name", channel="sms", **ZHANG)
    request = asked["request"]
    house.tell("recover_user_name", **ZHANG, code=code_to(house, PHONE["contact"]), request=request)
    house.tell("change_my_name", actor=student, name="章三")
    house.work()
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        stored = ""
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(encode(t::text::bytea, 'escape'), ' '), '') FROM {table} AS t")
            stored += cursor.fetchone()[0]  # type: ignore[index]
        cursor.execute("SELECT convert_from(state, 'UTF8') || convert_from(context, 'UTF8') FROM events")
        stored += "".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT convert_from(answer, 'UTF8') FROM commands")
        stored += "".join(row[0] for row in cursor.fetchall())
    for secret in (ZHANG["id_number"], ZHANG["name"], "章三", MAIL["contact"], PHONE["contact"], request):
        assert secret not in stored


def test_tables_and_claims_after_all_of_it_are_what_the_facts_say(house: House) -> None:
    student = house.student(name="张叁")
    (first,) = mine(house, student)["contacts"]
    add_phone(house, student, replaces=first["contact_id"])
    house.tell("change_my_name", actor=student, name="张三")
    other = house.student(**OTHER)
    house.clock.forward(MINUTE)
    house.tell("name_contact", actor=other, channel="mail", contact="second@example.cn", replaces="")
    house.tell("prove_new_contact", actor=other, code=code_to(house, "second@example.cn"))
    house.tell("close_account", actor=other)
    house.work()
    assert verify(house.identity.store, PROJECTIONS, AGGREGATES) == []
