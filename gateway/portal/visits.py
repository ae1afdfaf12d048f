"""Whoever looks at a page: cookies of a session, forms that only our pages send, the way to sign in and back."""

import hmac
import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Response, abort, g, redirect, request, url_for

from gateway.api.signed_in import believe_browser, session_of_browser
from gateway.platform import platform
from gateway.sessions import cookie
from shared.access.assertion import NotSignedIn
from shared.rules.refused import Refused

# the way back after signing in or stepping up: a page of ours, and nothing else
_OWN_PATH: Final = re.compile(r"/(?:zh|en)/[a-z0-9/-]*")
_YEAR: Final = 365 * 24 * 3600
_MINUTES: Final = 600
_ELSEWHERE: Final = "elsewhere"
Page = Callable[..., Response]


def signed_in(page: Page) -> Page:
    """A page for somebody: whoever is not signed in does that first, and comes back."""

    @wraps(page)
    def view(language: str, **more: Any) -> Response:
        try:
            believe_browser()
        except Refused as refused:  # what comes over the bus is no NotSignedIn any more, and says the same
            if refused.as_dict()["status"] != NotSignedIn.status:
                raise
            return _to("pages.sign_in", language)
        if request.method == "POST":
            require_own_form()
        return page(language, **more)

    return view


def for_students(page: Page) -> Page:
    """A page of somebody with records of the own; nobody else has it."""

    @signed_in
    @wraps(page)
    def view(language: str, **more: Any) -> Response:
        if g.actor.role != "student":
            abort(404)
        return page(language, **more)

    return view


def step_up_first(language: str) -> Response:
    """Show a strong factor, then come back to where one was."""
    return _to("pages.step_up", language)


def way_back(default: str) -> str:
    """Where the form says that one came from, if that is a page of ours."""
    return own_path(request.form.get("next", "") or request.args.get("next", ""), default)


def own_path(said: str, default: str) -> str:
    """An address that somebody else said, if it is a page of ours."""
    return said if _OWN_PATH.fullmatch(said) else default


def _to(endpoint: str, language: str) -> Response:
    address = url_for(endpoint, language=language)
    return gone_to(f"{address}?next={request.path}" if _OWN_PATH.fullmatch(request.path) else address)


def gone_to(address: str) -> Response:
    """What follows a form: a page that may be loaded again without doing anything again."""
    response: Response = redirect(address, 303)  # type: ignore[assignment]
    return response


# --- forms ---


def form_token() -> str:
    """What each form of ours carries: bound to this browser and to its session."""
    return hmac.new(_browser().encode(), session_of_browser().encode(), sha256).hexdigest()


def require_own_form() -> None:
    """A form that another site sends is refused, whatever cookies the browser adds to it."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin") or origin not in (None, "null", platform().settings.public_origin):
        refuse_form()
    given = request.form.get("token", "")
    if not given.isascii() or not request.cookies.get(_named("form")) or not hmac.compare_digest(given, form_token()):
        refuse_form()


def refuse_form() -> NoReturn:
    """This form was not drawn for this browser and session, or too long ago."""
    abort(403)


def sealed_for_browser(secret: str) -> str:
    """A text that only this browser brings back readable: its key is in a cookie that no script sees."""
    nonce = token_urlsafe(9)[:12].encode()
    return nonce.decode() + AESGCM(_key()).encrypt(nonce, secret.encode(), b"second-step").hex()


def opened_for_browser(sealed: str) -> str:
    """The text that was sealed for this browser; empty for anything else."""
    try:
        return AESGCM(_key()).decrypt(sealed[:12].encode(), bytes.fromhex(sealed[12:]), b"second-step").decode()
    except (InvalidTag, ValueError):
        return ""


def _key() -> bytes:
    return sha256(b"second-step\0" + _browser().encode()).digest()


def _browser() -> str:
    """A random text that this browser keeps; the response sets it where there was none."""
    if "browser" not in g:
        g.browser = request.cookies.get(_named("form"), "") or token_urlsafe(32)
    known: str = g.browser
    return known


def keep_browser(response: Response) -> Response:
    """Give a new browser what its forms are bound to."""
    if "browser" in g and g.browser != request.cookies.get(_named("form")):
        _set(response, "form", g.browser)
    return response


# --- cookies ---


def begin_visit(response: Response, signed: dict[str, Any]) -> Response:
    """Keep a session's token in the browser, and what tells this device from those that only guess."""
    _set(response, "sid", signed["session"])
    if known := signed.get("known_device"):
        _set(response, "device", known, max_age=_YEAR)
    return response


def begin_elsewhere(response: Response, kept: str) -> Response:
    """Keep what a sign-in at another site must find here when it comes back, some minutes long."""
    _set(response, _ELSEWHERE, kept, max_age=_MINUTES)
    return response


def back_from_elsewhere(response: Response) -> Response:
    """What was kept served once."""
    response.delete_cookie(_named(_ELSEWHERE), path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    return response


def kept_from_elsewhere() -> str:
    """What was kept in this browser, and in no other."""
    return request.cookies.get(_named(_ELSEWHERE), "")[:500]


def end_visit(response: Response) -> Response:
    """Leave nothing of a session in the browser."""
    response.delete_cookie(_named("sid"), path="/", secure=_is_secure(), httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def known_device() -> str:
    """What an earlier sign-in left on this device."""
    return request.cookies.get(_named("device"), "")[:200]


def device_words() -> str:
    """The browser and system for the list of one's own sessions."""
    agent = request.headers.get("User-Agent", "")
    browser = next((word for sign, word in _BROWSERS if sign in agent), "")
    system = next((word for sign, word in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system)))


_BROWSERS: Final = (
    ("MicroMessenger", "WeChat"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def _set(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    response.set_cookie(
        _named(name), value, max_age=max_age, path="/", secure=_is_secure(), httponly=True, samesite="Lax"
    )


def _named(name: str) -> str:
    return cookie(name, platform().settings.public_origin)


def _is_secure() -> bool:
    return platform().settings.public_origin.startswith("https://")
