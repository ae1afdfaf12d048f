"""Signing in over HTTP, through the gateway, as a student does: password, second factor, passkey, step-up, the end."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.client import Answer, Caller, Problem, until
from cli.story import API, open_account
from services.identity.application.one_time_passwords import otp_at
from tests.support.authenticator import Authenticator
from tests.support.platform import Platform
from tests.support.servers import Databases

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
BEGINNING = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
PERSON = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
CONTACT = "zhangsan@example.edu.cn"
PASSWORD = "four quiet words here"


class Student:
    """A student with a browser, a mailbox and a registry that is running."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.now = platform, BEGINNING
        self.nobody = Caller(platform.origin)
        self.mailbox = platform.folder / "mailbox"

    def forward(self, **time_passed: float) -> None:
        self.now += timedelta(**time_passed)
        self.platform.clock.set(self.now)

    def code(self, seen: set[str]) -> str:
        """The code in a message that has not been seen yet."""

        def newest() -> str | None:
            for message in self.mailbox.glob("*.txt"):
                text = message.read_text(encoding="utf-8")
                if message.name not in seen and "Code: " in text:
                    seen.add(message.name)
                    return text.split("Code: ")[1][:6]
            return None

        return until(newest, "the code in the mailbox")

    def arrive(self, seen: set[str]) -> Answer:
        """Open an account and prove its contact."""
        account = open_account(self.nobody, {**PERSON, "channel": "mail", "contact": CONTACT})
        self.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
        return self.nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": self.code(seen)})

    def sign_in(self, **more: Any) -> Answer:
        return self.nobody.post(f"{API}/password-sessions", {"name": CONTACT, "password": PASSWORD, **more})


@pytest.fixture(scope="module")
def student(databases: Databases, module_amqp_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Student]:
    folder: Path = tmp_path_factory.mktemp("sign-in")
    needed = ("identity-worker", "identity-service", "gateway")
    with Platform(folder, databases, module_amqp_url, now=BEGINNING, only=needed) as running:
        yield Student(running)


def status(caller: Caller) -> int:
    """What the front door says to a question that only somebody may ask."""
    try:
        caller.get(f"{API}/me/sessions")
    except Problem as problem:
        return problem.status
    return 200


@pytest.mark.asvs("7.2.1", "7.3.1", "7.4.1", "7.5.2", "7.5.3")
def test_a_student_signs_in_steps_up_and_signs_out_over_http(student: Student) -> None:
    seen: set[str] = set()
    first = student.arrive(seen)
    me = student.nobody.signed_in(first["session"])
    assert first["session"].startswith("xs1_")

    # the assertion is for services on the bus, and no way around the session
    assert status(student.nobody.signed_in(first["assertion"])) == 401
    assert status(student.nobody.signed_in("xs1_" + "A" * 43)) == 401

    me.post(f"{API}/me/password", {"password": PASSWORD})
    with pytest.raises(Problem) as refused:
        student.sign_in(password="a wrong password")
    assert (refused.value.status, refused.value.body["rule"]) == (401, "X-SIGN-5")

    # a password alone is not enough to change how one signs in
    weak = student.sign_in(device="Firefox, Linux")
    other = student.nobody.signed_in(weak["session"])
    with pytest.raises(Problem) as refused:
        other.post(f"{API}/me/totp/options", {})
    assert (refused.value.status, refused.value.body["rule"]) == (403, "X-SIGN-2")
    student.forward(minutes=2)
    other.post(f"{API}/me/step-up/code/send", {})
    stepped_up = other.post(f"{API}/me/step-up/code", {"code": student.code(seen)})
    strong = student.nobody.signed_in(stepped_up["session"])
    seed = strong.post(f"{API}/me/totp/options", {})
    strong.post(f"{API}/me/totp", {"ceremony": seed["ceremony"], "otp": otp_at(seed["seed"], student.now)})
    assert strong.get(f"{API}/me/factors")["has_totp"]

    # a passkey, with an authenticator of our own
    device = Authenticator(student.platform.origin)
    begun = strong.post(f"{API}/me/passkeys/options", {})
    made = device.create(begun["options"])
    strong.post(f"{API}/me/passkeys", {"ceremony": begun["ceremony"], "credential": made, "label": "手机"})
    begun = student.nobody.post(f"{API}/passkey-sessions/options", {})
    signed = {"ceremony": begun["ceremony"], "credential": device.get(begun["options"])}
    third = student.nobody.signed_in(student.nobody.post(f"{API}/passkey-sessions", signed)["session"])

    # sessions are seen and ended; within five seconds nobody is let in with them any more
    until(lambda: len(third.get(f"{API}/me/sessions")["sessions"]) == 3 or None, "three sessions in the list")
    third.post(f"{API}/me/sessions/end", {"this_too": False})
    ended = time.monotonic()
    until(lambda: status(me) == 401 or None, "the end of the first session", seconds=6)
    until(lambda: status(strong) == 401 or None, "the end of the second session", seconds=6)
    assert time.monotonic() - ended < 6
    assert status(third) == 200
    third.post(f"{API}/me/sign-out", {})
    until(lambda: status(third) == 401 or None, "the end of the third session", seconds=6)


