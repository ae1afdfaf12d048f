"""Who looked at whom: told to the person, and an alert where nothing explains it; consents."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.application.consents import Consents
from services.identity.application.looks import LookReports
from services.identity.domain.consent import CannotRead, ConsentTooLong, NotConsented, NothingToRead
from services.identity.domain.look import Look
from services.identity.domain.office import NO_GRANT, Office
from services.identity.queries.looks import LookQueries
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.test_identity_stored import registered
from shared.access.assertion import Assertion
from shared.access.decide import Decision, NotPermitted, Resource, require
from shared.contracts.events.enrollment_looks import StudentRecordsViewedV1
from shared.contracts.rpc import identity_privacy
from shared.eventstore.application import Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.looking import Looks, PurposeNeeded
from shared.rules.free_texts import TextNamesPerson
from shared.rules.refused import NotFound

pytestmark = pytest.mark.servers
LATER = datetime(2028, 1, 1, tzinfo=UTC)


def staff(role: str, office: str, sub: str = "officer-1", **more: Any) -> Assertion:
    return Assertion(sub, role, "agency", "all", office, ("pwd", "otp"), "j", LATER, office=office, **more)


AUDITOR = staff("auditor", "moe", "auditor-1")


def told(record_id: UUID, *, alarming: bool = False, **more: Any) -> dict[str, Any]:
    example = {**StudentRecordsViewedV1.example, "look_id": str(uuid7()), "records": [str(record_id)], **more}
    fact: dict[str, Any] = StudentRecordsViewedV1().load({**example, "alarming": alarming})
    return fact


def with_record(house: House) -> tuple[Assertion, UUID]:
    """A student with one status of their own."""
    student = house.student()
    fact = registered(house)
    house.identity.open_student_records([fact], Heard("enrollment", 1, 1))
    house.work()
    return student, UUID(str(fact["status_id"]))


def looks_of(house: House, student: Assertion, **more: Any) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"before": None, "limit": 100, **more}
    answer = LookQueries(house.identity.store, house.identity.keyring).list_my_looks(
        **asked, by=house.asked("list_my_looks", student)
    )
    assert identity_privacy.MyLooksV1().dump(answer)
    found: list[dict[str, Any]] = answer["looks"]
    return found


@pytest.mark.rule("A24-3")
def test_a_student_sees_when_which_office_and_what_for_but_not_who(house: House) -> None:
    """Given looks at two students' records that another service recorded, when one of them asks, then the own looks are
    told with office, role and purpose, without the operator's name, and the other's are not."""
    student, status_id = with_record(house)
    reports = LookReports(house.identity.store, house.clock)
    mine, theirs = told(status_id, purpose="学籍核对"), told(uuid4())
    reports.hear_looks("enrollment", [mine, theirs], Heard("enrollment", 2, 3))
    house.work()
    (look,) = looks_of(house, student)
    assert look["look_id"] == mine["look_id"]
    assert (look["role"], look["office_name"], look["purpose"]) == ("registrar", "北京大学", "学籍核对")
    assert "pku-registrar-1" not in str(look)


@pytest.mark.rule("A24-3")
def test_a_look_at_an_admission_is_told_to_whose_document_and_name_it_carries(house: House) -> None:
    """Given looks at admissions that became no status, when a student asks, then those under the own document and name
    are told, also those of the time before the account; under another name or another document they are not."""
    keyring = house.identity.keyring
    id_key, name_key = keyring.id_key("1", ZHANG["id_number"]), keyring.name_key(ZHANG["name"])
    mine, of_others = uuid4(), keyring.name_key("李四")
    seen = told(mine, alone=True) | {"admissions": [{"record_id": mine, "id_key": id_key, "name_key": name_key}]}
    other = uuid4()
    wrong = told(other) | {"admissions": [{"record_id": other, "id_key": id_key, "name_key": of_others}]}
    reports = LookReports(house.identity.store, house.clock)
    reports.hear_looks("enrollment", [seen, wrong], Heard("enrollment", 1, 2))
    student = house.student()
    house.work()
    (look,) = looks_of(house, student)
    assert (look["look_id"], look["records"]) == (seen["look_id"], [mine])


def test_looks_are_told_page_by_page_the_newest_first(house: House) -> None:
    student, status_id = with_record(house)
    facts = [told(status_id, seen_at=f"2026-10-20T02:00:0{second}+00:00") for second in range(3)]
    LookReports(house.identity.store, house.clock).hear_looks("enrollment", facts, Heard("enrollment", 2, 4))
    house.work()
    first = looks_of(house, student, limit=2)
    rest = looks_of(house, student, limit=2, before=first[-1]["seen_at"])
    assert [look["look_id"] for look in first + rest] == [fact["look_id"] for fact in reversed(facts)]


@pytest.mark.rule("AUD-4")
def test_a_look_that_nothing_explains_raises_an_alert_for_auditors(house: House) -> None:
    """Given a look out of the own scope without a case and one within it, when they are heard, then the first alone
    raises an alert, which an auditor and the ministry read with who looked, and a registrar does not."""
    record_id = uuid4()
    facts = [told(record_id, alarming=True, sub="ministry-7", role="ministry"), told(uuid4())]
    LookReports(house.identity.store, house.clock).hear_looks("enrollment", facts, Heard("enrollment", 1, 2))
    house.work()
    queries = LookQueries(house.identity.store, house.identity.keyring)
    for actor in (AUDITOR, staff("ministry", "moe")):
        answer = queries.list_alerts(before=None, limit=10, by=house.asked("list_alerts", actor))
        assert identity_privacy.AlertsV1().dump(answer)
        (alert,) = answer["alerts"]
        assert (alert["record_id"], alert["sub"], alert["look_id"]) == (record_id, "ministry-7", facts[0]["look_id"])
    with pytest.raises(NotPermitted):
        queries.list_alerts(before=None, limit=10, by=house.asked("list_alerts", staff("registrar", "4111010001")))


@pytest.mark.rule("AUD-4")
def test_identitys_own_looks_stand_beside_the_others(house: House) -> None:
    """Given identity itself showed a person to the registry's operator without a claim, when the person asks, then the
    look is told, and it raised an alert; with an open claim it raises none."""
    student = house.student()
    operator = staff("operator", "ctr", "ctr-1")
    looks = Looks(house.identity.store, Look)
    decision = Decision(True, "AC-19", reach="nation")
    by = house.asked("read_people", operator)
    with pytest.raises(PurposeNeeded):
        looks.saw(by, decision, [student.sub], alone=True)
    by = type(by)(operator, "read_people", "test", house.clock.now(), purpose="来信查询")
    looks.saw(by, decision, [student.sub], alone=True)
    looks.saw(by, decision, [student.sub], alone=True, in_case=True)
    house.work()
    assert [look["purpose"] for look in looks_of(house, student)] == ["来信查询", "来信查询"]
    queries = LookQueries(house.identity.store, house.identity.keyring)
    assert len(queries.list_alerts(before=None, limit=9, by=house.asked("list_alerts", AUDITOR))["alerts"]) == 1


def test_a_long_list_is_recorded_in_parts_and_ones_own_look_is_not(house: House) -> None:
    looks, registrar = Looks(house.identity.store, Look), staff("registrar", "4111010001")
    decision = require(registrar, "read_counts", Resource("x", school="4111010001"))
    ids = [uuid4() for _ in range(1001)]
    looks.saw(house.asked("list_checks", registrar), decision, [*ids, ids[0]])
    looks.saw(house.asked("list_own", house.student()), decision, ids)
    looks.saw(house.asked("list_checks", registrar), decision, [])
    house.work()
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT look_id), count(DISTINCT record_id) FROM looks")
        assert cursor.fetchone() == (1001, 3, 1001)


# --- consents ---

VERIFIER = staff("verifier", "ver-1", "client-1")


def consents_of(house: House) -> Consents:
    begun = date(2026, 1, 1)
    office = Office(
        code="ver-1", kind="verifier", org="ver-1", name="某公司", valid_from=begun, valid_until=None, **NO_GRANT
    )
    house.identity.save(office, by=Context.system("found_office", house.clock.now()))
    return Consents(house.identity, LookQueries(house.identity.store, house.identity.keyring))


def given_by(house: House, student: Assertion) -> list[dict[str, Any]]:
    queries = LookQueries(house.identity.store, house.identity.keyring)
    answer = queries.list_my_consents(with_readers=True, by=house.asked("list_my_consents", student))
    assert identity_privacy.MyConsentsV1().dump(answer)
    assert [each["code"] for each in answer["readers"]] == ["ver-1"]
    found: list[dict[str, Any]] = answer["consents"]
    return found


def grant(house: House, consents: Consents, student: Assertion, status_id: UUID, **changes: Any) -> UUID:
    asked = {"office": "ver-1", "purpose": "入职", "scope": ["name", "school_name"], "records": [status_id]}
    until = (house.clock.now() + timedelta(days=30)).date()
    by = house.asked("grant_consent", student)
    answer = consents.grant_consent(command_id=by.command_id, by=by, **{**asked, "until": until, **changes})
    return UUID(answer["id"])


@pytest.mark.rule("PIPL-1")
def test_an_office_reads_the_fields_that_were_consented_to_and_the_person_sees_each_reading(house: House) -> None:
    """Given a consent for a name and a school, when its office reads, then these fields and no others are answered, and
    the person sees the reading; another office reads nothing."""
    student, status_id = with_record(house)
    consents = consents_of(house)
    consent_id = grant(house, consents, student, status_id)
    answer = consents.read_consented(consent_id=consent_id, by=house.asked("read_consented", VERIFIER))
    assert answer["name"] == "张三"
    assert answer["records"] == [{"id": status_id, "school_name": "北京大学"}]
    house.work()
    (look,) = looks_of(house, student)
    assert (look["use_case"], look["office_name"], look["shown"]) == ("read_consented", "某公司", "full")
    with pytest.raises(NotPermitted):
        consents.read_consented(consent_id=consent_id, by=house.asked("read_consented", staff("verifier", "ver-2")))
    with pytest.raises(NotConsented):
        consents.read_consented(consent_id=uuid4(), by=house.asked("read_consented", VERIFIER))


@pytest.mark.rule("PIPL-1")
def test_a_machine_reads_by_consent_only_with_the_scope_for_it(house: House) -> None:
    """Given a machine client of the office, when its scopes name reading by consent, then it reads; otherwise not."""
    student, status_id = with_record(house)
    consents = consents_of(house)
    consent_id = grant(house, consents, student, status_id)
    machine = staff("verifier", "ver-1", "machine-1", scopes=("read_consented",))
    assert consents.read_consented(consent_id=consent_id, by=house.asked("read_consented", machine))["records"]
    other = staff("verifier", "ver-1", "machine-1", scopes=("read_offices",))
    with pytest.raises(NotPermitted):
        consents.read_consented(consent_id=consent_id, by=house.asked("read_consented", other))


@pytest.mark.rule("PIPL-1")
def test_a_consent_that_was_revoked_or_is_over_is_read_by_nobody(house: House) -> None:
    """Given two consents, when one is revoked and the other's last day is past, then from that moment neither is read,
    and both stand in the person's list."""
    student, status_id = with_record(house)
    consents = consents_of(house)
    revoked, over = (grant(house, consents, student, status_id) for _ in range(2))
    by = house.asked("revoke_consent", student)
    consents.revoke_consent(command_id=by.command_id, consent_id=revoked, by=by)
    with pytest.raises(NotConsented):
        consents.read_consented(consent_id=revoked, by=house.asked("read_consented", VERIFIER))
    house.clock.forward(timedelta(days=30))
    assert consents.read_consented(consent_id=over, by=house.asked("read_consented", VERIFIER))["records"]
    house.clock.forward(timedelta(days=1))
    with pytest.raises(NotConsented):
        consents.read_consented(consent_id=over, by=house.asked("read_consented", VERIFIER))
    house.work()
    mine = given_by(house, student)
    assert {each["consent_id"]: each["revoked_at"] is not None for each in mine} == {revoked: True, over: False}


