"""A real browser for tests: an installed Chromium, else Debian's package; never a browser downloaded by a library."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cli.debian import install

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
PACKAGE: Final = "chromium"
QUIET: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
SAY_INSTALL: Final = "Chromium is missing: install it (Debian/Ubuntu: `apt-get install chromium`)."


class BrowserMissing(RuntimeError):
    """No Chromium can be had here; the message is the one line that says what to install."""


def find_chromium() -> str:
    """The browser's program, installing the package first where that is ours to do."""
    found = _on_path()
    if found is None and install(PACKAGE):
        found = _on_path()
    if found is None:
        raise BrowserMissing(SAY_INSTALL)
    return found


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody with a browser of the own and a device that holds passkeys; complaints of the console are kept."""

    def __init__(self, browser: Browser, origin: str, locale: str = "zh-CN", width: int = 390) -> None:
        self.origin = origin
        self.context: BrowserContext = browser.new_context(
            locale=locale, viewport={"width": width, "height": 844}, base_url=origin
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def with_authenticator(self) -> "Visitor":
        """Give the device an authenticator that verifies its user (WebAuthn's virtual one)."""
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return self

    def press(self, selector: str) -> None:
        """Press a button and see the page that follows."""
        with self.page.expect_navigation():
            self.page.click(selector)

    @property
    def path(self) -> str:
        """The address without the origin."""
        return self.page.url.removeprefix(self.origin)
