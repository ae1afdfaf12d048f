"""Records that are bound by number, missing, explained or disowned, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.domain.bind_tries import AskOfCertificate, AskTheOffice, NotCovered
from services.identity.domain.record_rules import NotYours
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.publishing import publish
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.people_world import FUDAN, LI, PKU, PeopleWorld, staff
from shared.access.decide import NotPermitted
from shared.eventstore.application import Heard
from shared.eventstore.log import read_log
from shared.eventstore.privacy import CannotOpen
from shared.eventstore.verify import verify
from shared.rules.refused import Refused

pytestmark = pytest.mark.servers
BY_NUMBER = {"kind": "qualification", "school_code": PKU, "year": 1998, "number": "982456"}
BY_STUDENT_NO = {"kind": "status", "school_code": PKU, "year": 2026, "number": "2600010001"}
ANNA = {"id_type": "A", "id_number": "USA:E12345678", "name": "Anna Maria"}
ANNA_AT_SCHOOL = {**ANNA, "id_number": "E12345678"}


@pytest.fixture
def world(house: House) -> PeopleWorld:
    return PeopleWorld.beside(house)


@pytest.mark.rule("AC-15", "AC-17")
@pytest.mark.parametrize(
    "typed",
    [
        "982456",
        "00982456",
        "NO.00982456",
        "No: 982456",
        "№ 0982456",
        "００９８２４５６",
        "00298959",
        "NO.298959",
        " 0029 8959 ",
    ],
)
def test_a_qualification_is_bound_by_either_number_however_it_is_written(world: PeopleWorld, typed: str) -> None:
    """Given an old certificate with two numbers that its owner once disowned, when she types either of them in any
    spelling with year and school, then it is bound."""
    student = world.student()
    record_id = world.qualification()
    world.tell("disown_record", student, record_id=record_id, kind="qualification", statement="不是我的证书")
    answer = world.tell("bind_record_by_number", student, **{**BY_NUMBER, "number": typed})
    assert answer["bound"]
    assert world.mine(student) == [record_id]


@pytest.mark.rule("AC-15")
def test_a_number_alone_binds_nothing_and_says_only_what_differs(world: PeopleWorld) -> None:
    """Given another person's certificate, when somebody names its number, year and school, then it is not bound, and
    no other name or document is told."""
    student = world.student()
    world.qualification(LI)
    answer = world.tell("bind_record_by_number", student, **BY_NUMBER)
    assert not answer["bound"]
    assert answer["explanation"]["reason"] == "BOTH_DIFFER"
    assert answer["explanation"]["differs"] == "both"
    assert "李四" not in str(answer)
    assert world.mine(student) == []


@pytest.mark.parametrize(
    ("who", "reason", "turn"),
    [
        ({**ZHANG, "name": "张叁"}, "NAMES_DIFFER", "school"),
        ({**LI, "name": "张三"}, "DOCUMENTS_DIFFER", "registry"),
    ],
)
def test_it_is_said_which_of_name_and_document_differs_and_whose_turn_it_is(
    world: PeopleWorld, who: dict[str, str], reason: str, turn: str
) -> None:
    student = world.student()
    world.qualification(who)
    found = world.tell("bind_record_by_number", student, **BY_NUMBER)["explanation"]
    assert (found["reason"], found["turn"], found["school_code"]) == (reason, turn, PKU)
    assert found["due_on"] > "2026-10-20"


@pytest.mark.rule("AC-15")
@pytest.mark.parametrize("wrong", [{"year": 1999}, {"school_code": FUDAN}, {"number": "982457"}])
def test_number_year_and_school_must_all_be_right(world: PeopleWorld, wrong: dict[str, Any]) -> None:
    """Given a certificate, when number, year or school is another, then nothing is found."""
    student = world.student()
    world.qualification(LI)
    answer = world.tell("bind_record_by_number", student, **{**BY_NUMBER, **wrong})
    assert answer["explanation"]["reason"] == "NUMBER_NOT_FOUND"


@pytest.mark.rule("AC-16")
def test_after_two_failed_tries_for_a_status_the_school_is_to_be_asked(world: PeopleWorld) -> None:
    """Given a student whose record carries another student number, when two tries fail, then the third is refused with
    the school to ask, and the next day it may be tried again."""
    student = world.student()
    world.status(LI)
    left = [world.tell("bind_record_by_number", student, **BY_STUDENT_NO)["tries_left"] for _ in range(2)]
    assert left == [1, 0]
    with pytest.raises(AskTheOffice) as refused:
        world.tell("bind_record_by_number", student, **BY_STUDENT_NO)
    assert "北京大学" in refused.value.as_dict()["zh"]
    assert PKU in refused.value.as_dict()["en"]
    world.house.clock.forward(timedelta(days=1))
    assert not world.tell("bind_record_by_number", student, **BY_STUDENT_NO)["bound"]


@pytest.mark.rule("AC-13", "AC-15")
def test_after_two_failed_tries_for_a_certificate_its_school_is_to_be_asked(world: PeopleWorld) -> None:
    """Given two numbers of certificates on one day that led to nothing, when a third is named, then it is refused with
    the school to ask; statuses have tries of their own, and the next day it may be tried again."""
    student = world.student()
    world.qualification(LI)
    left = [world.tell("bind_record_by_number", student, **BY_NUMBER)["tries_left"] for _ in range(2)]
    assert left == [1, 0]
    with pytest.raises(AskOfCertificate) as refused:
        world.tell("bind_record_by_number", student, **BY_NUMBER)
    said = refused.value.as_dict()
    assert "北京大学" in said["zh"]
    assert PKU in said["en"]
    assert "证书编号" in said["zh"]
    assert world.tell("bind_record_by_number", student, **BY_STUDENT_NO)["tries_left"] == 1
    world.house.clock.forward(timedelta(days=1))
    assert not world.tell("bind_record_by_number", student, **BY_NUMBER)["bound"]


@pytest.mark.rule("AC-18")
def test_a_qualification_before_1991_is_not_covered_and_costs_no_try(world: PeopleWorld) -> None:
    """Given a certificate of 1990, when it is named, then it is refused under its rule and no try is lost."""
    student = world.student()
    for _ in range(6):
        with pytest.raises(NotCovered):
            world.tell("bind_record_by_number", student, **{**BY_NUMBER, "year": 1990})
    assert world.explain(student, kind="qualification", year=1990)["rule"] == "AC-18"
    assert world.tell("bind_record_by_number", student, **BY_NUMBER)["tries_left"] == 1


@pytest.mark.rule("AC-16")
def test_a_student_whose_school_did_not_keep_the_country_binds_by_student_number(world: PeopleWorld) -> None:
    """Given a passport whose country the school did not enter, when its owner names student number, year and school,
    then the record is bound, and it was not bound by itself before."""
    student = world.student(ANNA)
    record_id = world.status(ANNA_AT_SCHOOL)
    assert world.mine(student) == []
    assert world.explain(student)["reason"] == "COUNTRY_NOT_KEPT"
    assert world.tell("bind_record_by_number", student, **BY_STUDENT_NO)["bound"]
    assert world.mine(student) == [record_id]


def test_the_exam_number_serves_as_well_as_the_student_number(world: PeopleWorld) -> None:
    student = world.student(ANNA)
    world.status(ANNA_AT_SCHOOL)
    assert world.tell("bind_record_by_number", student, **{**BY_STUDENT_NO, "number": "26110101110001"})["bound"]


def test_a_passport_of_the_same_number_from_another_country_is_another_document(world: PeopleWorld) -> None:
    student = world.student(ANNA)
    world.status({**ANNA, "id_number": "GBR:E12345678"})
    assert world.mine(student) == []
    other = world.student({**ANNA, "id_number": "GBR:E12345678"}, contact="other@example.org")
    assert len(world.mine(other)) == 1


@pytest.mark.rule("AC-19", "AC-20")
def test_every_verified_identity_binds_and_it_shows_at_once(world: PeopleWorld) -> None:
    """Given records under an old name, an old passport and a current one, when these identities are verified, then all
    records are one person's and show at once."""
    student = world.student(ANNA)
    renewed, married = (
        {**ANNA, "id_number": "USA:E99999999"},
        {**ANNA, "id_number": "USA:E99999999", "name": "Anna Berg"},
    )
    maiden = {**ANNA, "id_number": "DEU:C01X00T47", "name": "Anna Lind"}
    records = {world.status(ANNA), world.status(renewed), world.status(married), world.qualification(maiden)}
    assert len(world.mine(student)) == 1
    world.verify_identity(student, "renewed", renewed)
    assert len(world.mine(student)) == 2
    world.verify_identity(student, "changed_name", married)
    world.verify_identity(student, "linked", maiden)
    assert set(world.mine(student)) == records
    assert world.unbound(student) == []
    kinds = [one["kind"] for one in world.ask("list_my_identities", student)["identities"]]
    assert kinds == ["opened", "renewed", "changed_name", "linked"]


