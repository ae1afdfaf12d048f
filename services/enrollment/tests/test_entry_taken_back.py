"""The way back into entry: leave, days moved, what two persons take back, soldiers who return (R41-8, A24-2)."""

from datetime import date
from uuid import UUID

import pytest

from services.enrollment.application.bulk.freshman_reports import FreshmanReportsKind
from services.enrollment.application.bulk.recheck_results import RecheckResultsKind
from services.enrollment.domain.rules.entry import EntryAlreadyDecided, NotOwnStudent
from services.enrollment.domain.rules.restoring import (
    EntryWithdrawalWaiting,
    NoEntryWithdrawalWaiting,
    NoOutcomeYet,
)
from services.enrollment.domain.rules.school_years import ReportingDayOver
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.gates import Gates, codes
from services.enrollment.tests.offices import ELSEWHERE, HERE, at, registrar, second_registrar
from services.enrollment.tests.test_entry_stored import declare_last_day, rechecked, reported
from services.enrollment.tests.test_preparatory import MINORITY, TRAINING, annotate, recheck
from shared.access.decide import NotPermitted
from shared.intake.steps import SomethingFollowed

pytestmark = pytest.mark.servers


@pytest.fixture
def gates(enrollment):
    gates = Gates(enrollment)
    yield gates
    gates.replay()


def abandoned(gates):
    """A freshman of whom the clock has decided, because nobody reported."""
    exam_no = gates.admit(HERE)
    gates.go_to(date(2022, 9, 1))
    declare_last_day(gates, date(2022, 9, 5))
    gates.pass_day(date(2022, 9, 13))
    assert gates.admission(exam_no).state == "abandoned"
    return exam_no


def listed(gates, outcome):
    asked = {"school_code": HERE, "entry_year": 2022, "outcome": outcome, "after": None, "limit": 20}
    found = gates.look(gates.files.list_admissions, registrar(), **asked)
    return {one["exam_no"]: one for one in found["admissions"]}


@pytest.mark.rule("R41-8")
def test_a_mistyped_last_day_takes_nothing_from_anybody(gates):
    """Given January typed for September, when it is declared, then it is refused, and nobody has lost anything."""
    exam_no = gates.admit(HERE)
    gates.go_to(date(2022, 8, 20))
    with pytest.raises(ReportingDayOver):
        declare_last_day(gates, date(2022, 1, 15))
    declare_last_day(gates, date(2022, 8, 20))  # mistyped, and not refused: seven days remain to see it
    assert gates.pass_day(date(2022, 8, 27)) == 0
    declare_last_day(gates, date(2022, 9, 15))
    assert gates.pass_day(date(2022, 9, 22)) == 0
    assert gates.admission(exam_no).state == "listed"
    assert gates.pass_day(date(2022, 9, 23)) == 1


@pytest.mark.rule("R41-8")
def test_a_day_that_is_moved_later_holds_at_once(gates):
    """Given a morning on which an intake is overdue, when its day is moved, then the clock decides nothing more."""
    gates.admit(HERE)
    gates.go_to(date(2022, 9, 1))
    declare_last_day(gates, date(2022, 9, 5))
    gates.go_to(date(2022, 9, 13))
    gates.deadlines.due_entries(at(date(2022, 9, 13)))  # nothing is folded yet: the intake was looked at, nobody found
    gates.go_to(date(2022, 9, 14))
    gates.fold()
    monday = gates.deadlines
    monday._overdue, monday._day = monday._overdue_intakes(date(2022, 9, 14)), date(2022, 9, 14)
    assert monday._overdue
    declare_last_day(gates, date(2022, 9, 20))
    assert gates.pass_day(date(2022, 9, 14)) == 0


