"""The pages of one's own claims, and of vouching for a classmate."""

from dataclasses import replace

import pytest

from gateway.sessions import HeldAssertions
from gateway.tests.test_claim_pages import Text
from gateway.tests.test_pages import Page
from gateway.tests.test_sign_in_pages import Identity, contracts, form, post, stay
from shared.contracts.rpc.identity_claim_views import ClaimV1, ListOwnClaimsV1
from shared.contracts.rpc.identity_claim_vouching import A_CODE, ListMyVouchesV1, TakeVouchBackV1, VouchForClassmateV1
from shared.contracts.rpc.identity_claims import CLAIM_KINDS, CLAIM_STATES
from shared.rules.refused import Refused

NO = Refused.from_dict({"code": "VOUCH_REFUSED", "rule": "AC-9", "zh": "未能作证", "en": "Not recorded", "status": 422})


@pytest.fixture
def registry(app, key_pair, clock):
    answering = Identity(key_pair[0], clock, "student")
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=answering, sessions=HeldAssertions())
    return answering


@pytest.fixture
def browser(app, registry):
    return stay(app.test_client())


@pytest.mark.parametrize("path", ["/zh/me/claims", "/zh/vouch"])
@pytest.mark.parametrize("role", ["student", "operator", None])
def test_who_is_no_student_has_no_such_page(app, key_pair, clock, path, role):
    answering = Identity(key_pair[0], clock, role or "student")
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=answering, sessions=HeldAssertions())
    browser = app.test_client()
    answer = (stay(browser) if role else browser).get(path)
    assert answer.status_code == {"student": 200, "operator": 404, None: 303}[role]


@pytest.mark.parametrize("state", CLAIM_STATES)
def test_each_own_claim_stands_there_with_its_words(browser, monkeypatch, state):
    claims = [{**ClaimV1.example, "kind": kind, "state": state} for kind in CLAIM_KINDS]
    monkeypatch.setattr(ListOwnClaimsV1.answer, "example", {"claims": claims})
    for language, word in (("zh", "办理过程"), ("en", "Every step")):
        answer = browser.get(f"/{language}/me/claims")
        assert answer.status_code == 200
        seen = Text(answer.text).seen
        assert word in seen
        assert "claim_" not in seen
        assert sum(tag == "article" for tag, _ in Page(answer.text).tags) == len(CLAIM_KINDS)


def test_what_waits_says_for_what_and_has_no_clock(browser, monkeypatch):
    more = {"state": "queued", "due_on": None, "handed_in_at": None, "queued_at": ClaimV1.example["opened_at"]}
    waits = {**ClaimV1.example, **more, "waits_for": "2026-10-23"}
    monkeypatch.setattr(ListOwnClaimsV1.answer, "example", {"claims": [waits]})
    seen = Text(browser.get("/en/me/claims").text).seen
    assert "23 October 2026" in seen
    assert "Working days left" not in seen


def test_who_has_no_claims_is_told_so(browser, monkeypatch):
    monkeypatch.setattr(ListOwnClaimsV1.answer, "example", {"claims": []})
    assert "You have no claims" in browser.get("/en/me/claims").text


@pytest.mark.rule("AC-9")
def test_a_classmate_vouches_by_the_code_that_was_handed_over_and_takes_it_back(browser, registry):
    """Given a code from a classmate, when it is entered and sure is ticked, then the word is given; it stands in the
    list, and a button takes it back."""
    sent = form(browser, "/en/vouch", step="vouch", code=A_CODE, sure="yes")
    answer = post(browser, "/en/vouch", **sent)
    assert answer.status_code == 200
    assert contracts(registry)[-2:] == [VouchForClassmateV1, ListMyVouchesV1]
    assert "Recorded" in answer.text
    assert A_CODE not in answer.text
    vouch_id = ListMyVouchesV1.answer.example["vouches"][0]["vouch_id"]
    answer = post(browser, "/zh/vouch", **form(browser, "/zh/vouch", step="take_back", vouch_id=vouch_id))
    assert contracts(registry)[-2:] == [TakeVouchBackV1, ListMyVouchesV1]
    assert "作证已撤回" in answer.text


def test_who_is_not_sure_vouches_for_nobody(browser, registry):
    answer = post(browser, "/en/vouch", **form(browser, "/en/vouch", step="vouch", code=A_CODE))
    assert answer.status_code == 422
    assert VouchForClassmateV1 not in contracts(registry)


def test_a_refused_word_is_said_to_be_refused(browser, registry):
    registry.refuses[VouchForClassmateV1] = NO
    answer = post(browser, "/zh/vouch", **form(browser, "/zh/vouch", step="vouch", code=A_CODE, sure="yes"))
    assert (answer.status_code, "未能作证" in answer.text) == (422, True)


@pytest.mark.asvs("3.5.1")
def test_another_site_vouches_for_nobody(browser, registry):
    sent = form(browser, "/en/vouch", step="vouch", code=A_CODE, sure="yes")
    answer = post(browser, "/en/vouch", headers={"Sec-Fetch-Site": "cross-site", "Origin": "null"}, **sent)
    assert answer.status_code == 403
    assert VouchForClassmateV1 not in contracts(registry)
