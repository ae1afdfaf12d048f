"""Passwords: what is refused and what is not, how they are kept, how a wrong one is answered."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.application.allowances import network_of
from services.identity.application.passwords import AT_ONCE, Passwords, _built_in
from services.identity.application.sessions import Sessions
from services.identity.domain.login_rules import (
    PasskeyMissing,
    SecondFactorMissing,
    SignInDelayed,
    StrongFactorMissing,
    WrongSignIn,
    wait_after,
)
from services.identity.domain.password_rules import LONGEST, SHORTEST, PasswordRefused, check_password
from services.identity.domain.session import SessionOver
from services.identity.tests.conftest import ZHANG
from services.identity.tests.sign_in.conftest import PASSWORD, STUDENT, SignInWorld
from shared.access.assertion import NotSignedIn
from shared.access.decide import StepUpNeeded
from shared.rules.refused import Refused
from tests.support.authenticator import Authenticator

PERSONAL = ("张三", "11010519491231002X", "19491231", "31002X", "zhangsan@example.edu.cn", "zhangsan")
FAST = Passwords(memory_kib=64, passes=1)


@pytest.mark.rule("AC-4")
@pytest.mark.asvs("6.2.1", "6.2.4", "6.2.11")
@pytest.mark.parametrize(
    "password",
    [
        "short pwd",
        "x" * 129,
        "password123",
        "Password1234!",
        "P@ssw0rd1234",
        "1234567890",
        "qwertyuiop",
        "1qaz2wsx3edc",
        "woaini1314520",
        "5201314520",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijkl",
        "0987654321qwerty",
        "ILoveYou!!!!!",
        "我是张三,密码很长",
        "my 19491231 secret",
        "ZhangSan forever",
        "ｐａｓｓｗｏｒｄ１２３",
    ],
)
def test_a_password_that_protects_nobody_is_refused(password: str) -> None:
    """Given a person, when a password is too short, too long, known to everybody or tells of the person, then it is
    refused and the field is named."""
    with pytest.raises(PasswordRefused) as refused:
        FAST.check(password, PERSONAL)
    assert refused.value.as_dict()["field"] == "password"
    assert password not in str(refused.value.as_dict())


@pytest.mark.rule("AC-4")
@pytest.mark.asvs("6.2.5", "6.2.7", "6.2.8", "6.2.9")
@pytest.mark.parametrize(
    "password",
    [
        "four quiet words here",
        "今天天气很好我们去爬山",
        "k3J#9f.q2Lm!",
        "   spaces count   ",
        "🐼🐼🎋🎋⛰️🌧️ panda",
        "x7" * 9 + "y" * 110,
        "zhang likes tea",
    ],
)
def test_any_characters_serve_and_nothing_is_prescribed(password: str) -> None:
    """Given a password of ten to a hundred and twenty-eight characters of any kind, when it is set, then it is taken as
    it was typed, blanks and all."""
    FAST.check(password, PERSONAL)
    kept = FAST.hash(password)
    assert FAST.is_right(kept, password)
    assert not FAST.is_right(kept, password.strip() + "!")
    assert not FAST.is_right(kept, password.swapcase() + " ")


@pytest.mark.asvs("6.2.4")
def test_more_than_three_thousand_known_passwords_fit_the_rules_but_for_the_list() -> None:
    known = [each for each in _built_in() if SHORTEST <= len(each) <= LONGEST]
    assert len(known) > 3000
    for each in known[:200]:
        with pytest.raises(PasswordRefused):
            check_password(each.upper(), personal=(), known=_built_in())


def test_an_installation_adds_passwords_of_its_own_to_the_list(tmp_path: Any) -> None:
    more = tmp_path / "more.txt"
    more.write_text("Grossfuerstentum\n")
    with pytest.raises(PasswordRefused):
        Passwords(memory_kib=64, passes=1, more_known=more).check("grossfuerstentum", ())
    FAST.check("grossfuerstentum", ())


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=SHORTEST, max_size=40))
def test_whatever_is_typed_is_right_again_however_its_accents_are_composed(password: str) -> None:
    kept = FAST.hash(password)
    assert FAST.is_right(kept, unicodedata.normalize("NFD", password))


@pytest.mark.asvs("11.4.2")
def test_a_hash_is_argon2id_with_the_given_cost_and_a_salt_of_its_own() -> None:
    kept = Passwords().hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Passwords().hash(PASSWORD) != kept
    assert FAST.is_outdated(kept)
    assert not Passwords().is_outdated(kept)
    assert not FAST.is_right("not a hash", PASSWORD)


def test_two_hashes_are_made_at_once_and_no_more() -> None:
    running: list[int] = []
    most: list[int] = []

    def heavy(work: Any, *arguments: Any) -> Any:
        running.append(1)
        most.append(len(running))
        try:
            return work(*arguments)
        finally:
            running.pop()

    passwords = Passwords(memory_kib=1024, passes=2, heavy=heavy)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: passwords.hash(f"password number {number}"), range(24)))
    assert max(most) <= AT_ONCE


@pytest.mark.rule("X-SIGN-5")
@pytest.mark.asvs("6.3.8")
def test_unknown_names_and_wrong_passwords_are_answered_alike_after_one_hash_each(
    world: SignInWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a person with a password, one without, and nobody, when each is signed in to with a wrong password, then
    all are refused in the same words, after one hash each."""
    world.with_password(world.student())
    world.student("lisi@example.edu.cn", id_number="440524188001010014", name="李四")
    hashed: list[str] = []
    verify = world.rooms.passwords.passwords._verify
    monkeypatch.setattr(
        world.rooms.passwords.passwords, "_verify", lambda kept, given: hashed.append(kept) or verify(kept, given)
    )
    said = []
    for name in (STUDENT, "lisi@example.edu.cn", "nobody@example.edu.cn", "pku-registrar-1", "x'; DROP TABLE events"):
        with pytest.raises(WrongSignIn) as refused:
            world.sign_in(name, "a wrong password")
        said.append(refused.value.as_dict())
    assert all(each == said[0] for each in said)
    assert len(hashed) == len(said)


