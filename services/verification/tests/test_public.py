"""The public route as a stranger meets it."""

import io
import json
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen
from uuid import uuid4
from wsgiref.util import setup_testing_defaults

import pytest
import structlog

from services.verification.adapters.private import serve_privately
from services.verification.public import PublicVerification, app
from services.verification.tests.conftest import PERSON, Registry
from shared.bus import codec
from shared.codes.report_codes import new_report_code
from shared.contracts.rpc.verification_own import MyVerificationsV1

pytestmark = pytest.mark.servers


class Stranger:
    """Somebody with a code and no account."""

    def __init__(self, public: Callable[..., Any]) -> None:
        self.public = public
        self.headers: dict[str, str] = {}

    def send(self, method: str, path: str, body: bytes = b"", kind: str = "application/json", **environ: str) -> bytes:
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body)),
                   "CONTENT_TYPE": kind, "REMOTE_ADDR": "203.0.113.7", **environ}  # fmt: skip
        setup_testing_defaults(environ)
        environ["wsgi.input"] = io.BytesIO(body)

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            self.status = int(status.split()[0])
            self.headers = dict(headers)

        return b"".join(self.public(environ, start_response))

    def verify(self, code: str, **environ: str) -> dict[str, Any]:
        return json.loads(self.send("POST", "/verify", json.dumps({"code": code}).encode(), **environ))


@contextmanager
def the_public(registry: Registry, **environ: str) -> Iterator[Stranger]:
    public = app(registry.environ(**environ))
    try:
        yield Stranger(public)
    finally:
        public.close()


@pytest.fixture
def stranger(registry: Registry, chinese_font: None) -> Iterator[Stranger]:
    with the_public(registry, XUEJI_VERIFY_MISSES_RATE="1000 per minute") as found:
        yield found


def evidence(registry: Registry) -> list[tuple[Any, ...]]:
    with registry.store.reading() as cursor:
        cursor.execute(
            "SELECT outcome, report_id, record_id, record_version, shown, client_key FROM evidence ORDER BY 1"
        )
        return cursor.fetchall()


@pytest.mark.asvs("8.2.3", "15.3.1")
@pytest.mark.rule("A21-2")
def test_a_right_code_shows_the_fields_of_its_kind_and_nothing_else(registry, stranger):
    """Given a report code from its owner, when a stranger enters it, then the fields of that kind of report are shown
    and the identity number is not."""
    registry.enrolled().hear_photo()
    code = registry.request()["code"]
    answer = stranger.verify(code)
    assert (stranger.status, answer["outcome"]) == (200, "valid")
    shown = {line["code"]: line["zh"] for line in answer["report"]["particulars"]}
    assert shown["name"] == PERSON["name"]
    assert shown["state"] == "在籍（注册学籍）"
    assert PERSON["id_number"] not in json.dumps(answer)
    assert answer["report"]["valid_until"] == "2026-12-22"


@pytest.mark.rule("X-REPORT-3")
def test_a_report_is_shown_until_its_last_day_and_again_when_it_was_extended(registry, stranger):
    """Given a report whose last day has passed, when its code is entered, then the answer is that it has expired,
    until its owner extends it."""
    answer = registry.enrolled().request()
    registry.today(2026, 12, 22)
    assert stranger.verify(answer["code"])["outcome"] == "valid"
    registry.today(2026, 12, 23)
    said = stranger.verify(answer["code"])
    assert (said["outcome"], said["zh"], said["report"]) == ("expired", "在线验证报告已过期，无法在线验证。", None)
    registry.use_cases.extend_report(command_id=uuid4(), report_id=answer["id"], months=1, by=registry.by())
    registry.follow()
    assert stranger.verify(answer["code"])["outcome"] == "valid"


