"""Signing in with forms: cookies that no script sees, forms that no other site can send, nothing kept in a page."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.sessions import HeldAssertions
from gateway.tests.conftest import NOW
from gateway.tests.test_pages import Page
from shared.access.assertion import Assertion, NotSignedIn, Signer
from shared.access.decide import StepUpNeeded
from shared.contracts.rpc import identity, identity_factors, identity_sign_in
from shared.rules.refused import Refused

SESSION = "xs1_" + "A" * 43
OURS = "https://xueji.example"
WRONG = Refused.from_dict({"code": "WRONG_SIGN_IN", "rule": "X-SIGN-5", "zh": "有误", "en": "wrong", "status": 401})
MORE = Refused.from_dict(
    {"code": "SECOND_FACTOR_MISSING", "rule": "X-SIGN-3", "zh": "口令", "en": "more", "status": 401}
)
ROLES = ("student", "registrar")
OWN = ("/me", "/me/security", "/me/step-up")


class Identity:
    """Answers with the contracts' examples; some questions it refuses."""

    def __init__(self, key, clock, role):
        self.asked, self.refuses = [], {}
        more = {"session": "s", "office": "4111010001"}
        self.actor = Assertion("someone", role, "any", "all", "", (), "j", NOW + timedelta(minutes=5), **more)
        self.signer = Signer(key, clock)
        self.assertion = self.signer.sign(self.actor)

    def step_up(self):
        """A strong factor was shown just now."""
        self.assertion = self.signer.sign(replace(self.actor, stepped_up=True, jti="j2"))

    def call(self, contract, request, **_):
        contract().load(json.loads(json.dumps(request)))
        self.asked.append((contract, request))
        if refusal := self.refuses.get(contract):
            raise refusal
        known = contract is identity_sign_in.AssertSessionV1
        return {**contract.answer.example, **({"assertion": self.assertion} if known else {})}


@pytest.fixture(params=ROLES)
def role(request):
    return request.param


@pytest.fixture
def registry(app, key_pair, clock, role):
    answering = Identity(key_pair[0], clock, role)
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=answering, sessions=HeldAssertions())
    return answering


@pytest.fixture
def browser(app, registry):
    return app.test_client()


def stay(browser):
    """Somebody is signed in."""
    browser.set_cookie("__Host-sid", SESSION, domain="localhost", secure=True)
    return browser


def form(browser, path, **more):
    """What the first form of a page would send, with its fields filled in."""
    page = Page(browser.get(path).text)
    token = next(each["value"] for tag, each in page.tags if tag == "input" and each.get("name") == "token")
    return {"token": token, **more}


def post(browser, path, headers=None, **fields):
    sent = {"Sec-Fetch-Site": "same-origin", "Origin": "null"} if headers is None else headers
    return browser.post(path, data=fields, headers=sent)


