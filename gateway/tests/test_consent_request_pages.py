"""An office shows a code, a student agrees and chooses: the pages of both, in both languages (AC-23)."""

from dataclasses import replace

import pytest

from gateway.sessions import HeldAssertions
from gateway.tests.test_pages import Page
from gateway.tests.test_sign_in_pages import Identity, form, post, stay
from shared.contracts.rpc.identity import MyRecordV1
from shared.contracts.rpc.identity_consent_requests import (
    ApproveConsentRequestV1,
    ConsentRequestV1,
    DeclineConsentRequestV1,
    RequestConsentV1,
)
from shared.rules.refused import Refused

REQUEST = ConsentRequestV1.example["request_id"]
MINE, THEIRS = f"/me/consents/{REQUEST}", f"/office/consents/{REQUEST}"
OVER = Refused.from_dict({"code": "REQUEST_OVER", "rule": "AC-23", "zh": "已过期", "en": "over", "status": 409})


@pytest.fixture
def role():
    return "student"


@pytest.fixture
def registry(app, key_pair, clock, role, monkeypatch):
    monkeypatch.setattr(ConsentRequestV1, "example", {**ConsentRequestV1.example, "state": "asked", "consent_id": None})
    answering = Identity(key_pair[0], clock, role)
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=answering, sessions=HeldAssertions())
    return answering


@pytest.fixture
def browser(app, registry):
    return stay(app.test_client())


def names(page, kind):
    return [each.get("value") for tag, each in page.tags if tag == "input" and each.get("name") == kind]


def said(registry, wanted):
    return [request for contract, request in registry.asked if contract is wanted]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_scanned_the_code_sees_who_asks_and_chooses(app, browser, registry, language):
    answer = app.test_client().get(MINE, headers={"Accept-Language": language})
    assert answer.headers["Location"] == f"/{language}{MINE}"
    # signing in comes first, and leads back
    answer = app.test_client().get(f"/{language}{MINE}")
    assert answer.headers["Location"] == f"/{language}/sign-in?next=/{language}{MINE}"
    answer = browser.get(f"/{language}{MINE}")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert ConsentRequestV1.example["office_name"] in answer.text
    assert names(page, "scope") == ConsentRequestV1.example["scope"]
    assert names(page, "records") == [MyRecordV1.example["id"]]
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert len(page.ids) == len(set(page.ids))


def test_what_was_chosen_is_told_and_a_no_is_told_too(browser, registry):
    sent = form(browser, f"/en{MINE}", step="approve", scope=["level"], records=[MyRecordV1.example["id"]])
    answer = post(browser, f"/en{MINE}", **sent)
    assert answer.status_code == 200
    assert "You agreed" in answer.text
    (told,) = said(registry, ApproveConsentRequestV1)
    assert (told["request_id"], told["scope"], told["records"]) == (REQUEST, ["level"], [MyRecordV1.example["id"]])
    answer = post(browser, f"/en{MINE}", **form(browser, f"/en{MINE}", step="decline"))
    assert "You did not agree" in answer.text
    assert len(said(registry, DeclineConsentRequestV1)) == 1
    assert post(browser, f"/en{MINE}", **form(browser, f"/en{MINE}", step="else")).status_code == 400
    assert post(browser, f"/en{MINE}", **{**sent, "token": "0" * 64}).status_code == 403


def test_a_refusal_is_said_and_keeps_what_was_chosen(browser, registry):
    registry.refuses[ApproveConsentRequestV1] = OVER
    sent = form(browser, f"/en{MINE}", step="approve", scope=["level"], records=[MyRecordV1.example["id"]])
    answer = post(browser, f"/en{MINE}", **sent)
    assert (answer.status_code, "over" in answer.text) == (409, True)
    ticked = [each["value"] for tag, each in Page(answer.text).tags if tag == "input" and "checked" in each]
    assert ticked == [MyRecordV1.example["id"], "level"]


@pytest.mark.parametrize("role", ["verifier"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_office_asks_and_shows_a_code_that_is_drawn_here(browser, registry, language):
    path = f"/{language}/office/consents"
    sent = form(browser, path, purpose="入职核实", until="2030-12-31", scope=["name", "level"])
    answer = post(browser, path, **sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}/{REQUEST}")
    (told,) = said(registry, RequestConsentV1)
    assert (told["purpose"], told["scope"]) == ("入职核实", ["name", "level"])
    answer = browser.get(f"/{language}{THEIRS}")
    assert "<svg" in answer.text
    assert ConsentRequestV1.example["link"] in answer.text
    assert all(each.startswith("/") for each in Page(answer.text).loads)
    assert post(browser, path, **{**sent, "purpose": ""}).status_code == 422


@pytest.mark.parametrize("role", ["verifier"])
def test_an_answered_request_shows_the_consent_and_no_code(browser, registry, monkeypatch):
    consent = "01930f3a-0000-7000-8000-0000000000c1"
    monkeypatch.setattr(
        ConsentRequestV1, "example", {**ConsentRequestV1.example, "state": "approved", "consent_id": consent}
    )
    text = browser.get(f"/en{THEIRS}").text
    assert consent in text
    assert "<svg" not in text


@pytest.mark.parametrize("role", ["registrar", "student"])
@pytest.mark.parametrize("path", ["/office/consents", THEIRS])
def test_no_other_role_has_the_pages_of_asking(browser, path):
    assert browser.get(f"/en{path}").status_code == 404


@pytest.mark.parametrize("role", ["verifier", "registrar"])
def test_who_has_no_records_answers_no_request(browser):
    assert browser.get(f"/en{MINE}").status_code == 404