def test_a_record_heard_later_under_an_old_identity_is_bound_too(world: PeopleWorld) -> None:
    student = world.student()
    world.verify_identity(student, "changed_name", {**ZHANG, "name": "张珊"})
    records = {world.status(), world.status({**ZHANG, "name": "张珊"})}
    assert set(world.mine(student)) == records


@pytest.mark.parametrize(
    ("asked", "reason", "turn", "due_on"),
    [
        ({}, "OVERDUE", "province", None),
        ({"year": 2027}, "NOT_REGISTERED_YET", "school", date(2027, 10, 1)),
        ({"category": "高等教育自学考试"}, "SELF_TAUGHT", "nobody", None),
        ({"kind": "qualification", "year": 1990}, "BEFORE_1991", "nobody", None),
        ({"kind": "qualification", "year": 1999}, "OLD_CERTIFICATE", "school", None),
        ({"kind": "qualification", "year": 2027}, "NOT_REGISTERED_YET", "school", date(2027, 7, 31)),
    ],
)
def test_what_was_never_heard_is_explained_by_year_and_kind(
    world: PeopleWorld, asked: dict[str, Any], reason: str, turn: str, due_on: date | None
) -> None:
    found = world.explain(world.student(), **asked)
    assert (found["reason"], found["turn"]) == (reason, turn)
    assert due_on is None or found["due_on"] == due_on
    assert found["zh"]
    assert found["en"]


