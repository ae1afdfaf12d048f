"""What happens by date on a real store: who is missing, which schools are late, and that each day acts once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.register import freshman_rows
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.year_results import YearResultsKind
from services.enrollment.application.deadlines import Clockwork, Deadlines
from services.enrollment.application.school_years import SchoolYears
from services.enrollment.domain.rules.school_years import LaterDayUnfounded, due_of
from services.enrollment.domain.rules.standing import CANCELLATIONS
from services.enrollment.domain.rules.years import is_due
from services.enrollment.domain.school import School
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.projections import PROJECTIONS
from services.enrollment.publishing import publish
from services.enrollment.queries.overdue import OverdueQueries
from services.enrollment.queries.years import YearQueries
from services.enrollment.tests.conftest import PROVINCE, SCHOOL, release_list
from services.enrollment.tests.test_application import files_progress
from services.enrollment.tests.test_years_stored import SEPTEMBER, changed, declare, settle
from shared.access.decide import NotPermitted
from shared.contracts.rpc.enrollment_years import MissingStudentsV1, OverdueSchoolsV1, SchoolV1, YearRemindersV1
from shared.eventstore.context import Context
from shared.eventstore.follower import Follower
from shared.eventstore.log import read_log
from shared.eventstore.sequencer import Sequencer
from shared.intake.outcome import Receipt
from shared.rules.refused import Refused
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers
OTHER = "4133010335"
DUE = date(2023, 10, 1)


@pytest.fixture
def overdue(enrollment, keyring):
    return OverdueQueries(enrollment.store, keyring)


@pytest.fixture
def deadlines(enrollment, keyring, overdue):
    return Deadlines(enrollment.store, enrollment.clock, keyring, overdue)


@pytest.fixture
def school_years(enrollment, keyring):
    return SchoolYears(enrollment.store, enrollment.clock, keyring)


@pytest.fixture
def students(enrollment, released):
    return registered(enrollment, len(released))


def registered(enrollment, count, start=1):
    decided = FreshmanResultsKind(enrollment).decide(freshman_rows(count, start), files_progress(), uuid4())
    enrollment.append([draft for one in decided for draft in one], by=Context.system("take_in", NOON))
    return [one[0].originator_id for one in decided]


def fold(enrollment):
    while Sequencer(enrollment.store).step():
        pass
    Follower(enrollment.store, PROJECTIONS).catch_up()


def at(day, hour=4):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def told(enrollment):
    """Every fact of schools so far, as (name, day it was recorded on, number of missing)."""
    with enrollment.store.reading() as cursor:
        records = [
            each.fact for each in read_log(cursor, 0, 10_000) if each.fact.TOPIC.startswith("enrollment.School.")
        ]
    return [
        (
            type(fact).__name__,
            getattr(fact, "reminded_on", getattr(fact, "found_on", None)),
            getattr(fact, "missing", None),
        )
        for fact in records
    ]


def pass_day(enrollment, deadlines, day):
    while deadlines.due_years(at(day)):
        fold(enrollment)
    fold(enrollment)


@pytest.mark.rule("A13-1")
def test_a_year_is_opened_reminded_of_told_and_closed_by_its_days(enrollment, deadlines, school_years, students):
    """Given a declared year, when its days pass, then it opens, is reminded of, is told each day, and is closed."""
    declare(school_years)
    fold(enrollment)
    for day in (date(2023, 8, 31), date(2023, 9, 1), date(2023, 9, 23), date(2023, 9, 24), date(2023, 9, 25), DUE):
        pass_day(enrollment, deadlines, day)
    assert told(enrollment) == [
        ("Listed", None, None),
        ("YearDeclared", None, None),
        ("AnnualRegistrationOpened", None, None),
        ("Reminded", date(2023, 9, 24), 10),
    ]
    for status_id in students[:9]:
        settle(enrollment, status_id)
    fold(enrollment)
    pass_day(enrollment, deadlines, DUE + timedelta(days=1))
    pass_day(enrollment, deadlines, DUE + timedelta(days=2))
    settle(enrollment, students[9])
    fold(enrollment)
    pass_day(enrollment, deadlines, DUE + timedelta(days=3))
    pass_day(enrollment, deadlines, DUE + timedelta(days=4))
    assert told(enrollment)[4:] == [
        ("AnnualRegistrationOverdue", date(2023, 10, 2), 1),
        ("AnnualRegistrationOverdue", date(2023, 10, 3), 1),
        ("AnnualRegistrationCompleted", None, None),
    ]


@pytest.mark.rule("A13-1")
def test_a_result_taken_back_after_all_makes_the_year_overdue_again(enrollment, deadlines, school_years, students):
    """Given a complete year, when a result is taken back, then the week's look finds the year overdue again."""
    declare(school_years)
    for status_id in students:
        settle(enrollment, status_id)
    fold(enrollment)
    completed = DUE + timedelta(days=1)
    pass_day(enrollment, deadlines, completed)
    (draft,) = YearResultsKind(enrollment).compensate([Receipt(2, students[0], 2, 2)], files_progress(), uuid4())
    enrollment.append(draft, by=Context.system("undo", SEPTEMBER))
    fold(enrollment)
    pass_day(enrollment, deadlines, completed + timedelta(days=1))
    assert told(enrollment)[-1] == ("AnnualRegistrationCompleted", None, None)
    pass_day(enrollment, deadlines, completed + timedelta(days=7))
    assert told(enrollment)[-1] == ("AnnualRegistrationOverdue", completed + timedelta(days=7), 1)


