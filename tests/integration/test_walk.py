"""One cohort's whole life through the front door of the real registry, and what the edge refuses on the way."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import urllib3
from click.testing import CliRunner

from cli.audit import life, verify_service
from cli.client import Answer, Problem, until
from cli.main import xueji
from cli.postgres_cluster import free_port
from cli.processes import SERVICES
from cli.story import API
from shared.codes.report_codes import new_report_code
from tests.support import cohort as small
from tests.support import histories
from tests.support.platform import Platform, Process
from tests.support.servers import Databases
from tests.support.walk import Walk, ask_public, draft, refusal, refused_rows, register, when_valid

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

PEOPLE = sum(len(small.people_of(school)) for school in small.examples.SCHOOLS)
CERTIFIED = sum(len(small.certified_of(school)) for school in small.examples.SCHOOLS)
LEAVERS = sum(len(small.leavers_of(school)) for school in small.examples.SCHOOLS)
ABSENT = len(small.absentees())
PKU, ZJU, SCU = (school.code for school in small.examples.SCHOOLS)


@pytest.fixture(scope="module")
def walk(
    databases: Databases, module_amqp_url: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Walk]:
    folder: Path = tmp_path_factory.mktemp("walk")
    with Platform(folder, databases, module_amqp_url, now=datetime(2022, 8, 1, tzinfo=UTC)) as platform:
        yield Walk(platform, folder / "files")
        if request.config.getoption("--write-histories"):
            histories.write(platform.environ)


# --- what came of the files ---


def test_each_row_of_the_admission_list_is_accepted_or_refused_by_name(walk: Walk) -> None:
    batch = walk.outcome.admissions
    assert (batch["rows"], batch["accepted"], batch["refused"]) == (PEOPLE + 5, PEOPLE, 5)
    assert len({row["原行号"] for row in refused_rows(walk.outcome.errors_file)}) == 5
    assert walk.rows("enrollment", "SELECT count(*) FROM admission_register") == [(PEOPLE,)]


def test_a_freshman_is_registered_on_an_own_released_admission_and_once(walk: Walk) -> None:
    registrars = [school.registrar for school in walk.cohort.schools]
    rules = Counter()
    for registrar, batch in zip(registrars, walk.outcome.batches[:3], strict=True):
        if batch["refused"]:
            content = walk.operator(registrar).fetch(f"{API}/batches/{batch['batch_id']}/errors")
            for row in refused_rows(content):
                rules.update(rule for rule in ("A7-3", "A4-1", "A8-3", "A8-9") if rule in row["错误原因"])
    assert rules == {"A7-3": 1, "A4-1": 1, "A8-3": 1, "A8-9": 1}
    students = sum(len(small.students_of(school)) for school in small.examples.SCHOOLS)
    assert walk.rows("enrollment", "SELECT count(*) FROM student_register") == [(students,)]


def test_a_deferred_year_is_registered_the_year_after(walk: Walk) -> None:
    years = walk.rows(
        "enrollment",
        "SELECT result, count(*) FROM annual_register GROUP BY result ORDER BY result",
    )
    students = sum(len(small.students_of(school)) for school in small.examples.SCHOOLS)
    assert years == [("deferred", 3), ("registered", students * 3 - 3)]
    assert [batch["refused"] for batch in walk.outcome.batches[3:]] == [0] * 9


def test_certificates_take_effect_but_for_those_without_a_photo(walk: Walk) -> None:
    states = Counter()
    for batch in walk.outcome.certificates:
        states.update(batch["certificates"])
    assert walk.outcome.photos == LEAVERS - ABSENT
    assert states == {"published": CERTIFIED - ABSENT, "incomplete": ABSENT}
    issued = "SELECT count(*) FROM public_log WHERE type = 'degree_issued.v1'"
    assert walk.rows("credentials", issued) == [(CERTIFIED - ABSENT,)]
    known = until(
        lambda: (
            walk.rows("verification", "SELECT count(*) FROM qualification_sheet")[0][0] >= CERTIFIED - ABSENT or None
        ),
        "the certificates to be verifiable",
    )
    assert known
    assert walk.rows("verification", "SELECT count(*) FROM qualification_sheet") == [(CERTIFIED - ABSENT,)]


def test_a_stranger_verifies_the_report_through_the_gateway_and_the_public_route(walk: Walk) -> None:
    report = walk.outcome.verified["report"]
    told = {line["code"]: line["zh"] for line in report["particulars"]}
    assert walk.outcome.verified["outcome"] == "valid"
    assert walk.cohort.heroine["name"] in told.values()
    assert report["photo"]["data"].startswith("data:image/jpeg;base64,")
    assert walk.outcome.pdf.startswith(b"%PDF-")
    direct = ask_public(walk.platform.verification, walk.outcome.report["code"])
    assert (direct.status, direct.json()["report"]["particulars"]) == (200, report["particulars"])


# --- the audit ---


def test_a_life_is_told_from_the_logs_of_all_five_services(walk: Walk) -> None:
    moments = life(walk.platform.environ, walk.outcome.status_id)
    assert {moment.service for moment in moments} == set(SERVICES)
    assert all(moment.effective_on and moment.use_case for moment in moments)
    # whoever opens an account is not signed in yet
    assert all(moment.actor for moment in moments if moment.service != "identity")
    facts = [f"{moment.service} {moment.fact}" for moment in moments]
    for fact in ("enrollment StudentStatus.Registered", "imaging Photo.Approved", "credentials Certificate.Published"):
        assert fact in facts
    assert facts.index("enrollment StudentStatus.Registered") < facts.index("credentials Certificate.Published")
    by_number = life(walk.platform.environ, walk.cohort.heroine["id_number"])
    assert {moment.aggregate for moment in moments} <= {moment.aggregate for moment in by_number}


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_claim_and_decision_row_is_what_the_facts_say(walk: Walk, service: str) -> None:
    found = verify_service(walk.platform.environ, service)
    assert [str(difference) for difference in found.differences] == []
    assert found.events > 0
    assert any(table.rebuilt_rows for table in found.tables)


@pytest.mark.parametrize(
    ("plant", "undo", "named"),
    [
        (
            "UPDATE student_register SET major_name = '别的专业' WHERE status_id = %s",
            "UPDATE student_register SET major_name = '{before}' WHERE status_id = %s",
            ("student_register", "status_id", "major_name"),
        ),
        (
            "UPDATE claims SET key = 'planted' WHERE originator_id = %s AND scope = 'admission.outcome'",
            "UPDATE claims SET key = '{before}' WHERE originator_id = %s AND scope = 'admission.outcome'",
            ("claims", "slot", "key"),
        ),
        (
            "UPDATE standings SET version = version + 7 WHERE originator_id = %s",
            "UPDATE standings SET version = version - 7 WHERE originator_id = %s",
            ("standings", "originator_id", "version"),
        ),
    ],
    ids=["read table", "claim", "decision row"],
)
def test_a_planted_difference_is_named_to_row_and_column(
    walk: Walk, plant: str, undo: str, named: tuple[str, str, str]
) -> None:
    status_id = walk.outcome.status_id
    table, key, column = named
    of_table = {"student_register": "status_id", "claims": "originator_id", "standings": "originator_id"}
    before = walk.rows("enrollment", f"SELECT {column} FROM {table} WHERE {of_table[table]} = %s", status_id)[0][0]
    walk.rows("enrollment", plant, status_id)
    try:
        found = verify_service(walk.platform.environ, "enrollment").differences
    finally:
        walk.rows("enrollment", undo.format(before=before), status_id)
    assert [(difference.table, difference.column) for difference in found] == [(table, column)]
    assert any(part.startswith(f"{key}=") for part in found[0].key)
    if key != "slot":
        assert f"{key}={status_id}" in found[0].key


def test_nothing_is_parked_anywhere(walk: Walk) -> None:
    told = CliRunner().invoke(xueji, ["dead-letters", "list"], env=walk.platform.environ, catch_exceptions=False)
    assert (told.exit_code, told.output) == (0, "")


# --- what the edge refuses ---


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


# --- codes ---


@pytest.mark.parametrize(
    ("typed", "status", "outcome", "words"),
    [
        (new_report_code("Q"), 404, "unknown", "此在线验证码无效。"),
        ("123456789012", 404, "unknown", "此在线验证码无效。"),
        ("A1B2C3D4E5F6G7H8", 404, "unknown", "此在线验证码无效。"),
        ("what is this?", 422, "malformed", "系统检测到非法访问，不合要求的在线验证码！"),
        (small.certificate_number(small.FIRST, 1), 422, "certificate_number", "这像是证书编号，不是在线验证码。"),
    ],
    ids=["nobody's", "old", "older", "no code", "certificate number"],
)
def test_a_code_that_leads_nowhere_is_answered_in_the_register_s_words(
    walk: Walk, typed: str, status: int, outcome: str, words: str
) -> None:
    for answer in (
        ask_public(walk.platform.verification, typed),
        urllib3.request("POST", f"{walk.platform.origin}{API}/verifications", json={"code": typed}, retries=False),
    ):
        told = answer.json()
        assert (answer.status, told["outcome"], told["zh"], told["report"]) == (status, outcome, words, None)


def test_a_mistyped_code_is_answered_like_one_that_nobody_has(walk: Walk) -> None:
    code = walk.outcome.report["code"]
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert ask_public(walk.platform.verification, mistyped).json()["outcome"] == "unknown"
    assert ask_public(walk.platform.verification, f" {code.lower()[:4]}-{code[4:]} ").json()["outcome"] == "valid"


def test_a_code_that_its_owner_closed_is_answered_so_until_it_is_opened_again(walk: Walk) -> None:
    student = walk.student(small.leavers_of(small.FIRST)[0])
    status = until(lambda: student.get(f"{API}/reportable-records")["records"] or None, "the bound status")[-1]
    body = {"kind": status["kind"], "record_id": status["record_id"], "language": "zh", "months": 1}
    report = student.post(f"{API}/reports", body)

    def answer(wanted: str) -> Answer:
        def ask() -> Answer | None:
            told: Answer = ask_public(walk.platform.verification, report["code"]).json()
            return told if told["outcome"] == wanted else None

        return until(ask, f"the code to be {wanted}")

    answer("valid")
    student.post(f"{API}/reports/{report['id']}/close", {})
    assert answer("closed")["zh"] == "在线验证报告已关闭，无法在线验证。"
    student.post(f"{API}/reports/{report['id']}/reopen", {})
    answer("valid")
    # in its last month, which this is, a report may be extended, and its code stays
    extended = student.post(f"{API}/reports/{report['id']}/extend", {"months": 2})
    assert (report["valid_until"], extended["valid_until"]) == ("2026-08-06", "2026-10-06")


def test_guessing_codes_is_slowed_down(walk: Walk) -> None:
    port, private = free_port(), free_port()
    environ = {
        **walk.platform.environ,
        "XUEJI_VERIFY_RATE": "5 per minute",
        "XUEJI_VERIFY_MISSES_RATE": "2 per minute",
        "XUEJI_METRICS_HOST": "127.0.0.1",
        "XUEJI_METRICS_PORT": str(private),
    }
    origin = f"http://127.0.0.1:{port}"
    arguments = ["public", "--host", "127.0.0.1", "--port", str(port)]
    narrow = Process(
        "narrow", arguments, environ, walk.platform.folder / "narrow.log", f"http://127.0.0.1:{private}/readyz"
    )
    narrow.start()
    try:
        until(lambda: narrow.is_ready() or None, "the narrow door")
        assert [ask_public(origin, new_report_code("Q")).status for _ in range(3)] == [404, 404, 429]
        throttled = ask_public(origin, walk.outcome.report["code"])
        assert (throttled.status, throttled.json()["outcome"]) == (429, "throttled")
        assert 0 < int(throttled.headers["Retry-After"]) <= 60
    finally:
        narrow.end(9)


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
        return batch if batch["state"] != "submitted" else None

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
    assert (batch["accepted"], batch["refused"]) == (0, PEOPLE + 5)
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
    walk.nobody.post(f"{API}/sign-in-codes", person)
    code = until(lambda: walk.newest_code(one, 2), "the code in the mailbox")
    wrong = "000000" if code != "000000" else "111111"
    assert refusal(walk, lambda: walk.nobody.post(f"{API}/sessions", {**person, "code": wrong}))["status"] < 500
    session = walk.nobody.post(f"{API}/sessions", {**person, "code": code})
    again = walk.nobody.signed_in(session["assertion"])
    assert again.get(f"{API}/me/records") == student.get(f"{API}/me/records")
    assert refusal(walk, lambda: walk.nobody.post(f"{API}/sessions", {**person, "code": code}))["status"] < 500
    again.post(f"{API}/me/account/close", {})
    assert refusal(walk, lambda: again.post(f"{API}/me/records/bind", {}))["status"] == 404


# --- what happens by date: these move the clock, and stand last ---


def test_a_certificate_is_found_from_its_issue_date_on(walk: Walk) -> None:
    late = small.FORGOTTEN
    status = walk.status_of("zju-registrar-1", ZJU, late)
    number = small.certificate_number(small.SECOND, 800)
    drafted = draft(walk.operator("zju-registrar-1"), status["status_id"], number, "2026-07-10")
    walk.operator("zju-registrar-2").post(f"{API}/certificates/{drafted['id']}/confirm", {})
    walk.platform.clock.set(datetime(2026, 7, 9, 15, 59, 30, tzinfo=UTC))
    student = walk.student(late)

    def kinds() -> list[str]:
        return sorted(record["kind"] for record in student.get(f"{API}/reportable-records")["records"])

    until(lambda: kinds() or None, "the bound status")
    at_school = walk.operator("zju-registrar-1").get(f"{API}/certificates/{drafted['id']}", after_version="2")
    assert (at_school["state"], kinds()) == ("registered", ["status"])
    body = {"kind": "qualification", "record_id": drafted["id"], "language": "both", "months": 1}
    assert refusal(walk, lambda: student.post(f"{API}/reports", body))["status"] in (403, 404, 409)

    walk.platform.clock.set(datetime(2026, 7, 9, 16, 0, 1, tzinfo=UTC))  # one second after midnight in China
    until(lambda: kinds() == ["qualification", "status"] or None, "the certificate to take effect")
    report = student.post(f"{API}/reports", body)
    told = until(lambda: when_valid(walk, report["code"]), "the report to be verifiable")
    assert number in json.dumps(told)


def test_a_report_is_valid_to_the_end_of_its_last_day_and_expired_after_it(walk: Walk) -> None:
    code, last = walk.outcome.report["code"], walk.outcome.report["valid_until"]
    assert last == "2026-10-06"
    never_proven = {**small.person_of(small.leavers_of(small.THIRD)[2]), "channel": "mail", "contact": "x@example.cn"}
    walk.nobody.post(f"{API}/accounts", never_proven)
    end = datetime(2026, 10, 6, 16, tzinfo=UTC)  # midnight in China
    walk.platform.clock.set(end - timedelta(seconds=1))
    assert ask_public(walk.platform.verification, code).status == 200
    walk.platform.clock.set(end)
    answer = ask_public(walk.platform.verification, code)
    assert (answer.status, answer.json()["outcome"]) == (410, "expired")
    assert answer.json()["zh"] == "在线验证报告已过期，无法在线验证。"
    # what happens by date is a fact too: the workers record it
    for service, topic in (("verification", "verification.Report.Expired"), ("identity", "identity.Account.Lapsed")):
        query = "SELECT 1 FROM events WHERE topic = %s"
        until(lambda: walk.rows(service, query, topic) or None, topic)  # noqa: B023 - asked at once


def test_after_all_of_it_the_tables_still_are_what_the_facts_say(walk: Walk) -> None:
    assert {name: verify_service(walk.platform.environ, name).differences for name in SERVICES} == {
        name: [] for name in SERVICES
    }