@pytest.mark.rule("X-REPORT-2")
def test_a_closed_report_says_so_and_opens_again(registry, stranger):
    """Given a report that its owner closed, when its code is entered, then the answer says so, until the owner opens
    it again."""
    answer = registry.enrolled().request()
    registry.use_cases.close_report(command_id=uuid4(), report_id=answer["id"], by=registry.by())
    registry.follow()
    assert stranger.verify(answer["code"])["zh"] == "在线验证报告已关闭，无法在线验证。"
    registry.use_cases.reopen_report(command_id=uuid4(), report_id=answer["id"], by=registry.by())
    registry.follow()
    assert stranger.verify(answer["code"])["outcome"] == "valid"


@pytest.mark.rule("X-REPORT-4")
def test_a_wrong_character_and_an_unknown_code_get_the_same_answer(registry, stranger):
    """Given a mistyped code and a code that nobody has, when they are entered, then both get the same answer: not
    valid."""
    code = registry.enrolled().request()["code"]
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    asked = [stranger.verify(typed) for typed in (mistyped, new_report_code("S"), "123456789012")]
    assert asked[0] == asked[1] == asked[2]
    assert asked[0]["zh"] == "此在线验证码无效。"


@pytest.mark.rule("X-REPORT-5")
def test_what_is_no_code_is_told_so(stranger):
    """Given something that is not written as a code, when it is entered, then the answer says so, and a certificate
    number is recognised."""
    assert stranger.verify("B123456789ABCDEF")["outcome"] == "malformed"
    assert stranger.status == 422
    assert stranger.verify("100131202305001234")["outcome"] == "certificate_number"


@pytest.mark.rule("A18-2")
def test_an_award_that_is_not_in_effect_does_not_exist_for_strangers(registry, stranger):
    """Given a certificate before its effective day, when a stranger asks with a code, then it does not exist; from
    that day on it is shown."""
    registry.enrolled().hear_award()
    code = registry.request("qualification")["code"]
    assert stranger.verify(code)["outcome"] == "valid"
    registry.hear_award(effective_date=date(2026, 11, 23))
    registry.follow()
    assert stranger.verify(code)["outcome"] == "unknown"
    registry.today(2026, 11, 23)
    assert stranger.verify(code)["outcome"] == "valid"


def test_a_form_is_answered_like_json(registry, stranger):
    code = registry.enrolled().request()["code"]
    body = urlencode({"code": f" {code[:8].lower()} {code[8:]} "}).encode()
    assert json.loads(stranger.send("POST", "/verify", body, "application/x-www-form-urlencoded"))["outcome"] == "valid"


def test_the_photo_comes_inline_or_by_a_link_that_works_once(registry, stranger):
    digest = registry.enrolled().hear_photo()
    code = registry.request()["code"]
    inline = json.loads(stranger.send("POST", "/verify", json.dumps({"code": code, "photo": "inline"}).encode()))
    assert inline["report"]["photo"]["data"].startswith("data:image/jpeg;base64,")
    link = stranger.verify(code)["report"]["photo"]["url"]
    assert code not in link
    assert digest not in link
    assert stranger.send("GET", link) == registry.blobs.read(digest)
    assert stranger.headers["Content-Type"] == "image/jpeg"
    stranger.send("GET", link)
    assert stranger.status == 404
    body = link.rstrip("=")
    for letter in set(string.ascii_letters + string.digits) - {body[-1]}:  # four of them say the same as the last
        stranger.send("GET", f"{body[:-1]}{letter}{link[len(body) :]}")
        assert stranger.status == 404
    stranger.send("GET", "/verify/photo/x1.k1.AAAA")
    assert stranger.status == 404


@pytest.mark.rule("A1-1", "A6-2")
def test_every_answer_leaves_its_evidence_first(registry, stranger):
    """Given a code that is known and one that is not, when both are asked, then each answer is on record with the
    record, its version and the fields shown."""
    answer = registry.enrolled().request()
    stranger.verify(answer["code"])
    stranger.verify(new_report_code("S"))
    (missed, shown) = evidence(registry)
    assert missed[:5] == ("unknown", None, None, None, [])
    assert shown[:4] == ("valid", answer["id"], registry.status_id, 3)
    assert "name" in shown[4]
    assert "203.0.113.7" not in shown[5]
    seen = registry.queries.get_report(report_id=answer["id"], after_version=0, by=registry.by())
    assert seen["times_verified"] == 1