@pytest.mark.rule("A24-1")
def test_an_operator_of_one_kind_of_training_sees_its_students_only(enrollment, overdue, students):
    """Given regular students, when an operator of adult training lists the missing, then none of them is shown."""
    fold(enrollment)

    def listed(kind):
        by = asked(replace(person("registrar", SCHOOL), kind=kind), "list_missing_students")
        page = overdue.list_missing_students(school_code=SCHOOL, academic_year=2023, after="", limit=50, by=by)
        return page["missing"], len(page["students"])

    assert (listed("all"), listed("regular"), listed("adult")) == ((10, 10), (10, 10), (0, 0))


@pytest.mark.rule("A13-1")
def test_two_leaders_and_a_late_read_table_take_each_step_once(enrollment, overdue, keyring, school_years, students):
    """Given a read table that lags, when two processes look at one day, then each step of it happens once."""
    declare(school_years)
    fold(enrollment)
    day = DUE + timedelta(days=1)
    leaders = [Deadlines(enrollment.store, enrollment.clock, keyring, overdue) for _ in range(2)]
    for leader in (*leaders, *leaders):
        leader.due_years(at(day))  # nothing is folded in between
    fold(enrollment)
    pass_day(enrollment, Deadlines(enrollment.store, enrollment.clock, keyring, overdue), day)
    assert [name for name, _, _ in told(enrollment)] == [
        "Listed", "YearDeclared", "AnnualRegistrationOpened", "AnnualRegistrationOverdue",
    ]  # fmt: skip


@pytest.mark.rule("A13-1")
def test_the_province_hears_of_each_overdue_day(enrollment, deadlines, school_years, students):
    """Given an overdue year, when it is found, then a public message tells school, province, days and number."""
    declare(school_years)
    fold(enrollment)
    pass_day(enrollment, deadlines, DUE + timedelta(days=1))
    with enrollment.store.reading() as cursor:
        said = [each for record in read_log(cursor, 0, 10_000) for each in publish(record)]
    (contract, values) = said[-1]
    assert contract.wire_name() == "annual_registration_overdue.v1"
    assert contract().dump(values) == {
        "school_code": SCHOOL, "province": PROVINCE, "academic_year": 2023, "due_on": "2023-10-01",
        "found_on": "2023-10-02", "missing": 10, "declared": True,
    }  # fmt: skip