@pytest.mark.rule("R41-8")
def test_the_clock_is_lifted_by_a_report_in_time_by_leave_or_by_a_later_day(gates):
    """Given an abandonment by the clock, when leave is shown, or the day moved, or the report in time, then it ends."""
    numbers = [gates.admit(HERE) for _ in range(5)]
    abandoned(gates)
    gates.report(numbers[0], reported_on=date(2022, 9, 5))
    gates.report(numbers[1], reported_on=date(2022, 9, 12), excused=True)
    rows = [reported(numbers[2], BDRQ=date(2022, 9, 12), QJ="是"), reported(numbers[3], CSJG="不合格")]
    kind = FreshmanReportsKind(gates.base)
    decided = gates.take_in(kind, *rows)
    assert codes(decided) == ["2", "2"]
    assert [gates.admission(one).state for one in numbers[:4]] == ["reported"] * 3 + ["cancelled"]
    gates.take_back(kind, decided)
    for one in numbers[2:4]:
        assert (gates.admission(one).state, gates.admission(one).cause) == ("abandoned", "not_reported")
        with pytest.raises(EntryAlreadyDecided):
            gates.enrol(one)
    declare_last_day(gates, date(2022, 9, 20))
    gates.report(numbers[4], reported_on=date(2022, 9, 13))
    assert gates.status(gates.enrol(numbers[4])).state == "active"


@pytest.mark.rule("R41-8")
def test_leave_is_recorded_before_and_the_clock_waits_for_it(gates):
    """Given leave till 8 October, when the school's day passes, then that student's entry stays open till then."""
    away, absent = gates.admit(HERE), gates.admit(HERE)
    gates.go_to(date(2022, 9, 1))
    declare_last_day(gates, date(2022, 9, 5))
    gates.grant_leave(away, date(2022, 10, 8))
    assert gates.pass_day(date(2022, 10, 15)) == 1
    assert [gates.admission(one).state for one in (away, absent)] == ["listed", "abandoned"]
    assert listed(gates, "listed")[away]["leave_until"] == "2022-10-08"
    assert gates.pass_day(date(2022, 10, 16)) == 1
    gates.grant_leave(away, date(2022, 10, 20))  # force majeure, shown afterwards
    assert (gates.admission(away).state, gates.pass_day(date(2022, 10, 20))) == ("listed", 0)
    gates.report(away, reported_on=date(2022, 10, 20))
    with pytest.raises(NotPermitted):
        gates.grant_leave(absent, date(2022, 10, 20), registrar(ELSEWHERE), school_code=HERE)


@pytest.mark.rule("R41-8")
def test_many_on_leave_hide_nobody_who_is_overdue(gates, monkeypatch):
    """Given more students on leave than a step takes, when the day is past, then the others are found all the same."""
    from services.enrollment.application import entry_deadlines

    monkeypatch.setattr(entry_deadlines, "AT_ONCE", 2)
    away = [gates.admit(HERE) for _ in range(4)]
    spring = [gates.admit(HERE, RXRQ=date(2022, 12, 1)) for _ in range(3)]
    serving = [gates.admit(HERE) for _ in range(3)]
    absent = [gates.admit(HERE) for _ in range(3)]
    ill = [gates.admit(HERE) for _ in range(3)]
    gates.go_to(date(2022, 9, 1))
    declare_last_day(gates, date(2022, 9, 5))
    for one in away:
        gates.grant_leave(one, date(2023, 12, 1))
    for one in serving:
        gates.decide(one, "deferred", cause="army", until=date(2022, 9, 2))
    for one in ill:
        gates.decide(one, "deferred", cause="illness", until=date(2022, 9, 3))
    assert gates.pass_day(date(2022, 9, 13)) == 6
    states = [{gates.admission(one).state for one in group} for group in (away, spring, serving, absent, ill)]
    assert states == [{"listed"}, {"listed"}, {"deferred"}, {"abandoned"}, {"abandoned"}]


