"""Sessions at the front door: a token is asked about, believed for five seconds, and a cookie only from our pages."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.sessions import HeldAssertions
from gateway.tests.conftest import NOW
from shared.access.assertion import Assertion, NotSignedIn, Signer
from shared.contracts.rpc.identity import ListMyRecordsV1
from shared.contracts.rpc.identity_sign_in import AssertSessionV1
from shared.rules.refused import Refused

TOKEN = "xs1_" + "k" * 43
ASK = "/api/v1/me/records"


class Ticks:
    """Seconds that a test lets pass."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks(app):
    ticks = Ticks()
    app.extensions["xueji"] = replace(app.extensions["xueji"], sessions=HeldAssertions(ticks))
    return ticks


@pytest.fixture
def sessions(services, key_pair, clock, monkeypatch):
    """Identity's answers to who stands behind a token: living sessions by token."""
    living = {TOKEN: "someone"}
    answered = type(services).call

    def call(self, contract, request, **more):
        answer = answered(self, contract, request, **more)
        if contract is not AssertSessionV1:
            return answer
        if request["session"] not in living:
            raise NotSignedIn(reason="session")
        until = clock.now() + timedelta(minutes=5)
        said = Assertion(living[request["session"]], "student", "person", "all", "", ("pwd",), "j", until, session="d1")
        return {"assertion": Signer(key_pair[0], clock).sign(said), "expires_at": said.exp.isoformat()}

    monkeypatch.setattr(type(services), "call", call)
    return living


def bearer(token=TOKEN):
    return {"Authorization": f"Bearer {token}"}


def asked(services, contract):
    return sum(each[0] is contract for each in services.asked)


@pytest.mark.asvs("7.2.1")
def test_a_sessions_token_opens_what_its_holder_may_and_identity_is_asked_once_in_five_seconds(
    client, services, sessions, ticks
):
    for _ in range(3):
        assert client.get(ASK, headers=bearer()).status_code == 200
    assert (asked(services, AssertSessionV1), asked(services, ListMyRecordsV1)) == (1, 3)
    ticks.now = 5.0
    assert client.get(ASK, headers=bearer()).status_code == 200
    assert asked(services, AssertSessionV1) == 2


def test_services_are_handed_the_assertion_and_never_the_token(client, services, sessions):
    client.get(ASK, headers=bearer())
    ((_, _, assertion, _),) = [each for each in services.asked if each[0] is ListMyRecordsV1]
    assert assertion.count(".") == 2
    assert TOKEN not in assertion


@pytest.mark.asvs("7.4.1")
def test_a_session_that_ended_is_out_within_five_seconds(client, sessions, ticks):
    assert client.get(ASK, headers=bearer()).status_code == 200
    sessions.clear()
    ticks.now = 4.9
    assert client.get(ASK, headers=bearer()).status_code == 200
    ticks.now = 5.0
    assert client.get(ASK, headers=bearer()).status_code == 401


@pytest.mark.asvs("7.4.1")
def test_who_signs_out_here_is_out_here_at_once(client, services, sessions, ticks):
    assert client.get(ASK, headers=bearer()).status_code == 200
    sessions.clear()
    out = {**bearer(), "Idempotency-Key": "01930f3a-0000-7000-8000-000000000001"}
    assert client.post("/api/v1/me/sign-out", headers=out).status_code == 200
    assert client.get(ASK, headers=bearer()).status_code == 401


def test_what_is_held_here_is_not_believed_beyond_its_own_end(client, services, sessions, ticks, clock):
    assert client.get(ASK, headers=bearer()).status_code == 200
    clock.set(NOW + timedelta(minutes=5))
    sessions.clear()
    assert client.get(ASK, headers=bearer()).status_code == 401


