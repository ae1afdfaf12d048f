"""The pages of one's own account and records: whole in both languages, each step asked of its service, nothing else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.api.routes import ROUTES
from gateway.budgets import Budgets
from gateway.portal import dates
from gateway.portal.words import words
from gateway.sessions import HeldAssertions
from gateway.settings import budgets_from
from gateway.tests.test_pages import Page
from gateway.tests.test_sign_in_pages import SESSION, Identity, contracts, cookies, form, post, stay
from shared.access.decide import StepUpNeeded
from shared.contracts.rpc import identity, identity_accounts, identity_claims, identity_people, identity_privacy
from shared.contracts.rpc.identity_claim_views import ViewIdentityClaimV1
from shared.contracts.rpc.identity_factors import ConfirmProviderAccountV1
from shared.contracts.rpc.identity_sign_in import BeginProviderSignInV1, SignInWithProviderV1
from shared.rules.refused import NotFound, Refused

TEMPLATES = Path(__file__).parents[1] / "portal/templates"
OWN = ("/me", "/me/records", "/me/contacts", "/me/name", "/me/consents", "/me/looks", "/me/close")
PERSON = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
KEY = identity_accounts.MyContactV1.example["contact_id"]
RECORD = identity.MyRecordV1.example["id"]
PLACE = {"kind": "status", "school_code": "4111010001", "year": "2022"}
GRANT = {"office": "ver-1", "purpose": "入职背景核实", "until": "2030-12-31", "scope": ["name"], "records": [RECORD]}
REFUSED = Refused.from_dict({"code": "WRONG_CODE", "rule": "X-PROOF-1", "zh": "有误", "en": "wrong", "status": 401})
STEPS = [
    ("contacts", {"step": "name", "channel": "mail", "contact": "a@example.cn"}, identity_accounts.NameContactV1),
    ("contacts", {"step": "prove", "code": "204816"}, identity_accounts.ProveNewContactV1),
    ("contacts", {"step": "remove", "contact_id": KEY}, identity_accounts.RemoveContactV1),
    ("name", {"step": "correct", "name": "张叁"}, identity_accounts.ChangeMyNameV1),
    ("name", {"step": "change", "kind": "renewed_document", **PERSON}, identity_claims.AskIdentityChangeV1),
    ("records", {"step": "bind"}, identity.BindMyRecordsV1),
    ("records", {"step": "find", **PLACE, "number": "2200010001"}, identity_people.BindRecordByNumberV1),
    ("records", {"step": "find", **PLACE}, identity_people.ExplainMissingRecordV1),
    (
        "records",
        {"step": "disown", "record_id": RECORD, "kind": "status", "statement": "本人从未在该校就读。"},
        identity_people.DisownRecordV1,
    ),
    ("consents", {"step": "grant", **GRANT}, identity_privacy.GrantConsentV1),
    (
        "consents",
        {"step": "revoke", "consent_id": identity_privacy.ConsentV1.example["consent_id"]},
        identity_privacy.RevokeConsentV1,
    ),
]


@pytest.fixture
def role():
    return "student"


@pytest.fixture
def registry(app, key_pair, clock, role):
    answering = Identity(key_pair[0], clock, role)
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=answering, sessions=HeldAssertions())
    return answering


@pytest.fixture
def browser(app, registry):
    return stay(app.test_client())


@pytest.mark.parametrize("path", OWN)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_page_is_whole_and_nobody_elses(app, browser, registry, path, language):
    answer = app.test_client().get(f"/{language}{path}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{language}/sign-in?next=/{language}{path}")
    answer = browser.get(f"/{language}{path}")
    assert answer.status_code == 200, answer.text
    page = Page(answer.text)
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert len(page.ids) == len(set(page.ids))
    assert "no-store" in answer.headers["Cache-Control"]
    assert not re.search(r"\d{4}-\d\d-\d\d(?!\d)(?!T)[^\"]", re.sub(r"<[^>]*>", "", answer.text)), "a day as a machine"


@pytest.mark.parametrize("role", ["registrar"])
@pytest.mark.parametrize("path", OWN[1:])
def test_who_has_no_records_has_no_such_page(browser, path):
    assert browser.get(f"/zh{path}").status_code == 404


@pytest.mark.parametrize(("page", "fields", "contract"), STEPS, ids=lambda each: getattr(each, "method", None))
def test_each_step_is_asked_of_identity_and_its_refusal_is_said(browser, registry, page, fields, contract):
    path = f"/en/me/{page}"
    sent = form(browser, "/en/me", **fields)
    registry.asked.clear()
    answer = post(browser, path, **sent)
    assert answer.status_code in (200, 303), answer.text
    assert contracts(registry)[0] is contract
    registry.refuses[contract] = REFUSED
    answer = post(browser, path, **sent)
    assert answer.status_code == 401
    assert "wrong" in answer.text
    assert 'href="/en/rules/X-PROOF-1"' in answer.text


@pytest.mark.parametrize(("page", "fields", "contract"), STEPS, ids=lambda each: getattr(each, "method", None))
def test_a_form_from_elsewhere_takes_no_step(browser, registry, page, fields, contract):
    registry.asked.clear()
    assert post(browser, f"/en/me/{page}", **{**fields, "token": "0" * 64}).status_code == 403
    assert contracts(registry) == []


@pytest.mark.parametrize("step", [*STEPS[:4], ("close", {"step": "close", "sure": "yes"}, identity.CloseAccountV1)])
def test_what_matters_asks_for_a_strong_factor_and_comes_back(browser, registry, step):
    page, fields, contract = step
    registry.refuses[contract] = StepUpNeeded()
    answer = post(browser, f"/zh/me/{page}", **form(browser, "/zh/me", **fields))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/zh/me/step-up?next=/zh/me/{page}")


@pytest.mark.parametrize("page", ["contacts", "name", "close"])
def test_who_showed_no_strong_factor_yet_is_asked_for_it_before_anything_is_typed(browser, page):
    """Given a session without a step-up, when such a page is opened, then it leads there instead of taking words."""
    links = Page(browser.get(f"/en/me/{page}").text).links
    assert f"/en/me/step-up?next=/en/me/{page}" in links


def test_a_number_that_leads_nowhere_is_explained_and_no_year_is_asked_of_nobody(browser, registry):
    sent = form(browser, "/en/me", step="find", **PLACE, number="2200010001")
    text = post(browser, "/en/me/records", **sent).text
    assert identity_people.UnboundRecordV1.example["en"] in text
    assert "Tries left today: 1" in text
    registry.asked.clear()
    assert post(browser, "/en/me/records", **{**sent, "year": "two"}).status_code == 422
    assert identity_people.BindRecordByNumberV1 not in contracts(registry)


def test_a_consent_names_the_office_that_it_was_given_to(browser, registry):
    text = post(browser, "/zh/me/consents", **form(browser, "/zh/me", step="grant", **GRANT)).text
    told = next(said for contract, said in registry.asked if contract is identity_privacy.GrantConsentV1)
    assert (told["scope"], [str(each) for each in told["records"]]) == (["name"], [RECORD])
    assert f"已授权给： {identity_privacy.ConsentV1.example['office_name']}" in text


def test_an_account_is_closed_by_who_read_what_goes_and_the_session_is_gone(browser, registry):
    sent = form(browser, "/en/me", step="close")
    registry.asked.clear()
    assert post(browser, "/en/me/close", **sent).status_code == 422
    assert contracts(registry) == []
    answer = post(browser, "/en/me/close", **sent, sure="yes")
    assert (answer.status_code, contracts(registry)) == (200, [identity.CloseAccountV1])
    assert "Max-Age=0" in cookies(answer)["__Host-sid"]
    assert "/en/sign-in" in Page(answer.text).links


def test_who_asked_while_signed_in_needs_no_secret_and_sends_forms_of_ours_alone(browser, registry):
    """Given a claim of somebody who is signed in, when it is opened and withdrawn, then no secret is asked for, and
    a form without its token does nothing."""
    path = f"/en/identity-claims/{identity_claims.A_CLAIM}"
    page = browser.get(path)
    assert "In review" in page.text
    assert "/en/me/claims" in Page(page.text).links
    hidden = {each["name"]: each["value"] for tag, each in Page(page.text).tags if each.get("type") == "hidden"}
    sent = {"step": "withdraw", "sure": "yes", "command_id": hidden["command_id"]}
    assert post(browser, path, **sent).status_code == 403
    assert identity_claims.WithdrawIdentityClaimV1 not in contracts(registry)
    assert post(browser, path, **sent, token=hidden["token"]).status_code == 200
    told = next(said for contract, said in registry.asked if contract is identity_claims.WithdrawIdentityClaimV1)
    assert told["secret"] == ""
    registry.refuses[ViewIdentityClaimV1] = NotFound(kind="claim")
    assert 'id="unlock"' in browser.get(path).text


@pytest.mark.asvs("3.5.1")
def test_a_form_with_any_secret_does_not_act_in_the_name_of_whoever_is_signed_in(browser, registry):
    """Given somebody who is signed in, when a form of another site comes with a secret that is none, then the service
    is asked by nobody, and not by the session."""
    heard, call = [], registry.call

    def listening(contract, request, *, assertion=None, **more):
        heard.append((contract, assertion))
        return call(contract, request, assertion=assertion, **more)

    registry.call = listening
    sent = {"step": "withdraw", "sure": "yes", "secret": identity_claims.A_SECRET}
    post(browser, f"/en/identity-claims/{identity_claims.A_CLAIM}", **sent)
    assert [who for contract, who in heard if contract is identity_claims.WithdrawIdentityClaimV1] == [None]


@pytest.mark.rule("AC-12")
@pytest.mark.parametrize("purpose", ["user_name", "password"])
def test_user_name_and_password_are_recovered_by_a_code(app, registry, purpose):
    """Given document and name, when a code is asked for and brought back with its request, then the user names are
    told, or a new password is set; and neither the code's request nor the document stands in an address."""
    stranger = app.test_client()
    sent = form(stranger, "/en/recover", step="send", purpose=purpose, channel="mail", **PERSON)
    page = post(stranger, "/en/recover", **sent)
    assert page.status_code == 200
    hidden = {each["name"]: each["value"] for tag, each in Page(page.text).tags if each.get("type") == "hidden"}
    assert hidden["request"] == identity.CodeRequestedV1.example["request"]
    registry.asked.clear()
    answer = post(stranger, "/en/recover", **hidden, code="204816", password="four quiet words here")
    wanted = identity_accounts.RecoverUserNameV1 if purpose == "user_name" else identity_accounts.ResetPasswordV1
    assert (answer.status_code, contracts(registry)) == (200, [wanted])
    assert identity_accounts.UserNamesV1.example["user_names"][0] in answer.text
    assert "four quiet words" not in answer.text
    registry.refuses[wanted] = REFUSED
    again = post(stranger, "/en/recover", **hidden, code="111111", password="four quiet words here")
    assert (again.status_code, "four quiet words" in again.text) == (401, False)
    assert hidden["request"] in again.text