@pytest.mark.rule("A24-2", "R41-8", "A8-4")
def test_two_persons_take_back_what_the_clock_decided(gates):
    """Given an abandonment by the clock, when one asks and another agrees, then entry is open and has time anew."""
    exam_no = abandoned(gates)
    gates.go_to(date(2022, 11, 1))
    with pytest.raises(NoEntryWithdrawalWaiting):
        gates.take_entry_back(exam_no, second_registrar())
    gates.ask_back(exam_no)
    assert listed(gates, "pending_withdrawal")[exam_no]["withdrawal_by"] == registrar().sub
    assert gates.admission(exam_no).state == "abandoned"
    with pytest.raises(EntryWithdrawalWaiting):
        gates.ask_back(exam_no)
    with pytest.raises(NotPermitted) as refusal:
        gates.take_entry_back(exam_no, registrar())
    assert refusal.value.as_dict()["rule"] == "A24-2"
    with pytest.raises(NotOwnStudent):
        gates.take_entry_back(exam_no, second_registrar(ELSEWHERE))
    gates.take_entry_back(exam_no, second_registrar())
    assert (gates.admission(exam_no).state, gates.admission(exam_no).leave_until) == ("listed", date(2022, 12, 1))
    assert listed(gates, "pending_withdrawal") == {}
    assert gates.pass_day(date(2022, 12, 8)) == 0
    gates.report(exam_no, reported_on=date(2022, 12, 1))
    assert gates.status(gates.enrol(exam_no)).state == "active"


@pytest.mark.rule("A24-2")
def test_a_request_is_refused_by_anybody_and_may_be_made_again(gates):
    """Given a request to take an outcome back, when whoever made it gives it up, then the outcome stays."""
    exam_no = gates.admit(HERE)
    with pytest.raises(NoOutcomeYet):
        gates.ask_back(exam_no)
    gates.decide(exam_no, "abandoned")
    gates.ask_back(exam_no)
    gates.take_entry_back(exam_no, registrar(), accept=False)
    assert gates.admission(exam_no).state == "abandoned"
    gates.ask_back(exam_no, until=date(2022, 9, 20))
    gates.take_entry_back(exam_no, second_registrar())
    assert gates.admission(exam_no).leave_until == date(2022, 9, 20)


@pytest.mark.rule("A24-2", "A8-4", "R41-9", "R41-11")
def test_every_single_decision_that_costs_entry_is_taken_back_by_two_persons(gates):
    """Given entries lost one by one in every way, when two persons take each back, then each stands as before."""
    decided, checked, failed, reviewed, late = (gates.admit(HERE) for _ in range(5))
    gates.decide(decided, "cancelled")
    gates.report(checked, check="不合格")
    gates.report(failed)
    gates.recheck(failed, "person")
    gates.decide(reviewed, "deferred", cause="illness", until=date(2023, 8, 31))
    gates.decide(late, "deferred", cause="illness", until=date(2022, 10, 1))
    gates.readmit(reviewed, review="不合格", entry_date=None)
    gates.pass_day(date(2022, 12, 1))
    assert gates.admission(late).cause == "deferral_overdue"
    for one in (decided, checked, failed, reviewed, late):
        gates.ask_back(one)
        gates.take_entry_back(one, second_registrar())
    states = [gates.admission(one).state for one in (decided, checked, failed, reviewed, late)]
    assert states == ["listed", "listed", "reported", "deferred", "deferred"]
    assert [gates.admission(one).deferred_until for one in (reviewed, late)] == [date(2023, 8, 31), date(2022, 12, 31)]
    assert gates.admission(late).cause == "illness"
    assert gates.status(gates.enrol(failed)).state == "active"
    gates.go_to(date(2022, 12, 20))
    gates.readmit(late)


@pytest.mark.rule("A24-2", "A8-7")
def test_a_preparatory_phase_broken_off_in_error_goes_on(gates):
    """Given a phase that was ended in error, when the entry is taken back, then the phase goes on as well."""
    exam_no = gates.admit(HERE, **MINORITY)
    recheck(gates, exam_no)
    annotate(gates, exam_no)
    gates.go_to(date(2022, 12, 1))
    ended = {"cause": "本人申请退出", "ended_on": date(2022, 12, 1)}
    gates.named(gates.preparation.end_preparatory, exam_no, registrar(TRAINING), **ended)
    gates.ask_back(exam_no)
    gates.take_entry_back(exam_no, second_registrar())
    gates.go_to(date(2023, 8, 1))
    done = {"completed_on": date(2023, 7, 1), "entry_date": date(2023, 9, 1)}
    gates.named(gates.preparation.complete_preparatory, exam_no, registrar(TRAINING), **done)
    gates.go_to(date(2023, 9, 3))
    assert gates.status(gates.enrol(exam_no, entry_year=2023)).state == "active"


