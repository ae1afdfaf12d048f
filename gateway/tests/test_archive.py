"""The archive in one answer: every part asked in the student's name, and a part that is away takes no other with it."""

from dataclasses import replace
from uuid import uuid4

import pytest

from gateway.api.archive import PARTS
from shared.bus.failures import DeadlinePassed, ServiceMissing
from shared.contracts.rpc.credentials_own import ListMyCertificatesV1
from shared.contracts.rpc.identity_privacy import ListMyLooksV1
from shared.rules.refused import NotFound

PATH = "/api/v1/me/archive"


class SomeAway:
    """Services of which some fail, each in its own way."""

    def __init__(self, services, failures):
        self.services, self.failures = services, failures

    def call(self, contract, request, **more):
        if contract in self.failures:
            raise self.failures[contract]
        return self.services.call(contract, request, **more)


@pytest.mark.rule("A21-1")
def test_everything_kept_of_a_student_is_one_answer(client, signed_in, services):
    """Given a student, when the archive is asked for, then every part is its service's answer, asked in the student's
    own name; what the registry does not keep has no part."""
    header = signed_in("student", sub=str(uuid4()))
    answer = client.get(PATH, headers=header)
    assert answer.status_code == 200
    assert list(answer.json) == list(PARTS)
    for name, contract in PARTS.items():
        assert answer.json[name] == {"answer": contract.answer.example, "fault": None}
    assert {assertion for _, _, assertion, _ in services.asked} == {header["Authorization"].removeprefix("Bearer ")}
    assert not [name for name in answer.json if "aid" in name]


def test_a_part_that_is_away_is_said_and_the_others_are_there(client, app, signed_in, services):
    failures = {
        ListMyCertificatesV1: ServiceMissing("credentials.list_my_certificates"),
        ListMyLooksV1: DeadlinePassed("identity.list_my_looks", "1"),
        PARTS["account"]: NotFound(kind="account"),
    }
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=SomeAway(services, failures))
    answer = client.get(PATH, headers=signed_in("student", sub=str(uuid4())))
    assert answer.status_code == 200
    faults = {name: part["fault"]["rule"] for name, part in answer.json.items() if part["fault"]}
    assert faults == {"certificates": "X-SERVICE-1", "looks": "X-SERVICE-1", "account": "X-FOUND-1"}
    assert all(part["answer"] for part in answer.json.values() if not part["fault"])


@pytest.mark.rule("A21-1")
def test_only_a_student_has_an_archive(client, signed_in):
    """Given staff of an office, or nobody, when an archive is asked for, then there is none."""
    assert client.get(PATH, headers=signed_in("registrar")).status_code == 403
    assert client.get(PATH).status_code == 401


def test_a_purpose_travels_with_the_question(client, signed_in, app):
    told = []

    class Listening:
        def call(self, contract, request, *, purpose=None, **more):
            told.append(purpose)
            return dict(contract.answer.example)

    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=Listening())
    path = f"/api/v1/students/{uuid4()}"
    for said in ("support call", "%E6%9D%A5%E7%94%B5", ""):
        assert client.get(path, headers=signed_in("operator", "ctr") | {"X-Purpose": said}).status_code == 200
    assert told == ["support call", "来电", None]
    for bad in ("x" * 121, "%ff%fe", "a%0ab"):
        refused = client.get(path, headers=signed_in("operator", "ctr") | {"X-Purpose": bad})
        assert (refused.status_code, refused.json["field"]) == (422, "X-Purpose")
    assert len(told) == 3


@pytest.mark.asvs("16.2.5")
def test_a_purpose_names_nobodys_number(client, signed_in):
    """It is kept in clear with every look, in facts and tables that nobody can change."""
    path, person = f"/api/v1/students/{uuid4()}", signed_in("operator", "ctr")
    for said in ("call of 13812345678", "%E6%9D%A5%E7%94%B5 11010519491231002X", "a.b@example.edu.cn wrote"):
        refused = client.get(path, headers=person | {"X-Purpose": said})
        assert (refused.status_code, refused.json["code"]) == (422, "TEXT_NAMES_PERSON")
        assert "138" not in refused.text