@pytest.mark.parametrize("token", ["xs1_", "xs1_" + "k" * 42, "xs1_" + "k" * 44, "xs1_" + "ä" * 43, TOKEN + "\x00"])
def test_a_token_of_another_shape_is_refused_without_asking(client, services, sessions, token):
    assert client.get(ASK, headers={"Authorization": f"Bearer {token}".encode()}).status_code == 401
    assert services.asked == []


def test_an_assertion_that_was_made_for_a_session_is_no_bearer_token(client, services, key_pair, clock):
    said = Assertion("x", "student", "person", "all", "", (), "j", NOW + timedelta(minutes=5), session="d1")
    token = Signer(key_pair[0], clock).sign(said)
    assert client.get(ASK, headers=bearer(token)).status_code == 401
    machine = Signer(key_pair[0], clock).sign(replace(said, session="", scopes=("read_own_records",)))
    assert client.get(ASK, headers=bearer(machine)).status_code == 200


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Sec-Fetch-Site": "cross-site"}, 401),
        ({"Sec-Fetch-Site": "same-site"}, 401),
        ({"Origin": "https://evil.example"}, 401),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 401),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://xueji.example"}, 200),
    ],
)
def test_a_browsers_cookie_changes_nothing_unless_the_request_comes_from_our_pages(client, sessions, headers, status):
    client.set_cookie("__Host-sid", TOKEN)
    key = {"Idempotency-Key": "01930f3a-0000-7000-8000-000000000001"}
    assert client.post("/api/v1/me/records/bind", json={}, headers={**key, **headers}).status_code == status
    assert client.get(ASK).status_code == 200


def test_the_sessions_that_were_used_last_are_held(clock):
    held = HeldAssertions(Ticks(), most=2)
    said = Assertion("x", "student", "person", "all", "", (), "j", NOW)
    for token in ("a", "b"):
        held.keep(token, f"jwt {token}", said)
    held.find("a")
    held.keep("c", "jwt c", said)
    assert [bool(held.find(token)) for token in ("a", "b", "c")] == [True, False, True]
    held.forget("a")
    assert held.find("a") is None


class WaitAMoment(Refused):
    """Too often."""

    rule = "X-SIGN-4"
    status = 429


def test_a_refusal_that_says_how_long_to_wait_says_so_in_the_header_too(client, services):
    services.failure = WaitAMoment(retry_after=7)
    body = {"name": "zhangsan@example.edu.cn", "password": "four quiet words here"}
    key = {"Idempotency-Key": "01930f3a-0000-7000-8000-000000000001"}
    answer = client.post("/api/v1/password-sessions", json=body, headers=key)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    services.failure = WaitAMoment(retry_after="soon")
    assert client.post("/api/v1/password-sessions", json=body, headers=key).headers["Retry-After"] == "60"


def test_an_office_that_only_looked_a_moment_ago_is_asked_about_again_before_it_is_refused(
    app, client, services, sessions, ticks, key_pair, clock
):
    said = Assertion("someone", "student", "person", "all", "", (), "j", NOW + timedelta(minutes=5), suspended=True)
    app.extensions["xueji"].sessions.keep(TOKEN, Signer(key_pair[0], clock).sign(said), said)
    assert client.get(ASK, headers=bearer()).status_code == 200
    assert asked(services, AssertSessionV1) == 0
    key = {"Idempotency-Key": "01930f3a-0000-7000-8000-000000000001"}
    assert client.post(f"{ASK}/bind", json={}, headers=bearer() | key).status_code == 200
    assert asked(services, AssertSessionV1) == 1


@pytest.mark.parametrize("name", ["name", "password", "device"])
def test_half_a_character_is_malformed_and_reaches_no_service(client, services, name):
    body = {"name": "zhangsan@example.edu.cn", "password": "four quiet words here", name: "broken \ud800 text"}
    headers = {"Idempotency-Key": "01930f3a-0000-7000-8000-000000000001", "Content-Type": "application/json"}
    answer = client.post("/api/v1/password-sessions", data=json.dumps(body), headers=headers)
    assert (answer.status_code, services.asked) == (400, [])
