"""A nation is founded from nothing: ministry, provinces, a school, agencies, their people, their other systems."""

import base64
import json

import pytest
import urllib3
from click.testing import CliRunner

from cli.client import Answer, until
from cli.main import xueji
from cli.people import people
from cli.story import API
from tests.support.identity_walk import (
    ADM,
    CTR,
    EDU,
    MOE,
    OLD_SCHOOL,
    PASSWORD,
    PKU,
    IdentityWalk,
    ended,
    found,
    refused,
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
NAMES = (
    "minister", "education", "admissions", "operator-1", "operator-2", "registrar-1", "registrar-2", "collector-1",
    "collector-2", "verifier", "old-owner", "old-heir",
)  # fmt: skip
WHO = dict(zip(NAMES, people(seed=20220801), strict=False))
OFFICES = (
    (EDU, "province_education", "北京市教育委员会", "education"),
    (ADM, "province_admissions", "北京教育考试院", "admissions"),
    (CTR, "operator", "学信中心", "operator-1"),
    ("photo-house", "image_collector", "图像采集中心", "collector-1"),
    ("ver-1", "verifier", "某用人单位", "verifier"),
)


@pytest.fixture(scope="module")
def walk(identities: IdentityWalk) -> IdentityWalk:
    return identities


def test_a_registry_is_founded_once_and_its_ministry_acts_after_its_statement(walk: IdentityWalk) -> None:
    demo = {"operator_id": "ministry", "key": "demo-only-ministry"}
    assert refused(walk.nobody.post, f"{API}/operator-sessions", demo) == "X-SIGN-1"
    one = WHO["minister"]
    asked = ["offices", "found", "--ministry", "教育部", "--id-type", one.id_type]
    said = f"{one.name}\nminister@example.gov.cn\n{one.id_number}\n"
    founded = CliRunner().invoke(xueji, asked, input=said, env=walk.platform.environ)
    assert founded.exit_code == 0, founded.output
    again = CliRunner().invoke(xueji, asked, input=said, env=walk.platform.environ)
    assert again.exit_code == 1
    owner = founded.output.partition("founded: office moe, owner ")[2].splitlines()[0]
    minister = walk.enrol(owner, "minister@example.gov.cn", otp=True)
    walk.kept["minister"] = owner
    walk.add_passkey(minister, owner)
    province = {"code": EDU, "kind": "province_education", "name": "北京市教育委员会", "valid_from": "2022-08-01"}
    assert refused(minister.post, f"{API}/offices", province) == "A23-1"
    walk.attest("minister", MOE)
    walk.later(minutes=1)
    said_of = {"name": owner, "password": PASSWORD}
    assert refused(walk.nobody.post, f"{API}/password-sessions", said_of) == "X-SIGN-5"
    assert walk.nobody.post(f"{API}/password-sessions", {**said_of, "otp": walk.otp(owner)})["role"] == "ministry"


def test_provinces_agencies_and_a_school_act_in_the_names_of_their_people(walk: IdentityWalk) -> None:
    for code, kind, name, owner in OFFICES:
        walk.found(code, kind, name)
        walk.appoint("minister", code, owner, WHO[owner], as_owner=True)
        walk.attest(owner, code)
    for code, name in ((PKU, "北京大学"), (OLD_SCHOOL, "北京医科大学")):
        walk.found(code, "school", name)
    nobody_yet = {"name": "李明", "mail": "liming@example.edu.cn", "id_type": "1", "id_number": "11010519491231002X"}
    path = f"{API}/offices/{PKU}/operators"
    assert refused(walk.staff("education").post, path, {**nobody_yet, "training": "all"}) == "X-OFFICE-2"
    walk.appoint("education", PKU, "registrar-1", WHO["registrar-1"], as_owner=True)
    walk.attest("registrar-1", PKU)
    for owner, code, name in (
        ("registrar-1", PKU, "registrar-2"),
        ("operator-1", CTR, "operator-2"),
        ("collector-1", "photo-house", "collector-2"),
    ):
        walk.appoint(owner, code, name, WHO[name])
    listed = walk.staff("education").get(f"{API}/offices", kind="school")["offices"]
    assert [each["code"] for each in listed] == [PKU, OLD_SCHOOL]
    working = found(lambda: walk.staff("education").get(path)["operators"], lambda each: len(each) == 2)
    assert {each["name"] for each in working} == {WHO["registrar-1"].name, WHO["registrar-2"].name}
    assert refused(walk.staff("registrar-1").get, f"{API}/offices/{OLD_SCHOOL}") == "A24-1"
    assert refused(walk.staff("registrar-1").post, f"{API}/offices/{PKU}/suspend", {"reason": "试试"}) == "X-PERMIT-1"


def test_an_invitation_is_mistyped_sent_anew_and_an_owner_is_followed_by_another(walk: IdentityWalk) -> None:
    education, one = walk.staff("education"), WHO["old-owner"]
    person = {"name": one.name, "mail": "old-owner@example.gov.cn", "training": "all"}
    person |= {"id_type": one.id_type, "id_number": one.id_number}
    path = f"{API}/offices/{OLD_SCHOOL}"
    first = str(education.post(f"{path}/operators", {**person, "as_owner": True})["operator_id"])
    walk.letter("old-owner@example.gov.cn", first)
    wrong = {"operator_id": first, "code": "0000-0000-0000"}
    assert refused(walk.nobody.post, f"{API}/enrolments", wrong) == "X-SIGN-5"
    before = len(walk.post.to("old-owner@example.gov.cn", "Invitation: "))
    education.post(f"{API}/operators/{first}/invitations", {})
    until(lambda: len(walk.post.to("old-owner@example.gov.cn", "Invitation: ")) > before or None, "another invitation")
    walk.enrol(first, "old-owner@example.gov.cn")
    walk.kept["old-owner"] = first
    walk.attest("old-owner", OLD_SCHOOL)
    heir = walk.appoint("old-owner", OLD_SCHOOL, "old-heir", WHO["old-heir"])
    walk.staff("old-owner").post(f"{path}/owner", {"operator_id": heir})
    heirs = walk.staff("old-heir")
    walk.staff("education").post(f"{API}/operators/{heir}/revoke", {"reason": "调离"})
    until(lambda: ended(heirs), "the end of the session", seconds=30)
    assert found(lambda: walk.staff("education").get(path), lambda office: office["owner"] is None)


def test_an_office_is_renamed_stopped_let_go_on_merged_and_closed(walk: IdentityWalk) -> None:
    path, minister = f"{API}/offices/{OLD_SCHOOL}", walk.staff("minister")
    minister.post(f"{path}/names", {"name": "北京大学医学部", "valid_from": "2022-08-05"})
    walk.staff("education").post(f"{path}/suspend", {"reason": "多人共用钥匙"})
    shown = found(lambda: minister.get(path), lambda one: one["suspended"])
    assert shown["state"] == "only_reads"
    walk.staff("education").post(f"{path}/resume", {"reason": "每人都有通行密钥"})
    minister.post(f"{path}/merge", {"into": PKU, "on": "2022-09-01"})
    merged = found(lambda: minister.get(path), lambda one: one["successor"])
    assert (merged["successor"], merged["ended_on"]) == (PKU, "2022-09-01")
    assert minister.get(path, on="2022-08-03")["named"] == "北京医科大学"
    assert [each["code"] for each in walk.nobody.get(f"{API}/schools", text="北京医科")["schools"]] == [OLD_SCHOOL]
    walk.found("short-lived", "image_collector", "临时采集点")
    minister.post(f"{API}/offices/short-lived/close", {"on": "2022-08-20", "reason": "合同到期"})
    walk.on("2022-08-20")
    person = {"name": "李明", "mail": "liming@example.edu.cn", "id_type": "1", "id_number": "11010519491231002X"}
    late = {**person, "training": "all", "as_owner": True}
    assert refused(walk.staff("minister").post, f"{API}/offices/short-lived/operators", late) == "X-OFFICE-1"


def test_staff_of_an_office_with_a_provider_of_its_own_sign_in_there(walk: IdentityWalk) -> None:
    operator_id = walk.kept["education"]
    path, account = f"{API}/operators/{operator_id}/provider-account", {"account": "248289761001"}

    def arrive() -> Answer:
        begun = walk.nobody.post(f"{API}/provider-sessions/options", {"office": EDU})
        brought = walk.provider.approve(begun["address"])
        return walk.nobody.post(f"{API}/provider-sessions", {"ceremony": begun["ceremony"], **brought})

    assert [each["office"] for each in walk.nobody.get(f"{API}/providers")["providers"]] == [EDU]
    assert refused(arrive) == "X-SIGN-5", "arrival makes nobody an operator"
    walk.staff("minister").post(path, account)
    assert refused(arrive) == "X-SIGN-6", "on the word of whoever appoints nobody signs in for another"
    begun = walk.nobody.post(f"{API}/provider-sessions/options", {"office": EDU})
    brought = walk.provider.approve(begun["address"])
    walk.staff("education").post(f"{API}/me/provider-account", {"ceremony": begun["ceremony"], **brought})
    arrived = arrive()
    assert (arrived["sub"], arrived["role"]) == (operator_id, "province_education")
    assert walk.nobody.signed_in(arrived["session"]).get(f"{API}/offices")["offices"]
    walk.staff("minister").post(f"{path}/remove", account)
    assert refused(arrive) == "X-SIGN-5"


def token(walk: IdentityWalk, client: Answer, **asked: str) -> tuple[int, Answer]:
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    fields = {"grant_type": "client_credentials", **asked}
    headers = {"Authorization": f"Basic {basic}"}
    url = f"{walk.platform.origin}/oauth/token"
    answer: urllib3.BaseHTTPResponse = walk.noted.request(
        "POST", url, fields=fields, encode_multipart=False, headers=headers
    )
    return answer.status, json.loads(answer.data)


def test_another_system_of_the_school_looks_and_does_no_more(walk: IdentityWalk) -> None:
    path = f"{API}/offices/{PKU}/machine-clients"
    asked = {"name": "校园门户", "scopes": ["read_offices"], "networks": [], "expires_on": "2023-08-19"}
    client = walk.staff("registrar-1").post(path, asked)
    status, answer = token(walk, client)
    assert (status, answer["scope"]) == (200, "read_offices")
    machine = walk.nobody.signed_in(answer["access_token"])
    assert machine.get(f"{API}/offices/{PKU}")["name"] == "北京大学"
    person = {"name": "李明", "mail": "liming@example.edu.cn", "id_type": "1", "id_number": "11010519491231002X"}
    assert refused(machine.post, f"{API}/offices/{PKU}/operators", {**person, "training": "all"}) == "X-SCOPE-1"
    renewed = walk.staff("registrar-1").post(
        f"{API}/machine-clients/{client['client_id']}/secrets", {"overlap_hours": 0}
    )
    assert token(walk, client)[0] == 401
    assert token(walk, renewed)[0] == 200
    walk.later(hours=2)
    walk.recorded("identity.MachineClient.TokensIssued")
    walk.staff("education").post(f"{API}/machine-clients/{client['client_id']}/revoke", {"reason": "密钥已公开"})
    assert token(walk, renewed)[0] == 401

    owner = walk.staff("registrar-1")
    listed = found(lambda: owner.get(path)["clients"], lambda clients: all(each["revoked"] for each in clients))
    assert [each["tokens"] for each in listed] == [2]
