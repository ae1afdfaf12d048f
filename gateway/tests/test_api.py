"""The API: every route reaches its service whole, and nothing gets in that does not belong there."""

import io
import json
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from openapi_spec_validator import validate

from gateway.api.document import openapi_of, openapi_text
from gateway.api.evidence_actions import ACTIONS
from gateway.api.routes import ROUTES
from gateway.tests.conftest import NOW, VALID_CODE
from shared.access.permissions import PERMISSIONS
from shared.blobs.sealed import seal_file
from shared.bus.failures import DeadlinePassed, ServiceFailed, ServiceMissing
from shared.contracts.catalogue import requests
from shared.contracts.rpc.enrollment_rules import ExplainRuleV1, ListRulesV1
from shared.contracts.rpc.enrollment_templates import ExportRosterV1, ListRosterV1
from shared.contracts.rpc.identity_claim_review import SeeClaimEvidenceV1
from shared.contracts.rpc.identity_claims import AddClaimEvidenceV1
from shared.contracts.rpc.identity_machines import IssueMachineTokenV1
from shared.contracts.rpc.identity_sign_in import AssertSessionV1
from shared.contracts.rpc.verification import GetReportPdfV1
from shared.rules.refused import NotFound, Refused
from shared.rules.rulebook import RULES

IN_PATH = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
EACH_ROUTE = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
ADDED = {"command_id", "digest", "filename"}


def role_for(route):
    if route.upload:
        return next(permission.role for permission in PERMISSIONS if permission.action == route.upload.action)
    if route.name in ACTIONS:
        return next(permission.role for permission in PERMISSIONS if permission.action in ACTIONS[route.name])
    return "registrar"


def ask(client, route, headers, *, key=None, **changes):
    """Ask a route for its contract's example."""
    example = {**route.contract.example, **changes}
    in_path = set(IN_PATH.findall(route.path))
    path = "/api/v1" + IN_PATH.sub(lambda match: str(example[match[1]]), route.path)
    left = {name: value for name, value in example.items() if name not in in_path and value is not None}
    headers = dict(headers)
    if route.is_command:
        headers["Idempotency-Key"] = str(key or example["command_id"])
        left.pop("command_id")
    if route.method == "GET":
        return client.get(path, query_string=left, headers=headers)
    if route.upload:
        form = {
            name: json.dumps(value) if isinstance(value, dict) else str(value)
            for name, value in left.items()
            if name not in ADDED
        }
        form["file"] = (io.BytesIO(b"a,b\n1,2\n"), example.get("filename", "photo.jpg"))
        return client.post(path, data=form, headers=headers, content_type="multipart/form-data")
    return client.post(path, json=left, headers=headers)


@EACH_ROUTE
def test_each_route_asks_its_service_and_hands_on_the_answer(client, services, signed_in, blobs, route):
    office = {"office": route.contract.example["code"]} if route.name == "attest_office" else {}
    headers = {} if route.public else signed_in(role_for(route), **office)
    proven = {"evidence": [blobs.put(b"%PDF-1.7 a paper")]} if route.contract.example.get("evidence") else {}
    response = ask(client, route, headers, **proven)
    assert (response.status_code, response.get_json()) == (route.status, route.contract.answer.example)
    ((contract, request, assertion, correlation_id),) = services.asked
    assert contract is route.contract
    expected = {name: value for name, value in (route.contract.example | proven).items() if value is not None}
    if route.upload:
        expected["digest"] = request["digest"]
        assert blobs.read(request["digest"]) == b"a,b\n1,2\n"
    assert {name: value for name, value in request.items() if value is not None} == expected
    assert bool(assertion) != route.public
    assert response.headers["X-Request-Id"] == correlation_id


@pytest.mark.asvs("8.2.1")
@EACH_ROUTE
def test_each_route_is_closed_unless_it_says_otherwise(client, services, route):
    response = ask(client, route, {})
    assert (response.status_code == 401) != route.public
    assert bool(services.asked) == route.public


