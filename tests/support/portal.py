"""The portal alone, on a port of its own: services answer with their contracts' examples, so that any page can be
looked at in any state within a moment."""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from werkzeug.serving import make_server

from cli.postgres_cluster import HOST, free_port
from gateway.app import create_app
from gateway.settings import GatewaySettings, budgets_from
from gateway.tests.conftest import Verification
from shared.access.assertion import Assertion, Signer
from shared.blobs.files import FileBlobs
from shared.codes.clock import SetClock
from shared.contracts.rpc.identity_offices import OfficeV1
from shared.contracts.rpc.identity_sign_in import AssertSessionV1
from shared.rules.refused import Refused

NOW: Final = datetime(2026, 10, 20, 8, tzinfo=UTC)
# whose session a token stands for, by its first letter
SESSIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "S": {"sub": "01930f3a-0000-7000-8000-0000000000c1", "role": "student", "level": "person", "org": ""},
    "F": {
        "sub": "01930f3a-0000-7000-8000-0000000000c1", "role": "student", "level": "person", "org": "",
        "stepped_up": True,
    },
    "O": {
        "sub": OfficeV1.example["owner"], "role": "registrar", "level": "school", "org": "4111010001",
        "office": "4111010001", "stepped_up": True,
    },
    "V": {"sub": "ver-1-3fa9c1", "role": "verifier", "level": "agency", "org": "ver-1", "office": "ver-1"},
}  # fmt: skip


class Examples:
    """Stands where the bus is: what fits a contract is answered with its example, or as a test says."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self.answers: dict[Any, Any] = {}

    def call(self, contract: Any, request: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        contract().load(json.loads(json.dumps(dict(request))))
        said = self.answers.get(contract, contract.answer.example)
        if isinstance(said, Refused):
            raise said
        if contract is AssertSessionV1:
            return {**said, "assertion": self._asserted(request["session"].removeprefix("xs1_")[0])}
        return dict(said)

    def _asserted(self, letter: str) -> str:
        until = NOW + timedelta(hours=1)
        more = {"office": "", "session": "s", **SESSIONS[letter]}
        return self._signer.sign(Assertion(kind="all", amr=("pwd",), jti=letter, exp=until, **more))


class Portal:
    """Where it stands, and what its services answer."""

    def __init__(self, origin: str, services: Examples) -> None:
        self.origin = origin
        self.services = services


@contextlib.contextmanager
def portal(folder: Path) -> Iterator[Portal]:
    """The gateway's pages by HTTP, for the time of a test."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    clock = SetClock(folder / "clock")
    clock.set(NOW)
    mailbox = folder / "mailbox"
    mailbox.mkdir()
    (mailbox / "1.txt").write_text(MAIL, encoding="utf-8")
    port = free_port()
    origin = f"http://localhost:{port}"
    settings = GatewaySettings(
        amqp_url="", blobs_dir=folder / "blobs", assertion_public_pem=public, clock=f"set:{folder / 'clock'}",
        public_origin=origin, mailbox_dir=mailbox, budgets=budgets_from("*=1000000 per minute"),
    )  # fmt: skip
    services = Examples(Signer(private, clock))
    app = create_app(settings, services, Verification(), FileBlobs(settings.blobs_dir))
    server = make_server(HOST, port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Portal(origin, services)
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


MAIL: Final = """To: zhangsan@example.edu.cn
Channel: mail
Date: 2026-10-20T02:00:00+00:00
Message-Id: m1
Subject: 学籍学历：验证码 / Your code

您的验证码：204816，十分钟内有效。
Code: 204816; it is valid for ten minutes.
"""
