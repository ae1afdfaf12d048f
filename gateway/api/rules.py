"""The rulebook for programs; no sign-in. Answered here from the book itself: a reason must not need a service."""

from typing import Any, Final

from flask import Response, json
from flask_smorest import Blueprint

from gateway.api.parts import parts_of
from gateway.api.route import Route
from gateway.api.views import EXPLAIN_RULE, LIST_RULES, View
from shared.contracts.rpc.enrollment_rules import ExplainRuleV1, ListRulesV1
from shared.rules.explained import explained, listed
from shared.rules.refused import NotFound

_A_WHILE: Final = "public, max-age=300"  # a rulebook changes with a release


def add_rules(api: Blueprint) -> None:
    """The two public questions about rules, as enrollment answers them on the bus too."""
    _add(api, Route("GET", "/rules", ListRulesV1, "enrollment", public=True), LIST_RULES, list_rules)
    _add(api, Route("GET", "/rules/<rule_id>", ExplainRuleV1, "enrollment", public=True), EXPLAIN_RULE, explain_rule)


def list_rules(asked: dict[str, Any]) -> Response:
    """Every rule, or those of one article, one service, one state, or in force on one day."""
    return _answer({"rules": listed(**asked)})


def explain_rule(asked: dict[str, Any], rule_id: str) -> Response:  # nothing is asked but the rule
    """One rule: its words, its source, its validity, the code that decides it, its tests in given, when, then."""
    found = explained(rule_id)
    if found is None:
        raise NotFound(kind="rule", field="rule_id")
    return _answer(found)


def _add(api: Blueprint, route: Route, name: str, view: View) -> None:
    query = parts_of(route).query
    answered: Any = api.response(200, route.contract.answer, description="OK")(view)
    if query is not None:
        answered = api.arguments(query(), location="query")(answered)
    described = api.doc(operationId=name, security=[], responses={404: "NOT_FOUND", 422: "UNPROCESSABLE_ENTITY"})
    api.route(route.path, methods=[route.method], endpoint=name, tags=[route.tag])(described(answered))


def _answer(content: dict[str, Any]) -> Response:
    response = Response(json.dumps(content, ensure_ascii=False, sort_keys=False), content_type="application/json")
    response.headers["Cache-Control"] = _A_WHILE
    return response
