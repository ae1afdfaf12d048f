"""A second factor holds on every way in; recovery codes stand for it once each; that only it is missing is not told."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from services.identity.application.sessions import Sessions
from services.identity.domain.login_rules import (
    NothingToRecover,
    PasskeyMissing,
    SecondFactorMissing,
    SignInDelayed,
    WrongSignIn,
)
from services.identity.domain.session import SessionOver
from services.identity.tests.conftest import ZHANG
from services.identity.tests.sign_in.conftest import ORIGIN, PASSWORD, STUDENT, SignInWorld
from services.identity.tests.sign_in.test_equal_work import Counted, counting, told
from shared.access.decide import StepUpNeeded
from shared.eventstore.application import CommandReused
from shared.rules.refused import Refused
from tests.support.authenticator import Authenticator

ELSEWHERE = "198.51.100.77"


class Guarded:
    """A student with a password and one-time passwords."""

    def __init__(self, world: SignInWorld) -> None:
        self.world = world
        self.first = world.student()
        world.with_password(self.first)
        begun = world.tell(self.actor, "begin_totp")
        self.seed = begun["seed"]
        world.tell(self.actor, "add_totp", ceremony=begun["ceremony"], otp=self.otp)
        world.forward(seconds=61)

    @property
    def actor(self) -> Any:
        return self.world.asserted(self.first)

    @property
    def otp(self) -> str:
        return self.world.otp(self.seed)

    def codes(self) -> list[str]:
        """New recovery codes."""
        return list(self.world.tell(self.actor, "make_recovery_codes")["codes"])

    def left(self) -> int:
        return int(self.world.tell(self.actor, "list_my_factors")["recovery_codes_left"])


@pytest.fixture
def guarded(world: SignInWorld) -> Guarded:
    return Guarded(world)


def by_code(world: SignInWorld, **more: Any) -> Any:
    """Ask for a code to the contact, and sign in with it."""
    world.forward(seconds=61)
    request = world.tell(None, "request_sign_in_code", **ZHANG)["request"]
    world.work()
    return world.tell(None, "sign_in_with_code", **ZHANG, code=world.code(), request=request, **more)


@pytest.mark.asvs("6.3.3", "6.3.4", "6.4.3")
@pytest.mark.rule("X-SIGN-3")
def test_a_code_to_the_contact_is_no_way_around_a_second_factor(world: SignInWorld, guarded: Guarded) -> None:
    """Given an account with one-time passwords, when somebody signs in by a code to its contact, then the one-time
    password is asked for too, and the same command goes on with it."""
    with pytest.raises(SecondFactorMissing):
        by_code(world)
    with pytest.raises(WrongSignIn):
        by_code(world, otp="000000")
    world.forward(seconds=61)
    said = {**ZHANG, "request": world.tell(None, "request_sign_in_code", **ZHANG)["request"]}
    world.work()
    said["code"], command_id = world.code(), uuid4()
    with pytest.raises(SecondFactorMissing):
        world.tell(None, "sign_in_with_code", command_id, **said)
    otp = guarded.otp
    found = world.tell(None, "sign_in_with_code", command_id, **said, otp=otp)
    assert world.asserted(found).amr == ("otp", "mail", "mfa")
    assert world.asserted(found).stepped_up
    again = world.tell(None, "sign_in_with_code", command_id, **said, otp=otp)
    assert again["session"] == found["session"], "the answer was lost and is asked for again"
    with pytest.raises(CommandReused):
        world.tell(None, "sign_in_with_code", command_id, **said, otp="000000")
    with pytest.raises(Refused):
        world.tell(None, "sign_in_with_code", uuid4(), **said, otp=otp)


def test_a_code_that_was_right_waits_ten_minutes_for_its_second_factor(world: SignInWorld, guarded: Guarded) -> None:
    said = {**ZHANG, "request": world.tell(None, "request_sign_in_code", **ZHANG)["request"]}
    world.work()
    said["code"], command_id = world.code(), uuid4()
    with pytest.raises(SecondFactorMissing):
        world.tell(None, "sign_in_with_code", command_id, **said)
    world.forward(minutes=10)
    with pytest.raises(SessionOver):
        world.tell(None, "sign_in_with_code", command_id, **said, otp=guarded.otp)


@pytest.mark.asvs("6.3.4", "6.4.3")
@pytest.mark.rule("X-SIGN-3")
def test_whoever_has_a_passkey_alone_is_told_to_use_it(world: SignInWorld) -> None:
    """Given an account with a passkey, when its password or a code to its contact comes alone, then nobody is let in;
    the passkey opens it, and so does a recovery code beside either."""
    first, device = world.student(), Authenticator(ORIGIN)
    world.with_password(first)
    known = world.sign_in()["known_device"]
    world.add_passkey(first, device)
    codes = world.tell(world.asserted(first), "make_recovery_codes")["codes"]
    with pytest.raises(PasskeyMissing):
        world.sign_in(known_device=known)
    with pytest.raises(WrongSignIn):
        world.sign_in(address=ELSEWHERE)
    with pytest.raises(PasskeyMissing):
        by_code(world)
    assert world.passkey_sign_in(device)["sub"] == first["sub"]
    assert world.asserted(world.sign_in(otp=codes[0])).amr == ("pwd", "recovery")
    assert world.asserted(by_code(world, otp=codes[1].lower())).amr == ("otp", "mail", "recovery")


@pytest.mark.asvs("6.3.8")
@pytest.mark.rule("X-SIGN-5")
def test_a_right_password_without_its_second_factor_is_answered_like_a_wrong_one(
    world: SignInWorld, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an account with one-time passwords, when its right password, a wrong one, or an unknown name comes, without
    a one-time password or with a wrong one, then answer and work are the same; also when guesses made tries wait."""
    people = [(STUDENT, PASSWORD), (STUDENT, "not the right one"), ("nobody@example.edu.cn", PASSWORD)]
    for otp in ("", "000000", "AAAAA-AAAAA"):
        seen = []
        for name, password in people:
            world.forward(hours=25)
            with counting(monkeypatch, world) as count:
                said = {"name": name, "password": password, "otp": otp}
                seen.append((told(world, "sign_in_with_password", said), count()))
        assert seen[0] == seen[1] == seen[2], (otp, seen)
        assert seen[0][0]["code"] == "WRONG_SIGN_IN"
    for network in range(5):
        for password in (PASSWORD, "not the right one"):
            with pytest.raises(WrongSignIn):
                world.sign_in(password=password, otp="000000", address=f"198.51.{network}.9")
    with pytest.raises(WrongSignIn):
        world.sign_in(otp=guarded.otp, address="198.51.5.9")  # it waits, and is not told so
    world.forward(minutes=1)
    assert world.sign_in(otp=guarded.otp, address="198.51.5.9")["role"] == "student"


