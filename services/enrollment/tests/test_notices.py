"""Told and asked (A11): the school's asking with its time, the student's answer, the lists of who is silent."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.domain.case import Case
from services.enrollment.domain.rules.identity import AlreadyConfirmed, AlreadyDisputed, CaseAlreadyOpen
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.offices import (
    ELSEWHERE,
    GOOD_NUMBER,
    HERE,
    PROOF,
    Offices,
    province,
    registrar,
    second_registrar,
)
from shared.access.decide import NotPermitted
from shared.eventstore.application import AlreadyHeard, Heard
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers
ASKED = date(2022, 10, 20)


@pytest.fixture
def offices(enrollment):
    return Offices(enrollment)


@pytest.fixture
def student(offices):
    """A student, and who holds the status."""
    status_id = offices.student(SFZH=GOOD_NUMBER, XM="王小明")
    holder = offices.holder(status_id)
    offices.go_to(ASKED)
    return status_id, holder


def ask_all(offices, limit=1000, actor=None, command_id=None):
    by = asked(actor or registrar(), "ask_class_to_check", command_id=command_id)
    by = replace(by, recorded_at=offices.base.clock.now())
    return offices.notices.ask_class_to_check(
        command_id=by.command_id, school_code=HERE, entry_year=2022, channel="sms", limit=limit, by=by
    )


def dispute(offices, student, disputed=("name",), values=None, evidence=()):
    status_id, holder = student
    return UUID(
        offices.ask(
            offices.notices.dispute_own_status,
            holder,
            status_id=status_id,
            disputed=disputed,
            values=values or {},
            statement="姓名中的生僻字被替换",
            evidence=evidence,
        )["id"]
    )


def confirm(offices, student):
    return offices.ask(offices.notices.confirm_own_status, student[1], status_id=student[0])


def checks(offices, checked="silent", school=HERE, actor=None, after=None, limit=50):
    return offices.look(
        offices.own.list_checks,
        actor or registrar(school),
        school_code=school,
        entry_year=2022,
        checked=checked,
        after=after,
        limit=limit,
    )


@pytest.mark.rule("A11-1")
def test_asking_a_student_records_the_day(offices, student):
    """Given a registered student, when the school asks to check, then day and channel are on record."""
    offices.ask(offices.notices.ask_to_check, registrar(), status_id=student[0], channel="sms")
    assert offices.status(student[0]).asked_on == ASKED
    (own,) = offices.look(offices.own.list_own_statuses, student[1])["statuses"]
    assert (own["asked_on"], own["checked"]) == (ASKED, "")


@pytest.mark.rule("A11-1", "A4-1")
def test_only_the_own_school_asks(offices, student):
    """Given a student, when another school or the province asks to check, then it is not permitted."""
    for actor in (registrar(ELSEWHERE), province()):
        with pytest.raises(NotPermitted):
            offices.ask(offices.notices.ask_to_check, actor, status_id=student[0], channel="sms")


@pytest.mark.rule("A11-1")
def test_a_class_is_asked_chunk_by_chunk_until_nobody_is_left(offices):
    """Given seven students, when the class is asked three at a time, then each is asked once and the last says so."""
    ids = [offices.student() for _ in range(7)]
    offices.student(ELSEWHERE)
    offices.fold()
    answers = []
    while not answers or answers[-1]["more"]:
        answers.append(ask_all(offices, limit=3))
        offices.fold()
    assert [answer["asked"] for answer in answers] == [3, 3, 1]
    assert {offices.status(each).asked_on for each in ids} == {offices.day}
    assert ask_all(offices) == {"asked": 0, "more": False}
    with offices.base.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic LIKE '%%AskedToCheck'")
        assert cursor.fetchone() == (7,)


@pytest.mark.rule("A11-1")
def test_a_late_read_table_asks_nobody_twice(offices):
    """Given a read table that has not caught up, when the class is asked again, then nobody is asked a second time."""
    for _ in range(5):
        offices.student()
    offices.fold()
    assert ask_all(offices, limit=2)["asked"] == 2
    assert ask_all(offices, limit=2) == {"asked": 2, "more": True}
    assert ask_all(offices, limit=2) == {"asked": 1, "more": False}
    assert ask_all(offices, limit=2) == {"asked": 0, "more": False}


@pytest.mark.rule("A11-1", "X-CMD-1")
def test_an_asking_repeated_by_its_id_acts_once(offices):
    """Given an asking that was answered, when it is repeated with its id, then it answers the same and asks nobody."""
    for _ in range(4):
        offices.student()
    offices.fold()
    command_id = uuid4()
    first = ask_all(offices, limit=2, command_id=command_id)
    assert ask_all(offices, limit=2, command_id=command_id) == first
    offices.fold()
    assert checks(offices, "unasked")["counts"]["unasked"] == 2


@pytest.mark.rule("A11-1", "A24-1")
def test_a_clerk_asks_students_of_the_own_kind_of_training(offices):
    """Given regular and adult students, when a clerk for adult education asks the class, then only those are asked."""
    regular = offices.student()
    adult = offices.student(XLLB="成人高等教育", XXXS="业余")
    offices.fold()
    assert ask_all(offices, actor=replace(registrar(), kind="adult"))["asked"] == 1
    assert (offices.status(regular).asked_on, offices.status(adult).asked_on) == (None, offices.day)


@pytest.mark.rule("A11-2", "A21-1")
def test_a_student_sees_the_own_record_in_full(offices, student):
    """Given a bound student, when the own statuses are listed, then nothing of the own data is masked."""
    (own,) = offices.look(offices.own.list_own_statuses, student[1])["statuses"]
    assert (own["person"]["name"], own["person"]["id_number"]) == ("王小明", GOOD_NUMBER)
    assert (own["school_name"], own["state"], own["cases"], own["conflict"]) == ("北京大学", "active", [], None)
    assert offices.look(offices.own.list_own_statuses, offices.holder(offices.student()))["statuses"][0] != own


@pytest.mark.rule("A11-2")
def test_a_student_confirms_once(offices, student):
    """Given a student who was asked, when the data are confirmed, then it is on record and not confirmed twice."""
    confirm(offices, student)
    assert offices.status(student[0]).checked == "confirmed"
    with pytest.raises(AlreadyConfirmed):
        confirm(offices, student)


@pytest.mark.rule("A11-2", "AC-21")
def test_nobody_confirms_or_disputes_for_another(offices, student):
    """Given a status, when somebody who does not hold it answers for it, then it is not permitted."""
    stranger = offices.holder(offices.student())
    unbound = person("student", "", str(uuid4()))
    for actor in (stranger, unbound, registrar()):
        with pytest.raises(NotPermitted):
            confirm(offices, (student[0], actor))
        with pytest.raises(NotPermitted):
            dispute(offices, (student[0], actor))
    with pytest.raises(NotPermitted):
        confirm(offices, (offices.student(), student[1]))


@pytest.mark.rule("A11-2", "A19-1")
def test_a_dispute_opens_a_case_in_the_same_moment(offices, student):
    """Given wrong data, when the student disputes them, then the status says so and a case with a clock is open."""
    case_id = dispute(offices, student)
    assert offices.status(student[0]).checked == "disputed"
    standing = offices.base.get(Case, case_id).standing
    assert (standing.kind, standing.fields, standing.has_values, standing.due_on) == (
        "dispute",
        ("name",),
        False,
        date(2022, 11, 3),
    )
    with pytest.raises(AlreadyDisputed):
        confirm(offices, student)
    with pytest.raises(CaseAlreadyOpen):
        dispute(offices, student)


@pytest.mark.rule("A11-2", "A19-1", "A24-2")
def test_a_dispute_is_put_right_and_the_student_asked_again(offices, student):
    """Given a dispute, when it is named, reviewed and decided, then the record is right and the student asked again."""
    case_id = dispute(offices, student)
    offices.ask(offices.cases.begin_case_review, second_registrar(), case_id=case_id)
    offices.ask(offices.cases.name_case_values, registrar(), case_id=case_id, values={"name": "王小頔"}, evidence=PROOF)
    offices.ask(offices.cases.review_case, second_registrar(), case_id=case_id, agrees=True, reason="属实")
    offices.ask(offices.cases.decide_case, province(), case_id=case_id, agrees=True, reason="同意")
    standing = offices.status(student[0])
    assert (standing.checked, standing.identity_version) == ("", 2)
    (own,) = offices.look(offices.own.list_own_statuses, student[1])["statuses"]
    assert own["person"]["name"] == "王小頔"
    confirm(offices, student)


@pytest.mark.rule("A11-2")
@pytest.mark.parametrize("how", ["rejected", "not_accepted", "withdrawn"])
def test_a_dispute_that_ends_otherwise_lets_the_student_answer_again(offices, student, how):
    """Given a dispute, when it ends without a change, then the student is asked again and may confirm."""
    case_id = dispute(offices, student, disputed=("sex", "other"))
    if how == "withdrawn":
        offices.ask(offices.cases.withdraw_case, student[1], case_id=case_id)
    else:
        offices.ask(offices.cases.begin_case_review, registrar(), case_id=case_id)
        if how == "rejected":
            offices.ask(offices.cases.review_case, registrar(), case_id=case_id, agrees=False, reason="登记无误")
        else:
            refusal = {"case_id": case_id, "reason": "材料不实", "incident_id": None}
            offices.ask(offices.cases.refuse_case, registrar(), **refusal)
    assert offices.base.get(Case, case_id).standing.state == how
    confirm(offices, student)


@pytest.mark.rule("A11-2", "A19-1")
def test_a_student_who_knows_what_is_right_says_so_at_once(offices, student):
    """Given a student who names the right value, when the school agrees to it, then nobody has to type it again."""
    case_id = dispute(offices, student, disputed=("ethnicity",), values={"ethnicity": "满族"}, evidence=PROOF)
    offices.ask(offices.cases.begin_case_review, registrar(), case_id=case_id)
    offices.ask(offices.cases.review_case, registrar(), case_id=case_id, agrees=True, reason="属实")
    (own,) = offices.look(offices.own.list_own_statuses, student[1])["statuses"]
    assert own["person"]["ethnicity"] == "满族"


@pytest.mark.rule("A11-1", "A25-1")
def test_the_school_sees_who_is_silent_confirmed_and_disputed(offices):
    """Given a class that was asked, when the school lists it, then each student stands in one list, masked."""
    students = [(each, offices.holder(each)) for each in (offices.student() for _ in range(4))]
    for status_id, _ in students[:3]:
        offices.ask(offices.notices.ask_to_check, registrar(), status_id=status_id, channel="online")
    confirm(offices, students[0])
    dispute(offices, students[1])
    lists = {name: checks(offices, name) for name in ("confirmed", "disputed", "silent", "unasked")}
    assert {name: [each["status_id"] for each in found["students"]] for name, found in lists.items()} == {
        name: [students[place][0]] for place, name in enumerate(("confirmed", "disputed", "silent", "unasked"))
    }
    assert lists["silent"]["counts"] == {"unasked": 1, "silent": 1, "confirmed": 1, "disputed": 1}
    assert lists["silent"]["students"][0]["name"] == "王**"
    with pytest.raises(NotPermitted):
        checks(offices, actor=registrar(ELSEWHERE))


@pytest.mark.rule("A11-2")
def test_a_status_bound_to_another_person_is_that_persons_alone(offices, student):
    """Given a bound status, when identity binds it to another person, then the first one sees and says nothing more."""
    status_id, first = student
    second = offices.holder(status_id)
    assert offices.look(offices.own.list_own_statuses, first)["statuses"] == []
    assert len(offices.look(offices.own.list_own_statuses, second)["statuses"]) == 1
    with pytest.raises(NotPermitted):
        confirm(offices, (status_id, first))


@pytest.mark.rule("X-HEARD-1")
def test_a_binding_heard_twice_is_kept_once(offices):
    """Given a range of identity's numbers, when it is delivered again, then the second time is refused by the inbox."""
    status_id = offices.student()
    told = [{"status_id": status_id, "person_id": uuid4(), "bound_on": ASKED}] * 2
    offices.notices.hear_holders(told, heard=Heard("identity", 50, 51))
    with pytest.raises(AlreadyHeard):
        offices.notices.hear_holders(told, heard=Heard("identity", 50, 51))
    assert offices.notices.holder_of(status_id) == str(told[0]["person_id"])


@pytest.mark.rule("A11-1")
def test_asking_again_opens_the_answer_again(offices, student):
    """Given a confirmed status, when the school asks again, then the student may answer again."""
    confirm(offices, student)
    offices.ask(offices.notices.ask_to_check, registrar(), status_id=student[0], channel="paper")
    assert confirm(offices, student)["version"] == 4
    assert isinstance(offices.base.get(StudentStatus, student[0]), StudentStatus)