@pytest.mark.rule("A13-1", "X-YEAR-1")
def test_the_province_hears_of_a_school_that_never_says_when_its_year_begins(
    enrollment, overdue, deadlines, school_years, students
):
    """Given students and no declared year, when the usual day is over, then the province is told each day, in a message
    and in its list, this year and after it, until the school declares the year; then it is overdue as any other."""
    fold(enrollment)
    for day in (DUE, DUE + timedelta(days=1), DUE + timedelta(days=1), DUE + timedelta(days=2)):
        pass_day(enrollment, deadlines, day)
    assert told(enrollment) == [
        ("Listed", None, None),
        ("YearUndeclared", date(2023, 10, 2), 10),
        ("YearUndeclared", date(2023, 10, 3), 10),
    ]
    with enrollment.store.reading() as cursor:
        (contract, values) = [each for record in read_log(cursor, 0, 10_000) for each in publish(record)][-1]
    assert (contract.wire_name(), contract().dump(values)["declared"]) == ("annual_registration_overdue.v1", False)

    def listed(day):
        by = asked(person("province_education", PROVINCE), "list_overdue_schools", at=at(day))
        reach = {"school_code": None, "province": PROVINCE, "academic_year": None, "after": "", "limit": 50}
        shown = overdue.list_overdue_schools(**reach, by=by)
        assert OverdueSchoolsV1().validate(shown) == {}
        names = ("academic_year", "state", "due_on", "found_on", "missing")
        return [tuple(each[name] for name in names) for each in shown["schools"]]

    assert listed(date(2023, 10, 4)) == [(2023, "undeclared", "2023-10-01", "2023-10-03", 10)]
    assert listed(date(2024, 9, 15)) == listed(date(2023, 10, 4))  # the next year does not wipe it out
    pass_day(enrollment, deadlines, date(2024, 10, 2))
    assert [(year, state) for year, state, *_ in listed(date(2024, 10, 2))] == [
        (2023, "undeclared"), (2024, "undeclared"),
    ]  # fmt: skip
    for year in (2023, 2024):
        declare(school_years, year, date(year, 9, 1))
    fold(enrollment)
    pass_day(enrollment, deadlines, date(2024, 10, 3))
    assert [(year, state) for year, state, *_ in listed(date(2024, 10, 3))] == [(2023, "overdue"), (2024, "overdue")]


@pytest.mark.rule("A13-1")
def test_a_first_day_put_off_is_said_with_its_reason(enrollment, school_years, students):
    """Given a year that has begun, when its first day moves later, then the school's calendar says why it did."""
    declare(school_years)
    by = asked(person("registrar", SCHOOL), "declare_school_year", at=at(date(2023, 9, 5)))
    later = {"school_code": SCHOOL, "academic_year": 2023, "starts_on": date(2023, 9, 8)}
    with pytest.raises(LaterDayUnfounded):
        school_years.declare_school_year(command_id=by.command_id, **later, by=by)
    school_years.declare_school_year(command_id=by.command_id, **later, reason="台风", by=by)
    fold(enrollment)
    for role, org in (("registrar", SCHOOL), ("province_education", PROVINCE)):
        by = asked(person(role, org), "get_school")
        shown = YearQueries(enrollment.store).get_school(school_code=SCHOOL, after_version=0, by=by)
        assert SchoolV1().validate(shown) == {}
        assert [(year["due_on"], year["put_off"]) for year in shown["years"]] == [("2023-10-08", "台风")]