def test_a_stranger_is_sent_to_the_offices_provider_and_taken_back_in_the_same_browser_alone(app, registry):
    stranger, other = app.test_client(), app.test_client()
    assert (
        "/zh/sign-in/office/education-11?next=/zh/me/security"
        in Page(stranger.get("/zh/sign-in/office?next=/zh/me/security").text).links
    )
    begun = stranger.get("/zh/sign-in/office/education-11?next=/zh/me/security")
    there = BeginProviderSignInV1.answer.example
    assert (begun.status_code, begun.headers["Location"]) == (303, there["address"])
    kept = cookies(begun)["__Host-elsewhere"]
    assert all(word in kept for word in ("Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"))
    assert other.get("/sign-in/provider?code=c&state=s").status_code == 401
    assert SignInWithProviderV1 not in contracts(registry)
    answer = stranger.get("/sign-in/provider?code=c&state=s")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/zh/me/security")
    assert SESSION in cookies(answer)["__Host-sid"]
    told = registry.asked[-1][1]
    assert (told["ceremony"], told["code"], told["state"]) == (there["ceremony"], "c", "s")
    assert stranger.get("/sign-in/provider?code=c&state=s").status_code == 401, "it serves once"


@pytest.mark.parametrize("asked", ["?error=access_denied&state=s", "", "?code=c"])
def test_a_provider_that_says_no_is_told_in_the_language_it_was_begun_in(app, registry, asked):
    stranger = app.test_client()
    stranger.get("/zh/sign-in/office/education-11")
    answer = stranger.get(f"/sign-in/provider{asked}", headers={"Accept-Language": "en"})
    assert (answer.status_code, "机构未确认" in answer.text) == (401, True)