@pytest.mark.rule("PIPL-1")
def test_a_consent_ends_with_the_account(house: House) -> None:
    """Given a consent, when its giver closes the account, then nobody reads by it any more."""
    student, status_id = with_record(house)
    consents = consents_of(house)
    consent_id = grant(house, consents, student, status_id)
    house.tell("close_account", replace(student, stepped_up=True))
    with pytest.raises(NotConsented):
        consents.read_consented(consent_id=consent_id, by=house.asked("read_consented", VERIFIER))


@pytest.mark.rule("PIPL-1")
def test_a_consent_names_own_records_and_ends_within_a_year(house: House) -> None:
    """Given a student, when a consent names a foreign record, no record, or an end beyond a year or already past, then
    it is refused."""
    student, status_id = with_record(house)
    consents = consents_of(house)
    for records in ([uuid4()], []):
        with pytest.raises(NothingToRead):
            grant(house, consents, student, status_id, records=records)
    for until in (house.clock.now().date(), date(2027, 10, 21)):
        with pytest.raises(ConsentTooLong):
            grant(house, consents, student, status_id, until=until)


@pytest.mark.rule("PIPL-1")
def test_a_consent_names_an_office_that_can_read_by_it(house: House) -> None:
    """Given offices of other kinds, a verifier's that is closed and one that is none, when a consent names one of them,
    then it is refused, and the list to choose from has the open verifiers' alone."""
    student, status_id = with_record(house)
    consents = consents_of(house)
    begun = date(2026, 1, 1)
    for code, kind, valid_until in (("4111010001", "school", None), ("ver-9", "verifier", date(2026, 2, 1))):
        office = Office(
            code=code, kind=kind, org=code, name=code, valid_from=begun, valid_until=valid_until, **NO_GRANT
        )
        house.identity.save(office, by=Context.system("found_office", house.clock.now()))
    for code in ("4111010001", "ver-9", "ver-404"):
        with pytest.raises(CannotRead):
            grant(house, consents, student, status_id, office=code)
    grant(house, consents, student, status_id)
    house.work()
    assert [each["office"] for each in given_by(house, student)] == ["ver-1"]


