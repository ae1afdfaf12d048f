"""What the front door refuses after the walk, and the side roads that the story does not take."""

from datetime import timedelta
from uuid import uuid4

import pytest
import urllib3

from cli.client import Answer, Problem, until
from cli.story import API, AT_WORK
from tests.support import cohort as small
from tests.support.walk import (
    PEOPLE,
    PKU,
    SCU,
    ZJU,
    Walk,
    draft,
    refusal,
    register,
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def test_nobody_is_registered_without_an_admission(walk: Walk) -> None:
    found = refusal(walk, lambda: register(walk.operator("pku-registrar-1"), PKU, "22110108999999"))
    assert (found["status"], found["code"], found["rule"]) == (409, "NO_ADMISSION_BASIS", "A7-3")


def test_a_school_does_not_register_another_schools_student(walk: Walk) -> None:
    stranger = small.people_of(small.THIRD)[0]
    registrar = walk.operator("pku-registrar-1")
    assert refusal(walk, lambda: register(registrar, PKU, stranger.exam_no))["rule"] == "A4-1"
    as_if_there = refusal(walk, lambda: register(registrar, SCU, stranger.exam_no))
    assert (as_if_there["status"], as_if_there["code"]) == (403, "NOT_PERMITTED")


def test_nobody_has_two_full_time_statuses_at_once(walk: Walk) -> None:
    twice = small.people_of(small.SECOND)[-1]
    found = refusal(walk, lambda: register(walk.operator("zju-registrar-1"), ZJU, twice.exam_no))
    assert (found["code"], found["rule"]) == ("ONE_FULLTIME_STATUS", "A8-9")


def test_a_status_ends_in_one_certificate(walk: Walk) -> None:
    number = small.certificate_number(small.FIRST, 900)
    registrar = walk.operator("pku-registrar-1")
    found = refusal(walk, lambda: draft(registrar, walk.outcome.status_id, number, "2026-07-01"))
    assert (found["code"], found["rule"]) == ("ONE_CERTIFICATE_PER_STATUS", "A16-2")


def test_a_certificate_without_a_photo_is_invisible_to_verifiers(walk: Walk) -> None:
    absent = small.absentees()[0]
    status = walk.status_of("pku-registrar-1", PKU, absent)
    at_school = walk.operator("pku-registrar-1").get(f"{API}/students/{status['status_id']}/certificate")
    assert (at_school["state"], at_school["missing"]) == ("incomplete", ["photo"])
    path = f"{API}/certificates/{at_school['certificate_id']}/confirm"
    assert refusal(walk, lambda: walk.operator("pku-registrar-2").post(path, {}))["rule"] == "A17-3"
    student = walk.student(absent)
    own = until(lambda: student.get(f"{API}/reportable-records")["records"] or None, "the bound status")
    assert [record["kind"] for record in own] == ["status"]
    asked = {"kind": "qualification", "record_id": at_school["certificate_id"], "language": "both", "months": 3}
    assert refusal(walk, lambda: student.post(f"{API}/reports", asked))["status"] in (403, 404, 409)


def test_the_checker_is_not_who_drafted(walk: Walk) -> None:
    absent = small.absentees()[0]
    status = walk.status_of("pku-registrar-1", PKU, absent)
    registrar = walk.operator("pku-registrar-1")
    at_school = registrar.get(f"{API}/students/{status['status_id']}/certificate")
    path = f"{API}/certificates/{at_school['certificate_id']}/confirm"
    found = refusal(walk, lambda: registrar.post(path, {}))
    assert (found["status"], found["rule"]) == (403, "A24-2")


def test_a_repeated_command_answers_the_same_and_another_body_under_its_key_is_refused(walk: Walk) -> None:
    five_years = next(one for one in small.students_of(small.THIRD) if one.major[2] == "5")
    status = walk.status_of("scu-registrar-1", SCU, five_years)
    registrar, key = walk.operator("scu-registrar-1"), str(uuid4())
    path = f"{API}/students/{status['status_id']}/years"
    body = {"academic_year": 2026, "result": "registered", "starts_on": "2026-09-01"}
    first = registrar.post(path, body, key=key)
    assert registrar.post(path, body, key=key) == first
    assert refusal(walk, lambda: registrar.post(path, body | {"result": "deferred"}, key=key))["rule"] == "X-CMD-1"
    assert refusal(walk, lambda: registrar.post(path, body, key=str(uuid4())))["rule"] == "A12-3"
    after = registrar.get(f"{API}/students/{status['status_id']}", after_version=str(first["version"]))
    assert [year["academic_year"] for year in after["years"]].count(2026) == 1


def test_a_command_without_a_key_is_not_taken(walk: Walk) -> None:
    answer = urllib3.request("POST", f"{walk.platform.origin}{API}/accounts", json={})
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["rule"] == "X-REQUEST-3"


def test_a_problem_is_told_as_problem_json_with_a_page_for_its_rule(walk: Walk) -> None:
    answer = urllib3.request("GET", f"{walk.platform.origin}{API}/me/records")
    assert (answer.status, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    page = urllib3.request("GET", answer.json()["type"])
    assert (page.status, "X-SIGN-1" in page.data.decode()) == (200, True)


# --- side roads, which the story does not take ---


@pytest.mark.parametrize(
    ("path", "operator", "fields", "progress"),
    [
        ("admission-batches", "admissions-11", {"province": "11"}, "batches"),
        ("freshman-results", "pku-registrar-1", {"school_code": PKU}, "batches"),
        ("certificate-batches", "pku-registrar-1", {"school_code": PKU}, "certificate-batches"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(
    walk: Walk, path: str, operator: str, fields: dict[str, str], progress: str
) -> None:
    office = walk.operator(operator)
    handed_in = office.upload(f"{API}/{path}", "list.xlsx", b"this is no workbook", entry_year="2022", **fields)

    def ended() -> Answer | None:
        try:
            batch = office.get(f"{API}/{progress}/{handed_in['id']}", after_version="2")
        except Problem:
            return None
        return batch if batch["state"] not in AT_WORK else None

    batch = until(ended, "the end of the file")
    assert (batch["state"], batch["accepted"], batch["reason"]["rule"][:6]) == ("refused", 0, "X-FILE")


def test_a_list_that_was_returned_is_no_basis(walk: Walk) -> None:
    content = walk.cohort.admissions.read_bytes()
    province = walk.operator("admissions-11")
    fields = {"province": "11", "entry_year": "2022"}
    handed_in = province.upload(f"{API}/admission-batches", "again.csv", content, **fields)
    path = f"{API}/admission-batches/{handed_in['id']}"
    reviewer = walk.operator("education-11")
    batch = walk.story._finished(reviewer, f"{API}/batches/{handed_in['id']}")
    assert (batch["accepted"], batch["unchanged"], batch["refused"]) == (0, PEOPLE, 5)
    assert refusal(walk, lambda: province.post(f"{path}/review", {}))["status"] == 403
    assert refusal(walk, lambda: walk.operator("ministry").post(f"{path}/release", {}))["rule"] == "A7-1"
    reviewer.post(f"{path}/return", {"reason": "重复上报"})
    assert refusal(walk, lambda: reviewer.post(f"{path}/review", {}))["status"] == 409


def test_a_rejected_photo_leaves_its_code_good_and_a_new_code_replaces_an_old_one(walk: Walk) -> None:
    absent = small.absentees()[1]
    registrar = walk.operator("zju-registrar-1")
    status = walk.status_of("zju-registrar-1", ZJU, absent)
    path = f"{API}/students/{status['status_id']}/capture-codes"
    old, code = registrar.post(path, {})["code"], registrar.post(path, {})["code"]
    collector, reviewer = walk.operator("collector-1"), walk.operator("collector-2")

    def hand_in(content: bytes, code: str) -> Answer:
        return collector.upload(f"{API}/photos", "photo.jpg", content, code=code, captured_on="2026-07-01")

    portrait = walk.cohort.photo_of(absent.exam_no)
    assert refusal(walk, lambda: hand_in(portrait, old))["rule"].startswith("X-PHOTO")
    assert hand_in(portrait[:2000], code)["state"] == "rejected"
    photo = hand_in(portrait, code)
    review = f"{API}/photos/{photo['id']}/review"
    assert refusal(walk, lambda: collector.post(review, {"decision": "approve", "reasons": []}))["rule"] == "A24-2"
    reviewer.post(review, {"decision": "reject", "reasons": ["EYES_CLOSED"]})
    assert collector.get(f"{API}/photos/{photo['id']}", after_version="3")["state"] == "rejected"


def test_a_photo_that_comes_late_completes_the_certificate_which_then_takes_effect(walk: Walk) -> None:
    absent = small.absentees()[2]
    registrar = walk.operator("scu-registrar-1")
    status = walk.status_of("scu-registrar-1", SCU, absent)
    code = registrar.post(f"{API}/students/{status['status_id']}/capture-codes", {})
    collector, reviewer = walk.operator("collector-1"), walk.operator("collector-2")
    walk.story._photograph({"exam_no": absent.exam_no, **code}, collector, reviewer)

    def published() -> bool | None:
        certificate = registrar.get(f"{API}/students/{status['status_id']}/certificate")
        return certificate["state"] == "published" or None

    assert until(published, "the certificate to take effect")


def test_an_account_signs_in_by_code_and_ends_when_its_owner_closes_it(walk: Walk) -> None:
    one = small.leavers_of(small.FIRST)[1]
    student = walk.student(one)
    walk.platform.clock.set(walk.platform.clock.now() + timedelta(minutes=2))
    person = small.person_of(one)
    asked = walk.nobody.post(f"{API}/sign-in-codes", person)
    code = until(lambda: walk.newest_code(one, 2), "the code in the mailbox")
    wrong = "000000" if code != "000000" else "111111"
    person |= {"request": asked["request"]}
    assert refusal(walk, lambda: walk.nobody.post(f"{API}/sessions", {**person, "code": wrong}))["status"] < 500
    session = walk.nobody.post(f"{API}/sessions", {**person, "code": code})
    again = walk.nobody.signed_in(session["session"])
    assert again.get(f"{API}/me/records") == student.get(f"{API}/me/records")
    assert refusal(walk, lambda: walk.nobody.post(f"{API}/sessions", {**person, "code": code}))["status"] < 500
    again.post(f"{API}/me/account/close", {})
    # the sessions of a closed account end with it
    assert refusal(walk, lambda: again.post(f"{API}/me/records/bind", {}))["status"] == 401