@pytest.mark.rule("X-REQUEST-3")
@EACH_ROUTE
def test_each_command_needs_an_idempotency_key(client, services, signed_in, route):
    """Given any command of the API, when it comes without a UUID as its key, then it is refused and nothing is asked.
    Given any command of the API, when it comes without a UUID as its key, then it is refused and nothing is asked."""
    if not route.is_command:
        return
    for key in ("", "1", "not-a-uuid"):
        headers = {} if route.public else signed_in(role_for(route))
        response = ask(client, route, headers, key=key or "x")
        assert (response.status_code, response.get_json()["rule"]) == (400, "X-REQUEST-3")
    assert services.asked == []


@pytest.mark.asvs("15.3.3")
@EACH_ROUTE
def test_nothing_extra_gets_through(client, services, signed_in, route):
    headers = {} if route.public else signed_in(role_for(route))
    if route.is_command:
        headers["Idempotency-Key"] = str(uuid4())
    path = "/api/v1" + IN_PATH.sub(lambda match: str(route.contract.example[match[1]]), route.path)
    extra = {"is_admin": "true"}
    if route.method == "GET":
        response = client.get(path, query_string=extra, headers=headers)
    elif route.upload:
        response = client.post(path, data=extra, headers=headers, content_type="multipart/form-data")
    elif set(route.contract().fields) <= {"command_id", *IN_PATH.findall(route.path)}:
        return  # such a route reads no body at all
    else:
        response = client.post(path, json=extra, headers=headers)
    assert response.status_code == 422
    assert services.asked == []


def test_every_request_of_every_service_has_a_route():
    # downloads, the rulebook, what a template asks on its way, who stands behind a session, a machine's token
    answered_here = {
        AssertSessionV1,
        AddClaimEvidenceV1,
        SeeClaimEvidenceV1,
        IssueMachineTokenV1,
        GetReportPdfV1,
        ListRulesV1,
        ExplainRuleV1,
        ExportRosterV1,
        ListRosterV1,
    }
    assert {route.contract for route in ROUTES} | answered_here == set(requests())


def test_an_answer_that_was_begun_says_where_it_will_be(client, signed_in):
    route = next(route for route in ROUTES if route.name == "submit_admission_batch")
    response = ask(client, route, signed_in("province_admissions"))
    assert response.status_code == 202
    assert response.headers["Location"] == f"/api/v1/batches/{response.get_json()['id']}"


@pytest.mark.parametrize("after", ["-1", "1.5", "x", "29638679128945491968", "", "1&after_version=2"])
def test_numbers_in_a_query_are_bounded(client, services, signed_in, after):
    response = client.get(f"/api/v1/batches/{uuid4()}?after_version={after}", headers=signed_in("registrar"))
    if after.startswith("1&"):
        assert response.status_code == 200
    else:
        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "after_version"


def test_a_number_in_a_json_body_is_a_number(client, signed_in):
    body = {"kind": "status", "record_id": str(uuid4()), "language": "zh", "months": "3"}
    headers = {**signed_in("student"), "Idempotency-Key": str(uuid4())}
    assert client.post("/api/v1/reports", json=body, headers=headers).status_code == 422
    assert client.post("/api/v1/reports", json={**body, "months": 7}, headers=headers).status_code == 422
    assert client.post("/api/v1/reports", json={**body, "months": 3}, headers=headers).status_code == 201