@pytest.mark.rule("A12-1", "A13-1", "A12-9")
def test_who_did_not_graduate_in_time_is_missing_and_said_to_be_late(enrollment, overdue, students):
    """Given students expected to graduate in July 2026 whom nobody let go, when the missing of 2026 are listed, then
    they are there, marked as past their graduation; in 2025 they are missing as anybody else."""
    fold(enrollment)
    by = asked(person("registrar", SCHOOL), "list_missing_students")
    for year, late in ((2025, False), (2026, True), (2027, True)):
        shown = overdue.list_missing_students(school_code=SCHOOL, academic_year=year, after="", limit=50, by=by)
        assert MissingStudentsV1().validate(shown) == {}
        assert (shown["missing"], shown["past_graduation"]) == (10, 10 if late else 0)
        assert {(each["expected_graduation_date"], each["past_graduation"]) for each in shown["students"]} == {
            ("2026-07-01", late)
        }


@pytest.mark.rule("A13-1", "A12-1", "R41-27")
def test_only_students_who_are_due_are_missing(enrollment, overdue, school_years, students):
    """Given leaves, service, endings and results, when the missing are counted, then only who is due counts."""
    declare(school_years)
    changed(enrollment, students[0], "休学", date(2023, 9, 5), "on_leave")  # away on the last day
    changed(enrollment, students[1], "休学", date(2023, 10, 9), "on_leave")  # went after it
    changed(enrollment, students[2], "保留学籍", date(2023, 8, 1), "reserved", in_service=True)
    changed(enrollment, students[3], "休学", date(2023, 9, 5), "on_leave")
    changed(enrollment, students[3], "复学", date(2024, 3, 1), "active")  # came back later
    changed(enrollment, students[4], "休学", date(2023, 3, 1), "on_leave")
    changed(enrollment, students[4], "复学", date(2023, 9, 15), "active")  # came back in time
    settle(enrollment, students[5])
    settle(enrollment, students[6], result="deferred")
    changed(enrollment, students[7], "休学", date(2023, 9, 5), "on_leave")
    changed(enrollment, students[7], "复学", DUE, "active")  # came back on the last day
    changed(enrollment, students[8], "休学", DUE, "on_leave")  # went on the last day
    fold(enrollment)
    by = asked(person("registrar", SCHOOL), "list_missing_students")
    shown = overdue.list_missing_students(school_code=SCHOOL, academic_year=2023, after="", limit=50, by=by)
    assert MissingStudentsV1().validate(shown) == {}
    missing = [str(students[at]) for at in (1, 4, 7, 9)]
    assert sorted(each["status_id"] for each in shown["students"]) == sorted(missing)
    assert (shown["missing"], shown["due_on"], shown["declared"], shown["next"]) == (4, "2023-10-01", True, None)
    assert all("*" in each["name"] for each in shown["students"])


def test_the_missing_are_listed_page_by_page_without_gap_or_double(enrollment, overdue, students):
    by = asked(person("registrar", SCHOOL), "list_missing_students")
    fold(enrollment)
    seen, after = [], ""
    while after is not None:
        page = overdue.list_missing_students(school_code=SCHOOL, academic_year=2023, after=after, limit=3, by=by)
        seen += [each["status_id"] for each in page["students"]]
        after = page["next"]
    assert sorted(seen) == sorted(map(str, students))
    assert page["declared"] is False


MOVES = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["休学", "复学", "保留学籍", "registered", "deferred", "退学", "back"]),
    st.integers(0, 90),
)


@pytest.mark.rule("A12-1", "A13-1")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(MOVES, max_size=14), starts=st.sampled_from([date(2023, 8, 28), date(2023, 9, 1), date(2024, 1, 31)])
)
def test_the_count_of_the_read_table_is_the_rule_asked_one_by_one(enrollment, overdue, moves, starts):
    """Given any histories, when the missing of any year are counted, then it is as if each student were asked."""
    start = 1 + 4 * (uuid4().int % 10**9)
    release_list(enrollment, 4, start)
    students = registered(enrollment, 4, start)
    days = [date(2022, 10, 1)] * 4
    for at_, move, gap in moves:
        days[at_] += timedelta(days=gap * 9)
        happen(enrollment, students[at_], move, days[at_])
    fold(enrollment)
    standings = [enrollment.get(StudentStatus, each).standing for each in students]
    for year in (2023, 2024, 2025, 2026):
        due_on = due_of(None, year) if year != 2023 else starts + timedelta(days=30)
        expected = sum(is_due(standing, year, lambda _, on=due_on: on) for standing in standings)
        assert counted(enrollment, students, overdue, year, due_on) == expected