def cookies(answer):
    return {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


def contracts(registry):
    return [contract for contract, _ in registry.asked if contract is not identity_sign_in.AssertSessionV1]


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4")
def test_a_session_is_kept_where_no_script_and_no_other_site_reaches_it(browser, registry):
    sent = form(browser, "/zh/sign-in", step="password", name="zhangsan", password="four quiet words here")
    answer = post(browser, "/zh/sign-in", **sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/zh/me")
    for name in ("__Host-sid", "__Host-device"):
        said = cookies(answer)[name]
        assert all(word in said for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in said
    assert "Max-Age" not in cookies(answer)["__Host-sid"]
    assert SESSION not in answer.text
    assert contracts(registry) == [identity_sign_in.SignInWithPasswordV1]


def test_without_tls_a_demonstration_bears_plain_cookies(app, browser):
    found = app.extensions["xueji"]
    settings = replace(found.settings, public_origin="http://127.0.0.1:8000")
    app.extensions["xueji"] = replace(found, settings=settings)
    assert "数字地址" in browser.get("/zh/sign-in").text
    sent = form(browser, "/zh/sign-in", step="password", name="zhangsan", password="four quiet words here")
    answer = post(browser, "/zh/sign-in", **sent)
    assert "Secure" not in cookies(answer)["sid"]
    app.extensions["xueji"] = found


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Origin": OURS},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/zh/sign-in", "/zh/enrol", "/zh/sign-in/code", "/zh/sign-out", "/zh/me/security"])
def test_a_form_from_elsewhere_does_nothing(browser, registry, path, headers):
    stay(browser)
    sent = form(browser, "/zh/me/security", step="end-others")
    registry.asked.clear()
    assert post(browser, path, headers=headers, **sent).status_code == 403
    assert contracts(registry) == []


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_token_does_nothing_even_where_the_browser_says_nothing(browser, registry, token):
    stay(browser)
    form(browser, "/zh/me/security")
    registry.asked.clear()
    assert post(browser, "/zh/me/security", headers={}, step="end-others", token=token).status_code == 403
    assert contracts(registry) == []


def test_a_form_that_was_drawn_before_signing_in_does_nothing_after_it(browser, registry):
    sent = form(browser, "/zh/sign-in", step="end-others")
    stay(browser)
    assert post(browser, "/zh/me/security", **sent).status_code == 403


@pytest.mark.asvs("6.3.8")
def test_who_is_not_let_in_is_told_so_and_the_password_is_in_no_page(browser, registry):
    registry.refuses[identity_sign_in.SignInWithPasswordV1] = WRONG
    sent = form(browser, "/en/sign-in", step="password", name="zhangsan", password="four quiet words here")
    answer = post(browser, "/en/sign-in", **sent)
    assert answer.status_code == 401
    assert 'value="zhangsan"' in answer.text
    assert "four quiet words" not in answer.text
    assert "__Host-sid" not in cookies(answer)


@pytest.mark.asvs("6.3.3")
def test_a_second_factor_is_asked_for_on_a_page_of_its_own(app, browser, registry):
    """The password goes on sealed: the page holds nothing of it, and another browser can do nothing with the page."""
    registry.refuses[identity_sign_in.SignInWithPasswordV1] = MORE
    sent = form(browser, "/en/sign-in", step="password", name="zhangsan", password="four quiet words here")
    page = post(browser, "/en/sign-in", **sent)
    assert "four quiet words" not in page.text
    assert 'role="alert"' not in page.text
    hidden = {each["name"]: each["value"] for tag, each in Page(page.text).tags if each.get("type") == "hidden"}
    registry.refuses.clear()
    other = app.test_client()
    answer = post(other, "/en/sign-in", **hidden | form(other, "/en/sign-in") | {"otp": "204816"})
    assert answer.status_code == 422
    answer = post(browser, "/en/sign-in", **hidden | {"otp": "204816"})
    assert answer.status_code == 303
    told = registry.asked[-1][1]
    assert (told["name"], told["password"], told["otp"]) == ("zhangsan", "four quiet words here", "204816")


def test_a_passkey_signs_in(browser, registry):
    page = post(browser, "/zh/sign-in", **form(browser, "/zh/sign-in", step="passkey"))
    assert page.status_code == 200
    assert "passkeys.js" in page.text
    challenge = next(each for tag, each in Page(page.text).tags if tag == "form")
    assert json.loads(challenge["data-options"])["challenge"]
    sent = form(browser, "/zh/sign-in", step="passkey-done", ceremony="c", credential='{"id": "x"}')
    assert post(browser, "/zh/sign-in", **sent).status_code == 303
    for nothing in ("", "[]", "{", "[" * 100_000):
        browser.delete_cookie("__Host-sid", domain="localhost")
        assert post(browser, "/zh/sign-in", **sent | {"credential": nothing}).status_code in (413, 422)


def test_a_code_signs_in_and_a_stranger_is_answered_alike(browser, registry):
    person = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
    page = post(browser, "/en/sign-in/code", **form(browser, "/en/sign-in/code", step="send", **person))
    assert "If there is such an account" in page.text
    hidden = {each["name"]: each["value"] for tag, each in Page(page.text).tags if each.get("type") == "hidden"}
    assert hidden["request"] == identity.A_REQUEST
    registry.refuses[identity.SignInWithCodeV1] = WRONG
    wrong = post(browser, "/en/sign-in/code", **hidden, code="000000")
    assert (wrong.status_code, identity.A_REQUEST in wrong.text) == (401, True)
    registry.refuses.clear()
    registry.asked.clear()
    post(browser, "/en/sign-in/code", **form(browser, "/en/sign-in/code", step="send", **person))
    assert post(browser, "/en/sign-in/code", **hidden, code="204816").status_code == 303
    assert contracts(registry) == [identity.RequestSignInCodeV1, identity.SignInWithCodeV1]


@pytest.mark.parametrize("step", ["passkey-done", "totp-done"])
def test_an_invitation_is_taken_up(browser, registry, step):
    sent = form(browser, "/en/enrol", step="begin", operator_id="education-11-a1b2c3", code="0123-4567-89AB")
    page = post(browser, "/en/enrol", **sent)
    assert "data-passkey=" in page.text
    assert "A" * 32 in page.text
    sent |= {"step": step, "ceremony": "c", "label": "key", "credential": "{}", "otp": "204816", "password": "p" * 12}
    answer = post(browser, "/en/enrol", **sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/me")
    told = registry.asked[-1][1]
    assert bool(told.get("password")) is (step == "totp-done")
    assert (told.get("credential") is None) is (step == "totp-done")


@pytest.mark.parametrize("path", OWN)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_own_pages_are_whole_and_nobody_elses(app, browser, registry, path, language):
    answer = app.test_client().get(f"/{language}{path}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{language}/sign-in?next=/{language}{path}")
    answer = stay(browser).get(f"/{language}{path}")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert len(page.ids) == len(set(page.ids))
    assert "no-store" in answer.headers["Cache-Control"]
    assert not re.search(r">\s*(?:own|me|t|turn|look|method)_[a-z_]+", answer.text)


@pytest.mark.parametrize(
    ("step", "more", "contract"),
    [
        ("end", {"session_id": identity_sign_in.MySessionV1.example["session_id"]}, identity_sign_in.EndSessionV1),
        ("end-others", {}, identity_sign_in.EndMySessionsV1),
        ("password", {"password": "four quiet words here"}, identity_factors.SetPasswordV1),
        ("totp", {}, identity_factors.BeginTotpV1),
        ("totp-done", {"ceremony": "c", "otp": "204816"}, identity_factors.AddTotpV1),
        ("totp-remove", {}, identity_factors.RemoveTotpV1),
        ("passkey", {}, identity_factors.BeginPasskeyV1),
        ("passkey-done", {"ceremony": "c", "credential": "{}", "label": "key"}, identity_factors.AddPasskeyV1),
        ("passkey-remove", {"passkey": "5f" * 32}, identity_factors.RemovePasskeyV1),
    ],
)
def test_each_way_to_sign_in_is_changed_after_a_step_up(browser, registry, step, more, contract):
    stay(browser)
    sent = form(browser, "/zh/me/security", step=step, **more)
    registry.asked.clear()
    assert post(browser, "/zh/me/security", **sent).status_code == 200
    assert contracts(registry)[0] is contract
    registry.refuses[contract] = StepUpNeeded()
    answer = post(browser, "/zh/me/security", **sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/zh/me/step-up?next=/zh/me/security")


@pytest.mark.asvs("7.2.4", "7.5.3")
@pytest.mark.parametrize(
    "proof", [{"step": "otp", "otp": "204816"}, {"step": "passkey-done", "ceremony": "c", "credential": "{}"},
              {"step": "code", "code": "204816"}], ids=lambda proof: proof["step"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("back", "led"),
    [("/zh/me/security", "/zh/me/security"), ("//elsewhere.example", "/zh/me"), ("https://elsewhere.example", "/zh/me"),
     ("/zh/../\\elsewhere", "/zh/me"), ("/api/v1/me", "/zh/me")],
)  # fmt: skip
def test_a_step_up_gives_the_session_a_new_token_and_leads_back_to_pages_of_ours_alone(browser, proof, back, led):
    stay(browser)
    answer = post(browser, "/zh/me/step-up", **form(browser, "/zh/me/step-up", next=back, **proof))
    assert (answer.status_code, answer.headers["Location"]) == (303, led)
    assert "__Host-sid" in cookies(answer)


@pytest.mark.asvs("7.4.1")
def test_whoever_signs_out_leaves_nothing_behind(browser, registry):
    stay(browser)
    answer = post(browser, "/zh/sign-out", **form(browser, "/zh/me"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/zh/")
    assert "Max-Age=0" in cookies(answer)["__Host-sid"]
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert contracts(registry)[-1] is identity_sign_in.SignOutV1
    registry.refuses[identity_sign_in.AssertSessionV1] = Refused.from_dict(NotSignedIn(reason="session").as_dict())
    assert stay(browser).get("/zh/me").status_code == 303
    assert browser.get("/zh/sign-out").status_code == 405
