"""Which budget a request spends: its network's before anything else, and its own once it is known who asks."""

from typing import Final

from flask import Flask, Response, g, request

from gateway.api.routes import ROUTES
from gateway.budgets import TooManyRequests, network_of
from gateway.platform import platform
from shared.access.assertion import Assertion

# Whoever is not signed in and changes something: opens accounts, asks for codes, tries codes and passwords
_SIGN_IN: Final = frozenset(f"api.{route.name}" for route in ROUTES if route.public and route.method == "POST")
TOKEN_ENDPOINT: Final = "issue_machine_token"  # noqa: S105 - a name; it spends by itself, for its answers are written as another RFC wants them
_REPORTS: Final = frozenset(("pages.verify", "pages.verify_directly"))
_FREE: Final = frozenset(("static", "live", "ready", TOKEN_ENDPOINT))


def add_limits(app: Flask) -> None:
    """Let every request spend; who has spent too much is told when to come again."""
    app.before_request(_spend_as_network)
    app.after_request(_say_when)


def spend_as(actor: Assertion) -> None:
    """Take a request from the budget of whoever is signed in: a machine's, a file's, a command's or a question's."""
    kind = "command"
    if actor.scopes is not None:
        kind = "machine"
    elif request.method in ("GET", "HEAD"):
        kind = "read"
    elif request.mimetype == "multipart/form-data":
        kind = "file"
    spend(kind, actor.sub)


def spend(kind: str, who: str) -> None:
    """Take a request from a budget, and remember for the answer when there will be more."""
    try:
        platform().budgets.spend(kind, who)
    except TooManyRequests as refused:
        g.retry_after = refused.retry_after
        raise


def caller_network() -> str:
    """The network that the present request comes from."""
    return network_of(platform().client_address())


def _spend_as_network() -> None:
    if request.endpoint in _FREE:
        return
    network = caller_network()
    spend("network", network)
    if request.endpoint in _SIGN_IN or _is_form_of_a_page():
        spend("sign_in", network)


def _is_form_of_a_page() -> bool:
    """What is sent from a page may try codes and passwords as well; reports have a limit of their own."""
    endpoint = request.endpoint or ""
    return request.method == "POST" and endpoint.startswith("pages.") and endpoint not in _REPORTS


def _say_when(response: Response) -> Response:
    if response.status_code == TooManyRequests.status and "retry_after" in g:
        response.headers["Retry-After"] = str(g.retry_after)
    return response