@pytest.mark.rule("R41-11", "A24-2", "X-UNDO-1")
def test_a_file_of_rechecks_with_a_wrong_column_is_taken_back(gates):
    """Given a file that failed everybody, when it is taken back, then every entry and every recheck is as before."""
    entering, student, twice, ill, moved = (gates.admit(HERE) for _ in range(5))
    ids = {one: gates.enrol(one) for one in (student, twice, ill, moved)}
    gates.recheck(twice)
    kind = RecheckResultsKind(gates.base)
    wrong = {"LQZG": "不合格"}
    rows = [rechecked(one, **wrong) for one in (entering, student, twice, moved)]
    rows.append(rechecked(ill, STJK="不合格", CLYJ="保留入学资格"))
    decided = gates.take_in(kind, *rows)
    assert codes(decided) == ["1", "1", "1", "1", "3"]
    assert gates.admission(entering).state == "cancelled"
    gates.base.save(joint(gates, ids[moved]), by=gates_context(gates))
    back = gates.take_back(kind, decided)
    assert [type(one).__name__ for one in back if not isinstance(one, list)] == [
        SomethingFollowed.__name__, "DeferredByRecheck",
    ]  # fmt: skip
    assert (gates.admission(entering).state, gates.status(gates.enrol(entering)).state) == ("listed", "active")
    assert [gates.status(ids[one]).recheck for one in (student, twice, moved)] == ["", "合格", "不合格"]
    asked = {"school_code": HERE, "entry_year": 2022, "after": None, "limit": 9}
    found = {}
    for wanted in ("failed", "passed", "missing"):
        students = gates.look(gates.files.list_rechecks, registrar(), wanted=wanted, **asked)["students"]
        found[wanted] = {one["exam_no"] for one in students}
    assert found == {"failed": {moved}, "passed": {twice}, "missing": {student, entering}}
    gates.ask_back(ill)  # with two persons, and a new registration
    gates.take_entry_back(ill, second_registrar())
    assert gates.status(gates.enrol(ill)).state == "active"


def joint(gates, status_id: UUID):
    """A status on which something followed."""
    status = gates.base.get(StudentStatus, status_id)
    said = {"partner_code": ELSEWHERE, "partner_name": "浙江大学", "starts_on": date(2023, 9, 1), "ends_on": None}
    status.trigger_event(StudentStatus.JointlyTrained, **said)
    return status


def gates_context(gates):
    from shared.eventstore.context import Context

    return Context.system("joint", gates.base.clock.now())


@pytest.mark.rule("R41-27", "R41-10")
def test_a_soldier_comes_back_after_discharge_whatever_the_school_had_typed(gates):
    """Given entry deferred for service, when years pass, then the clock waits for the discharge and two years."""
    guessed, open_end, never = (gates.admit(HERE) for _ in range(3))
    gates.decide(guessed, "deferred", cause="army", until=date(2024, 9, 1))
    for one in (open_end, never):
        gates.decide(one, "deferred", cause="army")
    gates.go_to(date(2024, 9, 20))
    gates.decide(never, "deferred", discharged_on=date(2024, 9, 10))
    assert listed(gates, "deferred")[never]["deferred_until"] == "2026-09-10"
    assert gates.pass_day(date(2026, 8, 20)) == 0
    back = {"entry_date": date(2026, 9, 1), "discharged_on": date(2024, 9, 10)}
    for one in (guessed, open_end):
        gates.readmit(one, **back)
    assert gates.pass_day(date(2026, 9, 18)) == 1
    assert gates.admission(never).cause == "deferral_overdue"
    assert gates.status(gates.enrol(guessed, entry_year=2026)).entry_date == date(2026, 9, 1)