def test_a_record_under_another_name_a_contested_and_an_own_one_are_explained(world: PeopleWorld) -> None:
    student = world.student()
    world.status({**ZHANG, "name": "张叁"})
    own = world.status(school_code=FUDAN, school_name="复旦大学")
    assert world.explain(student)["reason"] == "NAMES_DIFFER"
    assert world.explain(student, school_code=FUDAN)["reason"] == "BOUND"
    contested = {"status_id": own, "case_id": uuid4(), "settled": False, "keeps": True}
    world.tell("disown_record", student, record_id=own, kind="status", statement="我从未在该校就读")
    assert world.explain(student, school_code=FUDAN)["reason"] == "DISOWNED"
    other = world.status({**ZHANG, "name": "张叁"}, school_code=FUDAN, entry_date=date(2025, 9, 1))
    world.heard += 1
    heard = Heard("enrollment", world.heard, world.heard)
    world.house.identity.note_contests([contested | {"status_id": other}], heard)
    world.house.work()
    found = world.explain(student, school_code=FUDAN, year=2025)
    assert (found["reason"], found["turn"]) == ("CONTESTED", "province")


@pytest.mark.rule("AC-21")
def test_a_disowned_record_is_nobodys_and_school_and_province_read_the_statement(world: PeopleWorld) -> None:
    """Given a record under a person's name and document where she never studied, when she disowns it, then it stays,
    is nobody's, does not come back by itself, and its school and province read her words."""
    student = world.student()
    record_id = world.status()
    world.tell("disown_record", student, record_id=record_id, kind="status", statement="我从未在该校就读")
    world.tell("bind_my_records", student)
    assert world.mine(student) == []
    (unbound,) = world.unbound(student)
    assert (unbound["reason"], unbound["turn"], unbound["school_code"]) == ("DISOWNED", "province", PKU)
    for role, org, asked in (
        ("registrar", PKU, {"school_code": PKU, "province": None}),
        ("province_education", "11", {"school_code": None, "province": "11"}),
        ("ministry", "moe", {"school_code": None, "province": None}),
    ):
        (seen,) = world.ask("list_disowned_records", staff(f"{role}-1", role, org), **asked)["records"]
        assert (seen["record_id"], seen["statement"]) == (record_id, "我从未在该校就读")
    with world.house.identity.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'identity.Look.Taken'")
        assert cursor.fetchone() == (3,)


@pytest.mark.rule("AC-21", "PIPL-1")
def test_the_words_of_disowning_end_with_the_account_and_the_record_stays_disowned(world: PeopleWorld) -> None:
    """Given a record that somebody disowned, when that person closes the account, then its school sees that it was
    disowned and nobody can read the words any more."""
    student = world.student()
    record_id = world.status()
    world.tell("disown_record", student, record_id=record_id, kind="status", statement="我从未在该校就读")
    asked = {"school_code": PKU, "province": None}
    registrar = staff("registrar-1", "registrar", PKU)
    (before,) = world.ask("list_disowned_records", registrar, **asked)["records"]
    assert before["statement"] == "我从未在该校就读"
    world.house.tell("close_account", replace(student, stepped_up=True))
    world.house.work()
    (after,) = world.ask("list_disowned_records", registrar, **asked)["records"]
    assert after == {**before, "statement": ""}
    with world.house.identity.store.reading() as cursor:
        cursor.execute("SELECT sealed_statement FROM heard_records WHERE id = %s", (record_id,))
        ((sealed,),) = cursor.fetchall()
    with pytest.raises(CannotOpen):
        world.people.keyring.open(sealed, f"disowned:{record_id}")


