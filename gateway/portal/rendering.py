"""How every page is rendered: the words of its language, and the way to the same page in the other one."""

from typing import Any, Final

from flask import Response, current_app, redirect, render_template, request, url_for

from gateway.api.signed_in import session_of_browser
from gateway.languages import preferred
from gateway.portal.words import words

LANGUAGE: Final = "<any(zh, en):language>"


def moved(endpoint: str, **values: Any) -> Response:
    """Where the page stands in the language that the reader prefers."""
    response = redirect(url_for(endpoint, language=preferred("zh"), **values), 302)
    response.headers["Vary"] = "Accept-Language"
    return response  # type: ignore[return-value]


def render_page(template: str, language: str, **values: Any) -> str:
    """A page with what each page needs: the words, both languages, the origin."""
    other = "en" if language == "zh" else "zh"
    shown = {
        "t": words(language),
        "language": language,
        "other": other,
        "other_path": _in_the_other_language(other),
        "origin": current_app.config["PUBLIC_ORIGIN"],
        "visiting": bool(session_of_browser()),
    }
    return render_template(template, **{**shown, **values})


def _in_the_other_language(other: str) -> str:
    if request.endpoint and request.endpoint.startswith("pages.") and request.view_args is not None:
        values = {name: value for name, value in request.view_args.items() if name != "language"}
        return url_for(request.endpoint, language=other, **values)
    return url_for("pages.home", language=other)
