"""A status that goes on from another is bound by what bound it: after a wrong closing, after a transfer (A13-4)."""

from datetime import date
from uuid import UUID

import pytest

from services.enrollment.domain.rules.change_refusals import LeaveTooLong
from services.enrollment.domain.rules.continuing import CARRIED
from services.enrollment.domain.rules.papers import YearNotStudied
from services.enrollment.domain.rules.years import AwayNotDue
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.publishing import publish
from services.enrollment.queries.overdue import OverdueQueries
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.offices import ELSEWHERE, HERE, ministry, province, registrar
from services.enrollment.tests.test_cases import applied
from services.enrollment.tests.test_transfers import agree, complete, confirm, request, review
from shared.eventstore.log import read_log

pytestmark = pytest.mark.servers
LEFT, BACK, CLOSED, FOUND = date(2023, 3, 1), date(2023, 9, 1), date(2024, 4, 1), date(2024, 5, 6)
ARMY = {"cause": "应征入伍"}


@pytest.fixture
def office(enrollment):
    made = Counters(enrollment)
    yield made
    made.replay()


def settle(office, status_id, year, result="registered", actor=None, **more):
    asked = {"status_id": status_id, "academic_year": year, "result": result, "starts_on": date(year, 9, 1), **more}
    return office.ask(office.base.settle_year, actor or registrar(), **asked)


def on_leave(office, status_id, until=BACK, **more):
    return office.change(status_id, "休学", **({"cause": "因病", "return_by": until} | more))


def came_back(office):
    """A student of 2022 with half a year of leave, a settled year and a record that no year has told yet."""
    status_id = office.student()
    office.go_to(LEFT)
    on_leave(office, status_id)
    office.go_to(BACK)
    office.change(status_id, "复学", applied_on=date(2023, 8, 20))
    office.go_to(date(2023, 9, 20))
    settle(office, status_id, 2023)
    office.annotate(status_id, "奖励", "校级三好学生")
    return status_id


def active(office):
    return came_back(office)


def suspended(office):
    status_id = office.student()
    office.go_to(date(2023, 9, 20))
    settle(office, status_id, 2023, "deferred", cause="unpaid_tuition")
    office.annotate(status_id, "处分", "警告")
    return status_id


def away(office):
    status_id = came_back(office)
    office.go_to(date(2024, 3, 1))
    on_leave(office, status_id, until=date(2024, 9, 1))
    return status_id


def serving(office):
    status_id = came_back(office)
    office.go_to(date(2024, 3, 1))
    office.change(status_id, "保留学籍", **ARMY)
    return status_id


def reopened(office, status_id):
    """Closed by two persons, and found wrong by school and province; the status that goes on."""
    office.go_to(CLOSED)
    office.end(status_id)
    office.go_to(FOUND)
    case_id = applied(office, status_id, {}, kind="cancellation")
    told = office.look(office.own.get_case, registrar(), case_id=case_id, after_version=0)
    return told["continued_by"]


OPEN = {"active": active, "suspended": suspended, "on_leave": away, "reserved": serving}


@pytest.mark.rule("A13-4")
@pytest.mark.parametrize("state", OPEN)
def test_after_a_wrong_closing_the_state_before_it_stands_again(office, state):
    """Given a student in any open state, when the closing is found wrong, then what goes on stands as it stood before
    the closing, and is bound by the same."""
    status_id = OPEN[state](office)
    before = office.status(status_id)
    assert before.state == state
    new_id = reopened(office, status_id)
    old, new = office.status(status_id), office.status(new_id)
    assert (old.state, new.state, new.school_code) == ("dropped", state, HERE)
    same = set(CARRIED) - {"since", "changed_on"}
    assert {name: getattr(new, name) for name in same} == {name: getattr(before, name) for name in same}
    assert (new.marks, new.settled_year, new.grade) == (before.marks, before.settled_year, before.grade)
    assert new.since == (before.since if state in ("on_leave", "reserved") else CLOSED)
    assert new.changed_on == CLOSED
    shown = office.look(office.own.get_status, registrar(), status_id=new_id, after_version=0)
    assert (shown["state"], shown["continues"]) == (state, str(status_id))


@pytest.mark.rule("A13-4", "A12-1")
def test_who_was_on_leave_is_on_leave_again_and_comes_back(office):
    """Given somebody closed while on leave, when it is found wrong, then no year is registered before the return, the
    return by the day that was set counts, and the months away do too."""
    new_id = reopened(office, away(office))
    office.go_to(date(2024, 9, 1))
    with pytest.raises(AwayNotDue):
        settle(office, new_id, 2024)
    queries = OverdueQueries(office.base.store, office.base.keyring)
    office.fold()
    assert queries.count_missing(HERE, 2024, date(2024, 10, 1)) == 0
    office.change(new_id, "复学", applied_on=date(2024, 8, 20))
    assert office.status(new_id).away_months == 12
    settle(office, new_id, 2024)


@pytest.mark.rule("A13-4", "R41-27")
def test_who_was_in_service_is_in_service_again(office):
    """Given a soldier whose status was closed wrongly, when it goes on, then the service does and ends by discharge."""
    new_id = reopened(office, serving(office))
    assert office.status(new_id).in_service
    office.go_to(date(2026, 9, 1))
    told = {"applied_on": date(2026, 8, 1), "discharged_on": date(2026, 7, 1)}
    office.change(new_id, "复学", **told)
    assert office.status(new_id).state == "active"