@pytest.mark.parametrize(("role", "org"), [("registrar", FUDAN), ("province_education", "31")])
def test_disowned_records_of_another_school_or_province_are_not_shown(world: PeopleWorld, role: str, org: str) -> None:
    by = world.by("list_disowned_records", staff("x-1", role, org))
    with pytest.raises(NotPermitted):
        world.queries.list_disowned_records(school_code=PKU, province=None, by=by)
    with pytest.raises(NotPermitted):
        world.queries.list_disowned_records(school_code=None, province="11", by=by)


def test_nobody_disowns_what_is_not_hers(world: PeopleWorld) -> None:
    student = world.student()
    record_id = world.status(LI)
    with pytest.raises(NotYours):
        world.tell("disown_record", student, record_id=record_id, kind="status", statement="不是我的学籍")


def test_that_a_record_was_disowned_is_told_without_the_words(world: PeopleWorld) -> None:
    student = world.student()
    record_id = world.status()
    world.tell("disown_record", student, record_id=record_id, kind="status", statement="我从未在该校就读")
    with world.house.identity.store.reading() as cursor:
        told = [said for record in read_log(cursor, 0, 500) for said in publish(record)]
    ((contract, values),) = [(contract, values) for contract, values in told if contract.__name__ == "RecordDisownedV1"]
    assert values["record_id"] == record_id
    assert "从未" not in str(contract().dump(values))


def test_the_read_tables_of_people_equal_a_rebuild_from_the_log(world: PeopleWorld) -> None:
    student = world.student(ANNA)
    world.verify_identity(student, "renewed", {**ANNA, "id_number": "USA:E99999999"})
    world.status(ANNA_AT_SCHOOL)
    world.tell("bind_record_by_number", student, **BY_STUDENT_NO)
    world.tell("bind_record_by_number", student, **BY_NUMBER)
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []


@pytest.mark.rule("AC-14")
def test_what_was_missed_is_bound_at_the_next_sign_in(world: PeopleWorld) -> None:
    """Given a record that was written while its account changed, so that the two missed each other, when its owner
    signs in again, then it is bound."""
    house = world.house
    account_id = house.open()
    house.tell("send_contact_code", account_id=account_id)
    code = house.code()
    worker, house.tasks = house.tasks, house.tasks[:2]  # only the read tables follow
    following, house.tasks = house.tasks, []
    record_id = world.status()
    house.tell("prove_contact_code", account_id=account_id, code=code)  # the read tables do not know the record yet
    house.tasks = following
    house.work()
    with house.identity.store.reading() as cursor:
        cursor.execute("UPDATE followers SET position = (SELECT max(position) FROM log) WHERE name = 'reactions'")
    house.tasks = worker
    house.work()
    assert owner_of(world, record_id) is None
    holder = house.identity.holders.of(f"account:{account_id}")
    assert holder is not None
    house.identity.sessions.begin(holder, amr=("pwd",), device="", by=house.asked("sign_in"), strong=False)
    house.work()
    assert owner_of(world, record_id) == holder.sub


def owner_of(world: PeopleWorld, record_id: UUID) -> str | None:
    with world.house.identity.store.reading() as cursor:
        cursor.execute("SELECT person_id::text FROM heard_records WHERE id = %s", (record_id,))
        (row,) = cursor.fetchall()
    return None if row[0] is None else str(row[0])


def test_numbers_guessed_at_once_do_not_outrun_the_count(world: PeopleWorld) -> None:
    student = world.student()
    world.status(LI)

    def guess(number: int) -> Any:
        by = world.by("bind_record_by_number", student)
        try:
            named = {**BY_NUMBER, "number": f"98245{number}"}
            return world.people.bind_record_by_number(command_id=by.command_id, by=by, **named)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(24)))
    told = [answer for answer in answers if not isinstance(answer, Refused)]
    with world.house.identity.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'identity.Account.RecordMissed'")
        assert cursor.fetchone() == (len(told),)
    assert len(told) <= 2
