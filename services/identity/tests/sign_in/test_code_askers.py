"""What strangers ask for and try is theirs: it neither uses up nor burns the owner's codes, nor a campus's."""

from typing import Any
from uuid import uuid4

import pytest

from services.identity.application.account_codes import WrongCode
from services.identity.application.allowances import CodesTooOften, TriesUsedUp
from services.identity.application.code_counts import CODES_A_NETWORK_AN_HOUR, CODES_FROM_A_SITE_A_DAY
from services.identity.domain.rules import CODES_A_DAY, CODES_TO_ONE_A_DAY
from services.identity.tests.conftest import ZHANG
from services.identity.tests.sign_in.conftest import PASSWORD, STUDENT, SignInWorld
from shared.rules.refused import Refused

pytestmark = pytest.mark.servers
HOME, AWAY = "203.0.113.7", "198.51.100.9"
UNASKED = "xr1_" + "A" * 43


def ask(world: SignInWorld, address: str = HOME, **more: str) -> str:
    """Ask for a code to sign in with; answers what it has to be brought back with."""
    return str(world.tell(None, "request_sign_in_code", address=address, **{**ZHANG, **more})["request"])


def sign_in(world: SignInWorld, code: str, request: str, address: str = HOME) -> Any:
    return world.tell(None, "sign_in_with_code", address=address, **ZHANG, code=code, request=request)


def codes_sent(world: SignInWorld) -> int:
    with world.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'identity.Account.CodeIssued'")
        row: Any = cursor.fetchone()
    return int(row[0])


@pytest.fixture
def known(world: SignInWorld) -> str:
    """Zhang San has an account since yesterday: what the device knows on which it was opened."""
    device = world.student()["known_device"]
    world.forward(days=1)
    return str(device)


# --- whose code it is ---


@pytest.mark.asvs("6.6.2", "6.6.3")
@pytest.mark.rule("X-PROOF-1")
def test_a_strangers_guesses_do_not_burn_the_owners_code(world: SignInWorld, known: str) -> None:
    """Given a code that its owner asked for, when strangers who know name and document guess, with requests of their
    own and with none, then the owner's code signs in all the same."""
    mine = ask(world)
    code = world.code()
    world.forward(seconds=1)
    theirs = ask(world, AWAY)
    wrong = "000000" if "000000" not in (code, world.code()) else "111111"
    for request in (theirs, UNASKED):
        for _ in range(6):
            with pytest.raises(WrongCode):
                sign_in(world, wrong, request, AWAY)
    assert sign_in(world, code, mine)["session"]


@pytest.mark.asvs("6.6.2")
@pytest.mark.rule("X-PROOF-1")
def test_a_code_that_somebody_read_is_worthless_without_its_request(world: SignInWorld, known: str) -> None:
    """Given the owner's code on a screen that a stranger sees, when the stranger tries it, then it is refused."""
    mine = ask(world)
    code = world.code()
    world.forward(seconds=1)
    for request in (ask(world, AWAY), UNASKED):
        with pytest.raises(WrongCode):
            sign_in(world, code, request, AWAY)
    assert sign_in(world, code, mine)["session"]


def test_a_repeated_request_is_answered_alike_and_another_one_is_not(world: SignInWorld, known: str) -> None:
    command_id = uuid4()
    first = world.tell(None, "request_sign_in_code", command_id, **ZHANG)
    assert world.tell(None, "request_sign_in_code", command_id, **ZHANG) == first
    assert ask(world, AWAY) != first["request"]
    assert first["request"] not in world.offices.everything_kept()


# --- how many there are ---


@pytest.mark.rule("AC-12", "X-PROOF-2")
def test_who_knows_name_and_document_does_not_use_up_the_owners_codes(world: SignInWorld, known: str) -> None:
    """Given a stranger who asks for somebody's codes all day from one network, when the owner asks from another one,
    then a code goes out; even where it is the same network, if it is a device that the owner signed in on before."""
    for _ in range(CODES_A_DAY):
        ask(world, AWAY)
        world.forward(seconds=61)
    with pytest.raises(CodesTooOften):
        ask(world, AWAY)
    before = codes_sent(world)
    ask(world)
    ask(world, AWAY, known_device=known)
    assert codes_sent(world) == before + 2


