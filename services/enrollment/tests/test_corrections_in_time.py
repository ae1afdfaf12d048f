"""An error is put right for as long as it was told, a change holds from its decision; both as of any instant."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.enrollment.domain.rules.statements import change_holds, error_holds, wrong_days
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.queries.timeline import TimelineQueries
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.offices import GOOD_NUMBER, HERE, OTHER_NUMBER, at, registrar
from services.enrollment.tests.test_cases import applied
from shared.eventstore.context import Context

servers = pytest.mark.servers
ENTRY = date(2022, 9, 1)
FILED, LATER = date(2023, 3, 1), date(2023, 6, 1)
BEFORE = FILED - timedelta(days=1)


# --- which days ---


def test_the_days_of_a_wrong_value_end_where_another_was_told():
    told = [(date(2022, 9, 1), "a"), (date(2023, 5, 1), "b"), (date(2023, 4, 1), "b")]
    assert wrong_days(told) == [date(2023, 5, 1), date(2023, 4, 1)]
    assert wrong_days([*told, (date(2022, 9, 1), "b")]) == [date(2023, 5, 1), date(2023, 4, 1), date(2022, 9, 1)]


def test_fields_of_one_error_hold_from_days_of_their_own():
    told = [(ENTRY, {"name": "甲", "sex": "男"}), (FILED, {"name": "乙"})]
    assert error_holds(("sex", "name"), told) == ((ENTRY, ("sex",)), (FILED, ("name",)))
    assert change_holds(("sex", "name"), decided_on=FILED, begun_on=ENTRY) == ((FILED, ("name", "sex")),)
    assert change_holds(("name",), decided_on=date(2022, 8, 25), begun_on=ENTRY) == ((ENTRY, ("name",)),)


# --- cases ---


class Register(Counters):
    """The offices, with the questions of two times."""

    def __init__(self, enrollment: Any) -> None:
        super().__init__(enrollment)
        self.times = TimelineQueries(enrollment.store, enrollment.keyring)

    def as_of(self, status_id: UUID, valid_on: date, known_on: date, school: str = HERE) -> dict[str, Any]:
        asked = {"status_id": status_id, "valid_on": valid_on, "recorded_at": at(known_on)}
        return self.look(self.times.get_status_as_of, registrar(school), **asked)

    def counted(self, school: str, valid_on: date, known_on: date, divided_by: str) -> list[str]:
        asked = {"school_code": school, "province": None, "valid_on": valid_on, "recorded_at": at(known_on)}
        told = self.look(self.times.count_statuses, registrar(school), **asked, divided_by=divided_by)
        return [each["of"] for each in told["counts"] for _ in range(each["count"])]


@pytest.fixture
def register(enrollment):
    made = Register(enrollment)
    yield made
    made.replay()


@pytest.fixture
def student(register):
    status_id = register.student(SFZH=GOOD_NUMBER, XM="王小明")
    register.go_to(FILED)
    return status_id


@servers
@pytest.mark.rule("A14-2", "A19-2")
def test_an_error_was_wrong_from_the_beginning_and_known_since_its_decision(register, student):
    """Given a misspelt name, when a case puts it right, then it is right on every day, as known from then on."""
    applied(register, student, {"name": "汪小明"}, kind="correction")
    assert register.as_of(student, ENTRY, FILED)["name"] == "汪**"
    assert register.as_of(student, ENTRY, BEFORE)["name"] == "王**"
    assert register.as_of(student, LATER, LATER)["name"] == "汪**"
    assert register.as_of(student, ENTRY, FILED)["identity_version"] == 2
    archive = register.look(register.archives.get_archive, registrar(), status_id=student, after_version=0)
    versions = [(each["identity_version"], each["name"]) for each in archive["identities"]]
    assert versions == [(1, "王**"), (2, "汪**")]


@servers
@pytest.mark.rule("A19-2")
def test_a_change_holds_from_its_decision_and_an_error_found_later_leaves_it_there(register, student):
    """Given a name changed in March, when an error of birth is put right in June, then March still parts the names."""
    applied(register, student, {"name": "李小明"}, kind="change")
    register.go_to(LATER)
    applied(register, student, {"id_number": OTHER_NUMBER, "birth_date": "1980-01-01"}, kind="correction")
    assert register.as_of(student, BEFORE, LATER)["name"] == "王**"
    assert register.as_of(student, FILED, LATER)["name"] == "李**"
    assert register.as_of(student, FILED, LATER)["identity_version"] == 3
    assert [each["kind"] for each in register.as_of(student, BEFORE, LATER)["statements"]] == [
        None,
        "birth_date,id_number",
    ]


@servers
@pytest.mark.rule("A14-2", "A19-2")
def test_an_error_in_a_change_is_put_right_from_the_day_of_the_change(register, student):
    """Given a name changed and misspelt, when the case of the error is decided, then the old name stays as it was."""
    applied(register, student, {"name": "李小明"}, kind="change")
    register.go_to(LATER)
    applied(register, student, {"name": "黎小明"}, kind="correction")
    assert register.as_of(student, BEFORE, LATER)["name"] == "王**"
    assert register.as_of(student, FILED, LATER)["name"] == "黎**"
    assert register.as_of(student, FILED, FILED)["name"] == "李**"


@servers
@pytest.mark.rule("A14-2")
def test_a_wrong_major_is_counted_right_for_days_before_its_correction(register, student):
    """Given a wrong major, when it is put right, then counts of earlier days divide by the right one."""
    applied(register, student, {"major_name": "经济学"}, kind="correction")
    register.go_to(LATER)
    assert register.counted(HERE, BEFORE, FILED, "major_name") == ["经济学"]
    assert register.counted(HERE, BEFORE, BEFORE, "major_name") != ["经济学"]


@servers
@pytest.mark.rule("A19-2")
def test_a_correction_of_earlier_times_holds_from_its_decision_as_it_did(register, student):
    """Given a stored fact that does not say from when it holds, when asked, then it holds from its decision."""
    known = register.cases.known(student)
    register.cases.correct(known, {"name": "汪小明"}, student, since=())
    register.base.save(known.status, by=Context.system("decide_case", at(FILED)))
    assert register.as_of(student, BEFORE, LATER)["name"] == "王**"
    assert register.as_of(student, FILED, LATER)["name"] == "汪**"


# --- any history, against a calendar that is filled in day by day ---

_SPAN = 40
_schools = count(1)
FIELDS = {"name": "王李赵钱孙周", "level": ("本科", "专科", "高起本"), "major_name": ("哲学", "法学", "史学", "文学")}


def day(number: int) -> date:
    return ENTRY + timedelta(days=number)


class Calendar:
    """For each field what it was on each day, as far as is known; and on which days something was told of it."""

    def __init__(self, **first: str) -> None:
        self.values = {name: [value] * _SPAN for name, value in first.items()}
        self.told = {name: {0} for name in first}
        self.last = dict(first)

    def tell(self, name: str, value: str, since: int) -> None:
        until = min((each for each in self.told[name] if each > since), default=_SPAN)
        self.values[name][since:until] = [value] * (until - since)
        self.told[name].add(since)
        self.last[name] = value

    def put_right(self, name: str, value: str) -> None:
        wrong, at_last = self.values[name][-1], _SPAN
        while at_last and self.values[name][at_last - 1] == wrong:
            at_last -= 1
            self.values[name][at_last] = value
        self.last[name] = value

    def known(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in self.values.items()}


def values_of(name: str) -> Any:
    return st.tuples(st.just(name), st.sampled_from(FIELDS[name]))


SOME = st.lists(st.one_of(*map(values_of, FIELDS)), min_size=1, max_size=3).map(dict)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.one_of(
            st.tuples(st.sampled_from(["error", "error", "change"]), SOME),
            st.tuples(st.sampled_from(["major", "taken back"]), st.sampled_from(FIELDS["major_name"])),
        ),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=6,
)


@servers
@pytest.mark.rule("A14-2", "A19-2")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_day_is_told_as_it_was_known_at_every_instant(enrollment, steps):
    """Given any history of errors and changes, when any day is asked for as of any instant, then it is what a plain
    calendar says."""
    register, school = Register(enrollment), f"4111{next(_schools):06d}"
    register.go_to(day(0))
    status_id = register.student(school, XM="王", CC="本科", ZYMC="哲学")
    calendar, today, snapshots = Calendar(name="王", level="本科", major_name="哲学"), 1, {}
    for passed, (what, said), back in steps:
        today += passed
        register.go_to(day(today))
        happened(register, status_id, calendar, what, said, today, back)
        snapshots[today] = calendar.known()
    register.fold()
    moments = {0, 1, *snapshots, _SPAN - 1} | {each - 1 for each in snapshots} | {each - 3 for each in snapshots}
    for known_on, values in snapshots.items():
        for valid in sorted(each for each in moments if each >= 0):
            told = register.as_of(status_id, day(valid), day(known_on), school)
            assert {name: told[name] for name in FIELDS} == {name: values[name][valid] for name in FIELDS}
            for name in ("level", "major_name"):
                assert register.counted(school, day(valid), day(known_on), name) == [values[name][valid]]
    register.replay()


def happened(register, status_id, calendar, what, said, today, back):
    """One step, told to the register and written into the calendar."""
    if what in ("error", "change"):
        known = register.cases.known(status_id)
        is_error = what == "error"
        since = (
            register.cases.since_told(known, said) if is_error else register.cases.since_today(known, said, day(today))
        )
        register.cases.correct(known, said, status_id, since=since)
        register.base.save(known.status, by=Context.system("decide_case", at(day(today))))
        for name, value in said.items():
            calendar.put_right(name, value) if is_error else calendar.tell(name, value, today)
        return
    status, since = register.base.get(StudentStatus, status_id), max(today - back, 0)
    before = calendar.last["major_name"]
    major = {
        "kind": "转专业", "effective_on": day(since), "decision_no": "1", "decided_on": day(since), "state": "active",
        "grade": None, "major_code": None, "major_name": said, "expected_graduation_date": None, "return_by": None,
    }  # fmt: skip
    status.trigger_event(StudentStatus.Changed, **major)
    register.base.save(status, by=Context.system("change_status", at(day(today)), effective_on=day(since)))
    calendar.tell("major_name", said, since)
    if what == "taken back":
        asked = {"status_id": status_id, "version": status.version, "reason": "误报"}
        register.ask(register.changes.withdraw_change, registrar(status.standing.school_code), **asked)
        calendar.tell("major_name", before, since)
