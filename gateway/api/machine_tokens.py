"""POST /oauth/token: client credentials for a token of five minutes, with the errors of RFC 6749, section 5.2."""

import base64
import binascii
from typing import Any, Final
from urllib.parse import unquote_plus

from flask import Flask, Response, json, request

from gateway.api.limits import TOKEN_ENDPOINT, caller_network, spend
from gateway.budgets import TooManyRequests
from gateway.platform import platform
from shared.bus.failures import CallFailed
from shared.contracts.rpc.identity_machines import IssueMachineTokenV1
from shared.rules.refused import Refused

PATH: Final = "/oauth/token"
_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_ID, _LONGEST_SECRET, _LONGEST_SCOPE, _MOST_SCOPES = 80, 200, 40, 20
_ERRORS: Final = {401: "invalid_client", 403: "invalid_scope"}


class _Wrong(Exception):
    """What the request lacks, in the words of the RFC."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(error)
        self.error = error
        self.why = why


def add_machine_tokens(app: Flask) -> None:
    """The one route beside the API's own: other systems' libraries expect it under this name and in this form."""
    app.add_url_rule(PATH, TOKEN_ENDPOINT, _token, methods=["POST"])


def _token() -> Response:
    try:
        spend("network", caller_network())
        client_id, secret = _credentials()
        spend("token", f"{caller_network()} {client_id}")  # nobody uses up another's by knowing its id
        answer = platform().ask(IssueMachineTokenV1, _asked(client_id, secret))
    except _Wrong as wrong:
        return _error(401 if wrong.error == "invalid_client" else 400, wrong.error, wrong.why)
    except TooManyRequests as refused:
        return _error(429, "temporarily_unavailable", refused.as_dict()["en"])
    except Refused as refused:
        error = _ERRORS.get(refused.as_dict()["status"], "invalid_request")
        return _error(401 if error == "invalid_client" else 400, error, refused.as_dict()["en"])
    except CallFailed as failure:
        return _error(failure.status, "temporarily_unavailable", "the registry cannot answer now")
    return _said(200, answer)


def _credentials() -> tuple[str, str]:
    """Id and secret, from the header or from the form, never from both (section 2.3.1)."""
    if request.mimetype != _FORM:
        raise _Wrong("invalid_request", f"the body is {_FORM}")
    if request.query_string:
        raise _Wrong("invalid_request", "parameters stand in the body, never in the address")
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise _Wrong("invalid_request", "a parameter stands there twice")
    in_form = (request.form.get("client_id", ""), request.form.get("client_secret", ""))
    header = request.headers.get("Authorization", "")
    if header and in_form[1]:
        raise _Wrong("invalid_request", "the client shows its secret in one place")
    found = _from_header(header) if header else in_form
    if header and in_form[0] and in_form[0] != found[0]:
        raise _Wrong("invalid_request", "the client has one name")
    if not (0 < len(found[0]) <= _LONGEST_ID and 0 < len(found[1]) <= _LONGEST_SECRET):
        raise _Wrong("invalid_client", "client_id and client_secret are needed")
    return found


def _from_header(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise _Wrong("invalid_client", "the header is Basic")
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _Wrong("invalid_client", "the header is not Basic as RFC 7617 writes it") from None
    if not colon:
        raise _Wrong("invalid_client", "the header names no secret")
    return unquote_plus(name), unquote_plus(secret)


def _asked(client_id: str, secret: str) -> dict[str, Any]:
    grant = request.form.get("grant_type", "")
    if not grant:
        raise _Wrong("invalid_request", "grant_type is needed")
    if grant != "client_credentials":
        raise _Wrong("unsupported_grant_type", "only client_credentials is answered")
    scopes = request.form.get("scope", "").split()
    if len(scopes) > _MOST_SCOPES or any(len(scope) > _LONGEST_SCOPE for scope in scopes):
        raise _Wrong("invalid_scope", "no client has such scopes")
    return {
        "client_id": client_id,
        "client_secret": secret,
        "scopes": scopes,
        "address": platform().client_address()[:50],
    }


def _error(status: int, error: str, why: str) -> Response:
    response = _said(status, {"error": error, "error_description": why})
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="xueji"'
    return response


def _said(status: int, content: dict[str, Any]) -> Response:
    response = Response(json.dumps(content), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response