@pytest.mark.rule("A13-4", "A16-1")
def test_the_other_services_hear_that_who_goes_on_is_away(office):
    """Given somebody on leave whose closing was wrong, when the new status is told, then its leave is told with it."""
    new_id = reopened(office, away(office))
    office.fold()
    with office.base.store.reading() as cursor:
        told = [each for record in read_log(cursor, 0, 1000) for each in publish(record)]
    about = [(kind.__name__, values) for kind, values in told if str(values.get("status_id")) == str(new_id)]
    assert [name for name, _ in about] == ["StudentRegisteredV1", "StudentStatusChangedV1"]
    assert (about[1][1]["kind"], about[1][1]["state"]) == ("休学", "on_leave")


@pytest.mark.rule("A13-4", "A26-2")
def test_a_graduate_wrongly_declared_an_illegal_entry_is_a_graduate_again(office):
    """Given a graduate, when the declaration of an illegal entry is found wrong, then nobody studies again: what goes
    on is the status of one who graduated on that day."""
    from uuid import uuid4

    from shared.eventstore.application import Heard

    status_id = office.student()
    key, left_on = office.status(status_id).id_key, date(2024, 3, 1)
    award = {"certificate_id": uuid4(), "number": "100011202405000001", "conclusion": "毕业", "id_key": key}
    office.awards.hear_degrees(
        [award | {"status_id": status_id, "graduation_date": left_on}], heard=Heard("credentials", 1, 1)
    )
    office.go_to(CLOSED)
    office.confirm(office.declare(status_id, ministry()), ministry("ministry-2"))
    office.go_to(FOUND)
    case_id = applied(office, status_id, {}, kind="cancellation")
    told = office.look(office.own.get_case, registrar(), case_id=case_id, after_version=0)
    new = office.status(told["continued_by"])
    assert (new.state, new.since) == ("graduated", left_on)
    assert office.claims(key) == [(str(status_id), date(2022, 9, 1), left_on)]


# --- transfers ---


def transferred(office, status_id, on=date(2023, 11, 20)):
    """Approved in October 2023 and carried out on a day; the status at the other school."""
    office.go_to(date(2023, 10, 16))
    transfer_id = request(office, status_id, registrar())
    agree(office, transfer_id)
    review(office, transfer_id)
    confirm(office, transfer_id, "11")
    confirm(office, transfer_id, "33")
    office.go_to(on)
    return UUID(complete(office, transfer_id, effective_on=on)["status_id"])


@pytest.mark.rule("R41-23", "A12-5", "A12-4")
def test_leave_and_records_go_with_the_student_to_the_next_school(office):
    """Given a student with leave and an untold record behind them, when the transfer is carried out, then the new
    school's next year tells the record, and leave and months away are counted on."""
    status_id = came_back(office)
    before = office.status(status_id)
    new_id = transferred(office, status_id)
    new = office.status(new_id)
    assert (before.leave_terms, before.away_months, before.records) == (1, 6, ("奖励:校级三好学生",))
    same = set(CARRIED) - {"since", "changed_on"}
    assert {name: getattr(new, name) for name in same} == {name: getattr(before, name) for name in same}
    elsewhere = registrar(ELSEWHERE)
    office.go_to(date(2024, 9, 10))
    settle(office, new_id, 2024, actor=elsewhere)
    year = [each for each in facts_of(office, new_id) if isinstance(each, StudentStatus.YearRegistered)]
    assert (year[0].annotations, year[0].changes) == (("奖励:校级三好学生",), ("转学",))
    office.go_to(date(2024, 10, 8))
    with pytest.raises(LeaveTooLong) as refusal:
        on_leave(office, new_id, until=date(2026, 10, 8), actor=elsewhere)
    assert refusal.value.as_dict()["detail"]["before"] == "1"
    on_leave(office, new_id, until=date(2026, 4, 8), actor=elsewhere)


@pytest.mark.rule("R41-33", "R41-23")
def test_months_away_before_a_transfer_are_no_study_after_it(office):
    """Given ten months since entry of which six were leave, when the student drops out of the next school before a
    year of study, then there is no leaving certificate."""
    status_id = came_back(office)
    new_id = transferred(office, status_id)
    office.go_to(date(2024, 2, 20))
    proposal = office.propose(new_id, actor=registrar(ELSEWHERE))
    office.confirm(proposal, registrar(ELSEWHERE, "second"))
    with pytest.raises(YearNotStudied):
        office.issue(new_id, "肄业证书", "肄2024001", actor=registrar(ELSEWHERE))
    assert office.issue(new_id, "学习证明", "学2024001", actor=registrar(ELSEWHERE))


def facts_of(office, status_id):
    from shared.eventstore import facts

    return [
        facts.decode(event.topic, status_id, event.originator_version, event.state)
        for event in office.base.recorder.select_events(status_id)
    ]


def test_the_province_is_not_asked_twice(office):
    """What was found wrong once is found: the status that goes on is the one that may be closed again."""
    new_id = reopened(office, active(office))
    office.end(new_id, decision_no="校学〔2024〕77号")
    assert applied(office, new_id, {}, kind="cancellation")
    assert province().org == "11"