def test_a_device_of_the_owners_learns_what_is_missing(world: SignInWorld, guarded: Guarded) -> None:
    known = world.sign_in(otp=guarded.otp)["known_device"]
    with pytest.raises(SecondFactorMissing):
        world.sign_in(known_device=known)
    with pytest.raises(WrongSignIn):
        world.sign_in(password="not the right one", known_device=known)
    for _ in range(3):
        with pytest.raises(WrongSignIn):
            world.sign_in(otp="000000", known_device=known)
    with pytest.raises(SignInDelayed):
        world.sign_in(otp="000000", known_device=known)


def test_of_the_wrong_one_nothing_is_kept_and_the_right_one_still_serves(world: SignInWorld, guarded: Guarded) -> None:
    otp = guarded.otp
    with pytest.raises(WrongSignIn):
        world.sign_in(password="not the right one", otp=otp)
    assert world.sign_in(otp=otp)["role"] == "student"


# --- recovery codes ---


@pytest.mark.asvs("6.5.1", "6.5.2", "6.5.3", "6.5.4")
@pytest.mark.rule("X-SIGN-3")
def test_a_recovery_code_stands_for_the_second_factor_once(world: SignInWorld, guarded: Guarded) -> None:
    """Given ten recovery codes, when one is entered where a one-time password is asked for, then it serves once, its
    owner is told, and nine are left."""
    codes = guarded.codes()
    assert len(set(codes)) == 10
    assert all(len(code) == 11 and code[5] == "-" for code in codes)
    found = world.asserted(world.sign_in(otp=codes[3]))
    assert (found.amr, found.stepped_up) == (("pwd", "recovery"), True)
    with pytest.raises(WrongSignIn):
        world.sign_in(otp=codes[3])
    assert guarded.left() == 9
    assert "A recovery code of your account was used; 9 are left." in world.notices()[-1]
    weak = world.sign_in(otp=codes[4].lower().replace("-", " "))
    world.forward(minutes=11)
    strong = world.tell(world.asserted(weak), "step_up_with_otp", otp=codes[5])
    assert world.asserted(strong).stepped_up
    assert "recovery" in world.asserted(strong).amr
    world.offices.require_sound()


@pytest.mark.asvs("6.5.2")
def test_of_recovery_codes_only_digests_are_kept_and_they_are_shown_once(world: SignInWorld, guarded: Guarded) -> None:
    command_id = uuid4()
    codes = world.tell(guarded.actor, "make_recovery_codes", command_id)["codes"]
    assert world.tell(guarded.actor, "make_recovery_codes", command_id)["codes"] == []
    assert guarded.left() == 10
    login = world.identity.sessions.login_standing(f"account:{_account(world)}")
    kept = world.rooms.passwords.secrets.find(login.subject, login.recovery)
    everything = world.offices.everything_kept() + str(kept)
    for code in codes:
        assert code not in everything
        assert code.replace("-", "") not in everything
    assert "New recovery codes were made" in world.notices()[-1]