def counted(enrollment, students, overdue, year, due_on):
    """How many of these students the read table counts: of the whole school, less all others."""
    others = overdue.count_missing(SCHOOL, year, due_on)
    with enrollment.store.reading() as cursor:
        ids = [str(each) for each in students]
        cursor.execute("UPDATE student_register SET school_code = 'x' WHERE status_id = ANY(%s::uuid[])", (ids,))
        found = others - overdue.count_missing(SCHOOL, year, due_on)
        cursor.execute("UPDATE student_register SET school_code = %s WHERE school_code = 'x'", (SCHOOL,))
    return found


STATES = {"休学": "on_leave", "保留学籍": "reserved", "复学": "active"}


def happen(enrollment, status_id, move, day):
    status = enrollment.get(StudentStatus, status_id)
    standing = status.standing
    if not standing.is_open:
        return
    if move in STATES:
        status.trigger_event(
            StudentStatus.Changed, kind=move, effective_on=day, decision_no="1", decided_on=day, state=STATES[move],
            grade=None, major_code=None, major_name=None, expected_graduation_date=None, return_by=None,
        )  # fmt: skip
    elif move in CANCELLATIONS:
        status.trigger_event(
            StudentStatus.Cancelled, kind=move, cancellation_id=uuid4(), decision_no="1", decided_on=day,
            effective_on=day, due_on=None, late=False, id_key=standing.id_key,
        )  # fmt: skip
    elif move in ("registered", "deferred"):
        fact = StudentStatus.YearRegistered if move == "registered" else StudentStatus.YearDeferred
        year = standing.settled_year + 1
        status.trigger_event(fact, academic_year=year, registered_on=day, due_on=day, late=False)
    enrollment.save(status, by=Context.system("happen", SEPTEMBER, effective_on=day))


@pytest.mark.rule("A13-1", "A4-2")
def test_each_office_sees_the_late_schools_of_its_own_reach(enrollment, overdue, deadlines, school_years, students):
    """Given a late school, when lists are read, then its own registrar, province and the ministry see it."""
    declare(school_years)
    fold(enrollment)
    pass_day(enrollment, deadlines, date(2023, 9, 25))
    ministry = asked(person("ministry", "moe"), "list_year_reminders")
    nation = {"school_code": None, "province": None, "limit": 1, "by": ministry}
    shown = overdue.list_year_reminders(**nation, after="")
    assert YearRemindersV1().validate(shown) == {}
    assert [(each["school_code"], each["missing"]) for each in shown["reminders"]] == [(SCHOOL, 10)]
    assert overdue.list_year_reminders(**nation, after=shown["next"]) == {"reminders": [], "next": None}
    pass_day(enrollment, deadlines, DUE + timedelta(days=1))

    def listed(role, org, **asked_for):
        by = asked(person(role, org), "list_overdue_schools", at=at(date(2023, 10, 4)))
        reach = {"school_code": None, "province": None, "academic_year": None, "after": "", "limit": 50} | asked_for
        shown = overdue.list_overdue_schools(**reach, by=by)
        assert OverdueSchoolsV1().validate(shown) == {}
        return [
            (each["school_code"], each["state"], each["missing"], each["days_overdue"]) for each in shown["schools"]
        ]

    late = [(SCHOOL, "overdue", 10, 3)]
    assert listed("ministry", "moe") == late
    assert listed("ministry", "moe", after=f"{SCHOOL}|2023") == []
    assert listed("ministry", "moe", academic_year=2022) == []
    assert listed("province_education", PROVINCE, province=PROVINCE) == late
    assert listed("province_education", "33", province="33") == []
    assert listed("registrar", SCHOOL, school_code=SCHOOL) == late
    for role, org, reach in (
        ("province_education", "33", {"province": PROVINCE}),
        ("province_education", PROVINCE, {}),
        ("registrar", OTHER, {"school_code": SCHOOL}),
        ("registrar", SCHOOL, {"province": PROVINCE}),
        ("student", "", {"school_code": SCHOOL}),
    ):
        with pytest.raises(NotPermitted):
            listed(role, org, **reach)


