"""Every page of the portal in a real browser, both languages: WCAG 2.1 AA by axe-core, reflow, no complaint at all."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from gateway.tests.conftest import VALID_CODE
from shared.contracts.rpc import (
    identity,
    identity_accounts,
    identity_claim_views,
    identity_claims,
    identity_consent_requests,
    identity_factors,
    identity_people,
    identity_schools,
    identity_sign_in,
)
from shared.contracts.rpc.identity_consent_requests import GetConsentRequestV1
from shared.rules.refused import Refused
from tests.support.browser import BrowserMissing, Visitor, chromium, find_chromium
from tests.support.portal import Portal, portal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
AA: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
AXE: Final = Axe()
# the lists of all operations and of all rules are long: of many entries alike the first ones are enough for axe
MORE_OF_A_KIND: Final = ".operation ~ .operation, section ~ section ~ section:has(.rules)"
CLAIM = identity_claims.A_CLAIM
PERSON = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
CONTACT = {"channel": "mail", "contact": "zhangsan@example.edu.cn"}
PLACE = {"step": "find", "kind": "status", "school_code": "4111010001", "year": "2022"}
GRANT = {
    "step": "grant", "office": "ver-1", "purpose": "入职背景核实", "until": "2026-12-31", "scope": "name",
    "records": identity.MyRecordV1.example["id"],
}  # fmt: skip
MORE = Refused.from_dict(
    {"code": "SECOND_FACTOR_MISSING", "rule": "X-SIGN-3", "zh": "口令", "en": "more", "status": 401}
)
WRONG = Refused.from_dict(
    {
        "code": "WRONG_SIGN_IN", "rule": "X-SIGN-5", "status": 401,
        "zh": "未能登录：名称、密码或口令有误。", "en": "Not signed in: name, password or one-time password is wrong.",
    }
)  # fmt: skip

SCHOOLS = {
    "schools": [
        identity_schools.FoundSchoolV1.example,
        {**identity_schools.FoundSchoolV1.example, "code": "4111010001", "name": "北京大学", "former_names": [],
         "state": "open", "successor": None, "successor_name": None},
        {**identity_schools.FoundSchoolV1.example, "code": "4111010002", "name": "中国人民大学（北京）苏州国际学院",
         "former_names": ["北京第一政法管理干部学院", "北京华侨补习学校"], "state": "open", "successor": None,
         "successor_name": None},
    ],
    "next": 20,
}  # fmt: skip
KNOWN = {"step": "knowledge", "school": "北京", "entry_year": "2022", "level": "本科", "student_no": "2200010001"}
ASKED = {**identity_consent_requests.ConsentRequestV1.example, "state": "asked", "consent_id": None}
REQUESTED = f"/me/consents/{ASKED['request_id']}"


@dataclass(frozen=True)
class Seen:
    """A page in one of its states: who looks, and what was sent to get there."""

    path: str
    who: str = ""
    sent: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[Any, Any] = field(default_factory=dict)
    name: str = ""

    def __str__(self) -> str:
        return self.name or "-".join(filter(None, (self.who, self.path.strip("/").replace("/", "-") or "home")))


PAGES: Final = (
    Seen("/"),
    Seen("/verify"),
    Seen("/verify", sent={"code": VALID_CODE}, name="verify-valid"),
    Seen("/verify", sent={"code": "S000000000000000"}, name="verify-unknown"),
    Seen("/rules/"),
    Seen("/rules/A7-3"),
    Seen("/api"),
    Seen("/nothing-here"),
    Seen("/activate"),
    Seen("/demo/mailbox"),
    Seen("/register"),
    Seen("/register", sent={"step": "preview", **PERSON, **CONTACT}, name="register-confirm"),
    Seen("/register", sent={"step": "resend", **PERSON, **CONTACT, "account_id": CLAIM}, name="register-code"),
    Seen("/sign-in"),
    Seen(
        "/sign-in",
        sent={"step": "password", "name": "zhangsan", "password": "four quiet words"},
        answers={identity_sign_in.SignInWithPasswordV1: WRONG},
        name="sign-in-refused",
    ),
    Seen("/sign-in", sent={"step": "passkey"}, name="sign-in-passkey"),
    Seen("/sign-in/code"),
    Seen("/sign-in/code", sent={"step": "send", **PERSON}, name="sign-in-code-sent"),
    Seen("/sign-in/office"),
    Seen("/recover"),
    Seen("/recover", sent={"step": "send", "purpose": "password", **PERSON, "channel": "mail"}, name="recover-code"),
    Seen(
        "/recover",
        sent={"step": "prove", "purpose": "user_name", **PERSON, "code": "204816", "request": identity.A_REQUEST},
        name="recovered",
    ),
    Seen("/enrol"),
    Seen("/enrol", sent={"step": "begin", "operator_id": "education-11-a1b2c3", "code": "x"}, name="enrol-factor"),
    Seen("/identity-claims/"),
    Seen(f"/identity-claims/{CLAIM}", name="claim-locked"),
    Seen(f"/identity-claims/{CLAIM}", sent={"step": "view", "secret": identity_claims.A_SECRET}, name="claim"),
    Seen(f"/identity-claims/{CLAIM}/proof", name="claim-proof"),
    Seen("/me", who="S"),
    Seen("/me/records", who="S"),
    Seen("/me/records", who="S", sent={**PLACE, "number": "22"}, name="S-records-tried"),
    Seen("/me/contacts", who="S"),
    Seen("/me/contacts", who="F"),
    Seen("/me/name", who="F"),
    Seen("/me/consents", who="S"),
    Seen("/me/consents", who="S", sent=GRANT, name="S-consents-given"),
    Seen("/me/looks", who="S"),
    Seen("/me/claims", who="S"),
    Seen("/vouch", who="S"),
    Seen(f"/identity-claims/{CLAIM}", who="S", name="S-claim"),
    Seen("/me/close", who="S"),
    Seen("/me/close", who="F"),
    Seen("/me/close", who="F", sent={"step": "close", "sure": "yes"}, name="F-closed"),
    Seen("/me/security", who="S"),
    Seen("/me/security", who="S", sent={"step": "totp"}, name="S-totp"),
    Seen("/me/security", who="S", sent={"step": "passkey"}, name="S-passkey"),
    Seen("/me/security", who="F", sent={"step": "recovery-codes"}, name="F-recovery-codes"),
    Seen("/me/step-up", who="S"),
    Seen(
        "/me/security",
        who="O",
        answers={
            identity_factors.ListMyFactorsV1: {
                **identity_factors.MyFactorsV1.example,
                "provider_accounts": 1,
                "provider_accounts_waiting": 1,
            }
        },
        name="O-security-provider",
    ),
    Seen("/schools?text=%E5%8C%97%E4%BA%AC", answers={identity_schools.ListSchoolsV1: SCHOOLS}, name="schools"),
    Seen(
        "/me/records",
        who="S",
        sent={**PLACE, "school_code": "北京", "number": "22"},
        answers={identity_schools.ListSchoolsV1: SCHOOLS},
        name="S-records-which-school",
    ),
    Seen(
        f"/identity-claims/{CLAIM}",
        sent={**KNOWN, "secret": identity_claims.A_SECRET},
        answers={
            identity_schools.ListSchoolsV1: SCHOOLS,
            identity_claim_views.ViewIdentityClaimV1: {
                **identity_claim_views.ViewIdentityClaimV1.answer.example,
                "state": "open",
            },
        },
        name="claim-which-school",
    ),
    Seen(REQUESTED, who="S", answers={GetConsentRequestV1: ASKED}, name="S-consent-asked"),
    Seen(REQUESTED, who="S", answers={GetConsentRequestV1: ASKED}, sent={"step": "decline"}, name="S-consent-declined"),
    Seen("/me", who="V"),
    Seen("/office/consents", who="V"),
    Seen(
        "/office" + REQUESTED.removeprefix("/me"), who="V", answers={GetConsentRequestV1: ASKED}, name="V-consent-code"
    ),
    Seen("/office" + REQUESTED.removeprefix("/me"), who="V", name="V-consent-answered"),
    Seen("/me", who="O"),
    Seen("/me/security", who="O"),
    Seen("/office", who="O"),
)
ANSWERS: Final[Mapping[Any, Any]] = {
    identity_accounts.GetMyAccountV1: {
        **identity_accounts.MyAccountV1.example,
        "waits_for_code": True,
        "contacts": [
            identity_accounts.MyContactV1.example,
            {"contact_id": "ab" * 20, "channel": "mail", "contact": "zh***@example.edu.cn", "user_name": False},
        ],
        "undelivered": [identity_accounts.UndeliveredV1.example],
    },
    identity_people.ListMyIdentitiesV1: {
        "identities": [
            {**identity_people.IdentityOfMineV1.example, "kind": "opened", "current": False},
            identity_people.IdentityOfMineV1.example,
        ]
    },
}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    try:
        find_chromium()
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with portal(tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module", params=["zh", "en"])
def visitor(browser: Browser, alone: Portal, request: pytest.FixtureRequest) -> Iterator[tuple[Visitor, str]]:
    found = Visitor(browser, alone.origin, {"zh": "zh-CN", "en": "en-GB"}[request.param])
    yield found, request.param
    found.context.close()


def open_page(alone: Portal, visitor: Visitor, language: str, seen: Seen) -> None:
    """Go there as a person would: by an address, or by a form of ours."""
    alone.services.answers = {**ANSWERS, **seen.answers}
    visitor.context.clear_cookies()
    if seen.who:
        visitor.context.add_cookies([{"name": "sid", "value": "xs1_" + seen.who * 43, "url": alone.origin}])
    visitor.page.goto(f"/{language}{seen.path}")
    if seen.sent:
        with visitor.page.expect_navigation():
            visitor.page.evaluate(SEND, dict(seen.sent))


SEND: Final = """fields => {
    const token = document.querySelector("input[name=token]");
    const form = Object.assign(document.createElement("form"), {method: "post", action: location.pathname});
    const values = {...(token ? {token: token.value} : {}), ...fields};
    for (const [name, value] of Object.entries(values)) {
        form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
    }
    document.body.append(form);
    form.submit();
}"""


@pytest.mark.parametrize("seen", PAGES, ids=str)
def test_a_page_is_open_to_everybody(alone: Portal, visitor: tuple[Visitor, str], seen: Seen) -> None:
    """Given a page in one of its states, when it is looked at in either language, light or dark, then axe-core finds
    nothing against WCAG 2.1 AA, nothing is wider than a narrow phone, and the browser complains of nothing."""
    somebody, language = visitor
    somebody.complaints.clear()
    page = somebody.page
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(alone, somebody, language, seen)
    keep_pictures(somebody, f"{seen}-{language}")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, "wider than a narrow phone (1.4.10)"
    assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[language]
    page.evaluate("alike => document.querySelectorAll(alike).forEach(each => each.remove())", MORE_OF_A_KIND)
    violations = found_by_axe(page, {"runOnly": AA, "resultTypes": ["violations"]})
    if language == "zh":  # colours are the same in both languages
        page.emulate_media(color_scheme="dark")
        violations += found_by_axe(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    assert violations == []
    assert somebody.complaints == []


def found_by_axe(page: Any, options: Mapping[str, Any]) -> list[str]:
    """What is wrong, where, and why, a line each."""
    found = AXE.run(page, options=dict(options)).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {json.dumps(node['target'])}" for each in found for node in each["nodes"]
    ]


def keep_pictures(visitor: Visitor, name: str) -> None:
    """Pictures for whoever asks for them, narrow and wide."""
    if folder := os.environ.get("XUEJI_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for width in (1200, 390):
            visitor.page.set_viewport_size({"width": width, "height": 844})
            visitor.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_axe_sees_what_is_wrong(alone: Portal, visitor: tuple[Visitor, str]) -> None:
    """Given a page with a field that has no label and words that are hardly seen, then both are found."""
    somebody, language = visitor
    somebody.page.emulate_media(color_scheme="light")
    open_page(alone, somebody, language, Seen("/verify"))
    assert found_by_axe(somebody.page, {"runOnly": AA}) == []
    somebody.page.evaluate("""() => {
        const words = Object.assign(document.createElement("p"), {textContent: "hardly seen"});
        words.style.color = "#ccc";
        document.querySelector("main").append(document.createElement("input"), words);
    }""")
    assert {each.partition(":")[0] for each in found_by_axe(somebody.page, {"runOnly": AA})} >= {
        "label",
        "color-contrast",
    }