@pytest.mark.asvs("6.6.2")
def test_a_code_signs_in_and_recovers_over_http_for_whoever_asked_for_it(student: Student) -> None:
    other = {"id_type": "1", "id_number": "440524188001010014", "name": "李四"}
    seen = {message.name for message in student.mailbox.glob("*.txt")}
    account = open_account(student.nobody, {**other, "channel": "mail", "contact": "lisi@example.edu.cn"})
    student.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
    proof = {"code": student.code(seen)}
    known = student.nobody.post(f"{API}/accounts/{account['id']}/proof", proof)["known_device"]

    student.forward(minutes=2)
    asked = student.nobody.post(f"{API}/sign-in-codes", other)
    code = student.code(seen)
    for request in ("xr1_" + "A" * 43, asked["request"]):
        with pytest.raises(Problem) as refused:
            student.nobody.post(f"{API}/sessions", {**other, "code": "000000", "request": request})
        assert refused.value.body["rule"] == "X-PROOF-1"
    with pytest.raises(Problem) as refused:
        student.nobody.post(f"{API}/sessions", {**other, "code": code})
    assert refused.value.status == 422
    signed_in = student.nobody.post(f"{API}/sessions", {**other, "code": code, "request": asked["request"]})
    assert status(student.nobody.signed_in(signed_in["session"])) == 200

    student.forward(minutes=2)
    recovery = {**other, "purpose": "user_name", "channel": "mail", "known_device": known}
    asked = student.nobody.post(f"{API}/recovery-codes", recovery)
    proof = {"code": student.code(seen), "request": asked["request"], "known_device": known}
    found = student.nobody.post(f"{API}/recovered-user-names", {**other, **proof})
    assert found["user_names"] == ["lisi@example.edu.cn"]


@pytest.mark.asvs("7.3.1")
def test_a_session_that_is_left_alone_is_over(student: Student) -> None:
    device = Authenticator(student.platform.origin)
    key = "demo-only-pku-registrar-1"
    asked = {"operator_id": "pku-registrar-1", "key": key}
    registrar = student.nobody.signed_in(student.nobody.post(f"{API}/operator-sessions", asked)["session"])
    begun = registrar.post(f"{API}/me/passkeys/options", {})
    registrar.post(
        f"{API}/me/passkeys",
        {"ceremony": begun["ceremony"], "credential": device.create(begun["options"]), "label": "钥匙"},
    )
    student.forward(minutes=14)
    assert status(registrar) == 200
    with pytest.raises(Problem) as refused:
        registrar.post(f"{API}/me/passkeys/options", {})
    assert refused.value.body["rule"] == "X-SIGN-2"  # the key was shown more than ten minutes ago
    begun = registrar.post(f"{API}/me/step-up/passkey/options", {})
    proof = {"ceremony": begun["ceremony"], "credential": device.get(begun["options"])}
    stepped_up = student.nobody.signed_in(registrar.post(f"{API}/me/step-up/passkey", proof)["session"])
    stepped_up.post(f"{API}/me/totp/options", {})
    student.forward(minutes=15)
    assert status(stepped_up) == 401


def test_guesses_wait_and_are_told_to(student: Student) -> None:
    answers = []
    for _ in range(6):
        with pytest.raises(Problem) as refused:
            student.sign_in(name="nobody@example.edu.cn", password="a wrong password")
        answers.append((refused.value.status, refused.value.body["rule"]))
    assert answers[:5] == [(401, "X-SIGN-5")] * 5
    assert answers[5] in ((429, "X-SIGN-4"), (429, "X-RATE-1"))
