"""Short messages to a real HTTP server that checks the signature."""

import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.identity.adapters.sms import SmsMessenger, SmsSettings
from services.identity.application.messages import Message, RefusedForGood, Unreachable
from shared.codes.clock import SetClock

NOW = datetime(2026, 10, 20, 4, tzinfo=UTC)
KEY = b"a key of thirty-two bytes or more"
MESSAGE = Message(
    "01930f3a-7", "sms", "13800138000", "验证码", "验证码：123456", NOW, template="code-prove",
    parameters=(("code", "123456"), ("until", "12:10")),
)  # fmt: skip


class Office(BaseHTTPRequestHandler):
    """Sends what comes signed and in time; the same id only once."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        stamp = self.headers["X-Xueji-Timestamp"]
        expected = "v1=" + hmac.new(KEY, stamp.encode() + b"\n" + body, "sha256").hexdigest()
        fresh = abs(int(stamp) - NOW.timestamp()) <= 300
        if not (fresh and hmac.compare_digest(expected, self.headers["X-Xueji-Signature"])):
            status = 401
        else:
            status = server.status
            if status < 300:
                server.sent.setdefault(self.headers["Idempotency-Key"], json.loads(body))
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def office() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Office)
    server.status, server.sent = 202, {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def clock(tmp_path: Path) -> SetClock:
    clock = SetClock(tmp_path / "clock")
    clock.set(NOW)
    return clock


def to(office: Any, clock: SetClock, key: bytes = KEY) -> SmsMessenger:
    return SmsMessenger(SmsSettings(f"http://127.0.0.1:{office.server_port}/messages?v=1", key, timeout=5), clock)


def test_a_message_is_a_template_with_its_parameters_and_is_sent_once(office: Any, clock: SetClock) -> None:
    for _ in range(2):
        to(office, clock).deliver(MESSAGE)
    assert office.sent == {
        "01930f3a-7": {
            "message_id": "01930f3a-7",
            "to": "13800138000",
            "template": "code-prove",
            "parameters": {"code": "123456", "until": "12:10"},
            "text": "验证码：123456",
        }
    }


def test_a_message_with_another_key_is_not_believed_and_not_lost(office: Any, clock: SetClock) -> None:
    with pytest.raises(Unreachable):
        to(office, clock, b"some other key of thirty-two bytes").deliver(MESSAGE)
    assert office.sent == {}


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(400, RefusedForGood), (422, RefusedForGood), (429, Unreachable), (503, Unreachable), (500, OSError),
     (302, OSError)],
)  # fmt: skip
def test_what_the_office_answers_is_about_this_message_or_about_the_office(
    office: Any, clock: SetClock, status: int, meaning: type[Exception]
) -> None:
    office.status = status
    with pytest.raises(meaning) as raised:
        to(office, clock).deliver(MESSAGE)
    assert type(raised.value) is meaning


def test_an_office_that_is_not_there_is_unreachable(clock: SetClock) -> None:
    with pytest.raises(Unreachable):
        SmsMessenger(SmsSettings("http://127.0.0.1:1/", KEY), clock).deliver(MESSAGE)


@pytest.mark.parametrize(("url", "key"), [("http://sms.example/", KEY), ("https://sms.example/", b"short")])
def test_settings_that_would_leak_or_could_be_guessed_are_refused(url: str, key: bytes) -> None:
    with pytest.raises(ValueError, match="XUEJI_SMS"):
        SmsSettings(url, key)