@pytest.mark.asvs("16.5.3")
@pytest.mark.rule("A6-2")
def test_without_evidence_there_is_no_answer(registry, stranger):
    """Given that evidence cannot be written, when a code is asked, then there is no answer at all."""
    code = registry.enrolled().request()["code"]
    with registry.store.reading() as cursor:
        cursor.execute("ALTER TABLE evidence RENAME TO gone")
    answer = stranger.verify(code)
    assert (stranger.status, answer["outcome"], answer["report"]) == (503, "unavailable", None)


@pytest.mark.asvs("2.4.1")
@pytest.mark.rule("A21-3")
def test_a_client_that_asks_too_often_is_told_when_to_come_back(registry):
    """Given a client that asked as often as is allowed, when it asks again, then it is told when to come back, and
    others are served."""
    with the_public(registry, XUEJI_VERIFY_RATE="3 per minute") as stranger:
        assert [stranger.verify("1")["outcome"] for _ in range(4)] == [*["malformed"] * 3, "throttled"]
        assert stranger.status == 429
        assert 1 <= int(stranger.headers["Retry-After"]) <= 60
        assert stranger.verify("1", REMOTE_ADDR="203.0.113.8")["outcome"] == "malformed"


@pytest.mark.asvs("2.4.1")
@pytest.mark.rule("A21-3")
def test_guessing_is_slower_than_asking(registry):
    """Given a client that guessed twice in vain, when it guesses again, then it is throttled sooner than one that asks
    about real codes."""
    with the_public(registry, XUEJI_VERIFY_MISSES_RATE="2 per minute") as stranger:
        for _ in range(2):
            assert stranger.verify(new_report_code("S"))["outcome"] == "unknown"
        assert stranger.verify(new_report_code("S"))["outcome"] == "throttled"


@pytest.mark.asvs("4.1.3")
def test_a_forwarded_address_counts_only_behind_our_own_proxy(registry):
    with the_public(registry, XUEJI_VERIFY_RATE="1 per minute", XUEJI_TRUSTED_PROXIES="10.0.0.0/8") as stranger:
        first = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9"}
        assert stranger.verify("1", REMOTE_ADDR="10.0.0.1", **first)["outcome"] == "malformed"
        other = {"HTTP_X_FORWARDED_FOR": "198.51.100.2, 203.0.113.9"}
        assert stranger.verify("1", REMOTE_ADDR="10.0.0.1", **other)["outcome"] == "throttled"
        assert stranger.verify("1", REMOTE_ADDR="203.0.113.10", **first)["outcome"] == "malformed"
        assert stranger.verify("1", REMOTE_ADDR="203.0.113.10", **other)["outcome"] == "throttled"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"code": 5}', "application/json", 400),
        (b"photo=inline", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"x" * 5000, "application/json", 413),
    ],
)
def test_a_body_without_a_question_is_refused(stranger, body, kind, status):
    answer = json.loads(stranger.send("POST", "/verify", body, kind))
    assert (stranger.status, answer["outcome"]) == (status, "malformed")


def test_a_person_who_scanned_a_code_is_led_to_the_page(stranger):
    stranger.send("GET", "/verify")
    assert (stranger.status, stranger.headers["Location"]) == (302, "/zh/verify")


@pytest.mark.asvs("14.3.2")
def test_nothing_is_cached_and_other_pages_and_methods_are_refused(stranger):
    stranger.send("PUT", "/verify")
    assert (stranger.status, stranger.headers["Allow"]) == (405, "GET, HEAD, POST")
    stranger.send("GET", "/verify/S0123456789ABCDE")
    assert stranger.status == 404
    assert stranger.headers["Cache-Control"] == "no-store"
    assert stranger.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.asvs("16.2.5")
