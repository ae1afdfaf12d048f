"""Verifying a report by its code, for programs; no sign-in. The answer is the verification service's own."""

from typing import Any, Final

from flask import Response, g, json
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields
from marshmallow.validate import Length, OneOf

from gateway.api.problems import PROBLEM_JSON, ProblemSchema
from gateway.api.views import VERIFY_REPORT
from gateway.platform import platform


class VerificationBody(Schema):
    """A code as its holder typed it."""

    class Meta:
        unknown = RAISE

    code = fields.String(required=True, validate=Length(1, 64))


class Particular(Schema):
    """One line of a report, in both languages."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class Photo(Schema):
    """The photo on the record."""

    data = fields.String(metadata={"description": "A data: URL of a JPEG."})


class VerifiedReport(Schema):
    """What the register says now about the record behind a valid code."""

    kind = fields.String(required=True)
    issued_on = fields.Date(required=True)
    valid_until = fields.Date(required=True)
    answered_at = fields.AwareDateTime(required=True)
    record_version = fields.Integer(required=True)
    particulars = fields.List(fields.Nested(Particular), required=True)
    photo = fields.Nested(Photo, allow_none=True)


OUTCOMES: Final = ("valid", "unknown", "malformed", "certificate_number", "expired", "closed", "revoked", "throttled")


class Verification(Schema):
    """The answer to a code."""

    outcome = fields.String(required=True, validate=OneOf(OUTCOMES))
    rule = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    report = fields.Nested(VerifiedReport, required=True, allow_none=True)


_OTHERWISE: Final = {
    404: "No report has this code.",
    410: "The report has expired, its owner closed it, or the record behind it was revoked.",
    422: "This is not written as a code is, or the request does not fit.",
    429: "Too many questions; come again after `Retry-After` seconds.",
}


def add_verifications(api: Blueprint) -> None:
    """The one route for strangers; the code stands in the body, so that no log and no referrer learns it."""

    def verify_report(body: dict[str, Any]) -> Response:
        """Ask whether a report code is valid, and what the report says. Free, without an account (A21-2)."""
        return answer_to(body["code"])

    view: Any = api.response(200, Verification, description="The code is valid.")(verify_report)
    view = api.arguments(VerificationBody, location="json", example={"code": "S7Q4K2M9XC0TR5A1"})(view)
    for status, description in _OTHERWISE.items():
        view = api.alt_response(status, schema=Verification, description=description)(view)
    problem = api.alt_response(422, schema=ProblemSchema, content_type=PROBLEM_JSON, description=_OTHERWISE[422])
    view = problem(api.alt_response(400, "BAD_REQUEST")(api.alt_response(503, "SERVICE_UNAVAILABLE")(view)))
    view = api.doc(operationId=VERIFY_REPORT, security=[])(view)
    api.route("/verifications", methods=["POST"], endpoint=VERIFY_REPORT, tags=["verification"])(view)


def answer_to(code: str) -> Response:
    """The verification service's answer, as it gave it."""
    here = platform()
    answer = here.verification.verify(code, client=here.client_address(), request_id=g.request_id)
    content = json.dumps(answer.content, ensure_ascii=False, sort_keys=False)
    response = Response(content, answer.status, content_type="application/json")
    if answer.retry_after:
        response.headers["Retry-After"] = answer.retry_after
    return response