@pytest.mark.rule("X-YEAR-1", "A13-1")
def test_a_school_that_never_says_when_its_year_begins_is_seen(enrollment, overdue, students):
    """Given students and no declared year, when the usual month is over, then the school is listed as undeclared."""
    fold(enrollment)
    reach = {"school_code": None, "province": PROVINCE, "academic_year": None, "after": "", "limit": 50}

    def listed(day):
        by = asked(person("province_education", PROVINCE), "list_overdue_schools", at=at(day))
        return [
            (each["school_code"], each["state"]) for each in overdue.list_overdue_schools(**reach, by=by)["schools"]
        ]

    assert listed(DUE) == []
    assert listed(DUE + timedelta(days=1)) == [(SCHOOL, "undeclared")]
    assert listed(date(2022, 12, 1)) == []  # freshmen need no year of their own


FILLING = """
    INSERT INTO student_register (
        status_id, admission_id, exam_no, entry_year, id_key, name_key, sealed_person, school_code, school_name, level,
        category, study_form, major_code, major_name, duration, entry_date, expected_graduation_date, admission_type,
        state, version, settled_year
    )
    SELECT gen_random_uuid(), gen_random_uuid(), n::text, 2022, 'k', 'n', 's', %s, 'x', '本科', '普通高等教育',
        '普通全日制', '0', 'x', '4', '2022-09-01', '2026-07-01', '普通',
        CASE WHEN n %% 20 = 0 THEN 'active' ELSE 'graduated' END, 1, 2022
    FROM generate_series(1, 20000) AS n
"""
COUNTING = """
    EXPLAIN SELECT count(*) FROM student_register AS s WHERE school_code = %s
    AND state IN ('active', 'suspended', 'on_leave', 'reserved') AND settled_year < 2023
"""


def test_the_count_reads_the_open_students_of_one_school_by_their_index(enrollment, overdue):
    """Given a school with many who left, the count must read neither them nor the whole table."""
    with enrollment.store.reading() as cursor:
        cursor.execute(FILLING, (SCHOOL,))
        cursor.execute("ANALYZE student_register")
        cursor.execute(COUNTING, (SCHOOL,))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "student_register_open" in plan
    assert overdue.count_missing(SCHOOL, 2023, DUE) == 1000


class Refusing(Refused):
    """A refusal of a clock."""

    rule = "X-CONFLICT-1"


def test_one_clock_that_is_refused_stops_no_other():
    class Noon:
        def now(self):
            return NOON

    seen = []

    def refuses(now):
        raise Refusing

    def works(now):
        seen.append(now)
        return 2

    assert Clockwork(Noon(), refuses, works).step() == 2
    assert seen == [NOON]


def test_a_school_as_it_is_loaded_is_the_school_as_it_was_saved(enrollment, school_years, deadlines, students):
    declare(school_years, by_credits=True)
    fold(enrollment)
    pass_day(enrollment, deadlines, DUE + timedelta(days=1))
    ((school_id, version, standing),) = enrollment.owning(School, "school.code", [SCHOOL]).values()
    loaded = enrollment.get(School, UUID(str(school_id)))
    assert (loaded.standing, loaded.version) == (standing, version)
