"""Second factors on pages: asked for without telling that only they are missing, scanned, and replaced by codes."""

import pytest

from gateway.tests.test_pages import Page
from gateway.tests.test_sign_in_pages import (  # noqa: F401 -- fixtures
    MORE,
    OURS,
    WRONG,
    browser,
    form,
    post,
    registry,
    role,
    stay,
)
from shared.contracts.rpc import identity, identity_factors, identity_sign_in

SAID = {"step": "password", "name": "zhangsan", "password": "four quiet words here"}
DOCUMENT = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}


def form_of(page, step):
    """What the form of a step on a page would send."""
    found = Page(page.text)
    fields, sent = {}, {}
    for tag, each in found.tags:
        if tag == "form":
            fields = {}
        if tag == "input" and each.get("name"):
            fields[each["name"]] = each.get("value", "")
            if fields.get("step") == step:
                sent = fields
    return sent


@pytest.mark.asvs("6.3.8")
def test_after_a_refusal_the_page_offers_a_second_factor_and_says_not_whether_one_is_missing(browser, registry):  # noqa: F811
    registry.refuses[identity_sign_in.SignInWithPasswordV1] = WRONG
    page = post(browser, "/en/sign-in", **form(browser, "/en/sign-in", **SAID))
    assert page.status_code == 401
    assert "four quiet words" not in page.text
    sent = form_of(page, "otp")
    assert (sent["name"], sent["otp"]) == ("zhangsan", "")
    registry.refuses.clear()
    answer = post(browser, "/en/sign-in", **sent | {"otp": "7Q3XK-M2B9T"})
    assert answer.status_code == 303
    told = registry.asked[-1][1]
    assert (told["password"], told["otp"]) == ("four quiet words here", "7Q3XK-M2B9T")


def test_a_code_goes_on_with_its_second_factor_under_the_same_number(browser, registry):  # noqa: F811
    sent = form(browser, "/zh/sign-in/code", step="send", **DOCUMENT)
    proof = form_of(post(browser, "/zh/sign-in/code", **sent), "prove")
    registry.refuses[identity.SignInWithCodeV1] = MORE
    page = post(browser, "/zh/sign-in/code", **proof | {"code": "204816"})
    again = form_of(page, "prove")
    assert (again["code"], again["command_id"], again["request"]) == ("204816", proof["command_id"], proof["request"])
    registry.refuses.clear()
    assert post(browser, "/zh/sign-in/code", **again | {"otp": "204816"}).status_code == 303
    first, second = [asked for contract, asked in registry.asked if contract is identity.SignInWithCodeV1]
    assert first["command_id"] == second["command_id"]
    assert (first["otp"], second["otp"]) == ("", "204816")


@pytest.mark.asvs("6.5.2")
def test_recovery_codes_are_shown_on_a_page_that_nobody_keeps(browser, registry):  # noqa: F811
    stay(browser)
    assert "恢复码" in browser.get("/zh/me/security").text
    page = post(browser, "/zh/me/security", **form(browser, "/zh/me/security", step="recovery-codes"))
    assert identity_factors.RecoveryCodesV1.example["codes"][0] in page.text
    assert page.headers["Cache-Control"] == "no-store"
    registry.refuses[identity_factors.MakeRecoveryCodesV1] = type(MORE).from_dict(
        {"code": "STEP_UP_NEEDED", "rule": "X-SIGN-2", "zh": "再次验证", "en": "again", "status": 403}
    )
    answer = post(browser, "/zh/me/security", **form(browser, "/zh/me/security", step="recovery-codes"))
    assert answer.headers["Location"].startswith("/zh/me/step-up")


def test_a_new_authenticator_is_scanned_from_a_picture_that_the_policy_lets(browser, registry):  # noqa: F811
    stay(browser)
    page = post(browser, "/en/me/security", **form(browser, "/en/me/security", step="totp"))
    tags = Page(page.text).tags
    assert any(tag == "svg" for tag, _ in tags)
    assert any(each.get("role") == "img" and each.get("aria-label") for _, each in tags)
    assert not any("style" in each for _, each in tags), "inline style is against the policy"
    assert identity_factors.TotpOfferedV1.example["seed"] in page.text
    assert OURS not in page.text.partition("<svg")[2].partition("</svg>")[0]
