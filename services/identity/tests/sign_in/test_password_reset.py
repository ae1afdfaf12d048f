"""A forgotten password: set anew by a code to a proven contact, and never around a second factor."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.identity.application.account_codes import WrongCode
from services.identity.application.allowances import TriesUsedUp
from services.identity.domain.login_rules import WrongSignIn
from services.identity.domain.password_rules import PasswordRefused
from services.identity.tests.conftest import ZHANG
from services.identity.tests.sign_in.conftest import STUDENT, SignInWorld
from shared.access.assertion import NotSignedIn

pytestmark = pytest.mark.servers
NEW = "a sentence nobody else says"
UNKNOWN = {**ZHANG, "id_number": "440524188001010014"}


def asked(world: SignInWorld, purpose: str = "password", **who: str) -> str:
    """What a code that comes now has to be brought back with."""
    return str(world.tell(None, "request_recovery_code", purpose=purpose, channel="mail", **who)["request"])


def reset(world: SignInWorld, code: str, request: str, password: str = NEW, **who: str) -> Any:
    by = world.by(None, "reset_password", uuid4(), f"{who} {code} {password}", "203.0.113.7")
    assert by.command_id is not None
    said = {**who, "code": code, "request": request, "password": password}
    return world.rooms.reset.reset_password(command_id=by.command_id, **said, by=by)


@pytest.fixture
def forgetful(world: SignInWorld) -> dict[str, Any]:
    """Somebody who has a password and forgot it: the answer to the sign-in before."""
    answer = world.student()
    world.with_password(answer)
    world.forward(seconds=61)
    return world.sign_in()


@pytest.mark.rule("AC-12")
@pytest.mark.asvs("6.3.7", "6.4.2")
def test_a_password_is_set_anew_by_name_document_and_code(world: SignInWorld, forgetful: dict[str, Any]) -> None:
    """Given somebody who forgot the password, when name, document and the code from the mail are given, then the new
    password signs in, the old one does not, every session has ended, and the owner is told."""
    world.forward(seconds=61)
    request = asked(world, **ZHANG)
    world.work()
    assert reset(world, world.code(), request, **ZHANG) == {"user_names": [STUDENT]}
    with pytest.raises(NotSignedIn):
        world.asserted(forgetful)
    with pytest.raises(WrongSignIn):
        world.sign_in()
    assert world.sign_in(password=NEW)["role"] == "student"
    world.work()
    assert "The password of your account was set or changed" in world.notices()[-1]


@pytest.mark.rule("AC-12")
@pytest.mark.asvs("6.4.3")
def test_a_new_password_is_no_way_around_a_second_factor(world: SignInWorld) -> None:
    """Given somebody with a password and one-time passwords, when the password is reset by a code, then the one-time
    password is asked for as before."""
    answer = world.student()
    world.with_password(answer)
    actor = world.asserted(answer)
    begun = world.tell(actor, "begin_totp")
    world.tell(actor, "add_totp", ceremony=begun["ceremony"], otp=world.otp(begun["seed"]))
    world.forward(seconds=61)
    request = asked(world, **ZHANG)
    world.work()
    reset(world, world.code(), request, **ZHANG)
    with pytest.raises(WrongSignIn):
        world.sign_in(password=NEW)
    assert world.sign_in(password=NEW, otp=world.otp(begun["seed"]))["role"] == "student"


@pytest.mark.rule("AC-4", "AC-12")
@pytest.mark.asvs("6.3.8")
def test_a_reset_answers_alike_for_known_and_unknown(world: SignInWorld, forgetful: dict[str, Any]) -> None:
    """Given a person with an account and one without, when each asks for a reset, enters a code or a password that
    protects nobody, then both get the same answers."""
    world.forward(seconds=61)
    refusals: list[list[Any]] = []
    for who in (ZHANG, UNKNOWN):
        request = asked(world, **who)
        with pytest.raises(PasswordRefused) as weak:
            reset(world, "000000", request, "password1234", **who)
        with pytest.raises(WrongCode) as wrong:
            reset(world, "000000", request, **who)
        refusals.append([weak.value.as_dict(), wrong.value.as_dict()])
    assert refusals[0] == refusals[1]


@pytest.mark.rule("AC-13")
def test_a_reset_is_tried_five_times_a_day(world: SignInWorld, forgetful: dict[str, Any]) -> None:
    """Given a code to reset a password with, when five wrong ones were tried, then the right one is refused too."""
    world.forward(seconds=61)
    request = asked(world, **ZHANG)
    world.work()
    right = world.code()
    for guess in range(1, 6):
        with pytest.raises(WrongCode):
            reset(world, f"{(int(right) + guess) % 1_000_000:06d}", request, **ZHANG)
    with pytest.raises(TriesUsedUp):
        reset(world, right, request, **ZHANG)


def test_a_code_for_a_user_name_sets_no_password(world: SignInWorld, forgetful: dict[str, Any]) -> None:
    world.forward(seconds=61)
    request = asked(world, "user_name", **ZHANG)
    world.work()
    with pytest.raises(WrongCode):
        reset(world, world.code(), request, **ZHANG)


def test_a_reset_that_is_asked_again_sets_nothing_again(world: SignInWorld, forgetful: dict[str, Any]) -> None:
    first, second = "the first of two passwords", "the second of two passwords"
    request = asked(world, **ZHANG)
    said = {**ZHANG, "code": world.code(), "request": request, "password": first}
    by = world.by(None, "reset_password", uuid4(), "the same request", "203.0.113.7")
    assert by.command_id is not None
    answer = world.rooms.reset.reset_password(command_id=by.command_id, **said, by=by)
    world.forward(minutes=2)
    request = world.tell(None, "request_sign_in_code", **ZHANG)["request"]
    signed_in = world.tell(None, "sign_in_with_code", **ZHANG, code=world.code(), request=request)
    world.with_password(signed_in, second)
    again = replace(by, recorded_at=world.clock.now())
    assert world.rooms.reset.reset_password(command_id=by.command_id, **said, by=again) == answer
    with pytest.raises(WrongSignIn):
        world.sign_in(password=first)
    assert world.sign_in(password=second)["sub"] == signed_in["sub"]