@pytest.mark.parametrize("role", ["registrar"])
def test_an_operator_proves_the_account_that_was_named_in_the_own_session(app, browser, registry):
    """Given an account at the provider that waits, when the operator goes there without a strong factor shown just now,
    then that comes first; coming back confirms it in the session of the same browser, and begins none."""
    answer = browser.get("/en/me/provider")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/me/step-up?next=/en/me/provider")
    registry.step_up()
    app.extensions["xueji"].sessions.forget(SESSION)
    answer = browser.get("/en/me/provider")
    assert answer.headers["Location"] == BeginProviderSignInV1.answer.example["address"]
    registry.asked.clear()
    answer = browser.get("/sign-in/provider?code=c&state=s")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/me/security")
    assert contracts(registry) == [ConfirmProviderAccountV1]
    assert "__Host-sid" not in cookies(answer)


@pytest.mark.parametrize("path", ["/zh/sign-in/office/x", "/sign-in/provider?code=c&state=s"])
def test_a_network_cannot_begin_sign_ins_without_end(app, registry, path):
    held = Budgets(budgets_from("sign_in=2 per minute"))
    app.extensions["xueji"] = replace(app.extensions["xueji"], budgets=held)
    stranger = app.test_client()
    assert [stranger.get(path).status_code for _ in range(3)][-1] == 429


