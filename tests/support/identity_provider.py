"""Identity providers for tests: a package's own in a process of its own, and one of ours that lies as it is told."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3
from joserfc import jws
from joserfc.jwk import RSAKey

from cli.postgres_cluster import HOST, free_port

_pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=10))
Claims = dict[str, Any]


@contextmanager
def real_provider() -> Iterator[str]:
    """oidc-provider-mock as a server of its own; answers its issuer."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--host", HOST, "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://{HOST}:{port}"
    try:
        _wait_for(issuer)
        yield issuer
    finally:
        running.terminate()
        running.wait(10)


def _wait_for(issuer: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            if _pool.request("GET", f"{issuer}/.well-known/openid-configuration").status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("the identity provider did not start")
        time.sleep(0.05)


def know_user(issuer: str, account: str, **claims: Any) -> None:
    """Tell the package's provider what it says of an account."""
    answer = _pool.request("PUT", f"{issuer}/users/{account}", json=claims)
    assert answer.status == 204, answer.data


def approve(address: str, account: str) -> dict[str, str]:
    """Sign in there as a person would; answers what the browser brings back."""
    answer = _pool.request("POST", address, fields={"sub": account}, encode_multipart=False, redirect=False)
    assert answer.status in (302, 303), answer.data
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


class LyingProvider:
    """An identity provider that keeps to the protocol but for what a test makes it do."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, private=True)
        self.lie: Callable[[Claims], Claims] = dict
        self.sign: Callable[[Claims], str] = self.signed
        self.token_answer: Callable[[dict[str, Any]], Any] = dict
        self.issued: dict[str, dict[str, str]] = {}
        self.metadata: dict[str, Any] = {}
        self.server = ThreadingHTTPServer((HOST, 0), self._handler())
        self.server.daemon_threads = False  # the end of the server waits for the end of its answers
        self.issuer = f"http://{HOST}:{self.server.server_port}"

    @contextmanager
    def running(self) -> Iterator["LyingProvider"]:
        thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            thread.join(10)
            self.server.server_close()

    def approve(self, address: str) -> dict[str, str]:
        """What a browser brings back after its person agreed."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = token_urlsafe(16)
        self.issued[code] = asked
        return {"code": code, "state": asked["state"]}

    def signed(self, claims: Claims, key: Any = None, **header: str) -> str:
        header = {"alg": "RS256", "kid": "k1", **header}
        return jws.serialize_compact(header, json.dumps(claims), key or self.key, algorithms=[header["alg"]])

    def unsigned(self, claims: Claims) -> str:
        return _said({"alg": "none"}, claims) + "."

    def with_public_key_as_secret(self, claims: Claims) -> str:
        """The trick of taking the public key for a shared secret."""
        said = _said({"alg": "HS256", "kid": "k1"}, claims)
        proof = hmac.digest(self.key.as_pem(private=False), said.encode(), "sha256")
        return f"{said}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        asked = self.issued.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"xueji:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or authorization != f"Basic {expected}"
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge.decode().rstrip("=")
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "xueji", "sub": "248289761001", "nonce": asked["nonce"], "iat": now,
            "exp": now + 300, "amr": ["mfa"],
        }  # fmt: skip
        token = self.sign(self.lie(claims))
        return 200, self.token_answer({"id_token": token, "access_token": "unused", "token_type": "Bearer"})

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805 -- `self` is the request's inside
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/jwks":
                    return self._say(200, {"keys": [provider.key.as_dict(private=False)]})
                if self.path.startswith("/authorize"):
                    return self._send_back(self.path)
                found = {
                    "issuer": provider.issuer,
                    "authorization_endpoint": f"{provider.issuer}/authorize?tenant=1",
                    "token_endpoint": f"{provider.issuer}/token",
                    "jwks_uri": f"{provider.issuer}/jwks",
                    **provider.metadata,
                }
                return self._say(200, found)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._say(*provider.exchange(form, self.headers.get("Authorization", "")))

            def _send_back(self, asked: str) -> None:
                """A person with a browser, who agrees at once."""
                self.send_response(302)
                self.send_header("Location", f"{query_of(asked)['redirect_uri']}?{urlencode(provider.approve(asked))}")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _say(self, status: int, content: Any) -> None:
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        return Handler


def _said(*parts: Claims) -> str:
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


SECRET = "a-secret-of-the-tests"
"""What the client proves itself with at the lying provider."""


def query_of(address: str) -> dict[str, str]:
    """The parameters that an address carries."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
