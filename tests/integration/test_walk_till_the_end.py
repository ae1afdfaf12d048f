"""What strangers are told about codes, and what happens by date. These move the clock and stand last."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import urllib3

from cli.audit import verify_service
from cli.client import Answer, until
from cli.postgres_cluster import free_port
from cli.processes import SERVICES
from cli.story import API, open_account
from shared.codes.report_codes import new_report_code
from tests.support import cohort as small
from tests.support.platform import Process
from tests.support.walk import (
    ZJU,
    Walk,
    ask_public,
    draft,
    refusal,
    when_valid,
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


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
    open_account(walk.nobody, never_proven)
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
