"""The pages of the rulebook; behind the `type` of every problem stands one of them."""

import re
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Response, abort

from gateway.portal.rendering import LANGUAGE, moved, render_page
from shared.rules.articles import ARTICLES, CHAPTERS
from shared.rules.explained import explained, listed
from shared.rules.rule import article_of

_ARTICLES: Final = {article.number: article for article in ARTICLES}


def add_rule_pages(pages: Blueprint) -> None:
    """Put the pages of all rules into the portal."""
    pages.add_url_rule("/rules/<rule_id>", "rule_start", rule_start)
    pages.add_url_rule(f"/{LANGUAGE}/rules/", "rules", rules)
    pages.add_url_rule(f"/{LANGUAGE}/rules/<rule_id>", "rule", rule)
    pages.add_app_template_filter(cited)


def rule_start(rule_id: str) -> Response:
    """The page of a rule, which the `type` of every problem names, in the reader's language."""
    return moved("pages.rule", rule_id=_known(rule_id)["id"])


def rules(language: str) -> str:
    """All rules, article by article, and which of them are built."""
    found = listed()
    sources = [list(group) for _, group in groupby(found, key=lambda rule: rule["article"])]
    return render_page(
        "rules.html",
        language,
        sources=[(_source(group[0]), group) for group in sources],
        total=len(found),
        built=sum(rule["state"] == "built" for rule in found),
    )


def rule(language: str, rule_id: str) -> str:
    """One rule: what it says, where it comes from, which code decides it, which tests prove it."""
    found = _known(rule_id)
    code = [(file, list(places)) for file, places in groupby(found["code"], key=lambda place: place["file"])]
    return render_page("rule.html", language, rule=found, source=_source(found), code=code)


def cited(article: str, language: str) -> str:
    """Where a rule comes from, as the language writes it: art. 7 is 第7条."""
    return re.sub(r" art\. ([0-9]+)", r" 第\1条", article) if language == "zh" else article


def _known(rule_id: str) -> dict[str, Any]:
    found = explained(rule_id)
    if found is None:
        abort(404)
    return found


def _source(rule: dict[str, Any]) -> dict[str, Any]:
    """Where a rule comes from, with what the article is about and its chapter as far as it is one of the Measure."""
    article = _ARTICLES.get(article_of(rule["id"]) or 0)
    return {"name": rule["article"], "article": article, "chapter": CHAPTERS[article.chapter] if article else None}
