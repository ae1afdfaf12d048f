"""Passkeys: made and used with an authenticator of our own; whatever is not right about them is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from services.identity.application.passkeys import RelyingParty
from services.identity.domain.login_rules import (
    CeremonyOver,
    FactorUnknown,
    LastStrongFactor,
    PasskeyRefused,
    PasskeyTaken,
    SignInDelayed,
    TooManyPasskeys,
    WrongSignIn,
)
from services.identity.tests.sign_in.conftest import ORIGIN, STUDENT, SignInWorld
from shared.access.assertion import NotSignedIn
from shared.access.decide import StepUpNeeded
from shared.rules.refused import Refused
from tests.support.authenticator import Authenticator, encoded


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(ORIGIN)


@pytest.fixture
def owner(world: SignInWorld, device: Authenticator) -> dict[str, Any]:
    """A student with one passkey."""
    answer = world.student()
    world.add_passkey(answer, device)
    return answer


def test_a_passkey_signs_in_without_a_name_and_counts_as_a_strong_factor(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    found = world.asserted(world.passkey_sign_in(device, device="Firefox, Linux"))
    assert (found.sub, found.amr, found.stepped_up) == (owner["sub"], ("passkey",), True)


def test_the_browser_is_told_to_verify_its_user_and_not_to_make_a_second_passkey(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    options = world.tell(world.asserted(owner), "begin_passkey")["options"]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["rp"] == {"name": "学籍 Xueji", "id": "xueji.example"}
    assert [each["id"] for each in options["excludeCredentials"]] == [encoded(device.credential_id)]
    assert STUDENT not in str(options)
    asked = world.tell(None, "begin_passkey_sign_in")["options"]
    assert (asked["userVerification"], asked["allowCredentials"]) == ("required", [])
    assert RelyingParty.of("https://xueji.example:8443/").id == "xueji.example"


def forget_verification(device: Authenticator) -> None:
    device.verifies = False


def go_to_another_site(device: Authenticator) -> None:
    device.origin = "https://xueji.example.evil.example"


def count_back(device: Authenticator) -> None:
    device.count = -1


def take_another_key(device: Authenticator) -> None:
    device.key = Authenticator(ORIGIN).key


def name_another_passkey(device: Authenticator) -> None:
    device.credential_id = b"another credential of nobody here"


def name_another_user(device: Authenticator) -> None:
    device.user = b"somebody else"


@pytest.mark.rule("X-SIGN-5")
@pytest.mark.parametrize(
    "misbehave",
    [forget_verification, go_to_another_site, count_back, take_another_key, name_another_passkey, name_another_user],
)
def test_what_an_authenticator_must_not_do_is_refused_in_the_same_words(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator, misbehave: Callable[[Authenticator], None]
) -> None:
    """Given a passkey, when it does not verify its user, signs for another site, counts back, signs with another key or
    names another passkey or user, then it is refused without saying why."""
    world.passkey_sign_in(device)
    misbehave(device)
    with pytest.raises(PasskeyRefused) as refused:
        world.passkey_sign_in(device)
    assert refused.value.as_dict()["rule"] == "X-SIGN-5"
    assert refused.value.as_dict()["detail"] == {}


@pytest.mark.asvs("6.5.1")
def test_a_challenge_serves_once_and_for_five_minutes(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    begun = world.tell(None, "begin_passkey_sign_in")
    credential = device.get(begun["options"])
    world.tell(None, "sign_in_with_passkey", ceremony=begun["ceremony"], credential=credential)
    with pytest.raises(CeremonyOver):
        world.tell(None, "sign_in_with_passkey", ceremony=begun["ceremony"], credential=credential)
    old = world.tell(None, "begin_passkey_sign_in")
    world.forward(minutes=5)
    with pytest.raises(CeremonyOver):
        world.tell(None, "sign_in_with_passkey", ceremony=old["ceremony"], credential=device.get(old["options"]))
    with pytest.raises(CeremonyOver):
        world.tell(None, "sign_in_with_passkey", ceremony="made up", credential=credential)


def test_an_answer_to_one_challenge_does_not_serve_another(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    one, other = world.tell(None, "begin_passkey_sign_in"), world.tell(None, "begin_passkey_sign_in")
    with pytest.raises(PasskeyRefused):
        world.tell(None, "sign_in_with_passkey", ceremony=other["ceremony"], credential=device.get(one["options"]))
    step_up = world.tell(world.asserted(owner), "begin_passkey_step_up")
    with pytest.raises(CeremonyOver):
        world.tell(
            None, "sign_in_with_passkey", ceremony=step_up["ceremony"], credential=device.get(step_up["options"])
        )


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 7},
        {"id": "?", "rawId": "?", "type": "public-key", "response": {}},
        {"id": "Y3JlZA", "rawId": "Y3JlZA", "type": "public-key", "response": []},
        {"id": "Y3JlZA", "rawId": "Y3JlZA", "type": "public-key", "response": {"clientDataJSON": "bm90IGpzb24"}},
        {
            "id": "Y3JlZA",
            "rawId": "Y3JlZA",
            "type": "public-key",
            "response": {"attestationObject": "/w", "clientDataJSON": "e30"},
        },
    ],
)
def test_nonsense_is_refused_and_never_a_fault(
    world: SignInWorld, owner: dict[str, Any], credential: dict[str, Any]
) -> None:
    begun = world.tell(None, "begin_passkey_sign_in")
    with pytest.raises(PasskeyRefused):
        world.tell(None, "sign_in_with_passkey", ceremony=begun["ceremony"], credential=credential)
    adding = world.tell(world.asserted(owner), "begin_passkey")
    with pytest.raises(PasskeyRefused):
        world.tell(world.asserted(owner), "add_passkey", ceremony=adding["ceremony"], credential=credential, label="x")


@pytest.mark.parametrize("broken", [b"", b"\xff", b"\xa0", bytes(37), bytes(200)])
def test_broken_authenticator_data_of_a_known_passkey_is_refused(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator, broken: bytes
) -> None:
    begun = world.tell(None, "begin_passkey_sign_in")
    credential = device.get(begun["options"])
    credential["response"]["authenticatorData"] = encoded(broken)
    with pytest.raises(PasskeyRefused):
        world.tell(None, "sign_in_with_passkey", ceremony=begun["ceremony"], credential=credential)


def test_an_authenticator_that_does_not_count_is_taken_until_it_counts(world: SignInWorld) -> None:
    device = Authenticator(ORIGIN, counts=False)
    world.add_passkey(world.student(), device)
    for _ in range(3):
        world.passkey_sign_in(device)
    device.counts = True
    world.passkey_sign_in(device)
    device.count, device.counts = 0, False
    with pytest.raises(PasskeyRefused):
        world.passkey_sign_in(device)


def test_one_passkey_belongs_to_one_login_and_there_are_not_more_than_ten(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    stranger = world.student("lisi@example.edu.cn", id_number="440524188001010014", name="李四")
    with pytest.raises(PasskeyTaken):
        world.add_passkey(stranger, device)
    for _ in range(9):
        world.add_passkey(owner, Authenticator(ORIGIN))
    with pytest.raises(TooManyPasskeys):
        world.add_passkey(owner, Authenticator(ORIGIN))


@pytest.mark.rule("X-SIGN-6")
def test_what_another_began_cannot_be_completed(world: SignInWorld, owner: dict[str, Any]) -> None:
    """Given a registration that one person began, when another person completes it, or it is completed twice or too
    late, then it is refused."""
    stranger = world.student("lisi@example.edu.cn", id_number="440524188001010014", name="李四")
    begun = world.tell(world.asserted(owner), "begin_passkey")
    made = Authenticator(ORIGIN).create(begun["options"])
    with pytest.raises(PasskeyRefused):
        world.tell(world.asserted(stranger), "add_passkey", ceremony=begun["ceremony"], credential=made, label="x")
    with pytest.raises(CeremonyOver) as refused:
        world.tell(world.asserted(owner), "add_passkey", ceremony=begun["ceremony"], credential=made, label="x")
    assert refused.value.as_dict()["rule"] == "X-SIGN-6"
    seed = world.tell(world.asserted(owner), "begin_totp")
    with pytest.raises(WrongSignIn):
        world.tell(world.asserted(stranger), "add_totp", ceremony=seed["ceremony"], otp=world.otp(seed["seed"]))


@pytest.mark.asvs("7.5.3", "7.2.4")
def test_a_passkey_steps_a_session_up_and_a_foreign_one_does_not(world: SignInWorld, device: Authenticator) -> None:
    owner = world.student()
    world.with_password(owner)
    weak = world.sign_in()
    world.add_passkey(owner, device)
    with pytest.raises(StepUpNeeded):
        world.tell(world.asserted(weak), "begin_passkey")
    foreign = Authenticator(ORIGIN)
    world.add_passkey(world.student("lisi@example.edu.cn", id_number="440524188001010014", name="李四"), foreign)
    begun = world.tell(world.asserted(weak), "begin_passkey_step_up")
    with pytest.raises(PasskeyRefused):
        world.tell(
            world.asserted(weak),
            "step_up_with_passkey",
            ceremony=begun["ceremony"],
            credential=foreign.get(begun["options"]),
        )
    begun = world.tell(world.asserted(weak), "begin_passkey_step_up")
    credential = device.get(begun["options"])
    actor = world.asserted(weak)
    strong = world.tell(actor, "step_up_with_passkey", ceremony=begun["ceremony"], credential=credential)
    assert world.asserted(strong).stepped_up
    assert world.asserted(strong).amr == ("pwd", "passkey")
    with pytest.raises(NotSignedIn):
        world.asserted(weak)
    world.forward(minutes=10)
    assert not world.asserted(strong).stepped_up


@pytest.mark.rule("X-SIGN-4")
def test_passkeys_are_never_delayed_by_others_guesses(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    """Given a student whose password somebody guesses until further tries wait, when the student signs in with a
    passkey from the same network, then it is done at once."""
    world.with_password(owner)
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            world.sign_in(password="a wrong password")
    with pytest.raises(SignInDelayed):
        world.sign_in()
    assert world.passkey_sign_in(device)["sub"] == owner["sub"]


@pytest.mark.asvs("6.3.7")
def test_passkeys_are_listed_by_label_and_removed_and_the_owner_is_told(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    world.add_passkey(owner, Authenticator(ORIGIN), "笔记本")
    mine = world.tell(world.asserted(owner), "list_my_factors")["passkeys"]
    assert [each["label"] for each in mine] == ["手机", "笔记本"]
    world.tell(world.asserted(owner), "remove_passkey", passkey=mine[0]["passkey"])
    with pytest.raises(PasskeyRefused):
        world.passkey_sign_in(device)
    with pytest.raises(FactorUnknown):
        world.tell(world.asserted(owner), "remove_passkey", passkey=mine[0]["passkey"])
    told = "\n".join(world.notices())
    assert told.count("A passkey was added to your account.") == 2
    assert told.count("A passkey was removed from your account.") == 1
    kept = world.offices.everything_kept()
    assert "笔记本" not in kept
    world.offices.require_sound()


@pytest.mark.rule("X-SIGN-3")
def test_staff_never_remove_their_last_strong_factor(world: SignInWorld) -> None:
    """Given an operator with one passkey and one-time passwords, when both are removed, then the second removal is
    refused."""
    operator_id, seed, _ = world.registrar()
    device = Authenticator(ORIGIN)
    answer = world.sign_in(operator_id, otp=world.otp(seed))
    world.add_passkey(answer, device)
    actor = world.asserted(answer)
    world.tell(actor, "remove_totp")
    with pytest.raises(LastStrongFactor):
        world.tell(actor, "remove_passkey", passkey=world.tell(actor, "list_my_factors")["passkeys"][0]["passkey"])
    assert world.passkey_sign_in(device)["role"] == "registrar"


def test_a_student_may_remove_every_factor_and_sign_in_by_code(
    world: SignInWorld, owner: dict[str, Any], device: Authenticator
) -> None:
    actor = world.asserted(owner)
    world.tell(actor, "remove_passkey", passkey=world.tell(actor, "list_my_factors")["passkeys"][0]["passkey"])
    with pytest.raises(Refused):
        world.tell(actor, "remove_totp")
    assert world.tell(actor, "list_my_factors")["passkeys"] == []