@pytest.mark.rule("X-REQUEST-1")
@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null", '{"months": NaN}', b"\xff\xfe", "[" * 5000])
def test_a_body_that_is_no_object_is_refused(client, services, signed_in, body):
    """Given a body that is no JSON object, when it is posted, then it is refused and no service is asked."""
    headers = {**signed_in("student"), "Idempotency-Key": str(uuid4())}
    response = client.post("/api/v1/reports", data=body, headers=headers, content_type="application/json")
    assert response.status_code in (400, 422)
    assert response.content_type == "application/problem+json"
    assert services.asked == []


@pytest.mark.rule("X-SIGN-1")
@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x", "Basic eDp5", "bearer a.b.c"])
def test_only_a_true_assertion_opens_a_route(client, services, token):
    """Given a closed route, when anything but a true assertion comes, then nobody is signed in."""
    response = client.get("/api/v1/me/records", headers={"Authorization": token})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="xueji"'
    assert services.asked == []


@pytest.mark.rule("X-SIGN-1")
def test_an_assertion_that_is_over_opens_nothing(client, signed_in, clock):
    """Given an assertion that is over, when it is used, then nobody is signed in."""
    headers = signed_in("student")
    clock.set(NOW + timedelta(minutes=6))
    response = client.get("/api/v1/me/records", headers=headers)
    assert (response.status_code, response.get_json()["code"]) == (401, "NOT_SIGNED_IN")


@pytest.mark.rule("X-PERMIT-1")
def test_who_may_not_submit_may_not_fill_the_disk(client, services, signed_in, tmp_path):
    """Given a student, when they send an admission list, then it is refused and no byte is kept."""
    route = next(route for route in ROUTES if route.name == "submit_admission_batch")
    response = ask(client, route, signed_in("student"))
    assert (response.status_code, response.get_json()["code"]) == (403, "NOT_PERMITTED")
    assert [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()] == []


@pytest.mark.asvs("5.2.1")
@pytest.mark.parametrize(("size", "status"), [(90_000, 202), (250_000, 202), (300_001, 413), (450_000, 413)])
def test_a_file_has_a_limit(client, signed_in, size, status):
    form = {"province": "11", "entry_year": "2022", "file": (io.BytesIO(b"x" * size), "a.csv")}
    headers = {**signed_in("province_admissions"), "Idempotency-Key": str(uuid4())}
    response = client.post("/api/v1/admission-batches", data=form, headers=headers)
    assert response.status_code == status


@pytest.mark.asvs("5.2.1")
@pytest.mark.rule("X-REQUEST-2")
def test_a_request_that_is_no_upload_has_a_smaller_limit(client, signed_in):
    """Given a request that is no upload, when it is larger than 64 KiB, then it is refused."""
    headers = {**signed_in("student"), "Idempotency-Key": str(uuid4())}
    response = client.post("/api/v1/reports", data=b"x" * 70_000, headers=headers, content_type="application/json")
    assert (response.status_code, response.get_json()["rule"]) == (413, "X-REQUEST-2")


@pytest.mark.asvs("5.3.2")
@pytest.mark.parametrize(("given", "kept"), [("../../etc/a.csv", "a.csv"), ("名单.xlsx",) * 2])
def test_only_the_name_of_a_file_travels(client, services, signed_in, given, kept):
    form = {"province": "11", "entry_year": "2022", "file": (io.BytesIO(b"x"), given)}
    headers = {**signed_in("province_admissions"), "Idempotency-Key": str(uuid4())}
    assert client.post("/api/v1/admission-batches", data=form, headers=headers).status_code == 202
    assert services.asked[0][1]["filename"] == kept


class Example(Refused):
    """A refusal of the tests."""

    rule = "A16-2"
    zh = "该学籍已有证书 {number}。"
    en = "This status has certificate {number}."


def test_a_refusal_becomes_a_problem_in_both_languages(client, services, signed_in):
    services.failure = Refused.from_dict(Example(field="status_id", number="1").as_dict())
    response = client.get("/api/v1/me/records", headers={**signed_in("student"), "Accept-Language": "zh-CN,en;q=0.5"})
    assert response.status_code == 409
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert problem == {
        "type": "https://xueji.example/rules/A16-2",
        "title": RULES["A16-2"].zh,
        "status": 409,
        "detail": "该学籍已有证书 1。",
        "instance": "/api/v1/me/records",
        "code": "EXAMPLE",
        "rule": "A16-2",
        "zh": "该学籍已有证书 1。",
        "en": "This status has certificate 1.",
        "field": "status_id",
        "details": {"number": "1"},
        "request_id": response.headers["X-Request-Id"],
    }
    services.failure = NotFound()
    response = client.get("/api/v1/me/records", headers=signed_in("student"))
    assert (response.status_code, response.get_json()["detail"]) == (404, RULES["X-FOUND-1"].en)


@pytest.mark.asvs("16.5.1", "16.5.2", "16.5.4")
@pytest.mark.rule("X-SERVICE-1", "X-SERVICE-2", "X-SERVICE-3")
@pytest.mark.parametrize(
    ("failure", "status", "rule"),
    [
        (ServiceMissing("identity"), 503, "X-SERVICE-1"),
        (DeadlinePassed("identity"), 504, "X-SERVICE-2"),
        (ServiceFailed("identity"), 500, "X-SERVICE-3"),
        (RuntimeError("11010519491231002X"), 500, "X-SERVICE-3"),
    ],
)
def test_a_call_that_failed_says_what_to_do(client, services, signed_in, failure, status, rule):
    """Given a service that is missing, silent or broken, when it is asked, then the answer says what to do and tells
    nothing of the data."""
    services.failure = failure
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    response = client.get("/api/v1/me/records", headers=signed_in("student"))
    assert (response.status_code, response.get_json()["rule"]) == (status, rule)
    assert ("Retry-After" in response.headers) == (status in (503, 504))
    assert "1101" not in response.get_data(as_text=True)
    if status == 504:
        assert "same key" in response.get_json()["en"]


@pytest.mark.rule("X-FOUND-1")
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/batches/not-a-uuid", "/api/v1/batches/1%00"])
def test_what_is_not_there_is_a_problem_too(client, signed_in, path):
    """Given an address that leads nowhere, when it is asked, then the answer is a problem that says so."""
    response = client.get(path, headers=signed_in("registrar"))
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_a_wrong_method_names_the_right_ones(client):
    response = client.delete("/api/v1/accounts")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("place", ["batches", "certificate-batches"])
def test_refused_rows_are_for_people_and_not_for_machines(client, signed_in, services, blobs, place):
    """Given a machine client that may follow files, when it asks for the refused rows, which are there as they were
    handed in, then it is turned away; a person is not."""
    services.call = lambda contract, request, **_: {**contract.answer.example, "errors_digest": blobs.put(b"row,why\n")}
    path = f"/api/v1/{place}/{uuid4()}/errors"
    machine = signed_in("province_education", "11", "machine:education-11-1", scopes=("read_batch",))
    refused = client.get(path, headers=machine)
    assert (refused.status_code, refused.get_json()["rule"]) == (403, "A24-1")
    asked = []
    answer_of = services.call
    services.call = lambda contract, request, **more: asked.append(request) or answer_of(contract, request, **more)
    with client.get(path, headers=signed_in("province_education", "11")) as answer:
        assert answer.status_code == 200
    assert [each["refused_rows"] for each in asked] == [True], "the look is recorded before the rows leave"


@pytest.mark.asvs("5.4.1")
def test_refused_rows_are_downloaded_under_their_digest(client, services, signed_in, blobs):
    services.call = lambda contract, request, **_: {**contract.answer.example, "errors_digest": blobs.put(b"row,why\n")}
    with client.get(f"/api/v1/batches/{uuid4()}/errors", headers=signed_in("registrar")) as response:
        assert response.get_data() == b"row,why\n"
        assert response.headers["Content-Disposition"].startswith("attachment")
    services.call = lambda contract, request, **_: {**contract.answer.example, "errors_digest": None}
    response = client.get(f"/api/v1/batches/{uuid4()}/errors", headers=signed_in("registrar"))
    assert response.status_code == 404


def test_a_plan_is_downloaded_whole(client, services, signed_in, blobs):
    digest = blobs.put(b'{"head":{}}\n{"row":2}\n')
    services.call = lambda contract, request, **_: {**contract.answer.example, "digest": digest}
    with client.get(f"/api/v1/batches/{uuid4()}/plan/file", headers=signed_in("registrar")) as response:
        assert response.get_data().endswith(b'{"row":2}\n')
        assert response.content_type.startswith("application/x-ndjson")


def test_a_report_is_opened_for_its_owner(client, services, signed_in, blobs):
    sealed, key = seal_file(b"%PDF-1.7")
    digest = blobs.put(sealed)
    services.call = lambda contract, request, **_: {"digest": digest, "key": key, "filename": "report.pdf"}
    response = client.get(f"/api/v1/reports/{uuid4()}/document", headers=signed_in("student"))
    assert (response.get_data(), response.content_type) == (b"%PDF-1.7", "application/pdf")


def test_downloads_are_closed_to_strangers(client):
    for path in (
        "batches/{}/errors",
        "batches/{}/plan/file",
        "certificate-batches/{}/errors",
        "photos/{}/file",
        "reports/{}/document",
    ):
        assert client.get(f"/api/v1/{path.format(uuid4())}").status_code == 401


def test_anyone_verifies_a_code_and_no_bus_is_asked(client, services, verification):
    response = client.post(
        "/api/v1/verifications", json={"code": VALID_CODE}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert (response.status_code, response.get_json()["outcome"]) == (200, "valid")
    assert verification.seen == [("/verify", {"code": VALID_CODE, "photo": "inline"}, "192.0.2.7")]
    assert services.asked == []
    response = client.post("/api/v1/verifications", json={"code": "S000000000000000"})
    assert (response.status_code, response.get_json()["rule"]) == (404, "X-REPORT-4")
    assert response.headers["Retry-After"] == "7"
    assert client.post("/api/v1/verifications", json={"code": "x" * 65}).status_code == 422


def test_verification_that_is_down_is_said(client, verification):
    verification.down = True
    response = client.post("/api/v1/verifications", json={"code": VALID_CODE})
    assert (response.status_code, response.get_json()["rule"]) == (503, "X-SERVICE-1")


@pytest.mark.asvs("4.1.3")
def test_a_stranger_cannot_say_that_he_comes_from_elsewhere(client, verification):
    headers = {"X-Forwarded-For": "198.51.100.1"}
    client.post(
        "/api/v1/verifications", json={"code": VALID_CODE}, headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert verification.seen[0][2] == "192.0.2.7"


def test_every_answer_carries_the_strict_headers(client, signed_in):
    for path in ("/zh/", "/api/v1/me/records", "/nothing", "/static/xueji.css"):
        with client.get(path, headers=signed_in("student")) as response:
            headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["Content-Security-Policy"]
    assert client.get("/api/v1/me/records", headers=signed_in("student")).headers["Cache-Control"] == "no-store"


@pytest.mark.asvs("16.4.1")
def test_a_request_id_is_taken_only_when_it_is_plain(client):
    assert client.get("/zh/", headers={"X-Request-Id": "trace-0001"}).headers["X-Request-Id"] == "trace-0001"
    assert UUID(client.get("/zh/", headers={"X-Request-Id": "<script>"}).headers["X-Request-Id"])


def test_the_openapi_document_is_valid_and_the_same_without_a_platform(app):
    document = openapi_of(app)
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert json.loads(openapi_text()) == document
    for path, entries in document["paths"].items():
        for method, operation in entries.items():
            if method in ("get", "post"):
                assert operation["summary"], path
                assert "security" in operation, path
                assert all("application/json" not in problem for problem in operation["responses"].get("409", {}))
    for name, response in document["components"]["responses"].items():
        assert name.startswith("Problem")
        assert set(response["content"]) == {"application/problem+json"}


def test_no_body_repeats_what_the_key_and_the_file_say(app):
    schemas = openapi_of(app)["components"]["schemas"]
    for name, schema in schemas.items():
        if name.endswith(("Body", "Form")):
            assert not ADDED & set(schema["properties"]), name
            assert schema["additionalProperties"] is False
