"""The public pages: home, verify, rules, the API's documentation. They work without JavaScript."""

import re
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, render_template, request, url_for

from gateway.api.document import openapi_of
from gateway.api.verifications import answer_to
from gateway.api.views import PREFIX
from gateway.languages import LANGUAGES, preferred
from gateway.platform import platform
from gateway.portal.api_page import sections
from gateway.portal.words import words
from shared.codes.clock import SHANGHAI
from shared.rules.rule import ALWAYS, Rule
from shared.rules.rulebook import RULES

LONGEST_CODE: Final = 64
_ERRORS: Final = (400, 404, 405, 413, 429, 503, 504)
_LANGUAGE: Final = "<any(zh, en):language>"


def add_pages(app: Flask) -> None:
    """Put the pages into an application."""
    pages = Blueprint("pages", __name__)
    pages.add_url_rule("/", "start", start)
    pages.add_url_rule(f"/{_LANGUAGE}/", "home", home)
    pages.add_url_rule("/verify", "verify_start", verify_start)
    pages.add_url_rule("/verify", "verify_directly", verify_directly, methods=["POST"])
    pages.add_url_rule(f"/{_LANGUAGE}/verify", "verify", verify, methods=["GET", "POST"])
    pages.add_url_rule("/rules/<rule_id>", "rule_start", rule_start)
    pages.add_url_rule(f"/{_LANGUAGE}/rules/", "rules", rules)
    pages.add_url_rule(f"/{_LANGUAGE}/rules/<rule_id>", "rule", rule)
    pages.add_url_rule(f"/{_LANGUAGE}/api", "api", api)
    pages.add_url_rule(f"{PREFIX}/openapi.json", "openapi", openapi)
    pages.add_app_template_filter(china_time)
    pages.add_app_template_filter(cited)
    app.register_blueprint(pages)


def start() -> Response:
    """The home page in the reader's language."""
    return _moved("pages.home")


def home(language: str) -> str:
    """What this register is, and the field for a code."""
    return _page("home.html", language)


def verify_start() -> Response:
    """Where the square code on a report leads; browsers carry the code behind # along, servers never see it."""
    return _moved("pages.verify")


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
        return _page("verify.html", language, empty=request.method == "POST")
    here = platform()
    answer = here.verification.verify(code[:LONGEST_CODE], client=here.client_address(), request_id=g.request_id)
    page = Response(_page("answer.html", language, answer=answer.content), answer.status)
    if answer.retry_after:
        page.headers["Retry-After"] = answer.retry_after
    return page


def rule_start(rule_id: str) -> Response:
    """The page of a rule, which the `type` of every problem names, in the reader's language."""
    return _moved("pages.rule", rule_id=_known(rule_id).id)


def rules(language: str) -> str:
    """All rules."""
    chapters = [(chapter, list(group)) for chapter, group in groupby(RULES.values(), key=lambda rule: rule.article)]
    return _page("rules.html", language, chapters=chapters)


def rule(language: str, rule_id: str) -> str:
    """One rule."""
    return _page("rule.html", language, rule=_known(rule_id), always=ALWAYS)


def api(language: str) -> str:
    """The API's documentation, made from its OpenAPI document."""
    return _page("api.html", language, sections=_sections())


def openapi() -> Response:
    """The OpenAPI document."""
    response = Response(current_app.json.dumps(openapi_of(_app())), content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def china_time(instant: str) -> str:
    """An ISO instant as a clock in China shows it."""
    return f"{datetime.fromisoformat(instant).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def cited(article: str, language: str) -> str:
    """Where a rule comes from, as the language writes it: art. 7 is 第7条."""
    return re.sub(r" art\. ([0-9]+)", r" 第\1条", article) if language == "zh" else article


def error_page(status: int) -> Response:
    """A page for what went wrong, in the language of the page that was asked for."""
    first = request.path.split("/")[1]
    language = first if first in LANGUAGES else preferred("zh")
    shown = status if status in _ERRORS else 404 if status < 500 else 500
    response = Response(_page("error.html", language, heading=f"error_{shown}"), status)
    if status in (429, 503, 504):
        response.headers["Retry-After"] = "5"
    return response


@cache
def _sections() -> list[Any]:
    return sections(openapi_of(_app()))


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _known(rule_id: str) -> Rule:
    found = RULES.get(rule_id.upper())
    if found is None:
        abort(404)
    return found


def _moved(endpoint: str, **values: Any) -> Response:
    response = redirect(url_for(endpoint, language=preferred("zh"), **values), 302)
    response.headers["Vary"] = "Accept-Language"
    return response  # type: ignore[return-value]


def _page(template: str, language: str, **values: Any) -> str:
    other = "en" if language == "zh" else "zh"
    return render_template(
        template,
        t=words(language),
        language=language,
        other=other,
        other_path=_in_the_other_language(other),
        origin=current_app.config["PUBLIC_ORIGIN"],
        **values,
    )


def _in_the_other_language(other: str) -> str:
    if request.endpoint and request.endpoint.startswith("pages.") and request.view_args is not None:
        values = {name: value for name, value in request.view_args.items() if name != "language"}
        return url_for(request.endpoint, language=other, **values)
    return url_for("pages.home", language=other)
