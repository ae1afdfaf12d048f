"""Who asks: every route is closed unless it says that it is public."""

import re
from typing import Final

from flask import g, request

from gateway.api.limits import spend_as
from gateway.platform import platform
from gateway.sessions import PREFIX, Held, cookie
from shared.access.assertion import Assertion, NotSignedIn
from shared.access.decide import NotPermitted
from shared.access.permissions import PERMISSIONS
from shared.contracts.rpc.identity import SESSION
from shared.contracts.rpc.identity_sign_in import AssertSessionV1

_BEARER: Final = "Bearer "
_SESSION: Final = re.compile(SESSION)
_ROLES: Final = {(permission.action, permission.role) for permission in PERMISSIONS}


def require_signed_in() -> None:
    """Believe the session or the machine's token of the request, or raise NotSignedIn; services check once more."""
    token = _given()
    if token.startswith(PREFIX):
        held = _of_session(token)
        g.actor, g.assertion, g.session = held.assertion, held.token, token
    else:
        g.actor, g.assertion = _of_machine(token), token
    spend_as(g.actor)


def forget_session() -> None:
    """Ask identity anew at the next request: what was just done may have ended the session or changed its token."""
    if session := g.get("session"):
        platform().sessions.forget(session)


def session_of_browser() -> str:
    """What a browser keeps of its session; empty where there is none."""
    return request.cookies.get(cookie("sid", platform().settings.public_origin), "")


def believe_browser() -> None:
    """The session of whoever looks at a page, or NotSignedIn; pages see to it themselves that their forms are ours."""
    session = session_of_browser()
    if not session.startswith(PREFIX):
        raise NotSignedIn(reason="missing")
    held = _of_session(session)
    g.actor, g.assertion = held.assertion, held.token
    spend_as(g.actor)


def require_role_for(action: str) -> None:
    """Turn away at the door whoever's role never does this; the service decides about the rest."""
    beyond = g.actor.scopes is not None and action not in g.actor.scopes
    if beyond or (action, g.actor.role) not in _ROLES:
        raise NotPermitted(action=action, role=g.actor.role)


def _given() -> str:
    """The bearer token, or the session of a browser."""
    header = request.headers.get("Authorization", "")
    if header:
        if not header.startswith(_BEARER):
            raise NotSignedIn(reason="missing")
        return header.removeprefix(_BEARER).strip()
    session = session_of_browser()
    if not session.startswith(PREFIX) or not _comes_from_our_pages():
        raise NotSignedIn(reason="missing")
    return session


def _comes_from_our_pages() -> bool:
    """A browser sends a cookie along wherever a request comes from; one that changes something must come from us."""
    if request.method in ("GET", "HEAD"):
        return True
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is None:
        return False
    return site in (None, "same-origin") and origin in (None, platform().settings.public_origin)


def _of_session(session: str) -> Held:
    """Who stands behind a session now; identity is asked again after some seconds."""
    held = platform().sessions.find(session)
    # an office that only looked a moment ago may have given its word since: that is asked anew before it is refused
    stopped = held is not None and held.assertion.suspended and request.method == "POST"
    if held is not None and held.assertion.exp > platform().verifier.now() and not stopped:
        return held
    if not _SESSION.fullmatch(session):
        raise NotSignedIn(reason="session")
    answer = platform().ask(AssertSessionV1, {"session": session})
    token = str(answer["assertion"])
    return platform().sessions.keep(session, token, platform().verifier.verify(token))


def _of_machine(token: str) -> Assertion:
    """An assertion that stands for itself. One that was made for a session does not: it would outlive the session."""
    assertion = platform().verifier.verify(token)
    if assertion.session:
        raise NotSignedIn(reason="session")
    return assertion