def test_every_word_that_a_template_says_exists_and_no_page_shows_a_key():
    said = {
        (path.name, name)
        for path in TEMPLATES.glob("*.html")
        for name in re.findall(r"\bt\.([a-z_0-9]+)", path.read_text(encoding="utf-8"))
    }
    assert len(said) > 300
    assert {each for each in said if each[1] not in words("en")} == set()


def test_every_word_is_said_in_both_languages_and_english_holds_no_chinese():
    assert words("zh").keys() == words("en").keys()
    chinese = {name for name, word in words("en").items() if re.search(r"[一-鿿]", word)}
    assert chinese == {"other_language"}


def test_what_is_chosen_from_has_words():
    assert all(f"scope_{each}" in words("zh") for each in identity_privacy.CONSENT_SCOPE)
    assert all(f"claim_kind_{each}" in words("zh") for each in identity_claims.OWN_KINDS)
    causes = identity_accounts.UndeliveredV1().fields["cause"].validate.choices
    assert all(f"undelivered_{each}" in words("zh") for each in causes)


def test_days_are_written_as_readers_write_them():
    assert dates.china_time({"language": "zh"}, "2026-12-31T16:05:00+00:00") == "2027年1月1日 00:05"
    assert dates.china_time({"language": "en"}, "2026-12-31T16:05:00+00:00") == "1 January 2027, 00:05"
    assert dates.day({"language": "en"}, "2026-02-09") == "9 February 2026"


def test_nothing_of_the_own_account_is_left_to_programs_alone():
    """Given the routes of identity under /me, when the portal's modules are read, then each is asked by a page."""
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.parent.glob("*_pages.py"))
    own = [route for route in ROUTES if route.tag == "identity" and route.path.startswith("/me/")]
    assert len(own) > 20
    assert {each.name for each in own if each.contract.__name__ not in pages} == set()