@pytest.mark.rule("AC-12", "X-PROOF-2")
def test_strangers_everywhere_use_up_their_own_codes_and_a_known_device_has_more(
    world: SignInWorld, known: str
) -> None:
    """Given strangers in many networks, when they ask for somebody's codes for every purpose, then twenty go out that
    day and no more; a device on which the owner signed in before is sent one all the same, by any of these ways."""
    before = codes_sent(world)
    for network in range(12):
        for _ in range(3):
            ask(world, f"198.51.100.{network}")
            world.forward(seconds=61)
    assert codes_sent(world) == before + CODES_TO_ONE_A_DAY
    ask(world, "192.0.2.1")
    assert codes_sent(world) == before + CODES_TO_ONE_A_DAY, "and its asker learns nothing of it"
    mine = ask(world, known_device=known)
    assert codes_sent(world) == before + CODES_TO_ONE_A_DAY + 1
    assert sign_in(world, world.code(), mine)["known_device"]
    world.forward(seconds=61)
    recovery = {**ZHANG, "purpose": "user_name", "channel": "mail", "known_device": known}
    request = world.tell(None, "request_recovery_code", **recovery)["request"]
    found = world.tell(None, "recover_user_name", **ZHANG, code=world.code(), request=request)
    assert found["user_names"] == [STUDENT]


def test_asking_on_and_on_from_one_network_takes_no_more_than_five_of_the_twenty(
    world: SignInWorld, known: str
) -> None:
    before = codes_sent(world)
    for _ in range(CODES_A_DAY):
        for purpose in ("", "user_name", "password"):
            named = {**ZHANG, "purpose": purpose, "channel": "mail"} if purpose else ZHANG
            method = "request_recovery_code" if purpose else "request_sign_in_code"
            try:
                world.tell(None, method, address=AWAY, **named)
            except CodesTooOften:
                continue
        world.forward(seconds=61)
    assert codes_sent(world) == before + CODES_A_DAY
    for network in range(15):
        ask(world, f"192.0.2.{network}")
    assert codes_sent(world) == before + CODES_TO_ONE_A_DAY


@pytest.mark.asvs("6.6.3")
def test_another_spelling_of_a_name_is_the_same_person(world: SignInWorld, known: str) -> None:
    ask(world)
    for name in (f"{ZHANG['name'][0]} {ZHANG['name'][1:]}", f" {ZHANG['name']} ", f"{ZHANG['name']}\u3000"):
        with pytest.raises(CodesTooOften):
            ask(world, name=name)
    with pytest.raises(CodesTooOften):
        ask(world, id_number=f" {ZHANG['id_number'].lower()}")


@pytest.mark.rule("AC-12")
def test_one_student_does_not_stop_a_campus(world: SignInWorld, known: str) -> None:
    """Given one of many behind one address who asks for codes of people who are not there, when the address has had
    its number, then a device that is known is sent codes at once, and everybody is after an hour at most."""
    for number in range(CODES_A_NETWORK_AN_HOUR):
        ask(world, id_type="Z", id_number=f"X{number}", name="李四")
    with pytest.raises(CodesTooOften) as refused:
        ask(world)
    before = codes_sent(world)
    ask(world, known_device=known)
    ask(world, AWAY)
    world.forward(seconds=int(refused.value.as_dict()["detail"]["retry_after"]))
    ask(world)
    assert codes_sent(world) == before + 3


def test_tries_to_recover_are_counted_for_each_place(world: SignInWorld, known: str) -> None:
    """A stranger in the same network does not use up what the owner's device may try."""
    recovery = {**ZHANG, "purpose": "user_name", "channel": "mail", "known_device": known}
    request = world.tell(None, "request_recovery_code", **recovery)["request"]
    code = world.code()
    for _ in range(5):
        with pytest.raises(WrongCode):
            world.tell(None, "recover_user_name", **ZHANG, code="000000", request=UNASKED)
    with pytest.raises(TriesUsedUp):
        world.tell(None, "recover_user_name", **ZHANG, code=code, request=request)
    found = world.tell(None, "recover_user_name", **ZHANG, code=code, request=request, known_device=known)
    assert found["user_names"] == [STUDENT]


