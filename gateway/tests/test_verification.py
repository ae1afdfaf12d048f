"""The verification service over real HTTP: its answers, its silence, its absence."""

import json
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from gateway.tests.conftest import VALID_CODE, Verification
from gateway.verification import over_http
from shared.bus.failures import DeadlinePassed, ServiceMissing


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def serve():
    """Serve a WSGI application on a free port until the test ends."""
    running = []

    def start(app):
        server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_code_is_answered_over_http(serve):
    verification = Verification()
    route = over_http(serve(verification), deadline=5)
    answer = route.verify(VALID_CODE, client="192.0.2.7", request_id="request-1")
    assert (answer.status, answer.content["outcome"], answer.retry_after) == (200, "valid", None)
    assert verification.seen == [("/verify", {"code": VALID_CODE, "photo": "inline"}, "192.0.2.7")]
    answer = route.verify("S000000000000000", client="192.0.2.7", request_id="request-2")
    assert (answer.status, answer.retry_after) == (404, "7")


def test_a_service_that_is_not_there_is_missing():
    with pytest.raises(ServiceMissing):
        over_http("http://127.0.0.1:9", deadline=5).verify(VALID_CODE, client="192.0.2.7", request_id="request-1")


def test_a_service_that_is_silent_passes_the_deadline(serve):
    answered = threading.Event()

    def silent(environ, start_response):
        answered.wait(5)
        start_response("200 OK", [])
        return [b"{}"]

    try:
        with pytest.raises(DeadlinePassed):
            over_http(serve(silent), deadline=0.2).verify(VALID_CODE, client="192.0.2.7", request_id="request-1")
    finally:
        answered.set()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", json.dumps("x").encode()])
def test_what_is_no_answer_of_the_service_is_not_shown(serve, body):
    def other(environ, start_response):
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with pytest.raises(ServiceMissing):
        over_http(serve(other), deadline=5).verify(VALID_CODE, client="192.0.2.7", request_id="request-1")


def test_a_redirect_is_not_followed(serve):
    def elsewhere(environ, start_response):
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("302 Found", [("Location", "http://127.0.0.1:9/"), ("Content-Length", "0")])
        return []

    with pytest.raises(ServiceMissing):
        over_http(serve(elsewhere), deadline=5).verify(VALID_CODE, client="192.0.2.7", request_id="request-1")