def test_a_student_signs_in_by_contact_or_number_and_password_and_is_not_stepped_up(world: SignInWorld) -> None:
    first = world.student()
    world.with_password(first)
    for name in (STUDENT, "11010519491231002X", " 11010519491231002x "):
        found = world.asserted(world.sign_in(name))
        assert (found.sub, found.amr, found.stepped_up) == (first["sub"], ("pwd",), False)


def test_a_repeated_sign_in_is_one_session(world: SignInWorld) -> None:
    world.with_password(world.student())
    command_id = uuid4()
    first = world.sign_in(command_id=command_id)
    assert world.sign_in(command_id=command_id)["session"] == first["session"]
    with pytest.raises(Refused):
        world.sign_in(password="another password", command_id=command_id)


def test_a_proof_without_a_session_grows_old(world: SignInWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process died between the proof and its session: the command may be sent again, but not after the password
    was changed for good reason."""
    device = Authenticator("https://xueji.example")
    world.add_passkey(world.student(), device)
    soon, late = uuid4(), uuid4()
    begun = [(each, proof) for each in (soon, late) if (proof := _signed(world, device))]
    with monkeypatch.context() as dying:
        dying.setattr(Sessions, "new", None)
        for command_id, proof in begun:
            with pytest.raises(TypeError):
                world.tell(None, "sign_in_with_passkey", command_id, **proof)
    assert world.tell(None, "sign_in_with_passkey", soon, **begun[0][1])["session"]
    world.forward(minutes=10)
    with pytest.raises(SessionOver):
        world.tell(None, "sign_in_with_passkey", late, **begun[1][1])


def _signed(world: SignInWorld, device: Authenticator) -> dict[str, Any]:
    asked = world.tell(None, "begin_passkey_sign_in")
    return {"ceremony": asked["ceremony"], "credential": device.get(asked["options"])}


@pytest.mark.rule("X-SIGN-2")
@pytest.mark.asvs("7.5.1")
def test_a_password_is_set_only_right_after_a_strong_factor(world: SignInWorld) -> None:
    """Given a student who signed in by password alone, when the password is changed, then a strong factor is asked for
    first."""
    world.with_password(world.student())
    weak = world.sign_in()
    with pytest.raises(StepUpNeeded):
        world.tell(world.asserted(weak), "set_password", password="another four quiet words")
    world.forward(minutes=2)
    world.tell(world.asserted(weak), "send_step_up_code")
    strong = world.tell(world.asserted(weak), "step_up_with_code", code=world.code())
    world.tell(world.asserted(strong), "set_password", password="another four quiet words")
    with pytest.raises(NotSignedIn):
        world.asserted(weak)


@pytest.mark.asvs("7.4.3", "6.3.7")
def test_a_new_password_ends_every_other_session_and_the_owner_is_told(world: SignInWorld) -> None:
    first = world.student()
    world.with_password(first)
    other = world.sign_in()
    world.tell(world.asserted(first), "set_password", password="another four quiet words")
    assert world.asserted(first).sub == first["sub"]
    with pytest.raises(NotSignedIn):
        world.asserted(other)
    with pytest.raises(WrongSignIn):
        world.sign_in()
    world.sign_in(password="another four quiet words")
    assert sum("The password of your account was set or changed." in notice for notice in world.notices()) == 2
    assert all(f"To: {STUDENT}\n" in notice for notice in world.notices())


@pytest.mark.rule("AC-4")
def test_a_password_holds_nothing_of_its_owner(world: SignInWorld) -> None:
    """Given the owner of an account, when a password holds name, birth date or contact, then it is refused."""
    actor = world.asserted(world.student())
    for password in ("dear zhangsan 2026", "born 19491231 there", "我叫张三而且爱喝茶呀"):
        with pytest.raises(PasswordRefused):
            world.tell(actor, "set_password", password=password)


def test_a_replaced_password_leaves_no_hash_behind_and_none_stands_in_the_log(world: SignInWorld) -> None:
    first = world.student()
    world.with_password(first)
    world.tell(world.asserted(first), "set_password", password="another four quiet words")
    world.work()
    with world.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM login_secrets")
        assert cursor.fetchone() == (1,)
    kept = world.offices.everything_kept()
    assert "argon2" not in kept
    assert PASSWORD not in kept
    world.offices.require_sound()


def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in_and_nobody_is_alarmed(world: SignInWorld) -> None:
    world.with_password(world.student())
    told = len(world.notices())
    world.rooms.passwords.passwords = Passwords(memory_kib=128, passes=1)
    world.sign_in()
    login = world.identity.sessions.login_standing(f"account:{account_of(world)}")
    kept = world.rooms.passwords.secrets.find(login.subject, login.password)
    assert kept is not None
    assert "m=128," in kept
    world.sign_in()
    assert len(world.notices()) == told


def account_of(world: SignInWorld) -> str:
    holder = world.identity.holders.named(STUDENT)
    assert holder is not None
    return holder.subject.partition(":")[2]


# --- delays ---


def test_misses_delay_longer_and_longer_but_never_for_ever() -> None:
    assert [wait_after(misses).total_seconds() for misses in (0, 4, 5, 6, 7, 10, 15, 50, 10_000)] == [
        0, 0, 1, 2, 4, 32, 900, 900, 900,
    ]  # fmt: skip


@pytest.mark.rule("X-SIGN-4")
@pytest.mark.asvs("6.1.1", "6.3.1")
def test_after_five_misses_a_network_waits_and_nobody_else_does(world: SignInWorld) -> None:
    """Given somebody who guesses a student's password from one network, when five guesses were wrong, then that network
    waits, even for the right one, while the student signs in from another and from a known device."""
    world.with_password(world.student())
    known = world.sign_in(address="198.51.100.9")["known_device"]
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            world.sign_in(password="a wrong password")
    for password in ("a wrong password", PASSWORD):
        with pytest.raises(SignInDelayed) as refused:
            world.sign_in(password=password)
        assert refused.value.as_dict()["detail"] == {"retry_after": "1"}
    world.sign_in(address="198.51.100.10")
    world.sign_in(known_device=known)
    world.forward(seconds=1)
    world.sign_in()
    for _ in range(4):
        with pytest.raises(WrongSignIn):
            world.sign_in(password="a wrong password")


def test_a_delay_is_the_same_for_a_name_that_nobody_has(world: SignInWorld) -> None:
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            world.sign_in("nobody@example.edu.cn")
    with pytest.raises(SignInDelayed):
        world.sign_in("nobody@example.edu.cn")


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("::ffff:198.51.100.7", "::ffff:203.0.113.7", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("198.51.100.7", "198.51.100.8", False),
    ],
)
def test_one_callers_misses_are_not_anothers(one: str, another: str, same: bool) -> None:
    assert (network_of(one) == network_of(another)) is same


@pytest.mark.asvs("6.3.1")
def test_another_spelling_of_a_name_gives_no_free_tries(world: SignInWorld) -> None:
    world.with_password(world.student())
    number = ZHANG["id_number"]
    for name in (STUDENT, number, "nobody@example.edu.cn", "+8613800000000"):
        tries = [*(f"{name[:cut]} {name[cut:]}" for cut in range(1, 4)), name.upper(), name.title()]
        if "@" not in name:
            tries[0] = f"{name[:6]}-{name[6:]}" if name != number else f"{number[:2]}  {number[2:]}"
        for written in tries:
            with pytest.raises(WrongSignIn):
                world.sign_in(name=written, password="guess after guess")
        with pytest.raises(SignInDelayed):
            world.sign_in(name=f" {name}", password="guess after guess")


def test_a_devices_word_serves_nobody_else_and_cannot_be_made_up(world: SignInWorld) -> None:
    world.with_password(world.student())
    known = world.sign_in(address="198.51.100.9")["known_device"]
    form, nonce, proof = known.split(".")
    other = "1" if proof.endswith("0") else "0"
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            world.sign_in(password="a wrong password")
    for forged in (
        "xd1..",
        f"{form}.{nonce}.{proof[:-1]}{other}",
        f"{form}.other.{proof}",
        "x",
        f"xd2.{nonce}.{proof}",
    ):
        with pytest.raises(SignInDelayed):
            world.sign_in(known_device=forged)
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            world.sign_in(password="a wrong password", known_device=known)
    with pytest.raises(SignInDelayed):
        world.sign_in(known_device=known)  # a stolen device has its own count


@pytest.mark.rule("X-SIGN-4")
def test_parallel_guesses_never_outrun_the_count(world: SignInWorld) -> None:
    """Given fifty guesses at once, when the first five were counted, then no other is looked at."""
    world.with_password(world.student())

    def guess(number: int) -> type[BaseException]:
        try:
            world.sign_in(password=f"wrong password {number}")
        except Refused as refused:
            return type(refused)
        raise AssertionError("a wrong password was right")

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(guess, range(50)))
    assert outcomes.count(WrongSignIn) == 5
    assert outcomes.count(SignInDelayed) == 45


@pytest.mark.asvs("6.3.5")
def test_the_owner_hears_of_guesses_once_a_day(world: SignInWorld) -> None:
    world.with_password(world.student())
    before = len(world.notices())
    for _ in range(12):
        with pytest.raises(WrongSignIn):
            world.sign_in(password="a wrong password")
        world.upkeep.due(world.clock.now())
        world.forward(minutes=16)
    notices = world.notices()[before:]
    assert len(notices) == 1
    assert "further tries from there are delayed" in notices[0]


# --- staff ---


@pytest.mark.rule("X-SIGN-3")
@pytest.mark.asvs("6.3.3")
def test_staff_never_sign_in_with_a_password_alone(world: SignInWorld) -> None:
    """Given an operator with a password and one-time passwords, when the password comes alone, then it is refused; with
    the one-time password it is a session after a strong factor."""
    operator_id, seed, _ = world.registrar()
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id)
    answer = world.sign_in(operator_id, otp=world.otp(seed))
    with pytest.raises(SecondFactorMissing):
        world.sign_in(operator_id, known_device=answer["known_device"])
    found = world.asserted(answer)
    assert (found.amr, found.stepped_up, found.role) == (("pwd", "otp"), True, "registrar")


def test_staff_without_one_time_passwords_use_their_passkey(world: SignInWorld) -> None:
    operator_id, seed, _ = world.registrar()
    world.add_passkey(world.sign_in(operator_id, otp=world.otp(seed)), Authenticator("https://xueji.example"))
    world.forward(seconds=60)
    strong = world.sign_in(operator_id, otp=world.otp(seed))
    world.tell(world.asserted(strong), "remove_totp")
    with pytest.raises(PasskeyMissing):
        world.sign_in(operator_id, known_device=strong["known_device"])
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id)


@pytest.mark.asvs("6.5.1")
def test_a_one_time_password_serves_once_and_not_a_minute_later(world: SignInWorld) -> None:
    operator_id, seed, _ = world.registrar()
    otp = world.otp(seed)
    world.sign_in(operator_id, otp=otp)
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id, otp=otp)
    world.forward(seconds=30)
    early = world.otp(seed)
    world.forward(seconds=31)
    world.sign_in(operator_id, otp=world.otp(seed))
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id, otp=early)  # older than the one that was used
    late = world.otp(seed)
    world.forward(seconds=90)
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id, otp=late, address="198.51.100.10")


@pytest.mark.asvs("6.3.1", "6.6.3")
@pytest.mark.rule("X-SIGN-4")
def test_one_time_passwords_are_not_guessed_from_many_networks(world: SignInWorld) -> None:
    """Given a stolen password, when its thief guesses the one-time password from ever other networks, then after five
    misses every further guess waits, the owner is told, and a device on which the owner signed in before is let in."""
    operator_id, seed, _ = world.registrar()
    known = world.sign_in(operator_id, otp=world.otp(seed))["known_device"]
    world.forward(minutes=1)
    wrong = f"{(int(world.otp(seed)) + 1) % 1_000_000:06d}"
    for network in range(5):
        with pytest.raises(WrongSignIn):
            world.sign_in(operator_id, otp=wrong, address=f"198.51.{network}.9")
    with pytest.raises(WrongSignIn):  # it waits; that it does would tell the thief that the password is right
        world.sign_in(operator_id, otp=world.otp(seed), address="198.51.5.9")
    world.upkeep.due(world.clock.now())
    assert len([notice for notice in world.notices() if "wrong passwords" in notice]) == 1
    assert world.sign_in(operator_id, otp=world.otp(seed), known_device=known)["sub"] == operator_id


def test_of_many_who_use_one_one_time_password_at_once_one_is_let_in(world: SignInWorld) -> None:
    operator_id, seed, _ = world.registrar()
    otp = world.otp(seed)

    def attempt(number: int) -> bool:
        try:
            world.sign_in(operator_id, otp=otp, address=f"198.51.100.{number}")
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_student_who_has_one_time_passwords_shows_them_too(world: SignInWorld) -> None:
    first = world.student()
    world.with_password(first)
    begun = world.tell(world.asserted(first), "begin_totp")
    with pytest.raises(WrongSignIn):
        world.tell(world.asserted(first), "add_totp", ceremony=begun["ceremony"], otp="000000")
    world.tell(world.asserted(first), "add_totp", ceremony=begun["ceremony"], otp=world.otp(begun["seed"]))
    with pytest.raises(WrongSignIn):
        world.sign_in()
    world.forward(seconds=60)
    weak = world.sign_in(otp=world.otp(begun["seed"]))
    world.forward(minutes=20)
    with pytest.raises(StrongFactorMissing):
        world.tell(world.asserted(weak), "send_step_up_code")
    strong = world.tell(world.asserted(weak), "step_up_with_otp", otp=world.otp(begun["seed"]))
    assert world.asserted(strong).stepped_up
    assert world.tell(world.asserted(strong), "list_my_factors")["has_totp"]


def test_what_nobody_completed_is_forgotten(world: SignInWorld) -> None:
    world.tell(None, "begin_passkey_sign_in")
    with pytest.raises(WrongSignIn):
        world.sign_in("nobody@example.edu.cn")
    world.forward(days=2)
    world.upkeep.due(world.clock.now())
    with world.store.reading() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM sign_in_ceremonies), (SELECT count(*) FROM sign_in_attempts)")
        assert cursor.fetchone() == (0, 0)
