"""The OpenAPI 3.1 document: from the routes and the contracts, and from nothing else."""

import http
from collections.abc import Callable
from typing import Any, Final

import msgspec
from flask import Flask
from flask_smorest import Api
from flask_smorest.spec import prepare_response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from gateway.api import problems
from gateway.api.archive import add_archive
from gateway.api.claim_evidence import add_claim_evidence
from gateway.api.downloads import add_downloads
from gateway.api.evidence import add_evidence
from gateway.api.machine_tokens import PATH as TOKEN_PATH
from gateway.api.progress import add_progress
from gateway.api.rules import add_rules
from gateway.api.templates import add_templates
from gateway.api.verifications import add_verifications
from gateway.api.views import blueprint
from shared.contracts.rpc.identity_machines import SCOPES

TITLE: Final = "Xueji API"
VERSION: Final = "1.0.0"
_DESCRIBED: Final = {
    400: "The Idempotency-Key is missing, or the request cannot be read.",
    401: "Nobody is signed in, or what was shown proves nobody.",
    403: "This role, school, province or person may not.",
    404: "Not found, or not yet to be seen.",
    409: "A rule forbids it now; `code` and `rule` say which.",
    413: "Too large.",
    422: "A value does not fit; `errors` or `field` say which.",
    429: "Too many requests; come again after `Retry-After` seconds.",
    503: "A service is not there; nothing was done.",
    504: "No answer in time: ask again with the same Idempotency-Key.",
}
_PROBLEMS: Final[dict[str, tuple[str, str]]] = {
    **{http.HTTPStatus(status).name: (f"Problem{status}", text) for status, text in _DESCRIBED.items()},
    "DEFAULT_ERROR": ("Problem", "Anything else that went wrong."),
}
_PEOPLE: Final = {"type": "http", "scheme": "bearer", "description": "A session, or the token of a machine client."}
_MACHINES: Final = {
    "type": "oauth2",
    "flows": {
        "clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": {scope: scope.replace("_", " ") for scope in SCOPES}}
    },
}
_DESCRIPTION: Final = """\
The front door of the register of students and credentials.

* Sign in (`/password-sessions`, `/passkey-sessions`, `/sessions` …) and send the session as a bearer token.
* Another system asks `/oauth/token` for a token of five minutes (RFC 6749, client credentials) and sends that; it looks
  within its scopes and changes nothing.
* Each command needs an `Idempotency-Key`, a UUID of your choosing. After a 504, or when a connection broke, ask again
  with the same key: the command acts once and you get its answer.
* Answers carry `id` and `version`; hand them to a query as `after_version` to read what you wrote.
* Staff who look at somebody's record are recorded before they are answered, and the person reads of it. `X-Purpose`
  says what the look is for: at most 120 characters, percent-encoded UTF-8. The registry's own operators must say it.
* Errors are `application/problem+json`. Behind `type` stands the page of the rule; the reason is there in Chinese and
  English.
"""


class XuejiApi(Api):  # type: ignore[misc]
    """flask-smorest, with problem+json for everything that goes wrong."""

    ERROR_SCHEMA = problems.ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        return problems.http_error(error)

    def _register_responses(self) -> None:
        # flask-smorest documents errors as application/json and has no setting for it; pinned, and a test watches
        named = {status.name: status.phrase for status in http.HTTPStatus}
        for name, phrase in (named | {self.DEFAULT_ERROR_RESPONSE_NAME: "Anything else that went wrong."}).items():
            response: dict[str, Any] = {"description": phrase, "schema": self.ERROR_SCHEMA}
            prepare_response(response, self.spec, problems.PROBLEM_JSON)
            self.spec.components.response(name, response, lazy=True)

    def _register_pagination_header(self) -> None:
        """No list here is paged by a header."""


def add_api(app: Flask) -> Api:
    """Put the API into an application."""
    app.config.update(API_TITLE=TITLE, API_VERSION=VERSION, OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=None)
    app.config["API_SPEC_OPTIONS"] = {
        "info": {"description": _DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "components": {"securitySchemes": {"assertion": _PEOPLE, "machine": _MACHINES}},
        "tags": [{"name": name} for name in ("identity", "enrollment", "imaging", "credentials", "verification")],
    }
    api = XuejiApi(app)
    routes = blueprint()
    add_downloads(routes)
    add_templates(routes)
    add_progress(routes)
    add_evidence(routes)
    add_claim_evidence(routes)
    add_verifications(routes)
    add_rules(routes)
    add_archive(routes)
    api.register_blueprint(routes)
    return api


def openapi_of(app: Flask) -> dict[str, Any]:
    """The document of an application's API, in words that every tool reads."""
    spec = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec
    document: dict[str, Any] = _portable(msgspec.json.decode(msgspec.json.encode(spec.to_dict())))
    document["components"]["responses"] = {
        _PROBLEMS[name][0]: {**response, "description": _PROBLEMS[name][1]}
        for name, response in document["components"]["responses"].items()
    }
    return document


def openapi_text() -> str:
    """The document as it stands in docs/openapi.json; needs no running platform."""
    app = Flask(__name__)
    add_api(app)
    return msgspec.json.format(msgspec.json.encode(openapi_of(app)), indent=2).decode() + "\n"


def _portable(node: Any) -> Any:
    """Python's \\A and \\Z are ^ and $ to everyone else; names of statuses differ between Python's versions."""
    if isinstance(node, dict):
        return {key: _REWRITTEN.get(key, _portable)(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_portable(value) for value in node]
    return node


def _pattern(value: Any) -> Any:
    return value.replace(r"\A", "^").replace(r"\Z", "$") if isinstance(value, str) else _portable(value)


def _reference(value: Any) -> Any:
    folder, _, name = str(value).rpartition("/")
    return f"{folder}/{_PROBLEMS[name][0]}" if folder == "#/components/responses" else value


_REWRITTEN: Final[dict[str, Callable[[Any], Any]]] = {"pattern": _pattern, "$ref": _reference}
