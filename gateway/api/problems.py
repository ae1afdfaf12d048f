"""What goes wrong, as application/problem+json: a page per rule behind `type`, the reason in both languages."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from flask import Response, current_app, g, json, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from gateway.languages import preferred
from shared.bus.failures import CallFailed
from shared.rules.refused import Refused
from shared.rules.rulebook import RULES

PROBLEM_JSON: Final = "application/problem+json"
RETRY_AFTER: Final = {429: 60, 503: 5, 504: 5}
_RULE_OF_FAILURE: Final = {500: "X-SERVICE-3", 502: "X-SERVICE-1", 503: "X-SERVICE-1", 504: "X-SERVICE-2"}
_RULE_OF_STATUS: Final = {
    401: "X-SIGN-1",
    403: "X-PERMIT-1",
    404: "X-FOUND-1",
    413: "X-REQUEST-2",
    429: "X-RATE-1",
    **_RULE_OF_FAILURE,
}


_CODE_OF_STATUS: Final = {
    401: "NOT_SIGNED_IN",
    403: "NOT_PERMITTED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "REQUEST_DOES_NOT_FIT",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL",
}


class FieldProblemSchema(Schema):
    """One field that does not fit."""

    field = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)


class ProblemSchema(Schema):
    """RFC 9457, with the rule and the reason in both languages."""

    type = fields.URL(required=True, metadata={"description": "The page of the rule."})
    title = fields.String(required=True, metadata={"description": "The rule, in the language asked for."})
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "The reason, in the language asked for."})
    instance = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "For programs: NO_ADMISSION_BASIS."})
    rule = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    field = fields.String(allow_none=True)
    details = fields.Dict(keys=fields.String(), values=fields.String())
    errors = fields.List(fields.Nested(FieldProblemSchema))
    request_id = fields.String(required=True, metadata={"description": "Names this request in every log."})


def refused(refusal: Refused) -> Response:
    """The answer to a request that a rule forbids."""
    content = refusal.as_dict()
    rule = content["rule"] if content["rule"] in RULES else "X-REQUEST-1"
    return _problem(
        content["status"],
        rule,
        content["code"],
        (content["zh"], content["en"]),
        field=content["field"],
        details=content["detail"],
    )


def call_failed(failure: CallFailed) -> Response:
    """The answer when no service decided: nobody there, no answer in time, a fault."""
    rule = RULES[_RULE_OF_FAILURE.get(failure.status, "X-SERVICE-3")]
    return _problem(failure.status, rule.id, failure.code, (rule.zh, rule.en))


def http_error(error: HTTPException) -> Response:
    """The answer to a request that never became a question: no such page, malformed body, too large."""
    status = error.code or 500
    said: Mapping[str, Any] = getattr(error, "data", None) or {}
    messages = said.get("messages") or {}
    if "headers" in messages:
        return _of_rule(400, "X-REQUEST-3", "IDEMPOTENCY_KEY_MISSING")
    errors = [
        {"field": name, "reasons": _reasons(reasons)}
        for location in messages.values()
        for name, reasons in (location.items() if isinstance(location, dict) else [("", location)])
    ]
    rule = _RULE_OF_STATUS.get(status, "X-REQUEST-1")
    code = "REQUEST_DOES_NOT_FIT" if errors else _CODE_OF_STATUS.get(status, "BAD_REQUEST")
    response = _of_rule(status, rule, code, errors=errors)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return response


def unexpected() -> Response:
    """The answer when we ourselves failed; the log has the story under the request's id."""
    return _of_rule(500, "X-SERVICE-3", "INTERNAL")


def _of_rule(status: int, rule_id: str, code: str, **more: Any) -> Response:
    rule = RULES[rule_id]
    return _problem(status, rule_id, code, (rule.zh, rule.en), **more)


def _problem(status: int, rule_id: str, code: str, reason: tuple[str, str], **more: Any) -> Response:
    rule, (zh, en) = RULES[rule_id], reason
    chinese = preferred("en") == "zh"
    content = {
        "type": f"{current_app.config['PUBLIC_ORIGIN']}/rules/{rule_id}",
        "title": rule.zh if chinese else rule.en,
        "status": status,
        "detail": zh if chinese else en,
        "instance": quote(request.path),
        "code": code,
        "rule": rule_id,
        "zh": zh,
        "en": en,
        **{name: value for name, value in more.items() if value},
        "request_id": g.get("request_id", ""),
    }
    response = Response(json.dumps(content, ensure_ascii=False, sort_keys=False), status, content_type=PROBLEM_JSON)
    response.headers["Vary"] = "Accept-Language"
    if status in RETRY_AFTER:
        said = more.get("details", {}).get("retry_after", "")
        response.headers["Retry-After"] = said if said.isdecimal() else str(RETRY_AFTER[status])
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="xueji"'
    return response


def _reasons(reasons: Any) -> list[str]:
    if isinstance(reasons, dict):
        return [f"{name}: {text}" for name, inner in reasons.items() for text in _reasons(inner)]
    if isinstance(reasons, list | tuple):
        return [text for inner in reasons for text in _reasons(inner)]
    return [str(reasons)]
