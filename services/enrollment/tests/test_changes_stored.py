"""Changes of one student on a real store: who may, what is kept, what is taken back, what the archive shows."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.application.bulk.status_changes import StatusChangesKind
from services.enrollment.domain.rules.change_refusals import ChangeDoesNotFollow, LeaveTooLong, SomethingFollowed
from services.enrollment.domain.rules.texts import TextNamesPerson
from services.enrollment.domain.school import School
from services.enrollment.queries.years import YearQueries
from services.enrollment.tests.counters import NOTHING, Counters
from services.enrollment.tests.offices import ELSEWHERE, HERE, ministry, province, registrar
from shared.access.assertion import Assertion
from shared.access.decide import NotPermitted
from shared.eventstore.context import Context
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers


@pytest.fixture
def office(enrollment):
    counters = Counters(enrollment)
    counters.go_to(date(2024, 3, 5))
    return counters


def leave(office, status_id, **values):
    return office.change(
        status_id, "休学", date(2024, 3, 1), **({"cause": "因病", "return_by": date(2025, 3, 1)} | values)
    )


def versions(office, status_id):
    return [event.originator_version for event in office.base.recorder.select_events(status_id)]


@pytest.mark.rule("A12-4")
def test_a_leave_and_a_return_stand_in_the_archive(office):
    """Given a leave and a return, when the archive is read, then both stand with decision, days and values."""
    status_id = office.student()
    leave(office, status_id)
    office.go_to(date(2025, 2, 25))
    office.change(status_id, "复学", applied_on=date(2025, 2, 20))
    archive = office.archive(status_id)
    assert [each["kind"] for each in archive["changes"]] == ["休学", "复学"]
    first = archive["changes"][0]
    assert (first["decision_no"], first["effective_on"], first["late"]) == ("校学〔2024〕3号", "2024-03-01", False)
    assert first["content"] == {"state": "on_leave", "return_by": "2025-03-01", "cause": "因病"}
    assert (archive["state"], archive["archived"]) == ("active", False)


@pytest.mark.rule("A24-1")
def test_a_registrar_of_another_kind_of_training_changes_nothing(office):
    """Given a registrar appointed for adults, when a regular student's status is changed, then it is refused."""
    status_id = office.student()
    other = Assertion(**{**vars_of(registrar()), "kind": "adult"})
    with pytest.raises(NotPermitted) as refusal:
        office.change(status_id, "留级", actor=other)
    assert refusal.value.as_dict()["rule"] == "A24-1"


def vars_of(assertion):
    return {name: getattr(assertion, name) for name in assertion.__slots__}


@pytest.mark.rule("A4-1", "A4-2", "A6-1")
@pytest.mark.parametrize(
    ("actor", "rule"),
    [
        (registrar(ELSEWHERE), "A4-1"),
        (province("11"), "A4-2"),
        (person("operator"), "A6-1"),
        (ministry(), "X-PERMIT-1"),
        (person("student", "", "s1"), "X-PERMIT-1"),
    ],
)
def test_only_the_own_school_changes_a_status(office, actor, rule):
    """Given anybody but the own registrar, when a change is asked for, then it is refused."""
    status_id = office.student()
    with pytest.raises(NotPermitted) as refusal:
        office.change(status_id, "留级", actor=actor)
    assert refusal.value.as_dict()["rule"] == rule


def test_the_same_decision_twice_changes_nothing_the_second_time(office):
    status_id = office.student()
    first = leave(office, status_id)
    assert leave(office, status_id) == first
    assert versions(office, status_id) == [1, 2]


def test_a_repeated_decision_is_one_command_however_often_it_is_asked(office):
    status_id = office.student()
    leave(office, status_id)
    by = asked(registrar(), "record_change", command_id=uuid4())
    said = {"decision_no": "校学〔2024〕3号", "decided_on": date(2024, 3, 1), "effective_on": date(2024, 3, 1)}
    request = NOTHING | said | {"cause": "因病", "return_by": date(2025, 3, 1), "kind": "休学", "status_id": status_id}
    once = office.changes.record_change(command_id=by.command_id, by=by, **request)
    assert office.changes.record_change(command_id=by.command_id, by=by, **request) == once


@pytest.mark.rule("A12-8")
def test_a_school_that_declared_credits_may_record_who_repeats_a_year(office):
    """Given a school that declared credits from 2023 on, when a year is repeated in 2024 after all, then it is recorded
    as at any other school: it need not be, and may."""
    status_id = office.student()
    school = School.known_by(HERE)
    school.declare_credits(since=2023, by_credits=True)
    office.base.save(school, by=Context.system("declare", NOON))
    before = office.status(status_id).grade
    assert office.change(status_id, "留级")["version"] == 2
    assert office.status(status_id).grade == before + 1


