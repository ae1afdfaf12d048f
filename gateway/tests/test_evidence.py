"""Papers that prove something: handed in by who may, seen where they are named."""

import io
import re
from uuid import uuid4

import pytest

from gateway.api import evidence
from gateway.api.evidence_actions import ACTIONS
from gateway.api.routes import ROUTES
from shared.access.decide import StepUpNeeded
from shared.access.permissions import ACTIONS as ACTIONS_OF_TABLE
from shared.access.permissions import PERMISSIONS
from shared.contracts.rpc.identity_offices import GetOfficeV1

PDF = b"%PDF-1.7\n1 0 obj\n"


def hand_in(client, headers, content, name="proof.pdf"):
    return client.post("/api/v1/evidence", data={"file": (io.BytesIO(content), name)}, headers=headers)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PDF, "application/pdf"), (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"), (b"\x89PNG\r\n\x1a\n....", "image/png")],
)
def test_a_paper_is_kept_under_its_digest(client, signed_in, blobs, content, kind):
    answer = hand_in(client, signed_in("student"), content)
    assert (answer.status_code, answer.json["content_type"]) == (201, kind)
    assert blobs.read(answer.json["digest"]) == content


@pytest.mark.asvs("5.2.2")
def test_what_is_no_paper_is_refused_with_its_rule(client, signed_in):
    answer = hand_in(client, signed_in("registrar"), b"MZ\x90\x00 program")
    assert (answer.status_code, answer.json["rule"]) == (422, "X-FILE-2")
    assert {"zh", "en"} <= answer.json.keys()


