"""POST /oauth/token as RFC 6749 writes it, and what a machine's token opens."""

import base64
from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from gateway.budgets import Budgets
from gateway.settings import BUDGETS
from shared.bus.failures import CallFailed
from shared.contracts.rpc.identity_machines import IssueMachineTokenV1, MachineTokenV1
from shared.rules.refused import Refused

CLIENT, SECRET = "4111010001-8c1f20ab", "xms_a-long-random-secret"
GRANT = {"grant_type": "client_credentials"}
IN_FORM = {"client_id": CLIENT, "client_secret": SECRET}
HERE = {"REMOTE_ADDR": "192.0.2.7"}


def basic(client=CLIENT, secret=SECRET):
    return {"Authorization": "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()}


def ask(client, form, headers=None):
    return client.post("/oauth/token", data=form, headers=headers or {}, environ_base=HERE)


@pytest.mark.parametrize(("form", "headers"), [(GRANT | IN_FORM, {}), (GRANT, basic())], ids=["form", "basic"])
def test_a_client_shows_its_secret_in_the_form_or_in_the_header(client, services, form, headers):
    response = ask(client, form | {"scope": "read_counts read_offices"}, headers)
    assert (response.status_code, response.json) == (200, MachineTokenV1.example)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    contract, asked, assertion, _ = services.asked[-1]
    assert (contract, assertion) == (IssueMachineTokenV1, None)
    assert asked == {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scopes": ["read_counts", "read_offices"],
        "address": "192.0.2.7",
    }


def test_a_secret_in_the_header_is_written_as_the_rfc_says(client, services):
    """Section 2.3.1: both are form-encoded before they are joined and encoded."""
    ask(client, GRANT, basic("a%3Ab", "s%2Fc+r%25t"))
    assert services.asked[-1][1]["client_id"] == "a:b"
    assert services.asked[-1][1]["client_secret"] == "s/c r%t"


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        (IN_FORM, {}, 400, "invalid_request"),
        (IN_FORM | {"grant_type": "password"}, {}, 400, "unsupported_grant_type"),
        (IN_FORM | {"grant_type": "authorization_code"}, {}, 400, "unsupported_grant_type"),
        (GRANT, {}, 401, "invalid_client"),
        (GRANT | {"client_id": CLIENT}, {}, 401, "invalid_client"),
        (GRANT | IN_FORM | {"client_secret": "x" * 201}, {}, 401, "invalid_client"),
        (GRANT | IN_FORM, basic(), 400, "invalid_request"),
        (GRANT | {"client_id": "another"}, basic(), 400, "invalid_request"),
        (GRANT, {"Authorization": "Basic !!!"}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Bearer token"}, 401, "invalid_client"),
        (GRANT | IN_FORM | {"scope": "s" * 41}, {}, 400, "invalid_scope"),
        (GRANT | IN_FORM | {"scope": " ".join(["read_counts"] * 21)}, {}, 400, "invalid_scope"),
        ([*(GRANT | IN_FORM).items(), ("grant_type", "client_credentials")], {}, 400, "invalid_request"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_rfc(client, services, form, headers, status, error):
    response = ask(client, MultiDict(form), headers)
    assert (response.status_code, response.json["error"]) == (status, error)
    assert set(response.json) == {"error", "error_description"}
    assert ("WWW-Authenticate" in response.headers) is (status == 401)
    assert services.asked == []


def test_a_secret_never_stands_in_an_address(client, services):
    response = client.post(f"/oauth/token?client_secret={SECRET}", data=GRANT | IN_FORM)
    assert (response.status_code, response.json["error"]) == (400, "invalid_request")
    assert client.get("/oauth/token").status_code == 405
    assert client.post("/oauth/token", json=GRANT | IN_FORM).json["error"] == "invalid_request"
    assert services.asked == []


class Unknown(Refused):
    rule, status = "X-SIGN-5", 401


class Beyond(Refused):
    rule, status = "X-SCOPE-1", 403


@pytest.mark.parametrize(
    ("failure", "status", "error"),
    [
        (Unknown(), 401, "invalid_client"),
        (Beyond(), 400, "invalid_scope"),
        (CallFailed("identity.issue_machine_token"), 502, "temporarily_unavailable"),
    ],
)
def test_what_identity_refuses_is_said_in_those_words_too(client, services, failure, status, error):
    services.failure = failure
    response = ask(client, GRANT | IN_FORM)
    assert (response.status_code, response.json["error"]) == (status, error)


def test_a_client_asks_for_so_many_tokens_and_no_more(app, client):
    rates = {**BUDGETS, "token": "2 per minute"}
    app.extensions["xueji"] = replace(app.extensions["xueji"], budgets=Budgets(rates, lambda: 0.0))
    assert [ask(client, GRANT | IN_FORM).status_code for _ in range(3)] == [200, 200, 429]
    refused = ask(client, GRANT | IN_FORM)
    assert (refused.headers["Retry-After"], refused.json["error"]) == ("60", "temporarily_unavailable")
    # whoever only knows the id of a client uses up nothing of its budget
    elsewhere = client.post("/oauth/token", data=GRANT | IN_FORM, environ_base={"REMOTE_ADDR": "192.0.2.99"})
    assert elsewhere.status_code == 200


def test_a_machines_token_is_a_bearer_token_with_a_budget_of_its_own(app, client, signed_in):
    rates = {**BUDGETS, "machine": "1 per minute"}
    app.extensions["xueji"] = replace(app.extensions["xueji"], budgets=Budgets(rates, lambda: 0.0))
    machine = signed_in("registrar", sub=f"machine:{CLIENT}", scopes=("read_offices",))
    assert client.get("/api/v1/offices", headers=machine).status_code == 200
    assert client.get("/api/v1/offices", headers=machine).status_code == 429
    assert client.get("/api/v1/offices", headers=signed_in("registrar")).status_code == 200
