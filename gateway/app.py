"""The gateway as a WSGI application."""

from traceback import extract_tb
from wsgiref.types import WSGIApplication

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from gateway.api import problems
from gateway.api.document import add_api
from gateway.api.limits import add_limits
from gateway.api.machine_tokens import add_machine_tokens
from gateway.api.views import PREFIX
from gateway.budgets import Budgets
from gateway.headers import add_headers
from gateway.platform import Platform
from gateway.portal.pages import add_pages, error_page
from gateway.settings import GatewaySettings
from gateway.verification import in_process, over_http
from shared.access.assertion import Verifier
from shared.blobs.port import Blobs
from shared.bus.client import Caller
from shared.bus.failures import CallFailed
from shared.codes.clock import clock_from
from shared.rules.refused import Refused

log = structlog.get_logger("gateway")


def create_app(settings: GatewaySettings, client: Caller, verification: WSGIApplication | str, blobs: Blobs) -> Flask:
    """The API and the public pages over a platform; `verification` is an address or a WSGI application."""
    app = Flask("gateway", static_folder="portal/static", static_url_path="/static", template_folder="portal/templates")
    app.debug = False  # whatever the environment says: debug mode shows errors to whoever asks
    app.config.update(
        PUBLIC_ORIGIN=settings.public_origin,
        MAX_CONTENT_LENGTH=settings.largest_request,
        # what the parser holds of a file counts against this too: 64 KiB at a time, and the rest of the last
        MAX_FORM_MEMORY_SIZE=settings.largest_request + 128 * 1024,
        MAX_FORM_PARTS=20,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    route = over_http(verification, settings.deadline) if isinstance(verification, str) else in_process(verification)
    verifier = Verifier(settings.assertion_public_pem, clock_from(settings.clock))
    app.extensions["xueji"] = Platform(settings, client, route, blobs, verifier, budgets=Budgets(settings.budgets))
    add_headers(app)
    add_limits(app)
    add_api(app)
    add_machine_tokens(app)
    add_pages(app)
    _add_errors(app)
    _add_health(app)
    return app


def _add_errors(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CallFailed, _call_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _for_programs() -> bool:
    return request.path.startswith(f"{PREFIX}/")


def _refused(refusal: Refused) -> Response:
    return problems.refused(refusal) if _for_programs() else error_page(refusal.as_dict()["status"])


def _call_failed(failure: CallFailed) -> Response:
    log.warning("call failed", code=failure.code, target=failure.target)
    return problems.call_failed(failure) if _for_programs() else error_page(failure.status)


def _http_error(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        redirect: Response = error.get_response()  # type: ignore[assignment]
        return redirect
    return problems.http_error(error) if _for_programs() else error_page(error.code or 500)


def _unexpected(error: Exception) -> Response:
    # the message may hold what a user typed: the kind of the error and its place are enough
    place = extract_tb(error.__traceback__)[-1]
    log.error("request failed", kind=type(error).__name__, file=place.filename, line=place.lineno)
    return problems.unexpected() if _for_programs() else error_page(500)


def _add_health(app: Flask) -> None:
    def live() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    app.add_url_rule("/livez", "live", live)
    app.add_url_rule("/readyz", "ready", live)