def test_new_recovery_codes_replace_the_old_ones_and_leave_no_digest(world: SignInWorld, guarded: Guarded) -> None:
    old, new = guarded.codes(), guarded.codes()
    with pytest.raises(WrongSignIn):
        world.sign_in(otp=old[0])
    assert world.sign_in(otp=new[0])["role"] == "student"
    assert secrets_of(world) == 3  # password, seed, codes


def test_recovery_codes_are_made_right_after_a_strong_factor_and_only_beside_one(
    world: SignInWorld, guarded: Guarded
) -> None:
    world.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        guarded.codes()
    other = world.student("lisi@example.edu.cn", id_number="440524188001010014", name="李四")
    with pytest.raises(NothingToRecover):
        world.tell(world.asserted(other), "make_recovery_codes")


def test_recovery_codes_go_with_the_last_factor_that_they_stood_for(world: SignInWorld, guarded: Guarded) -> None:
    device = Authenticator(ORIGIN)
    world.add_passkey(guarded.first, device)
    guarded.codes()
    world.tell(guarded.actor, "remove_totp")
    assert guarded.left() == 10
    mine = world.tell(guarded.actor, "list_my_factors")["passkeys"]
    world.tell(guarded.actor, "remove_passkey", passkey=mine[0]["passkey"])
    assert guarded.left() == 0
    assert secrets_of(world) == 1  # the password
    assert world.sign_in()["role"] == "student"


def test_of_many_who_use_one_recovery_code_at_once_one_is_let_in(world: SignInWorld, guarded: Guarded) -> None:
    code = guarded.codes()[0]

    def attempt(number: int) -> bool:
        try:
            world.sign_in(otp=code, address=f"198.51.100.{number}")
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert guarded.left() == 9


@pytest.mark.asvs("6.3.1")
def test_recovery_codes_are_not_guessed_faster_than_one_time_passwords(world: SignInWorld, guarded: Guarded) -> None:
    codes = guarded.codes()
    for network in range(5):
        with pytest.raises(WrongSignIn):
            world.sign_in(otp="AAAAA-AAAAA", address=f"198.51.{network}.9")
    with pytest.raises(WrongSignIn):
        world.sign_in(otp=codes[0], address="198.51.5.9")
    world.forward(minutes=1)
    assert world.sign_in(otp=codes[0], address="198.51.5.9")["role"] == "student"


def test_staff_who_lost_their_device_come_in_by_a_recovery_code(world: SignInWorld) -> None:
    operator_id, seed, first = world.registrar()
    codes = world.tell(world.asserted(first), "make_recovery_codes")["codes"]
    assert world.asserted(world.sign_in(operator_id, otp=codes[0])).amr == ("pwd", "recovery")
    assert world.sign_in(operator_id, otp=world.otp(seed))["sub"] == operator_id


# --- what a sign-in costs ---


def test_a_sign_in_takes_few_statements_and_one_wait_for_the_disk(
    world: SignInWorld, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is what a sign-in is to cost: fifteen statements beside it, of which one waits for the disk; and not one
    more for everybody who signed in before."""
    world.sign_in(otp=guarded.otp)
    world.forward(minutes=1)
    sent: list[str] = []
    execute = Counted.execute
    monkeypatch.setattr(
        Counted,
        "execute",
        lambda cursor, query, variables=None: sent.append(str(query)) or execute(cursor, query, variables),  # type: ignore[func-returns-value]
    )
    with counting(monkeypatch, world) as count:
        world.sign_in(otp=guarded.otp)
    assert count() == (15, 1), sent
    writing = [each for each in sent if not each.lstrip().startswith("SELECT")]
    waiting = [each for each in writing if "synchronous_commit" not in each]
    assert len(waiting) == 1, waiting


def test_a_process_that_died_before_it_answered_is_asked_again(
    world: SignInWorld, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proof and session are one step: what was proven has its session, and with a new password that is over too."""
    command_id, otp = uuid4(), guarded.otp
    with monkeypatch.context() as dying:
        dying.setattr(Sessions, "begun", None)
        with pytest.raises(TypeError):
            world.sign_in(command_id=command_id, otp=otp)
    found = world.sign_in(command_id=command_id, otp=otp)
    assert world.sign_in(command_id=command_id, otp=otp)["session"] == found["session"]
    strong = world.asserted(found)
    world.tell(strong, "set_password", password="another four quiet words")
    world.tell(world.asserted(found), "end_my_sessions", this_too=True)
    with pytest.raises(SessionOver):
        world.sign_in(command_id=command_id, otp=otp)


def secrets_of(world: SignInWorld) -> int:
    with world.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM login_secrets")
        row: Any = cursor.fetchone()
    return int(row[0])


def _account(world: SignInWorld) -> str:
    holder = world.identity.holders.named(STUDENT)
    assert holder is not None
    return holder.subject.partition(":")[2]
