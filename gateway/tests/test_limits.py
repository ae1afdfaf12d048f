"""Budgets: every route spends, its network's and its own; who has spent all is told when to come again."""

import re
from dataclasses import replace

import pytest

from gateway.api.routes import ROUTES
from gateway.budgets import Budgets, TooManyRequests, network_of
from gateway.settings import BUDGETS, budgets_from
from shared.access.counts import SWEPT_AT, Counts

WIDE = dict.fromkeys(BUDGETS, "1000 per minute")
SIGN_IN_CODES = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}


class Seconds:
    """A clock of seconds that a test moves."""

    def __init__(self):
        self.now = 5000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def narrow(app, seconds):
    """Make some budgets narrow."""

    def set_to(**rates):
        app.extensions["xueji"] = replace(app.extensions["xueji"], budgets=Budgets({**WIDE, **rates}, seconds))

    return set_to


def key(number):
    return {"Idempotency-Key": f"01930f3a-0000-7000-8000-{number:012d}"}


@pytest.mark.rule("X-RATE-1")
def test_who_asks_too_often_is_told_when_to_come_again(client, signed_in, narrow, seconds):
    """Given a budget of three questions a minute, when a fourth is asked, then X-RATE-1 and Retry-After, till then."""
    narrow(read="3 per minute")
    headers = signed_in("registrar")
    told = [client.get("/api/v1/offices", headers=headers).status_code for _ in range(4)]
    assert told == [200, 200, 200, 429]
    seconds.now += 20.5
    refused = client.get("/api/v1/offices", headers=headers)
    assert (refused.status_code, refused.json["rule"], refused.headers["Retry-After"]) == (429, "X-RATE-1", "40")
    seconds.now += float(refused.headers["Retry-After"])
    assert client.get("/api/v1/offices", headers=headers).status_code == 200


def test_one_persons_budget_is_not_anothers(app, client, signed_in, narrow):
    narrow(read="1 per minute")
    one, another = signed_in("registrar"), signed_in("registrar", sub="somebody-else")
    assert client.get("/api/v1/offices", headers=one).status_code == 200
    assert client.get("/api/v1/offices", headers=one).status_code == 429
    assert client.get("/api/v1/offices", headers=another).status_code == 200


def test_questions_commands_and_files_have_budgets_of_their_own(client, signed_in, narrow):
    narrow(command="1 per minute")
    headers = signed_in("ministry")
    asked = {"reason": "keys were shared"}
    path = "/api/v1/offices/4111010001/suspend"
    assert client.post(path, json=asked, headers=headers | key(1)).status_code == 200
    assert client.post(path, json=asked, headers=headers | key(2)).status_code == 429
    assert client.get("/api/v1/offices", headers=headers).status_code == 200


@pytest.mark.asvs("6.3.1", "2.4.1")
def test_what_is_tried_before_signing_in_is_limited_for_a_network(client, narrow):
    narrow(sign_in="2 per minute")
    here, there = {"REMOTE_ADDR": "192.0.2.7"}, {"REMOTE_ADDR": "192.0.2.8"}

    def ask(number, environ):
        return client.post(
            "/api/v1/sign-in-codes", json=SIGN_IN_CODES, headers=key(number), environ_base=environ
        ).status_code

    assert [ask(number, here) for number in range(3)] == [200, 200, 429]
    assert ask(4, there) == 200
    assert client.get("/api/v1/rules", environ_base=here).status_code == 200


def test_every_public_command_spends_the_tighter_budget(client, narrow, services):
    for number, route in enumerate(each for each in ROUTES if each.public and each.method == "POST"):
        narrow(sign_in="1 per minute")
        path = "/api/v1" + re.sub(r"<uuid:[a-z_]+>", "01930f3a-0000-7000-8000-0000000000b1", route.path)
        client.post(path, json={}, headers=key(number))
        assert client.post(path, json={}, headers=key(number)).status_code == 429, route.path


def test_a_network_has_a_budget_for_everything(client, signed_in, narrow):
    narrow(network="2 per minute")
    assert client.get("/api/v1/rules").status_code == 200
    assert client.get("/zh/").status_code == 200
    assert client.get("/api/v1/offices", headers=signed_in("registrar")).status_code == 429
    page = client.get("/zh/")
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "60"
    assert client.get("/livez").status_code == 200


def test_an_address_is_believed_only_from_our_own_proxies(client, narrow):
    narrow(network="1 per minute")
    forged = [client.get("/api/v1/rules", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(2)]
    assert forged == [200, 429]


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("", "nonsense", True),
    ],
)
def test_a_household_counts_as_one_network(one, another, same):
    assert (network_of(one) == network_of(another)) is same


def test_many_callers_cannot_fill_the_memory(seconds):
    counts = Counts(seconds)
    for number in range(SWEPT_AT + 10):
        counts.incr(str(number), 60)
    assert len(counts._counts) <= SWEPT_AT


def test_a_budget_is_spent_once_by_each_request(seconds):
    budgets = Budgets({"read": "2 per minute"}, seconds)
    budgets.spend("read", "a")
    budgets.spend("read", "a")
    with pytest.raises(TooManyRequests) as refused:
        budgets.spend("read", "a")
    assert refused.value.retry_after == 60


def test_budgets_are_set_by_the_environment():
    assert budgets_from("") == BUDGETS
    assert budgets_from("read=7 per second; token=1 per hour") == {
        **BUDGETS, "read": "7 per second", "token": "1 per hour",
    }  # fmt: skip
    assert set(budgets_from("*=9 per minute").values()) == {"9 per minute"}
    for wrong in ("reads=7 per second", "read=often"):
        with pytest.raises(ValueError, match=r"."):
            budgets_from(wrong)