def test_logs_hold_neither_codes_nor_names(registry, stranger):
    code = registry.enrolled().request()["code"]
    with registry.store.reading() as cursor:
        cursor.execute("UPDATE status_sheet SET sealed_person = 'x1.k1.AAAA'")
    with structlog.testing.capture_logs() as lines:
        assert stranger.verify(code)["outcome"] == "unavailable"
    assert lines
    assert code not in str(lines)
    assert PERSON["name"] not in str(lines)


def test_many_strangers_at_once_are_all_answered_and_kept(registry, stranger):
    code = registry.enrolled().request()["code"]
    public: PublicVerification = stranger.public
    outcomes: list[str] = []

    def ask(number: int) -> None:
        one = Stranger(public)
        outcomes.extend(one.verify(code, REMOTE_ADDR=f"203.0.113.{number}")["outcome"] for _ in range(10))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["valid"] * 80
    assert len(evidence(registry)) == 80


@pytest.mark.asvs("13.4.5")
def test_the_private_port_tells_probes_and_metrics(registry, stranger):
    server = serve_privately("127.0.0.1", 0, stranger.public.ready)
    try:
        origin = f"http://127.0.0.1:{server.server_port}"
        for page, word in (("livez", b"ok"), ("readyz", b"ok"), ("metrics", b"xueji_verification_answers_total")):
            with urlopen(f"{origin}/{page}") as answer:
                assert word in answer.read()
    finally:
        server.shutdown()
        server.server_close()


ENDED = {
    "kind": "取消学籍", "state": "cancelled", "effective_on": date(2026, 11, 20), "illegal_entry": True,
    "continues_at": None,
}  # fmt: skip


@pytest.mark.rule("A26-2")
def test_a_report_on_an_illegal_entry_is_publicly_revoked_from_then_on(registry, stranger):
    """Given a report that was valid, when the entry behind it is found illegal, then the same code is answered as
    revoked, with the rule and without any field of the record."""
    code = registry.enrolled().request()["code"]
    assert stranger.verify(code)["outcome"] == "valid"
    fact = ENDED | {"status_id": registry.status_id}
    registry.use_cases.hear_endings([fact], heard=registry.heard("enrollment"))
    registry.follow()
    said = stranger.verify(code)
    assert (stranger.status, said["outcome"], said["rule"], said["report"]) == (410, "revoked", "A26-2", None)


def test_a_qualification_of_an_illegal_entry_is_revoked_with_it(registry, stranger):
    registry.enrolled().hear_photo()
    registry.hear_award()
    code = registry.request("qualification")["code"]
    assert stranger.verify(code)["outcome"] == "valid"
    fact = ENDED | {"status_id": registry.status_id}
    registry.use_cases.hear_endings([fact], heard=registry.heard("enrollment"))
    registry.follow()
    assert stranger.verify(code)["outcome"] == "revoked"


@pytest.mark.rule("A21-1", "A6-2")
def test_the_owner_reads_when_strangers_were_shown_a_report(registry, stranger):
    """Given a report whose code two strangers asked, when the owner asks who verified it, then each answer is told with
    its time and what it showed, not who asked; somebody else is told of none."""
    code = registry.enrolled().request()["code"]
    for _ in range(2):
        assert stranger.verify(code)["outcome"] == "valid"
    answer = registry.queries.list_my_verifications(by=registry.by())
    shown = codec.write(MyVerificationsV1, answer)["verifications"]
    assert [each["outcome"] for each in shown] == ["valid", "valid"]
    assert all("name" in each["shown"] for each in shown)
    assert set(shown[0]) == {"report_id", "answered_at", "outcome", "shown"}
    other = registry.by(person_id=uuid4())
    assert registry.queries.list_my_verifications(by=other) == {"verifications": []}
