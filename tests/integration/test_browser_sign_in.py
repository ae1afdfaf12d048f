"""Signing in with a real browser and a real authenticator's protocol: a ministry's owner, and a student."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import Browser

from cli.client import until
from cli.main import xueji
from tests.support.browser import BrowserMissing, Visitor, chromium, find_chromium
from tests.support.identity_provider import Claims, LyingProvider
from tests.support.identity_walk import providers_file
from tests.support.platform import Platform
from tests.support.servers import Databases

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
BEGINNING = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
PERSON = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
CONTACT = "zhangsan@example.edu.cn"
PASSWORD = "four quiet words here"


@pytest.fixture(scope="module")
def registry(
    databases: Databases, module_amqp_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    try:
        find_chromium()
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    folder: Path = tmp_path_factory.mktemp("browser")
    needed = ("identity-worker", "identity-service", "gateway")
    with LyingProvider().running() as provider:
        extra = {"XUEJI_OPERATORS_FILE": "", "XUEJI_OIDC_FILE": str(providers_file(folder, provider, "moe"))}
        with Platform(
            folder, databases, module_amqp_url, now=BEGINNING, only=needed, extra=extra, name="localhost"
        ) as running:

            def timely(claims: Claims) -> Claims:
                now = int(running.clock.now().timestamp())
                return {**claims, "iat": now, "exp": now + 300}

            provider.lie = timely
            yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def said(registry: Platform, word: str, *, holding: str = "") -> str:
    """What follows a word in the newest message that holds it."""

    def newest() -> str | None:
        mails = sorted((registry.folder / "mailbox").glob("*.txt"), key=lambda path: path.stat().st_mtime_ns)
        texts = [text for path in mails if word in (text := path.read_text(encoding="utf-8")) and holding in text]
        return texts[-1].split(word)[1].split()[0].strip(";,") if texts else None

    return until(newest, word)


def picture(visitor: Visitor, name: str) -> None:
    """A picture of the page for whoever asks for one; nothing is kept otherwise."""
    if folder := os.environ.get("XUEJI_SCREENSHOTS"):
        for width in (390, 1200):
            visitor.page.set_viewport_size({"width": width, "height": 844})
            visitor.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        visitor.page.set_viewport_size({"width": 390, "height": 844})


@pytest.mark.asvs("6.3.3")
def test_an_operator_takes_up_an_invitation_with_a_passkey(registry: Platform, browser: Browser) -> None:
    """Given an invitation, when a passkey is made with it, then it signs in, and shows itself again to step up."""
    founded = CliRunner().invoke(
        xueji,
        ["offices", "found", "--ministry", "教育部"],
        input="王芳\nwangfang@example.gov.cn\n11010519491231002X\n",
        env=registry.environ,
    )
    assert founded.exit_code == 0, founded.output
    operator = founded.output.partition("founded: office moe, owner ")[2].splitlines()[0]
    staff = Visitor(browser, registry.public_origin).with_authenticator()
    page = staff.page

    page.goto("/zh/enrol")
    picture(staff, "enrol-zh")
    page.fill("#operator_id", operator)
    page.fill("#code", said(registry, "Invitation: ", holding=operator))
    staff.press("main button")
    picture(staff, "enrol-factor-zh")
    page.fill("#label", "办公室的钥匙")
    staff.press("form[data-passkey] button")
    assert staff.path == "/zh/me", page.inner_text("main")
    assert operator in page.inner_text("main")
    picture(staff, "me-staff-zh")
    staff.press(".bar form button")
    assert staff.path == "/zh/"
    page.goto("/zh/me")
    assert staff.path.startswith("/zh/sign-in")

    # the passkey signs in, and leads back to where one wanted to go
    page.goto("/zh/me/security")
    picture(staff, "sign-in-zh")
    staff.press("form:has(input[value=passkey]) button")
    picture(staff, "passkey-zh")
    staff.press("form[data-passkey] button")
    assert staff.path == "/zh/me/security"
    assert "办公室的钥匙" in page.inner_text("main")

    # some time later what matters asks for it again
    registry.clock.set(BEGINNING.replace(minute=11))
    staff.press("form:has(input[value=totp]) button")
    assert staff.path.startswith("/zh/me/step-up"), page.inner_text("main")
    picture(staff, "step-up-zh")
    staff.press("form:has(input[value=passkey]) button")
    staff.press("form[data-passkey] button")
    assert staff.path == "/zh/me/security"
    staff.press("form:has(input[value=totp]) button")
    picture(staff, "totp-zh")
    assert page.locator(".seed").count() == 1
    # the office acts once its owner has stated how it works
    page.goto("/zh/office")
    page.fill("#statement", "操作员一人一号，密钥存放于保险柜。")
    page.set_input_files("#file", {"name": "procedure.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"})
    staff.press("form:has(#file) button")
    picture(staff, "office-zh")
    assert page.locator("main p[role=status]").count() == 1, page.inner_text("main")
    # an account of its own provider stands for the operator from now on
    linked = staff.context.request.post(
        f"/api/v1/operators/{operator}/provider-account",
        data={"account": "248289761001"},
        headers={"Origin": registry.public_origin, "Idempotency-Key": str(uuid4())},
    )
    assert linked.ok, linked.text()
    # once she has proved it by signing in there, in the session that a factor of her own began
    page.goto("/zh/me/security")
    page.click("main a[href='/zh/me/provider']")
    assert staff.path == "/zh/me/security", page.inner_text("main")
    assert page.locator("main a[href='/zh/me/provider']").count() == 0
    assert staff.complaints == []


def registered(registry: Platform, student: Visitor) -> None:
    """Open an account with forms alone, set a password, sign out."""
    page = student.page
    page.goto("/en/register")
    for name, value in (*PERSON.items(), ("channel", "mail")):
        page.locator(f"#{name}").select_option(value) if name in ("id_type", "channel") else page.fill(
            f"#{name}", value
        )
    page.fill("#contact", CONTACT)
    picture(student, "register-en")
    student.press("main form button")
    picture(student, "register-confirm-en")
    assert CONTACT in page.inner_text("main")
    student.press("form:has(input[value=confirm]) button")
    picture(student, "register-code-en")
    page.fill("#code", said(registry, "Code: ", holding=CONTACT))
    student.press("form:has(input[value=prove]) button")
    assert student.path == "/en/me", page.inner_text("main")
    page.goto("/en/me/security")
    page.fill("#password", PASSWORD)
    student.press("form:has(#password) button")
    assert page.locator("[role=status]").count() == 1, page.inner_text("main")
    page.goto("/en/me")
    student.press(".bar form button")


@pytest.mark.asvs("7.5.2")
def test_a_student_signs_in_and_ends_what_is_open_elsewhere(registry: Platform, browser: Browser) -> None:
    """Given a password, when a student signs in twice, then one browser sees the other, ends it, and stays English."""
    here, there = (Visitor(browser, registry.public_origin, "en-GB") for _ in range(2))
    registered(registry, here)
    for each in (here, there):
        each.page.goto("/sign-in")
        assert each.path == "/en/sign-in"
        each.page.fill("#name", CONTACT)
        each.page.fill("#password", "a wrong password")
        each.press("main form button")
        picture(each, "sign-in-refused-en")
        assert each.page.locator("[role=alert]").count() == 1
        each.page.fill("#password", PASSWORD)
        each.press("main form button")
        assert each.path == "/en/me", each.page.inner_text("main")
    picture(here, "me-student-en")

    here.page.goto("/en/me/security")
    picture(here, "security-en")
    assert here.page.locator("form:has(input[name=session_id])").count() == 1
    here.press("form:has(input[value=end-others]) button")
    assert here.page.locator("form:has(input[name=session_id])").count() == 0

    def outside() -> bool | None:
        there.page.goto("/en/me")
        return there.path.startswith("/en/sign-in") or None

    until(outside, "the end of the other session", seconds=8)
    here.page.click("nav .language")
    assert here.path == "/zh/me/security"
    assert here.page.get_attribute("html", "lang") == "zh-CN"
    cookies = {each["name"]: each for each in here.context.cookies()}
    assert cookies["sid"]["httpOnly"]
    assert here.complaints == there.complaints == []


@contextmanager
def code_to(registry: Platform, contact: str) -> Iterator[list[str]]:
    """The code that what is done within sends to a contact; codes are not sent oftener than each minute."""

    def codes() -> list[str]:
        mails = sorted((registry.folder / "mailbox").glob("*.txt"), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_text(encoding="utf-8") for path in mails]
        return [text.split("Code: ")[1][:6] for text in texts if f"To: {contact}\n" in text and "Code: " in text]

    registry.clock.set(registry.clock.now() + timedelta(minutes=2))
    before, code = len(codes()), list[str]()
    yield code
    code.append(until(lambda: (codes()[before:] or [None])[-1], f"a code for {contact}"))


def signed_in(student: Visitor, password: str = PASSWORD) -> None:
    student.page.goto("/en/sign-in")
    student.page.fill("#name", CONTACT)
    student.page.fill("#password", password)
    student.press("main form button")
    assert student.path == "/en/me", student.page.inner_text("main")


def shown_again(registry: Platform, student: Visitor) -> None:
    """Show once more that it is the owner: by a code to the contact, and back to where that was asked for."""
    asked_from = student.path
    student.press("a.button")
    assert student.path == f"/en/me/step-up?next={asked_from}"
    picture(student, "step-up-student-en")
    with code_to(registry, CONTACT) as code:
        student.press("form:has(input[value=send]) button")
    student.page.fill("#code", code[0])
    student.press("form:has(#code) button")
    assert student.path == asked_from, student.page.inner_text("main")


def a_picture() -> bytes:
    """Of a document, as far as its size goes."""
    drawn = io.BytesIO()
    Image.new("RGB", (640, 400), "white").save(drawn, "PNG")
    return drawn.getvalue()


def said_well(student: Visitor) -> bool:
    return student.page.locator("main [role=status]").count() == 1


def test_a_student_sees_to_the_own_account(registry: Platform, browser: Browser) -> None:
    """Given an account, when its owner adds a contact, corrects the name and looks for a record, then each is done
    after one step-up, and whatever is not done says why, under which rule, and whose turn it is."""
    student, second = Visitor(browser, registry.public_origin, "en-GB"), "second@example.edu.cn"
    page = student.page
    signed_in(student)
    page.click("main a[href='/en/me/contacts']")
    shown_again(registry, student)
    page.fill("#contact", second)
    page.select_option("#channel", "mail")
    with code_to(registry, second) as code:
        student.press("form:has(#contact) button")
    picture(student, "contacts-en")
    page.fill("#code", code[0])
    student.press("form:has(#code) button")
    assert said_well(student), page.inner_text("main")
    assert page.locator("form:has(input[value=remove])").count() == 2
    student.press("li:nth-child(2) form:has(input[value=remove]) button")
    assert page.locator("form:has(input[value=remove])").count() == 0

    page.goto("/en/me/name")
    picture(student, "name-en")
    page.fill("#new-name", "张叁")
    student.press("form:has(#new-name) button")
    assert said_well(student), page.inner_text("main")
    assert "张叁" in page.inner_text("main")
    page.select_option("#kind", "changed_name")
    page.fill("#id_number", PERSON["id_number"])
    page.fill("form:has(#id_number) #name", "张四")
    student.press("form:has(#id_number) button")
    assert student.path.startswith("/en/identity-claims/"), page.inner_text("main")
    picture(student, "claim-own-en")
    page.set_input_files("#file", {"name": "front.png", "mimeType": "image/png", "buffer": a_picture()})
    student.press("form:has(#file) button")
    assert page.locator(".ticks .state.good").count() == 1, page.inner_text("main")
    page.goto("/en/me/claims")
    assert page.locator("main article").count() == 1

    page.goto("/en/me/records")
    page.select_option("#kind", "status")
    page.fill("#school_code", "4111010001")
    page.fill("#year", "2022")
    page.fill("#number", "2200010001")
    student.press("form:has(#number) button")
    picture(student, "records-en")
    assert "Tries left today: 1" in page.inner_text("main")
    assert page.get_attribute("section[role=status] dd a", "href").startswith("/en/rules/")
    page.fill("#number", "")
    student.press("form:has(#number) button")
    assert page.locator("section[role=status]").count() == 1
    for path in ("/en/me/consents", "/en/me/looks"):
        page.goto(path)
        assert page.locator("h1").count() == 1
    assert student.complaints == []


@pytest.mark.rule("AC-12")
def test_who_forgot_the_password_sets_another_and_can_leave(registry: Platform, browser: Browser) -> None:
    """Given a proven contact, when a forgotten password is replaced by a code that came there, then the new one signs
    in and the old one does not; and when the account is closed, then nothing signs in any more."""
    student = Visitor(browser, registry.public_origin, "en-GB")
    page = student.page
    page.goto("/en/sign-in")
    page.click("text=Forgotten user name or password")
    page.select_option("#purpose", "password")
    page.fill("#id_number", PERSON["id_number"])
    page.fill("#name", "张叁")
    page.select_option("#channel", "mail")
    picture(student, "recover-en")
    with code_to(registry, CONTACT) as code:
        student.press("form:has(#id_number) button")
    page.fill("#code", code[0])
    page.fill("#password", "another four words here")
    picture(student, "recover-code-en")
    student.press("form:has(#code) button")
    assert CONTACT in page.inner_text("main")
    picture(student, "recovered-en")
    signed_in(student, "another four words here")

    page.goto("/en/me/close")
    shown_again(registry, student)
    picture(student, "close-en")
    page.check("#sure")
    student.press("form:has(#sure) button")
    picture(student, "closed-en")
    assert page.locator("nav a[href='/en/sign-in']").count() == 1, "signed out"
    page.goto("/en/sign-in")
    page.fill("#name", CONTACT)
    page.fill("#password", "another four words here")
    student.press("main form button")
    assert page.locator("[role=alert]").count() == 1
    assert student.complaints == []


@pytest.mark.asvs("10.2.1")
def test_staff_sign_in_through_their_offices_own_provider(registry: Platform, browser: Browser) -> None:
    """Given an operator who is linked to an account of the office's provider, when the office is chosen on the sign-in
    page and the provider agrees, then a session begins in that browser, and in no other that brings the same words."""
    owner = said(registry, "Operator: ")
    staff, other = (Visitor(browser, registry.public_origin) for _ in range(2))
    staff.page.goto("/zh/sign-in")
    staff.page.click("main a[href^='/zh/sign-in/office']")
    picture(staff, "sign-in-office-zh")
    with staff.page.expect_response("**/sign-in/provider?*") as answered:
        staff.page.click("main .ticks a")
    assert staff.path == "/zh/me", staff.page.inner_text("main")
    assert owner in staff.page.inner_text("main")
    other.page.goto(answered.value.url)
    assert other.page.locator("[role=alert]").count() == 1
    assert staff.complaints == other.complaints == []