def test_one_range_of_ipv6_does_not_take_all_that_strangers_may_have(world: SignInWorld, known: str) -> None:
    """Whoever has a /48 has as many networks as they like; half of a day's codes to one destination is left to others,
    and a device that the owner signed in on has its own."""
    before = codes_sent(world)
    for network in range(CODES_TO_ONE_A_DAY + 2):
        ask(world, f"2001:db8:7:{network:x}::1")
    assert codes_sent(world) == before + CODES_FROM_A_SITE_A_DAY
    ask(world, "2001:db8:8::1")
    ask(world, HOME)
    ask(world, "2001:db8:7:1::1", known_device=known)
    assert codes_sent(world) == before + CODES_FROM_A_SITE_A_DAY + 3


def test_who_opened_an_account_is_sent_codes_whatever_strangers_ask_for(world: SignInWorld) -> None:
    request = {**ZHANG, "channel": "mail", "contact": STUDENT}
    by = world.by(None, "preview_account", None, "", "")
    confirmation = world.identity.preview_account(**request, by=by)["confirmation"]
    account_id = world.tell(None, "open_account", **request, confirmation=confirmation)["id"]
    for network in range(CODES_TO_ONE_A_DAY + 2):
        world.tell(None, "resend_activation", address=f"198.51.100.{network}", channel="mail", contact=STUDENT)
    assert codes_sent(world) == CODES_TO_ONE_A_DAY
    world.forward(seconds=1)
    world.tell(None, "send_contact_code", account_id=str(account_id))
    assert codes_sent(world) == CODES_TO_ONE_A_DAY + 1
    assert world.tell(None, "prove_contact_code", account_id=str(account_id), code=world.code())["session"]


def test_a_device_that_another_person_signed_in_on_is_a_strangers(world: SignInWorld, known: str) -> None:
    other = world.student("lisi@example.edu.cn", id_number="440524188001010014", name="李四")["known_device"]
    ask(world)
    for device in (other, f"{known}x", "xd1.nonce.proof"):
        with pytest.raises(CodesTooOften):
            ask(world, known_device=device)
    ask(world, known_device=known)


@pytest.mark.parametrize("ending", ["set_password", "end_my_sessions"])
def test_devices_are_forgotten_with_a_new_password_and_when_all_sessions_end(world: SignInWorld, ending: str) -> None:
    """Whoever copied what a device keeps is a stranger from then on; the owner's next sign-in makes it known anew."""
    answer = world.student()
    device, actor = answer["known_device"], world.asserted(answer)
    world.forward(minutes=2)
    ask(world)
    ask(world, known_device=device)
    asked: dict[str, Any] = {"password": PASSWORD} if ending == "set_password" else {"this_too": True}
    world.tell(actor, ending, **asked)
    world.forward(minutes=2)
    request = ask(world)
    with pytest.raises(CodesTooOften):
        ask(world, known_device=device)
    anew = sign_in(world, world.code(), request)["known_device"]
    ask(world, known_device=anew)


# --- what an owner hears ---


def test_the_owner_hears_of_guesses_though_the_last_one_was_right(world: SignInWorld, known: str) -> None:
    """Five wrong passwords and then the right one, before the worker looked: it is told all the same."""
    request = ask(world)
    world.with_password(sign_in(world, world.code(), request))
    before = len(world.notices())
    for _ in range(5):
        with pytest.raises(Refused):
            world.sign_in(password="a wrong password", address=AWAY)
    world.forward(seconds=2)
    world.sign_in(address=AWAY)
    world.upkeep.due(world.clock.now())
    assert len(world.notices()) == before + 1
    assert "further tries from there are delayed" in world.notices()[-1]