@pytest.mark.asvs("16.2.5")
@pytest.mark.rule("PIPL-1")
def test_what_a_consent_is_for_lies_under_the_key_of_its_giver(house: House) -> None:
    """Given a consent whose purpose tells something of its giver, when everything that is stored is read, then it
    stands nowhere, and giver and office read it; one that names a number is refused."""
    student, status_id = with_record(house)
    consents = consents_of(house)
    with pytest.raises(TextNamesPerson):
        grant(house, consents, student, status_id, purpose="入职 13812345678")
    consent_id = grant(house, consents, student, status_id, purpose="张三入职审查")
    answer = consents.read_consented(consent_id=consent_id, by=house.asked("read_consented", VERIFIER))
    house.work()
    (mine,) = given_by(house, student)
    assert (answer["purpose"], mine["purpose"]) == ("张三入职审查", "张三入职审查")
    assert stored(house, str(student.sub)) > 2
    assert stored(house, "入职审查") == 0


def stored(house: House, text: str) -> int:
    """In how many rows of all tables a text stands."""
    found = 0
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s OR t::text LIKE %s",
                (f"%{text}%", f"%{text.encode().hex()}%"),
            )
            counted: Any = cursor.fetchone()
            found += counted[0]
    return found


def test_nobody_revokes_anothers_consent(house: House) -> None:
    student, status_id = with_record(house)
    consents = consents_of(house)
    consent_id = grant(house, consents, student, status_id)
    other = house.student(id_number="440524188001010014", name="李四", contact="lisi@example.edu.cn")
    by = house.asked("revoke_consent", other)
    with pytest.raises(NotFound):
        consents.revoke_consent(command_id=by.command_id, consent_id=consent_id, by=by)
