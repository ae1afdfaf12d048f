"""One view for every route: collect the contract's fields, ask the service, hand its answer on."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from flask import Response, json, request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, RAISE, Schema, fields
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import BadRequest

from gateway.api.evidence_actions import ASKS_LAST, require_role_to_prove
from gateway.api.parts import parts_of
from gateway.api.route import Route, Upload
from gateway.api.routes import ROUTES
from gateway.api.signed_in import forget_session, require_role_for, require_signed_in
from gateway.platform import platform
from shared.rules.refused import Refused

PREFIX: Final = "/api/v1"
# public routes that ask no service by a contract
VERIFY_REPORT: Final = "verify_report"
LIST_RULES: Final = "list_rules"
EXPLAIN_RULE: Final = "explain_rule"
UPLOAD_CLAIM_EVIDENCE: Final = "upload_claim_evidence"
UPLOAD: Final = "upload"
ROOM_FOR_FIELDS: Final = 64 * 1024  # what may stand in a form beside its file
View = Callable[..., Response]


class EvidenceMissing(Refused):
    """What is named as evidence must be there to be looked at."""

    rule = "X-FOUND-1"
    status = 422
    zh = "证明材料 {digest}… 尚未上传,请先提交文件"
    en = "evidence {digest}… was not handed in yet: hand the file in first"


class StrictParser(FlaskParser):
    """Unknown names are errors wherever they stand, but for headers; a form and its file are one body."""

    __location_map__ = {**FlaskParser.__location_map__, UPLOAD: "load_upload"}  # noqa: RUF012 - as webargs declares it

    def __init__(self) -> None:
        super().__init__()
        self.DEFAULT_UNKNOWN_BY_LOCATION = {
            **dict.fromkeys(("json", "form", "query", "querystring", "files", "path", UPLOAD), RAISE),
            "headers": EXCLUDE,
        }

    def load_json(self, req: Any, schema: Schema) -> Any:
        """The body; one that is nested deeper than the parser reaches is malformed like any other."""
        try:
            body = super().load_json(req, schema)
            if isinstance(body, dict):  # half a character is no text, and no service can be told it
                json.dumps(body, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError):
            raise BadRequest from None
        return body

    def load_upload(self, asked: Any, schema: Schema) -> Any:
        """The fields of a multipart form together with its files."""
        both = CombinedMultiDict([asked.form, asked.files])
        return self._makeproxy(both, schema)


class Routes(Blueprint):  # type: ignore[misc]
    """A blueprint that knows bodies made of a form and a file."""

    ARGUMENTS_PARSER = StrictParser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING: ClassVar[dict[str, str]] = {
        **Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING,
        UPLOAD: "multipart/form-data",
    }


class IdempotencyKey(Schema):
    """The header that makes asking twice safe."""

    command_id = fields.UUID(
        data_key="Idempotency-Key",
        required=True,
        metadata={"description": "A UUID of the caller's choosing. The same key and request get the same answer."},
    )


def blueprint() -> Blueprint:
    """All routes of the list, none open that does not say so."""
    api = Routes("api", __name__, url_prefix=PREFIX)
    for route in ROUTES:
        _add(api, route)

    def guard() -> None:
        if request.endpoint not in _OPEN_TO_ALL or (request.endpoint in _EITHER and "Authorization" in request.headers):
            require_signed_in()
        if upload := _UPLOADS.get(request.endpoint or ""):
            require_role_for(upload.action)
            request.max_content_length = _largest(upload) + ROOM_FOR_FIELDS

    api.before_request(guard)
    return api


_OPEN_TO_ALL: Final = {f"api.{route.name}" for route in ROUTES if route.public} | {
    f"api.{name}" for name in (VERIFY_REPORT, LIST_RULES, EXPLAIN_RULE, UPLOAD_CLAIM_EVIDENCE)
}
_EITHER: Final = {f"api.{route.name}" for route in ROUTES if route.either} | {f"api.{UPLOAD_CLAIM_EVIDENCE}"}
_UPLOADS: Final = {f"api.{route.name}": route.upload for route in ROUTES if route.upload}


def _largest(upload: Upload | None) -> int:
    settings = platform().settings
    return settings.largest_photo if upload and upload.photo else settings.largest_list


def _add(api: Blueprint, route: Route) -> None:
    parts = parts_of(route)
    view = _view(route)
    view = api.response(route.status, route.contract.answer, description=HTTPStatus(route.status).phrase)(view)
    if parts.query:
        view = api.arguments(parts.query(), location="query")(view)
    if parts.body:
        example = {name: route.contract.example.get(name) for name in parts.body().fields}
        view = api.arguments(parts.body(), location="json", example=example)(view)
    if parts.form:
        view = api.arguments(parts.form(), location=UPLOAD)(view)
    if route.is_command:
        view = api.arguments(IdempotencyKey(), location="headers", error_status_code=400)(view)
    # said in one go: each alt_response would wrap the view once more
    security: list[dict[str, list[str]]] = [] if route.public else [{"assertion": []}]
    view = api.doc(operationId=route.name, security=security, responses=_problems(route))(view)
    api.route(route.path, methods=[route.method], endpoint=route.name, tags=[route.tag])(view)


def _problems(route: Route) -> dict[int, str]:
    # who is not signed in anywhere yet is told 401 and 403 too: by what is shown to sign in
    statuses = {401, 403, 404, 409, 422, 429, 503, 504} | ({400, 413} if route.method == "POST" else set())
    return {status: HTTPStatus(status).name for status in sorted(statuses)}


def _view(route: Route) -> View:
    def view(*parsed: dict[str, Any], **in_path: Any) -> Response:
        asked: dict[str, Any] = dict(in_path)
        for part in parsed:
            asked.update(part)
        if route.upload:
            asked.update(_stored(route, asked.pop("file")))
        if asked.get("evidence"):
            require_role_to_prove(route.name, in_path)  # first: what was handed in is no stranger's business
            if route.tag not in ASKS_LAST:
                _require_handed_in(asked["evidence"])
        return ask(route, asked)

    view.__name__ = route.name
    view.__doc__ = route.contract.__doc__
    return view


def _require_handed_in(evidence: Iterable[str]) -> None:
    """A paper that is named as evidence has been handed in before."""
    if missing := next((digest for digest in evidence if not platform().blobs.has(digest)), None):
        raise EvidenceMissing(field="evidence", digest=missing[:12])


def _stored(route: Route, file: Any) -> dict[str, str]:
    """Stream the file into the blobs; what the service is told of it."""
    told = {"digest": platform().blobs.put(file.stream, limit=_largest(route.upload))}
    if "filename" in route.contract().fields:
        told["filename"] = (file.filename or "").replace("\\", "/").rpartition("/")[2][-200:] or "unnamed"
    return told


def ask(route: Route, asked: dict[str, Any]) -> Response:
    """Put the question to the service and the answer into a response."""
    answer = platform().ask(route.contract, asked)
    if route.is_command and route.tag == "identity":
        forget_session()
    response = Response(
        json.dumps(answer, ensure_ascii=False, sort_keys=False), route.status, content_type="application/json"
    )
    if route.fresh_for:
        response.headers["Cache-Control"] = f"public, max-age={route.fresh_for}"
    if route.location and _is_uuid(answer.get("id")):
        response.headers["Location"] = PREFIX + route.location.format(id=answer["id"])
    return response


def _is_uuid(value: Any) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False