@pytest.mark.asvs("5.2.1")
def test_a_paper_that_is_too_large_is_refused_unread(client, signed_in):
    answer = client.post(
        "/api/v1/evidence",
        content_type="multipart/form-data; boundary=x",
        headers=signed_in("registrar"),
        environ_overrides={"CONTENT_LENGTH": str(evidence.LARGEST * 2)},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("role", ["registrar", "verifier", "auditor", "ministry"])
def test_who_has_nothing_to_prove_fills_no_disk(client, signed_in, role):
    """Every office hands in its written procedure once a year (A23-1); no machine hands anything in."""
    machine = signed_in(role, scopes=("read_counts", "read_offices"))
    assert hand_in(client, machine, PDF).status_code == 403
    assert hand_in(client, {}, PDF).status_code == 401


OF_RECORDS = sorted(set(evidence._PLACES) - {"/offices"})


def path_of(place, named):
    item = "4111010001" if place == "/offices" else uuid4()
    return f"/api/v1{place}/{item}/evidence/{named}"


@pytest.mark.rule("A25-1")
@pytest.mark.parametrize("place", OF_RECORDS)
def test_a_paper_leaves_only_when_the_service_opens_it(client, services, signed_in, blobs, monkeypatch, place):
    """Given a record with a paper, when the paper is asked for by its name, then the service is told which is about to
    be seen, and the file that leaves is the one it opens; where it opens none, nothing leaves though the file is there.
    """
    digest, named = blobs.put(PDF), "cd" * 32
    contract, _ = evidence._PLACES[place]
    path = path_of(place, named)
    assert client.get(path, headers=signed_in("registrar")).status_code == 404
    assert client.get(path_of(place, digest), headers=signed_in("registrar")).status_code == 404
    monkeypatch.setattr(contract.answer, "example", {**contract.answer.example, "paper": digest})
    with client.get(path, headers=signed_in("registrar")) as answer:
        assert (answer.status_code, answer.data, answer.content_type) == (200, PDF, "application/pdf")
    asked, request, *_ = services.asked[-1]
    assert (asked, request["paper"]) == (contract, named)
    services.failure = StepUpNeeded(action="unmask_person")
    refused = client.get(path, headers=signed_in("ministry"))
    assert (refused.status_code, refused.json["rule"]) == (403, "X-SIGN-2")


@pytest.mark.rule("A24-1")
@pytest.mark.parametrize("place", sorted(evidence._PLACES))
def test_no_machine_gets_a_paper(client, services, signed_in, blobs, place):
    """Given another system with every scope, when it asks for a paper of any kind, then it is refused unasked."""
    machine = signed_in("registrar", scopes=ACTIONS_OF_TABLE)
    refused = client.get(path_of(place, blobs.put(PDF)), headers=machine)
    assert (refused.status_code, refused.json["rule"]) == (403, "A24-1")
    assert services.asked == []


@pytest.mark.parametrize("named", ["x", "AB" * 32, "ab" * 31, "ab" * 33])
def test_what_cannot_be_a_name_of_a_paper_is_asked_of_nobody(client, services, signed_in, named):
    assert client.get(path_of("/cases", named), headers=signed_in("registrar")).status_code == 404
    assert services.asked == []


def test_a_paper_that_was_never_handed_in_proves_nothing(client, services, signed_in, blobs):
    """An office states for itself alone: of another's papers it learns neither that they are there nor that not."""
    body = {"statement": "钥匙由专人保管,记录存放于本处保险柜", "evidence": ["ab" * 32]}
    mine = {**signed_in("registrar", office="4111010001"), "Idempotency-Key": str(uuid4())}
    theirs = {**signed_in("registrar", office="4111010002"), "Idempotency-Key": str(uuid4())}
    path = "/api/v1/offices/4111010001/statements"
    answer = client.post(path, json=body, headers=mine)
    assert (answer.status_code, answer.json["rule"], answer.json["field"]) == (422, "X-FOUND-1", "evidence")
    assert services.asked == []
    refused = client.post(path, json=body, headers=theirs)
    body["evidence"] = [blobs.put(PDF)]
    assert client.post(path, json=body, headers=mine).status_code == 200
    again = client.post(path, json=body, headers=theirs)
    assert (refused.status_code, again.status_code) == (403, 403)
    assert {name: value for name, value in refused.json.items() if name != "request_id"} == {
        name: value for name, value in again.json.items() if name != "request_id"
    }


def test_whether_a_paper_of_a_record_is_there_the_service_says_that_knows_whose_record_it_is(
    client, services, signed_in
):
    body = {"kind": "correction", "values": {"name": "王小明"}, "statement": "姓名有误", "evidence": ["ab" * 32]}
    headers = {**signed_in("registrar"), "Idempotency-Key": str(uuid4())}
    assert client.post(f"/api/v1/students/{uuid4()}/cases", json=body, headers=headers).status_code == 201
    ((_, asked, _, _),) = services.asked
    assert asked["evidence"] == ["ab" * 32]


def test_the_written_procedure_of_an_office_is_read_by_whoever_reads_the_office(
    client, services, signed_in, blobs, monkeypatch
):
    """A23-1: handed in like any paper, and named by its digest in the office's statement."""
    digest = blobs.put(PDF)
    monkeypatch.setattr(GetOfficeV1.answer, "example", {**GetOfficeV1.answer.example, "procedure": digest})
    office = "/api/v1/offices/4111010001"
    with client.get(f"{office}/evidence/{digest}", headers=signed_in("registrar")) as answer:
        assert (answer.status_code, answer.data) == (200, PDF)
    assert services.asked[-1][0] is GetOfficeV1
    assert services.asked[-1][1]["code"] == "4111010001"
    other = blobs.put(b"%PDF-1.7 of another office")
    assert client.get(f"{office}/evidence/{other}", headers=signed_in("registrar")).status_code == 404


NAMING_EVIDENCE = [route for route in ROUTES if "evidence" in route.contract().fields]


def test_every_route_that_takes_evidence_says_who_may_name_it():
    assert {route.name for route in NAMING_EVIDENCE} == set(ACTIONS)
    known = {permission.action for permission in PERMISSIONS}
    assert {action for actions in ACTIONS.values() for action in actions} <= known


@pytest.mark.asvs("8.2.1")
@pytest.mark.parametrize("route", NAMING_EVIDENCE, ids=lambda route: route.name)
def test_who_may_not_do_it_learns_nothing_of_what_was_handed_in(client, services, signed_in, blobs, route):
    """Given a paper that is there and one that is not, when a stranger names either, then both are refused alike."""
    left = {name: value for name, value in route.contract.example.items() if value is not None}
    path = "/api/v1" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(left.pop(match[1])), route.path)
    body = {name: value for name, value in left.items() if name != "command_id"}
    allowed = {permission.role for permission in PERMISSIONS if permission.action in ACTIONS[route.name]}
    stranger = next(role for role in ("verifier", "student") if role not in allowed)
    told = []
    for digest in ("ab" * 32, blobs.put(PDF)):
        headers = {**signed_in(stranger), "Idempotency-Key": str(uuid4())}
        answer = client.post(path, json=body | {"evidence": [digest]}, headers=headers)
        told.append((answer.status_code, answer.json["rule"], answer.json["en"]))
    assert told[0] == told[1]
    assert told[0][0] == 403
    assert services.asked == []
