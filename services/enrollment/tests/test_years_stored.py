"""School years on a real store: what is declared, what a file leaves behind, what is taken back, what readers see."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from benchmarks.register import freshman_rows
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.year_results import YearResultsKind, YearUnknown
from services.enrollment.application.school_years import SchoolYears
from services.enrollment.application.terms import calendar_of
from services.enrollment.domain.rules.entry import OtherTraining
from services.enrollment.domain.rules.school_years import YearNotDeclared, YearStartDiffers
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.projections import PROJECTIONS
from services.enrollment.queries import EnrollmentQueries
from services.enrollment.queries.years import YearQueries
from services.enrollment.tests.conftest import PROVINCE, SCHOOL
from services.enrollment.tests.test_application import files_progress, take_in
from shared.access.decide import NotPermitted
from shared.contracts.rpc.enrollment_statuses import StatusV1
from shared.contracts.rpc.enrollment_years import SchoolV1
from shared.eventstore.context import Context
from shared.eventstore.follower import Follower
from shared.eventstore.sequencer import Sequencer
from shared.intake.columns import CheckedRow
from shared.intake.outcome import Receipt, Unchanged
from shared.intake.steps import SomethingFollowed
from shared.rules.refused import NotFound
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers
FIRST = date(2023, 9, 1)
SEPTEMBER = datetime(2023, 9, 10, 4, tzinfo=UTC)


@pytest.fixture
def school_years(enrollment, keyring):
    return SchoolYears(enrollment.store, enrollment.clock, keyring)


@pytest.fixture
def students(enrollment, released):
    """Ten registered freshmen of 2022: their status ids in the order of their examination numbers."""
    decided = FreshmanResultsKind(enrollment).decide(freshman_rows(len(released)), files_progress(), uuid4())
    enrollment.append([draft for one in decided for draft in one], by=Context.system("take_in", NOON))
    return [one[0].originator_id for one in decided]


def fold(enrollment):
    Sequencer(enrollment.store).step()
    Follower(enrollment.store, PROJECTIONS).catch_up()


def declare(school_years, year=2023, starts_on=FIRST, *, by_credits=None, org=SCHOOL, role="registrar"):
    by = asked(person(role, org), "declare_school_year", at=SEPTEMBER)
    return school_years.declare_school_year(
        command_id=by.command_id,
        school_code=SCHOOL,
        academic_year=year,
        starts_on=starts_on,
        by_credits=by_credits,
        by=by,
    )


def settle(enrollment, status_id, year=2023, result="registered", starts_on=None, *, kind="all", **more):
    by = asked(replace(person("registrar", SCHOOL), kind=kind), "settle_year", at=SEPTEMBER)
    return enrollment.settle_year(
        command_id=by.command_id,
        status_id=status_id,
        academic_year=year,
        result=result,
        starts_on=starts_on,
        by=by,
        **more,
    )


def progress(**params):
    found = files_progress(**params)
    kept = {name: value for name, value in found.params.items() if name != "starts_on"}
    return replace(found, kind="year_results", params=kept)


def row(number, exam_no, year=2023, **values):
    return CheckedRow(number, {"KSH": exam_no, "XN": year, "ZCJG": "注册学籍", **values})


def changed(enrollment, status_id, kind, on, state, **values):
    status = enrollment.get(StudentStatus, status_id)
    said = {
        "kind": kind, "effective_on": on, "decision_no": "1", "decided_on": on, "state": state, "grade": None,
        "major_code": None, "major_name": None, "expected_graduation_date": None, "return_by": None, **values,
    }  # fmt: skip
    status.trigger_event(StudentStatus.Changed, **said)
    enrollment.save(status, by=Context.system("change_status", SEPTEMBER, effective_on=on))


def test_a_year_declared_in_the_very_moment_of_a_file_is_no_obstacle(school_years, enrollment, monkeypatch):
    declare(school_years, 2022, date(2022, 9, 1))
    save, moments = enrollment.save, iter(["between reading and saving"])

    def save_after_another(*aggregates, **said):
        if next(moments, None):
            declare(school_years)  # by another thread, as far as this one can see
        return save(*aggregates, **said)

    monkeypatch.setattr(enrollment, "save", save_after_another)
    by = asked(person("registrar", SCHOOL), "submit_year_results", at=SEPTEMBER)
    enrollment.submit_year_results(
        command_id=by.command_id, digest="ab" * 32, filename="years.csv", school_code=SCHOOL, entry_year=2022,
        academic_year=2023, starts_on=FIRST, by=by,
    )  # fmt: skip
    assert calendar_of(enrollment, SCHOOL).year(2023).starts_on == FIRST


@pytest.mark.rule("A13-1")
def test_only_the_schools_own_registrar_declares_its_year(school_years, enrollment):
    """Given a school, when anybody but its registrar declares its year, then it is refused and nothing is known."""
    for role, org in (("registrar", "4133010335"), ("province_education", PROVINCE), ("ministry", "moe")):
        with pytest.raises(NotPermitted):
            declare(school_years, role=role, org=org)
    assert calendar_of(enrollment, SCHOOL) is None
    declare(school_years)
    assert calendar_of(enrollment, SCHOOL).year(2023).due_on == date(2023, 10, 1)


@pytest.mark.rule("X-YEAR-1")
def test_a_declared_day_wins_and_another_is_refused(school_years, enrollment, students):
    """Given a declared year, when a result carries another first day, then it is refused and nothing is written."""
    declare(school_years)
    with pytest.raises(YearStartDiffers):
        settle(enrollment, students[0], starts_on=date(2023, 9, 4))
    assert enrollment.get(StudentStatus, students[0]).version == 1
    assert settle(enrollment, students[0])["version"] == 2
    assert settle(enrollment, students[1], starts_on=FIRST)["version"] == 2


@pytest.mark.rule("X-YEAR-1")
def test_the_first_result_of_an_undeclared_year_declares_it(enrollment, students):
    """Given a year nobody declared, when the first result carries its first day, then that day holds for all."""
    with pytest.raises(YearNotDeclared):
        settle(enrollment, students[0])
    settle(enrollment, students[0], starts_on=FIRST)
    assert calendar_of(enrollment, SCHOOL).year(2023).starts_on == FIRST
    with pytest.raises(YearStartDiffers):
        settle(enrollment, students[1], starts_on=date(2023, 9, 4))


def test_a_refused_result_declares_nothing(enrollment, students):
    with pytest.raises(Exception, match="2023"):
        settle(enrollment, students[0], 2024, starts_on=date(2024, 9, 1))
    assert calendar_of(enrollment, SCHOOL) is None


def test_two_first_results_at_once_are_both_kept(enrollment, students):
    outcomes: list[object] = []
    barrier = threading.Barrier(2)

    def first(status_id: UUID) -> None:
        barrier.wait()
        outcomes.append(settle(enrollment, status_id, starts_on=FIRST))

    threads = [threading.Thread(target=first, args=(each,)) for each in students[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome["version"] for outcome in outcomes] == [2, 2]


@pytest.mark.rule("X-YEAR-1")
def test_a_submitted_file_declares_its_year_too(enrollment, students):
    """Given an undeclared year, when a file with its first day is handed in, then the next file must agree."""

    def submit(starts_on):
        by = asked(person("registrar", SCHOOL), "submit_year_results", at=SEPTEMBER)
        return enrollment.submit_year_results(
            command_id=by.command_id, digest="ab" * 32, filename="y.csv", school_code=SCHOOL, entry_year=2022,
            academic_year=2023, starts_on=starts_on, by=by,
        )  # fmt: skip

    with pytest.raises(YearNotDeclared):
        submit(None)
    submit(FIRST)
    submit(None)
    with pytest.raises(YearStartDiffers):
        submit(date(2023, 9, 2))


@pytest.mark.rule("X-YEAR-1")
def test_a_file_of_an_undeclared_year_is_refused_as_a_whole(enrollment, students, released):
    """Given a year nobody declared, when its file is decided, then the file is refused and says what to do first."""
    with pytest.raises(YearUnknown) as refused:
        YearResultsKind(enrollment).decide([row(2, released[0])], progress(), uuid4())
    assert refused.value.as_dict()["rule"] == "X-YEAR-1"
    assert "2023" in refused.value.as_dict()["zh"]


@pytest.mark.rule("A24-1")
def test_an_operator_of_another_kind_of_training_registers_nobody(enrollment, students, released, school_years):
    """Given regular students, when an operator of adult training files their year, then each is refused."""
    declare(school_years)
    with pytest.raises(NotPermitted) as refused:
        settle(enrollment, students[0], kind="adult")
    assert refused.value.as_dict()["rule"] == "A24-1"
    (decided,) = YearResultsKind(enrollment).decide([row(2, released[0])], progress(training="adult"), uuid4())
    assert isinstance(decided, OtherTraining)
    assert settle(enrollment, students[0], kind="regular")["version"] == 2


@pytest.mark.rule("A12-3", "A12-4", "A12-5", "R41-12")
def test_a_file_says_per_row_what_it_cannot_take_and_keeps_the_rest(enrollment, students, released, school_years):
    """Given a file with every kind of row, when it is decided, then each wrong row has its rule and none is lost."""
    declare(school_years, by_credits=True)
    changed(enrollment, students[3], "转专业", date(2023, 3, 1), "active")
    changed(enrollment, students[4], "休学", date(2023, 8, 1), "on_leave")
    rows = [
        row(2, released[0], XJJZ=("奖励:三好学生",)),
        row(3, released[1], ZCJG="暂缓注册", ZHYY="欠缴学费", JFQK="未缴"),
        row(4, released[2], JFQK="未缴"),
        row(5, released[3], XJBD=("转专业",)),
        row(6, released[4]),
        row(7, released[5], XJBD=("休学",)),
        row(8, released[6], XJBD=("留级",)),
        row(9, released[7], 2024),
        row(10, "22999999999999"),
    ]
    decided = YearResultsKind(enrollment).decide(rows, progress(), uuid4())
    named = [None if isinstance(one, list) else (one.code, one.rule) for one in decided]
    assert named == [
        None,
        None,
        ("TUITION_UNPAID", "R41-12"),
        None,
        ("AWAY_NOT_DUE", "A12-1"),
        ("CHANGE_NOT_RECORDED", "A12-4"),
        ("CHANGE_NOT_RECORDED", "A12-4"),
        ("YEAR_DIFFERS", "A12-3"),
        ("NO_ADMISSION_BASIS", "A7-3"),
    ]
    enrollment.append(
        [draft for one in decided if isinstance(one, list) for draft in one], by=Context.system("x", NOON)
    )
    for at, said in ((0, ((), ("奖励:三好学生",))), (3, (("转专业",), ()))):
        stored = enrollment.get(StudentStatus, students[at])
        assert stored.standing.year_told == (*said[0], *said[1])
    again = YearResultsKind(enrollment).decide(rows[:2], progress(), uuid4())
    assert all(isinstance(one, Unchanged) for one in again)


def test_what_is_decided_in_bulk_is_what_the_aggregate_would_be(enrollment, students, released, school_years):
    """The standing beside a draft is the one that a replay of the fact arrives at."""
    declare(school_years)
    changed(enrollment, students[0], "转专业", date(2023, 3, 1), "active")
    for rows in ([row(2, released[0], ZCJG="暂缓注册")], [row(2, released[0], XJJZ=("学业考试:合格",))]):
        assert not take_in(enrollment, YearResultsKind(enrollment), rows, progress())
        _, standing = enrollment.standings(StudentStatus, [students[0]])[students[0]]
        assert standing == enrollment.get(StudentStatus, students[0]).standing


@pytest.mark.rule("X-UNDO-1")
def test_a_files_rows_are_taken_back_unless_something_followed(enrollment, students, released, school_years):
    """Given a committed file, when it is taken back, then what stood before stands again, but for later facts."""
    declare(school_years)
    kind = YearResultsKind(enrollment)
    take_in(enrollment, kind, [row(2, released[0], ZCJG="暂缓注册")], progress())
    before = enrollment.get(StudentStatus, students[0]).standing
    rows = [row(2, released[0]), row(3, released[1])]
    take_in(enrollment, kind, rows, progress())
    changed(enrollment, students[1], "转专业", date(2023, 9, 12), "active")
    receipts = [Receipt(2, students[0], 3, 3), Receipt(3, students[1], 2, 2)]
    taken, kept = kind.compensate(receipts, progress(), uuid4())
    assert isinstance(kept, SomethingFollowed)
    enrollment.append(taken, by=Context.system("undo", NOON))
    assert enrollment.get(StudentStatus, students[0]).standing == before
    assert enrollment.standings(StudentStatus, [students[0]])[students[0]][1] == before
    fold(enrollment)
    assert annual(enrollment, students[0]) == [(2023, "deferred", "other")]
    (taken,) = kind.compensate([Receipt(2, students[0], 2, 2)], progress(), uuid4())
    assert isinstance(taken, SomethingFollowed)


def annual(enrollment, status_id):
    with enrollment.store.reading() as cursor:
        cursor.execute(
            "SELECT academic_year, result, cause FROM annual_register WHERE status_id = %s ORDER BY academic_year",
            (str(status_id),),
        )
        return cursor.fetchall()


def test_a_year_taken_back_wholly_leaves_no_row(enrollment, students, released, school_years):
    declare(school_years)
    kind = YearResultsKind(enrollment)
    take_in(enrollment, kind, [row(2, released[0])], progress())
    fold(enrollment)
    assert annual(enrollment, students[0]) == [(2023, "registered", None)]
    (taken,) = kind.compensate([Receipt(2, students[0], 2, 2)], progress(), uuid4())
    enrollment.append(taken, by=Context.system("undo", NOON))
    fold(enrollment)
    assert annual(enrollment, students[0]) == []


@pytest.mark.rule("A12-1", "A12-4")
def test_a_status_shows_every_year_and_what_it_told(enrollment, students, keyring, school_years):
    """Given years deferred, registered and overdue, when the status is read, then each year has its state."""
    declare(school_years, 2023)
    changed(enrollment, students[0], "转专业", date(2023, 3, 1), "active")
    settle(enrollment, students[0], 2023, "deferred", cause="absence")
    settle(enrollment, students[0], 2023)
    fold(enrollment)
    queries = EnrollmentQueries(enrollment.store, keyring)
    by = asked(person("registrar", SCHOOL), "get_status", at=datetime(2025, 9, 5, tzinfo=UTC))
    shown = queries.get_status(status_id=students[0], after_version=0, by=by)
    assert StatusV1().validate(shown) == {}
    (year,) = shown["years"]
    assert (year["result"], year["cause"], year["changes"]) == ("registered", "absence", ["转专业"])
    assert [(each["academic_year"], each["state"]) for each in shown["every_year"]] == [
        (2023, "REGISTERED"), (2024, "OVERDUE"), (2025, "DUE"),
    ]  # fmt: skip
    status = enrollment.get(StudentStatus, students[0])
    status.trigger_event(
        StudentStatus.Cancelled, kind="退学", cancellation_id=uuid4(), decision_no="1", decided_on=date(2024, 11, 1),
        effective_on=date(2024, 11, 1), due_on=None, late=False, id_key=status.standing.id_key,
    )  # fmt: skip
    enrollment.save(status, by=Context.system("cancel", SEPTEMBER))
    fold(enrollment)
    shown = queries.get_status(status_id=students[0], after_version=0, by=by)
    assert [each["state"] for each in shown["every_year"]] == ["REGISTERED", "CLOSED_BY_STATUS"]


@pytest.mark.rule("A12-8")
def test_a_schools_calendar_says_which_changes_its_files_may_name(school_years, enrollment):
    """Given credits from 2024 on, when the calendar is read, then moves between classes are offered for 2023 only."""
    declare(school_years, 2023)
    declare(school_years, 2024, date(2024, 9, 1), by_credits=True)
    by = asked(person("registrar", SCHOOL), "declare_reporting_day", at=SEPTEMBER)
    school_years.declare_reporting_day(
        command_id=by.command_id, school_code=SCHOOL, entry_year=2024, last_day=date(2024, 9, 10), by=by
    )
    fold(enrollment)
    queries = YearQueries(enrollment.store)
    shown = queries.get_school(school_code=SCHOOL, after_version=0, by=by)
    assert SchoolV1().validate(shown) == {}
    offered = {year["academic_year"]: set(year["changes"]) for year in shown["years"]}
    assert (offered[2023] - offered[2024], "休学" in offered[2024]) == ({"留级", "降级", "跳级"}, True)
    assert shown["reporting"] == [{"entry_year": 2024, "last_day": "2024-09-10"}]
    with pytest.raises(NotPermitted):
        queries.get_school(school_code="4133010335", after_version=0, by=by)
    other = asked(person("registrar", "4133010335"), "get_school")
    with pytest.raises(NotFound):
        queries.get_school(school_code="4133010335", after_version=0, by=other)


@pytest.mark.rule("A12-4", "A12-5", "A12-8")
def test_one_by_one_says_what_the_file_says(enrollment, students, released, school_years):
    """Given two students with the same past, when one is filed alone and one in a file, then both end alike."""
    declare(school_years)
    for status_id in students[:2]:
        changed(enrollment, status_id, "转专业", date(2023, 3, 1), "active")
    told = {"changes": ["转专业"], "records": ["奖励:三好学生"]}
    settle(enrollment, students[0], **told)
    filed = row(2, released[1], XJBD=("转专业",), XJJZ=("奖励:三好学生",))
    assert not take_in(enrollment, YearResultsKind(enrollment), [filed], progress())
    alone, in_file = (enrollment.get(StudentStatus, each).standing for each in students[:2])
    assert replace(alone, id_key=in_file.id_key) == in_file
    declare(school_years, 2024, date(2024, 9, 1), by_credits=True)
    changed(enrollment, students[0], "留级", date(2024, 3, 1), "active")  # by credits nobody must mark it: it may be
    assert settle(enrollment, students[0], 2024, changes=["留级"])["version"] == 5