@pytest.mark.rule("A12-4")
def test_a_school_says_how_long_a_leave_may_be(office):
    """Given a school that grants one term of leave, when two are asked for, then one by one and in files refused."""
    exam_no = office.admit()
    status_id = office.register(exam_no)
    office.ask(office.changes.declare_leave_limit, registrar(), school_code=HERE, terms=1)
    with pytest.raises(LeaveTooLong):
        leave(office, status_id)
    row = {"KSH": exam_no, "XJBD": "休学", "WH": "校学1号", "YY": "因病", "HXRQ": date(2025, 3, 1)}
    row |= {"JDRQ": date(2024, 3, 1), "SXRQ": date(2024, 3, 1)}
    (refused,) = office.take_in(StatusChangesKind(office.base), row)
    assert isinstance(refused, LeaveTooLong)
    school = office.look(YearQueries(office.base.store).get_school, registrar(), school_code=HERE, after_version=0)
    assert school["leave_terms"] == 1
    with pytest.raises(NotPermitted):
        office.ask(office.changes.declare_leave_limit, registrar(ELSEWHERE), school_code=HERE, terms=9)


@pytest.mark.rule("X-UNDO-1")
def test_the_last_change_is_taken_back_and_the_next_one_counts_from_before(office):
    """Given a leave, when it is taken back, then the status is as before it and may go on leave again."""
    status_id = office.student()
    before = office.status(status_id)
    saved = leave(office, status_id)
    undo = {"status_id": status_id, "version": saved["version"], "reason": "误录他人"}
    office.ask(office.changes.withdraw_change, registrar(), **undo)
    assert office.status(status_id) == before
    (taken_back,) = office.archive(status_id)["changes"]
    assert taken_back["withdrawn_on"] == "2024-03-05"
    assert leave(office, status_id)["version"] == 4


@pytest.mark.rule("X-UNDO-1")
def test_a_change_on_which_something_followed_is_not_taken_back(office):
    """Given a grade move and a record after it, when the move is taken back, then it is refused."""
    status_id = office.student()
    saved = office.change(status_id, "留级")
    office.annotate(status_id, "奖励", "校级三好学生")
    for version in (saved["version"], saved["version"] + 1, 1):
        with pytest.raises(SomethingFollowed):
            office.ask(office.changes.withdraw_change, registrar(), status_id=status_id, version=version, reason="误录")


@pytest.mark.rule("A12-4")
def test_years_and_changes_are_told_together(office):
    """Given a change of major, when the next year is registered, then the year tells it and the mark is gone."""
    status_id = office.student()
    office.change(status_id, "转专业", date(2023, 3, 1), major_code="020101", major_name="经济学")
    assert office.status(status_id).marks == ("转专业",)
    office.ask(
        office.base.settle_year,
        registrar(),
        status_id=status_id,
        academic_year=2023,
        result="registered",
        starts_on=date(2023, 9, 1),
    )
    assert office.status(status_id).marks == ()


@pytest.mark.rule("A12-6")
def test_a_leave_beyond_its_day_is_listed_by_school_and_province(office):
    """Given a leave that is over, when the lists are read, then school, province and ministry find it."""
    status_id, other = office.student(), office.student(ELSEWHERE)
    leave(office, status_id)
    office.change(other, "保留学籍", cause="交流学习", return_by=date(2024, 9, 1), actor=registrar(ELSEWHERE))
    office.go_to(date(2025, 3, 2))
    page = {"after": None, "limit": 50}
    for actor, asked_for, found in (
        (registrar(), {"school_code": HERE, "province": None}, [status_id]),
        (province("11"), {"school_code": None, "province": "11"}, [status_id]),
        (ministry(), {"school_code": None, "province": None}, [other, status_id]),
    ):
        listed = office.look(office.archives.list_overdue_returns, actor, **asked_for, **page)
        assert [UUID(each["status_id"]) for each in listed["students"]] == found
    first = office.look(
        office.archives.list_overdue_returns, ministry(), school_code=None, province=None, after=None, limit=1
    )
    rest = office.look(
        office.archives.list_overdue_returns, ministry(), school_code=None, province=None, after=first["next"], limit=9
    )
    assert [each["status_id"] for each in rest["students"]] == [str(status_id)]
    assert first["students"][0]["name"].endswith("*")
    with pytest.raises(NotPermitted):
        office.look(office.archives.list_overdue_returns, registrar(ELSEWHERE), school_code=HERE, province=None, **page)


@pytest.mark.rule("A25-1")
def test_a_decision_number_is_no_place_for_somebodys_number(office):
    """Given an identity number as number of the decision, when the change is recorded, then it is refused."""
    status_id = office.student()
    with pytest.raises(TextNamesPerson):
        office.change(status_id, "留级", decision_no="11010519491231002X")


def test_a_refused_change_leaves_no_fact(office):
    status_id = office.student()
    with pytest.raises(ChangeDoesNotFollow):
        office.change(status_id, "复学", applied_on=date(2024, 3, 1))
    assert versions(office, status_id) == [1]
