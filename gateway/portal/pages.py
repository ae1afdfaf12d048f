"""The public pages: home, verify, rules, the API's documentation. They work without JavaScript."""

from functools import cache
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from gateway.api.document import openapi_of
from gateway.api.verifications import answer_to
from gateway.api.views import PREFIX
from gateway.languages import LANGUAGES, preferred
from gateway.platform import platform
from gateway.portal.account_pages import add_account_pages
from gateway.portal.api_page import sections
from gateway.portal.claim_pages import add_claim_pages
from gateway.portal.consent_request_pages import add_consent_request_pages
from gateway.portal.contact_pages import add_contact_pages
from gateway.portal.dates import add_dates
from gateway.portal.office_pages import add_office_pages
from gateway.portal.own_pages import add_own_pages
from gateway.portal.privacy_pages import add_privacy_pages
from gateway.portal.provider_pages import add_provider_pages
from gateway.portal.record_pages import add_record_pages
from gateway.portal.recovery_pages import add_recovery_pages
from gateway.portal.register_pages import add_register_pages
from gateway.portal.rendering import LANGUAGE, moved, render_page
from gateway.portal.rule_pages import add_rule_pages
from gateway.portal.school_choice import add_school_pages
from gateway.portal.sign_in_pages import add_sign_in_pages

LONGEST_CODE: Final = 64
_ERRORS: Final = (400, 403, 404, 405, 413, 429, 503, 504)


def add_pages(app: Flask) -> None:
    """Put the pages into an application."""
    pages = Blueprint("pages", __name__)
    pages.add_url_rule("/", "start", start)
    pages.add_url_rule(f"/{LANGUAGE}/", "home", home)
    pages.add_url_rule("/verify", "verify_start", verify_start)
    pages.add_url_rule("/verify", "verify_directly", verify_directly, methods=["POST"])
    pages.add_url_rule(f"/{LANGUAGE}/verify", "verify", verify, methods=["GET", "POST"])
    add_rule_pages(pages)
    add_account_pages(pages)
    add_claim_pages(pages)
    add_sign_in_pages(pages)
    add_register_pages(pages)
    add_recovery_pages(pages)
    add_provider_pages(pages)
    add_own_pages(pages)
    add_contact_pages(pages)
    add_record_pages(pages)
    add_privacy_pages(pages)
    add_consent_request_pages(pages)
    add_school_pages(pages)
    add_office_pages(pages)
    pages.add_url_rule(f"/{LANGUAGE}/api", "api", api)
    pages.add_url_rule(f"{PREFIX}/openapi.json", "openapi", openapi)
    add_dates(pages)
    app.register_blueprint(pages)


def start() -> Response:
    """The home page in the reader's language."""
    return moved("pages.home")


def home(language: str) -> str:
    """What this register is, and the field for a code."""
    return render_page("home.html", language)


def verify_start() -> Response:
    """Where the square code on a report leads; browsers carry the code behind # along, servers never see it."""
    return moved("pages.verify")


def verify_directly() -> Response:
    """What the verification service answers under this path where it stands beside us: a code in, JSON out."""
    given = request.get_json(silent=True) if request.is_json else request.form
    code = given.get("code") if given is not None and hasattr(given, "get") else None
    if not isinstance(code, str):
        abort(400)
    return answer_to(code[:LONGEST_CODE])


def verify(language: str) -> str | Response:
    """The field for a code; posted, the answer to it."""
    code = request.form.get("code", "").strip()
    if request.method == "GET" or not code:
        return render_page("verify.html", language, empty=request.method == "POST")
    here = platform()
    answer = here.verification.verify(code[:LONGEST_CODE], client=here.client_address(), request_id=g.request_id)
    page = Response(render_page("answer.html", language, answer=answer.content), answer.status)
    if answer.retry_after:
        page.headers["Retry-After"] = answer.retry_after
    return page


def api(language: str) -> str:
    """The API's documentation, made from its OpenAPI document."""
    return render_page("api.html", language, sections=_sections())


def openapi() -> Response:
    """The OpenAPI document."""
    response = Response(current_app.json.dumps(openapi_of(_app())), content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def error_page(status: int) -> Response:
    """A page for what went wrong, in the language of the page that was asked for."""
    first = request.path.split("/")[1]
    language = first if first in LANGUAGES else preferred("zh")
    shown = status if status in _ERRORS else 404 if status < 500 else 500
    response = Response(render_page("error.html", language, heading=f"error_{shown}"), status)
    if status in (429, 503, 504):
        response.headers["Retry-After"] = "5"
    return response


@cache
def _sections() -> list[Any]:
    return sections(openapi_of(_app()))


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
