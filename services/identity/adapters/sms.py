"""Short messages through an office that takes them by HTTP: a template and its parameters, signed."""

import hmac
import json
import ssl
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from services.identity.application.messages import Message, RefusedForGood, Unreachable
from shared.codes.clock import Clock

SIGNATURE: Final = "X-Xueji-Signature"
TIMESTAMP: Final = "X-Xueji-Timestamp"
IDEMPOTENCY: Final = "Idempotency-Key"
_AT_HOME: Final = ("127.0.0.1", "::1", "localhost")
_SHORTEST_KEY: Final = 32
# whose fault an answer is: these say nothing about the message
_OFFICE_CLOSED: Final = frozenset((401, 403, 404, 408, 425, 429, 502, 503, 504))


@dataclass(frozen=True)
class SmsSettings:
    """Where short messages are handed over, and the key that both sides know."""

    url: str
    key: bytes = field(repr=False)
    ca_file: str | None = None
    timeout: float = 10.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _AT_HOME):
            raise ValueError("XUEJI_SMS_URL begins with https://; http:// is for a server on this machine only")
        if len(self.key) < _SHORTEST_KEY:
            raise ValueError(f"the key in XUEJI_SMS_KEY_FILE has at least {_SHORTEST_KEY} bytes")


def signature_of(key: bytes, timestamp: str, body: bytes) -> str:
    """What proves that a body comes from us and when: HMAC-SHA256 over the time, a line's end and the body."""
    return "v1=" + hmac.digest(key, timestamp.encode() + b"\n" + body, "sha256").hex()


class SmsMessenger:
    """POSTs `{"message_id", "to", "template", "parameters", "text"}`; an id that comes again, the office sends once.

    Any answer from 200 to 299 means that the office has taken the message.
    """

    def __init__(self, settings: SmsSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._tls = ssl.create_default_context(cafile=settings.ca_file)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    def deliver(self, message: Message) -> None:
        """Deliver by one attempt."""
        content = {
            "message_id": message.message_id,
            "to": message.to,
            "template": message.template,
            "parameters": dict(message.parameters),
            "text": message.text,
        }
        status = self._post(message.message_id, json.dumps(content, ensure_ascii=False).encode())
        if status in _OFFICE_CLOSED:
            raise Unreachable(f"HTTP {status}")
        if 400 <= status < 500:
            raise RefusedForGood(f"HTTP {status}")
        if not 200 <= status < 300:
            raise OSError(f"HTTP {status}")

    def _post(self, message_id: str, body: bytes) -> int:
        parts = urlsplit(self._settings.url)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            IDEMPOTENCY: message_id,
            TIMESTAMP: timestamp,
            SIGNATURE: signature_of(self._settings.key, timestamp, body),
        }
        connection = self._connection()
        try:
            try:
                connection.connect()
            except OSError as error:
                raise Unreachable(type(error).__name__) from error
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            return connection.getresponse().status
        except HTTPException as error:
            raise OSError(type(error).__name__) from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self._settings.url)
        host, timeout = parts.hostname or "", self._settings.timeout
        if parts.scheme == "https":
            return HTTPSConnection(host, parts.port, timeout=timeout, context=self._tls)
        return HTTPConnection(host, parts.port, timeout=timeout)
