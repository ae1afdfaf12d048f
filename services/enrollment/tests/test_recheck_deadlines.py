"""What time asks for of rechecks and of endings that wait: reminded, told to the province, listed (R41-11, A13-2)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.enrollment.application.endings import proposal_values
from services.enrollment.application.recheck_deadlines import RecheckDeadlines
from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.recheck_term import RECHECKS, RecheckTerm, term_key
from services.enrollment.domain.rules.endings import EndingWanted
from services.enrollment.domain.rules.recheck_terms import asks_for_something, is_counted, next_step
from services.enrollment.publishing import publish
from services.enrollment.queries.endings import CANCELLATIONS
from services.enrollment.queries.rechecks import COUNTED, INTAKES, RecheckQueries
from services.enrollment.tests.filing import Desk
from services.enrollment.tests.offices import ELSEWHERE, HERE, ministry, province, registrar
from shared.access.decide import NotPermitted
from shared.contracts.rpc.enrollment_endings import CancellationsV1
from shared.contracts.rpc.enrollment_rechecks import RecheckTermsV1
from shared.eventstore.context import Context
from shared.eventstore.log import read_log
from tests.support.actors import person

ENTRY, DUE = date(2022, 9, 1), date(2022, 12, 1)
servers = pytest.mark.servers


# --- the rules ---


@pytest.mark.rule("R41-11")
def test_the_day_of_a_recheck_reminds_before_and_tells_after_until_nobody_is_missing():
    """Given freshmen without a recheck, when days pass, then one reminder, then daily words, weekly, and an end."""

    def step(day, state="begun", found_on=None, missing=3):
        return next_step(DUE, state, found_on, today=day, missing=missing)

    assert step(date(2022, 11, 23)) is None
    assert step(date(2022, 11, 24)) == "remind"
    assert step(date(2022, 11, 24), missing=0) is None
    assert step(DUE, "reminded") is None
    assert step(DUE) == "remind"  # the last day still counts
    late = DUE + timedelta(days=1)
    assert step(late, "reminded") == step(late) == "overdue"
    assert step(late, "overdue", late) is None
    assert step(late + timedelta(days=1), "overdue", late) == "overdue"
    month = DUE + timedelta(days=31)
    assert step(month + timedelta(days=6), "overdue", month) is None
    assert step(month + timedelta(days=7), "overdue", month) == "overdue"
    assert step(DUE + timedelta(days=731), "overdue", month) is None
    assert step(late, "overdue", late, missing=0) == "complete"
    assert step(late, "complete", late, missing=0) is None


@pytest.mark.rule("R41-11", "A28-1")
def test_who_entered_before_order_41_owes_no_recheck():
    """Given entries before and after the order took effect, when time asks, then of the later ones only."""
    assert not asks_for_something(date(2016, 9, 1), date(2016, 12, 2), 5)
    assert asks_for_something(date(2018, 9, 1), date(2018, 12, 2), 5)
    assert not asks_for_something(date(2018, 9, 1), date(2018, 12, 2), 0)


def test_an_old_intake_is_counted_once_a_week_and_not_for_ever():
    week = [date(2024, 1, 1) + timedelta(days=offset) for offset in range(7)]
    assert all(is_counted(2023, day) for day in week)
    assert sum(is_counted(2022, day) for day in week) == 1
    assert not any(is_counted(2020, day) or is_counted(2025, day) for day in week)


# --- on a real store ---


@pytest.fixture
def desk(enrollment, tmp_path):
    desk = Desk(enrollment, tmp_path / "blobs")
    desk.go_to(date(2022, 9, 10))
    return desk


@pytest.fixture
def rechecks(enrollment):
    return RecheckQueries(enrollment.store)


def at(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def pass_days(desk, rechecks, *days):
    """Whatever is due on these days, by a worker that has just begun to lead on each."""
    for day in days:
        desk.go_to(day)
        desk.fold()
        leader = RecheckDeadlines(desk.base.store, desk.base.clock, desk.base.keyring, rechecks)
        while leader.due_rechecks(at(day)):
            pass
    desk.fold()


def said(desk):
    """Every fact about rechecks so far, and the number of missing that it names."""
    with desk.base.store.reading() as cursor:
        facts = [each.fact for each in read_log(cursor, 0, 10_000) if ".RecheckTerm." in each.fact.TOPIC]
    return [(type(fact).__name__, getattr(fact, "missing", None)) for fact in facts]


@servers
@pytest.mark.rule("R41-11")
def test_a_school_is_reminded_of_its_rechecks_and_its_province_hears_until_all_are_done(desk, rechecks):
    """Given freshmen, when the three months pass, then reminder, overdue day by day, and completed at last."""
    exam_nos = [desk.admit(HERE) for _ in range(3)]
    for exam_no in exam_nos:
        desk.enrol(exam_no)
    desk.recheck(exam_nos[0])
    pass_days(desk, rechecks, date(2022, 10, 1), date(2022, 11, 23), date(2022, 11, 24), date(2022, 11, 25), DUE)
    assert [name for name, _ in said(desk)] == ["Begun", "Reminded"]
    pass_days(desk, rechecks, date(2022, 12, 2), date(2022, 12, 2), date(2022, 12, 3))
    desk.recheck(exam_nos[1])
    pass_days(desk, rechecks, date(2022, 12, 4))
    desk.recheck(exam_nos[2], "person")  # a failed one is a recheck too
    pass_days(desk, rechecks, date(2022, 12, 5), date(2022, 12, 6))
    assert said(desk) == [
        ("Begun", None), ("Reminded", 2), ("Overdue", 2), ("Overdue", 2), ("Overdue", 1), ("Completed", None),
    ]  # fmt: skip
    (found,) = desk.base.owning(RecheckTerm, RECHECKS, [term_key(HERE, ENTRY)]).values()
    loaded = desk.base.get(RecheckTerm, UUID(str(found[0])))
    assert (loaded.version, loaded.standing) == found[1:]


@servers
@pytest.mark.rule("R41-11")
def test_a_school_that_is_in_time_is_not_spoken_of(desk, rechecks):
    """Given freshmen who are all rechecked, or came by a transfer, when the months pass, then nothing is said."""
    exam_no = desk.admit(HERE)
    desk.enrol(exam_no)
    desk.recheck(exam_no)
    pass_days(desk, rechecks, date(2022, 11, 24), date(2022, 12, 2))
    assert said(desk) == []


@servers
@pytest.mark.rule("R41-11")
def test_two_leaders_say_each_word_once(desk, rechecks):
    """Given a read table that lags, when two processes look at one day, then each step of it happens once."""
    desk.student(HERE)
    desk.go_to(date(2022, 12, 2))
    desk.fold()
    leaders = [RecheckDeadlines(desk.base.store, desk.base.clock, desk.base.keyring, rechecks) for _ in range(2)]
    for leader in (*leaders, *leaders):
        leader.due_rechecks(at(date(2022, 12, 2)))
    desk.fold()
    assert [name for name, _ in said(desk)] == ["Begun", "Overdue"]


@servers
@pytest.mark.rule("R41-11")
def test_the_province_hears_of_missing_rechecks(desk, rechecks):
    """Given missing rechecks, when the months are over, then a public message tells school, province and number."""
    desk.student(HERE)
    pass_days(desk, rechecks, date(2022, 12, 2))
    with desk.base.store.reading() as cursor:
        *_, (contract, values) = [each for record in read_log(cursor, 0, 10_000) for each in publish(record)]
    assert contract.wire_name() == "rechecks_overdue.v1"
    assert contract().dump(values) == {
        "school_code": HERE, "province": "11", "entry_year": 2022, "entry_date": "2022-09-01",
        "due_on": "2022-12-01", "found_on": "2022-12-02", "missing": 1,
    }  # fmt: skip


@servers
@pytest.mark.rule("R41-11", "A4-2")
def test_each_office_lists_the_rechecks_that_its_own_schools_owe(desk, rechecks):
    """Given two late schools, when the list is read, then school, province and ministry each see their own."""
    desk.student(HERE)
    desk.student(ELSEWHERE)
    pass_days(desk, rechecks, date(2022, 11, 24))

    def listed(actor, **asked):
        reach = {"school_code": None, "province": None, "entry_year": None, "state": "overdue", "after": ""}
        shown = desk.look(rechecks.list_recheck_terms, actor, **(reach | {"limit": 50} | asked))
        assert RecheckTermsV1().validate(shown) == {}
        return [(each["school_code"], each["missing"], each["days_overdue"]) for each in shown["terms"]]

    both = [(HERE, 1, 0), (ELSEWHERE, 1, 0)]
    assert listed(ministry(), state="reminded") == both
    assert listed(ministry()) == []
    pass_days(desk, rechecks, date(2022, 12, 4))
    both = [(HERE, 1, 3), (ELSEWHERE, 1, 3)]
    assert listed(ministry()) == both
    assert listed(ministry(), state="reminded") == []
    assert listed(ministry(), after=f"2022-12-01|{HERE}|2022-09-01") == both[1:]
    assert listed(ministry(), entry_year=2021) == []
    assert listed(province("11"), province="11") == both[:1]
    assert listed(province("33"), province="33") == both[1:]
    assert listed(registrar(), school_code=HERE) == both[:1]
    for actor, reach in (
        (province("33"), {"province": "11"}),
        (province("11"), {}),
        (registrar(ELSEWHERE), {"school_code": HERE}),
        (registrar(), {"province": "11"}),
        (person("student", "", "s"), {"school_code": HERE}),
    ):
        with pytest.raises(NotPermitted):
            listed(actor, **reach)


@servers
@pytest.mark.rule("R41-11")
def test_a_school_sees_who_is_without_a_recheck_beyond_the_last_day(desk):
    """Given one who was rechecked and one who was not, when the last day is over, then that one is listed."""
    done, owed = desk.admit(HERE), desk.admit(HERE)
    desk.enrol(done)
    missing = desk.enrol(owed)
    desk.recheck(done)
    desk.fold()

    def listed(day):
        desk.go_to(day)
        asked = {"school_code": HERE, "entry_year": 2022, "wanted": "overdue", "after": None, "limit": 10}
        return [each["status_id"] for each in desk.look(desk.files.list_rechecks, registrar(), **asked)["students"]]

    assert listed(DUE) == []
    assert listed(DUE + timedelta(days=1)) == [str(missing)]


LATE = {
    "school_code": None, "province": "11", "state": "proposed", "due_before": DUE, "training": "",
    "illegal_entry": None, "before": None, "limit": 50,
}  # fmt: skip


@servers
@pytest.mark.parametrize(
    ("question", "asked", "found_by"),
    [
        (INTAKES, None, "student_register_open"),
        (COUNTED, (HERE, 2022), "student_register_open"),
        (CANCELLATIONS, LATE, "cancellation_register_waiting"),
    ],
    ids=["intakes", "those without a recheck", "late endings"],
)
def test_what_is_late_is_found_by_an_index(desk, question, asked, found_by):
    with desk.base.store.reading() as cursor:
        cursor.execute("SET enable_seqscan = off")  # the tables are empty here; in the country they are not
        cursor.execute(f"EXPLAIN {question}", asked)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SET enable_seqscan = on")
    assert found_by in plan, plan
    assert "Seq Scan" not in plan, plan


# --- endings that wait for a second person ---


def steps(desk, proposal):
    with desk.base.store.reading() as cursor:
        facts = [each.fact for each in read_log(cursor, 0, 10_000) if each.originator_id == proposal]
    return [type(fact).__name__ for fact in facts]


@servers
@pytest.mark.rule("A13-2", "A4-2")
def test_an_ending_beyond_its_fifteen_days_is_told_to_the_province_and_listed(desk):
    """Given a proposal of 26 September, when 23 October is over, then a public message, and lists of each reach."""
    desk.go_to(date(2025, 9, 26))
    late, other = desk.propose(desk.student()), desk.propose(desk.student(ELSEWHERE), actor=registrar(ELSEWHERE))

    def listed(actor, **asked):
        reach = {"school_code": None, "province": None, "state": "overdue", "declared_by": None}
        shown = desk.look(desk.proposals.list_cancellations, actor, **reach | asked, before=None, limit=50)
        assert CancellationsV1().validate(shown) == {}
        return {UUID(each["cancellation_id"]): each["overdue_on"] for each in shown["cancellations"]}

    desk.go_to(date(2025, 10, 23))
    assert listed(ministry()) == {}
    desk.go_to(date(2025, 10, 24))
    assert listed(ministry()) == {late: None, other: None}  # the list does not wait for the clock
    desk.endings.due_cancellations(at(date(2025, 10, 24)))
    assert listed(ministry()) == {late: "2025-10-24", other: "2025-10-24"}
    assert set(listed(province("11"), province="11")) == set(listed(registrar(), school_code=HERE)) == {late}
    for actor, reach in ((province("33"), {"province": "11"}), (registrar(ELSEWHERE), {"school_code": HERE})):
        with pytest.raises(NotPermitted):
            listed(actor, **reach)
    with desk.base.store.reading() as cursor:
        told = [
            (contract, values) for record in read_log(cursor, 0, 10_000)
            if record.originator_id == late for contract, values in publish(record)
        ]  # fmt: skip
    ((contract, values),) = told
    assert contract.wire_name() == "cancellation_overdue.v1"
    assert contract().dump(values) == {
        "cancellation_id": str(late), "school_code": HERE, "province": "11", "kind": "退学", "illegal_entry": False,
        "due_on": "2025-10-23", "found_on": "2025-10-24",
    }  # fmt: skip
    desk.confirm(late, registrar(sub="second"))
    assert set(listed(ministry())) == {other}


@servers
@pytest.mark.rule("A13-3")
def test_days_that_no_calendar_told_are_reckoned_when_one_does(desk):
    """Given a proposal of a year without a calendar, when it is published, then its days count from then on."""
    desk.go_to(date(2025, 9, 26))
    status_id = desk.student()
    wanted = EndingWanted("退学", "校学〔2025〕9号", desk.day, desk.day, "本人申请")
    unknown = {"due_on": None, "remind_on": None}
    values = proposal_values(status_id, desk.status(status_id), wanted, asked_on=None, by="r", today=desk.day)
    waiting = Cancellation(**values | unknown)
    desk.base.save(waiting, by=Context.system("propose", desk.base.clock.now()))
    assert desk.endings.due_cancellations(at(date(2025, 9, 27))) == 1
    assert steps_now(desk, waiting.id) == (["Proposed", "Reckoned"], "2025-10-23", "2025-10-16")
    assert desk.endings.due_cancellations(at(date(2025, 10, 16))) == 1
    later = Cancellation(**values | unknown | {"status_id": desk.student()})
    desk.base.save(later, by=Context.system("propose", desk.base.clock.now()))
    assert desk.endings.due_cancellations(at(date(2025, 10, 24))) == 3
    assert steps_now(desk, later.id)[0] == ["Proposed", "Reckoned", "Overdue"]
    assert steps_now(desk, waiting.id)[0] == ["Proposed", "Reckoned", "Reminded", "Overdue"]


def steps_now(desk, proposal):
    desk.fold()
    asked = {"cancellation_id": proposal, "after_version": 0}
    shown = desk.look(desk.proposals.get_cancellation, registrar(), **asked)
    return steps(desk, proposal), shown["due_on"], shown["remind_on"]
