"""The use cases on a real store: heard facts, reports, crashes, what happens by date."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.verification.domain.particulars import NotPrintable, Sheet
from services.verification.domain.qualification_record import QualificationRecord
from services.verification.domain.report import Report
from services.verification.domain.rules import NothingToReport, ReportNotFound
from services.verification.domain.status_record import StatusRecord
from services.verification.projections import AGGREGATES, PROJECTIONS
from services.verification.publishing import publish
from services.verification.queries import VerificationQueries
from services.verification.tests.conftest import AWARD, Registry
from services.verification.worker import Due
from shared.access.decide import NotPermitted
from shared.blobs.sealed import open_file
from shared.codes.report_codes import check_report_code
from shared.eventstore.application import AlreadyHeard, CommandReused
from shared.eventstore.context import Context
from shared.eventstore.log import read_log
from shared.eventstore.privacy import CannotOpen, Keyring
from shared.eventstore.verify import verify

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _fonts(chinese_font: None) -> None:
    """Every report here is printed."""


def the_rows(registry: Registry, table: str) -> list[dict]:
    with registry.store.reading() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class BrokenPress:
    """A press that cannot print."""

    def print(self, sheet: Sheet) -> bytes:
        raise NotPrintable("GLYPH_MISSING", "U+20002")

    def code_in(self, document: bytes) -> str:
        raise AssertionError


class DyingPress(BrokenPress):
    """A process that is killed while it prints."""

    def print(self, sheet: Sheet) -> bytes:
        raise KeyboardInterrupt


@pytest.mark.rule("A21-1")
def test_a_student_asks_and_gets_a_code_and_a_document(registry):
    """Given a student whose record is bound to them, when they ask for a report, then they get code and document at
    once and without charge or quota."""
    answer = registry.enrolled().request(months=3)
    assert check_report_code(answer["code"]) == answer["code"]
    assert answer["code"][0] == "S"
    assert (answer["state"], answer["valid_until"], answer["version"]) == ("issued", date(2027, 2, 22), 2)
    found = registry.queries.get_report_pdf(report_id=answer["id"], after_version=2, by=registry.by())
    document = open_file(registry.blobs.read(found["digest"]), found["key"])
    assert document.startswith(b"%PDF")
    assert registry.press.code_in(document) == answer["code"]


def test_the_code_is_kept_nowhere_but_in_the_sealed_document(registry):
    code = registry.enrolled().request()["code"]
    with registry.store.reading() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', (f"%{code}%",))
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT count(*) FROM events WHERE convert_from(state, 'UTF8') LIKE %s", (f"%{code}%",))
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM commands WHERE answer::text LIKE %s", (f"%{code}%",))
        assert cursor.fetchone() == (0,)
    for digest in registry.blobs.digests():
        assert code.encode() not in registry.blobs.read(digest)


def test_asking_twice_with_one_command_id_answers_the_same_and_makes_one_report(registry):
    by = registry.enrolled().by("request_report")
    assert registry.request(by=by) == registry.request(by=by)
    assert len(the_rows(registry, "report_register")) == 1


def test_a_command_id_does_not_serve_for_another_request(registry):
    by = registry.enrolled().by("request_report")
    registry.request(by=by)
    with pytest.raises(CommandReused):
        registry.request(by=replace(by, request_hash="other"))


@pytest.mark.asvs("8.2.2")
@pytest.mark.rule("AC-21")
@pytest.mark.parametrize("who", ["another student", "nobody bound", "a registrar", "unknown record"])
def test_only_the_person_the_record_is_bound_to_may_ask(registry, who):
    """Given a record, when anybody but the person it is bound to asks for a report on it, then it is refused and
    nothing is kept."""
    registry.hear_registration()
    if who != "nobody bound":
        registry.hear_binding()
    by = {
        "another student": lambda: registry.by(person_id=uuid4()),
        "a registrar": lambda: registry.by(role="registrar"),
    }.get(who, registry.by)()
    if who == "unknown record":
        registry.status_id = uuid4()
    with pytest.raises(NotPermitted):
        registry.request(by=by)
    registry.follow()
    assert the_rows(registry, "report_register") == []


@pytest.mark.asvs("8.2.2")
def test_another_student_neither_sees_nor_closes_nor_extends_a_report(registry):
    report_id = registry.enrolled().request()["id"]
    stranger = registry.by(person_id=uuid4())
    for ask in (
        lambda: registry.queries.get_report(report_id=report_id, after_version=0, by=stranger),
        lambda: registry.queries.get_report_pdf(report_id=report_id, after_version=0, by=stranger),
        lambda: registry.use_cases.close_report(command_id=uuid4(), report_id=report_id, by=stranger),
        lambda: registry.use_cases.extend_report(command_id=uuid4(), report_id=report_id, months=1, by=stranger),
    ):
        with pytest.raises(ReportNotFound):
            ask()
    assert registry.queries.list_reports(by=stranger) == {"reports": []}


@pytest.mark.rule("A18-2")
def test_an_award_is_reported_from_its_effective_day_on(registry):
    """Given an award with its effective day tomorrow, when its holder asks for a report, then there is none today and
    one tomorrow."""
    registry.enrolled().hear_award(effective_date=date(2026, 11, 23), issue_date=date(2026, 11, 23))
    with pytest.raises(NothingToReport):
        registry.request("qualification")
    registry.follow()
    assert [each["kind"] for each in registry.queries.list_reportable_records(by=registry.by())["records"]] == [
        "status"
    ]
    registry.today(2026, 11, 23)
    assert registry.request("qualification")["code"][0] == "Q"
    kinds = [each["kind"] for each in registry.queries.list_reportable_records(by=registry.by())["records"]]
    assert kinds == ["qualification", "status"]


def test_a_killed_request_is_finished_by_what_is_due_and_by_asking_again(registry):
    by = registry.enrolled().by("request_report")
    whole, registry.use_cases._press = registry.press, DyingPress()
    with pytest.raises(KeyboardInterrupt):
        registry.request(by=by)
    registry.follow()
    registry.use_cases._press = whole
    due = Due(registry.use_cases, registry.queries, registry.clock)
    assert due.step() == 0  # the edge may still be at it
    assert due.step() == 1
    answer = registry.request(by=by)
    assert answer["state"] == "issued"
    assert check_report_code(answer["code"])


def test_two_that_finish_one_report_at_once_leave_one_code(registry):
    by = registry.enrolled().by("request_report")
    use_cases, press = registry.use_cases, registry.press

    class Overtaken:
        """While this one prints, another process is faster."""

        def print(self, sheet: Sheet) -> bytes:
            registry.use_cases._press = press
            for report_id in registry.queries.unissued() or [row["report_id"] for row in the_requested()]:
                use_cases.finish_report(report_id=report_id, by=Context.system("x", registry.clock.now()))
            return press.print(sheet)

    def the_requested():
        registry.follow()
        return the_rows(registry, "report_register")

    registry.use_cases._press = Overtaken()
    answer = registry.request(by=by)
    assert answer["version"] == 2
    (row,) = the_rows(registry, "report_register")
    assert row["code_key"] == registry.keyring.code_key(answer["code"])


def test_what_cannot_be_printed_waits_with_its_reason_and_is_tried_once_a_day(registry):
    registry.enrolled()
    whole, registry.use_cases._press = registry.press, BrokenPress()
    answer = registry.request()
    assert (answer["state"], answer["code"], answer["delayed_by"]) == ("requested", None, "GLYPH_MISSING")
    shown = registry.queries.get_report(report_id=answer["id"], after_version=answer["version"], by=registry.by())
    assert shown["delay"]["code"] == "GLYPH_MISSING"
    queue = registry.queries.list_waiting_reports(by=registry.by(role="operator"))["reports"]
    assert [each["detail"] for each in queue] == ["U+20002"]
    due = Due(registry.use_cases, registry.queries, registry.clock)
    assert [due.step(), due.step()] == [0, 0]
    registry.use_cases._press = whole
    assert due.step() == 0
    registry.today(2026, 11, 23)
    assert due.step() == 1
    registry.follow()
    shown = registry.queries.get_report(report_id=answer["id"], after_version=0, by=registry.by())
    assert (shown["state"], shown["delay"], shown["valid_until"]) == ("issued", None, date(2026, 12, 23))


def test_a_hundred_documents_that_cannot_be_made_hold_up_no_other(registry):
    """Given as many as are looked at together, when another request was cut off, then its document is made."""
    registry.enrolled().hear_award(photo_digest="ab" * 32)
    for _ in range(100):
        assert registry.request(kind="qualification")["state"] == "requested"
    whole, registry.use_cases._press = registry.press, DyingPress()
    with pytest.raises(KeyboardInterrupt):
        registry.request()
    registry.use_cases._press = whole
    registry.follow()
    due = Due(registry.use_cases, registry.queries, registry.clock)
    assert sum(due.step() for _ in range(5)) == 1


def test_a_qualification_report_waits_for_a_photo_that_is_not_at_hand(registry):
    registry.enrolled().hear_award(photo_digest="ab" * 32)
    assert registry.request("qualification")["delayed_by"] == "PHOTO_MISSING"


def test_trouble_with_one_report_is_written_down_and_stops_nobody(registry):
    registry.enrolled()
    other = Keyring.generate(registry.keys_file.with_name("other.toml"))
    registry.use_cases.keyring, own = other, registry.keyring
    with pytest.raises(CannotOpen):
        own.open_person(other.seal_person({}, "k"), "k")
    assert registry.request()["delayed_by"] == "RECORD_SEALED"
    registry.use_cases.keyring = own

    class FullDisk:
        def put(self, content, *, limit=None):
            raise OSError(28, "No space left on device")

    whole, registry.use_cases._blobs = registry.blobs, FullDisk()
    assert registry.request()["delayed_by"] == "FILES_UNAVAILABLE"
    registry.use_cases._blobs = whole
    due = Due(registry.use_cases, registry.queries, registry.clock)
    assert [due.step(), due.step()] == [0, 2]


def test_reports_expire_by_date_and_are_extended_with_the_same_code(registry):
    answer = registry.enrolled().request()
    registry.today(2026, 12, 22)
    due = Due(registry.use_cases, registry.queries, registry.clock)
    assert due.step() == 0
    registry.today(2026, 12, 23)
    assert due.step() == 1
    registry.follow()
    assert due.step() == 0
    assert the_rows(registry, "report_register")[0]["state"] == "expired"
    extended = registry.use_cases.extend_report(command_id=uuid4(), report_id=answer["id"], months=1, by=registry.by())
    registry.follow()
    (row,) = the_rows(registry, "report_register")
    assert (row["state"], row["valid_until"]) == ("issued", date(2027, 1, 23))
    assert extended["valid_until"] == "2027-01-23"
    assert row["code_key"] == registry.keyring.code_key(answer["code"])


def test_four_publishers_may_speak_in_any_order(registry):
    registry.hear_award()
    registry.hear_photo()
    registry.hear_binding()
    registry.hear_year(2022, "deferred")
    registry.hear_registration()
    registry.hear_year(2021)
    registry.follow()
    (row,) = the_rows(registry, "status_sheet")
    assert (row["last_year"], row["last_result"], row["conclusion"]) == (2022, "deferred", "毕业")
    record = registry.use_cases.get(StatusRecord, registry.status_id).record
    assert {name: row[name] for name in record} == record
    award = registry.use_cases.get(QualificationRecord, registry.certificate_id).record
    (row,) = the_rows(registry, "qualification_sheet")
    assert {name: row[name] for name in award} == award


def test_bulk_and_single_records_have_the_same_standing(registry):
    registry.enrolled().hear_award()
    for kind, record_id in ((StatusRecord, registry.status_id), (QualificationRecord, registry.certificate_id)):
        version, standing = registry.use_cases.standings(kind, [record_id])[record_id]
        loaded = registry.use_cases.get(kind, record_id)
        assert (version, standing) == (loaded.version, loaded.standing)


def test_publishers_that_speak_of_one_record_at_once_are_all_heard(registry):
    statuses = [uuid4() for _ in range(40)]
    person, base = uuid4(), {**AWARD, **registry.person(), "expected_graduation_date": date(2023, 6, 30)}
    told = {
        "enrollment": ("hear_registrations", base),
        "identity": ("hear_bindings", {"person_id": person, "bound_on": date(2020, 1, 1)}),
        "imaging": ("hear_photos", {"photo_id": uuid4(), "digest": "ab" * 32, "approved_on": date(2023, 3, 5)}),
    }

    def speak(publisher: str) -> None:
        method, fact = told[publisher]
        for start in range(0, 40, 4):
            facts = [fact | {"status_id": status_id} for status_id in statuses[start : start + 4]]
            getattr(registry.use_cases, method)(facts, heard=registry.heard(publisher, 4))

    with ThreadPoolExecutor(3) as publishers:
        list(publishers.map(speak, told))
    registry.follow()
    rows = the_rows(registry, "status_sheet")
    assert len(rows) == 40
    assert {(row["school_name"], row["person_id"], row["photo_digest"], row["version"]) for row in rows} == {
        (AWARD["school_name"], person, "ab" * 32, 4)
    }


def test_what_was_heard_is_heard_once(registry):
    registry.hear_registration()
    registry._heard.clear()
    with pytest.raises(AlreadyHeard):
        registry.hear_registration()


def test_a_large_message_of_awards_is_heard_in_parts(registry):
    facts = []
    for _ in range(300):
        registry.status_id, registry.certificate_id = uuid4(), uuid4()
        facts.append(an_award(registry))
    registry.use_cases.hear_awards(facts, heard=registry.heard("credentials", 300))
    registry.follow()
    assert len(the_rows(registry, "qualification_sheet")) == 300
    assert len(the_rows(registry, "status_sheet")) == 300


def an_award(registry: Registry) -> dict:
    return {
        **AWARD, **registry.person(), "certificate_id": registry.certificate_id, "status_id": registry.status_id,
        "photo_digest": "ab" * 32,
    }  # fmt: skip


def test_two_public_facts_leave_and_no_code_with_them(registry):
    registry.enrolled().request()
    with registry.store.reading() as cursor:
        records = read_log(cursor, 0, 1000)
    told = [(contract.type, values) for record in records for contract, values in publish(record)]
    assert [name for name, _ in told] == ["report_requested.v1", "report_issued.v1"]
    for contract, values in ((c, v) for record in records for c, v in publish(record)):
        assert set(values) == set(contract().fields)


def test_read_tables_claims_and_standings_equal_their_replay(registry):
    registry.enrolled().hear_award()
    registry.hear_photo()
    registry.hear_year(2022)
    answer = registry.request("qualification")
    registry.use_cases.close_report(command_id=uuid4(), report_id=answer["id"], by=registry.by())
    registry.follow()
    assert list(verify(registry.store, PROJECTIONS, AGGREGATES)) == []


def test_a_closed_report_is_reopened_by_its_owner(registry):
    report_id = registry.enrolled().request()["id"]
    registry.use_cases.close_report(command_id=uuid4(), report_id=report_id, by=registry.by())
    registry.use_cases.reopen_report(command_id=uuid4(), report_id=report_id, by=registry.by())
    assert registry.use_cases.get(Report, report_id).standing.state == "issued"


def test_queries_wait_for_the_version_that_was_answered(registry):
    answer = registry.enrolled().request(by=registry.by("request_report"))
    extended = registry.use_cases.extend_report(command_id=uuid4(), report_id=answer["id"], months=1, by=registry.by())
    threading.Timer(0.05, registry.follow).start()
    queries = VerificationQueries(registry.store, registry.keyring)
    shown = queries.get_report(report_id=answer["id"], after_version=extended["version"], by=registry.by())
    assert shown["version"] == extended["version"]
