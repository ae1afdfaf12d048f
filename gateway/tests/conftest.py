"""A gateway over services that answer with their contracts' examples, each question checked against its contract."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.app import create_app
from gateway.budgets import Budgets
from gateway.sessions import HeldAssertions
from gateway.settings import BUDGETS, GatewaySettings
from gateway.verification import in_process
from shared.access.assertion import Assertion, Signer, Verifier
from shared.blobs.files import FileBlobs
from shared.codes.clock import SetClock

NOW = datetime(2030, 9, 1, 8, tzinfo=UTC)
VALID_CODE = "S7Q4K2M9XC0TR5A1"
HOMES = {"registrar": "4111010001", "province_admissions": "11", "ministry": "moe", "image_collector": "img-1"}


class Services:
    """Stands where the bus is: takes only what fits a contract, answers with the contract's example."""

    def __init__(self):
        self.asked = []
        self.failure = None

    def call(
        self, contract, request, *, assertion=None, correlation_id=None, purpose=None, address=None, deadline=10.0
    ):
        contract().load(json.loads(json.dumps(request)))
        self.asked.append((contract, dict(request), assertion, correlation_id))
        if self.failure:
            raise self.failure
        return dict(contract.answer.example)


class Verification:
    """A verification service's public route with one report in its register."""

    def __init__(self):
        self.seen = []
        self.down = False

    def __call__(self, environ, start_response):
        question = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.seen.append((environ["PATH_INFO"], question, environ.get("HTTP_X_FORWARDED_FOR")))
        status, answer = self._answer(question["code"])
        start_response(status, [("Content-Type", "application/json"), ("Retry-After", "7")] if status[0] != "2" else [])
        return [json.dumps(answer).encode()]

    def _answer(self, code):
        if self.down:
            return "503 Service Unavailable", {"outcome": "unavailable"}
        if code != VALID_CODE:
            return "404 Not Found", {
                "outcome": "unknown", "rule": "X-REPORT-4", "zh": "此在线验证码无效。", "en": "This code is not valid.",
                "report": None,
            }  # fmt: skip
        return "200 OK", {
            "outcome": "valid", "rule": "A21-2", "zh": "验证成功。", "en": "This report is genuine and valid.",
            "report": {
                "kind": "qualification", "issued_on": "2030-07-15", "valid_until": "2030-10-15",
                "answered_at": "2030-09-01T08:00:00Z", "record_version": 3,
                "particulars": [
                    {"code": "name", "name_zh": "姓名", "name_en": "Name", "zh": "<b>张三</b>", "en": "<b>张三</b>"},
                    {"code": "level", "name_zh": "层次", "name_en": "Level", "zh": "本科", "en": "Undergraduate"},
                ],
                "photo": None,
            },
        }  # fmt: skip


@pytest.fixture(scope="session")
def key_pair():
    private = Ed25519PrivateKey.generate()
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


@pytest.fixture
def services():
    return Services()


@pytest.fixture
def verification():
    return Verification()


@pytest.fixture
def blobs(tmp_path):
    return FileBlobs(tmp_path / "blobs")


@pytest.fixture
def clock(tmp_path):
    clock = SetClock(tmp_path / "clock")
    clock.set(NOW)
    return clock


@pytest.fixture(scope="session")
def built(tmp_path_factory, key_pair):
    """Built once: the documents of all routes cost most of a second."""
    settings = GatewaySettings(
        amqp_url="",
        blobs_dir=tmp_path_factory.mktemp("blobs"),
        assertion_public_pem=key_pair[1],
        public_origin="https://xueji.example",
        largest_list=300_000,
        largest_photo=10_000,
    )
    return create_app(settings, Services(), Verification(), FileBlobs(settings.blobs_dir))


@pytest.fixture
def app(built, key_pair, services, verification, blobs, clock):
    built.extensions["xueji"] = replace(
        built.extensions["xueji"],
        caller=services,
        verification=in_process(verification),
        blobs=blobs,
        verifier=Verifier(key_pair[1], clock),
        sessions=HeldAssertions(),
        budgets=Budgets(BUDGETS),
    )
    return built


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def signed_in(key_pair, clock):
    """The Authorization header of somebody in a role."""

    def sign(role, org=None, sub="someone", **more):
        assertion = Assertion(
            sub,
            role,
            "any",
            "all",
            HOMES.get(role, "") if org is None else org,
            (),
            "j",
            NOW + timedelta(minutes=5),
            **more,
        )
        return {"Authorization": f"Bearer {Signer(key_pair[0], clock).sign(assertion)}"}

    return sign
