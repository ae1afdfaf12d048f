"""The verification service's public route: over HTTP, or in the same process. No bus on this path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from wsgiref.types import WSGIApplication

import msgspec
import urllib3
from werkzeug.test import Client

from shared.bus.failures import DeadlinePassed, ServiceMissing

PATH: Final = "/verify"
TARGET: Final = "verification"
_Send = Callable[[bytes, dict[str, str]], tuple[int, Mapping[str, str], bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the verification service said: its status, its words, and when to come again."""

    status: int
    content: dict[str, Any]
    retry_after: str | None


class PublicVerification(Protocol):
    """Whatever answers strangers who hold a code."""

    def verify(self, code: str, *, client: str, request_id: str) -> Answer:
        """Ask about a code, exactly as it was typed."""
        ...


class VerificationRoute:
    """The public route, whichever way it is reached."""

    def __init__(self, send: _Send) -> None:
        self._send = send

    def verify(self, code: str, *, client: str, request_id: str) -> Answer:
        headers = {"Content-Type": "application/json", "X-Forwarded-For": client, "X-Request-Id": request_id}
        status, answered, body = self._send(msgspec.json.encode({"code": code, "photo": "inline"}), headers)
        try:
            content = msgspec.json.decode(body)
        except msgspec.DecodeError:
            content = None
        if not isinstance(content, dict) or status >= 500:
            raise ServiceMissing(TARGET)
        return Answer(status, content, answered.get("Retry-After"))


def over_http(url: str, deadline: float) -> VerificationRoute:
    """The route of a verification service that listens at this address."""
    pool = urllib3.PoolManager(
        num_pools=2, maxsize=16, retries=False, timeout=urllib3.Timeout(connect=2.0, read=deadline)
    )

    def send(body: bytes, headers: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        try:
            answer = pool.request("POST", url + PATH, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.ReadTimeoutError as error:
            raise DeadlinePassed(TARGET) from error
        except urllib3.exceptions.HTTPError as error:
            raise ServiceMissing(TARGET) from error
        return answer.status, answer.headers, answer.data

    return VerificationRoute(send)


def in_process(app: WSGIApplication) -> VerificationRoute:
    """The route of a verification service in this process, reached as a WSGI application."""

    def send(body: bytes, headers: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        answer = Client(app).post(PATH, data=body, headers=headers, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        return answer.status_code, dict(answer.headers), answer.get_data()

    return VerificationRoute(send)
