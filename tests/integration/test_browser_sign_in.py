"""Signing in with a real browser and a real authenticator's protocol: a ministry's owner, and a student."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from cli.client import until
from cli.main import xueji
from tests.support.browser import BrowserMissing, Visitor, chromium, find_chromium
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
    extra = {"XUEJI_OPERATORS_FILE": ""}
    with Platform(
        folder, databases, module_amqp_url, now=BEGINNING, only=needed, extra=extra, name="localhost"
    ) as running:
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
