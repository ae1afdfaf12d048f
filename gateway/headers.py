"""What every response carries: no guessing of types, no foreign code, no traces left behind."""

import re
from typing import Final
from uuid import uuid4

from flask import Flask, Response, current_app, g, request

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_PAGES: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_API: Final = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


def add_headers(app: Flask) -> None:
    """Give each request an id, and each response the headers that keep browsers strict."""
    app.before_request(_name_the_request)
    app.after_request(_secure)


def _name_the_request() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid4())


def _secure(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    is_page = response.mimetype == "text/html"
    response.headers.setdefault("Content-Security-Policy", _PAGES if is_page else _API)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    # TLS ends at a proxy whose word is not taken for it: the one public address says whether it is spoken
    if request.is_secure or current_app.config["PUBLIC_ORIGIN"].startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response
