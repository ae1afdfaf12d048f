"""Counts are read from counters, and these are what counting every status would give, for any day and any instant."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.projections import AGGREGATES, PROJECTIONS
from services.enrollment.queries import counting
from services.enrollment.queries.timeline import TimelineQueries
from services.enrollment.tests.offices import ELSEWHERE, HERE, SAME_PROVINCE, Offices, ministry, province, registrar
from services.enrollment.tests.test_appointed import ADULT
from shared.eventstore.context import Context
from shared.eventstore.rebuild import rebuild
from shared.eventstore.verify import verify
from tests.support.actors import asked

pytestmark = pytest.mark.servers
FIRST = date(2022, 8, 20)
DAYS = 700
BEGUN = datetime(2022, 9, 1, tzinfo=UTC)
FAR = datetime(2030, 1, 1, tzinfo=UTC)
STATES = ("active", "on_leave", "reserved", "suspended", "dropped")
COUNTERS = ("status_counts", "status_totals", "year_counts")


class Register(Offices):
    """Statuses of three schools to which things happen at random, said in any order of either time."""

    def __init__(self, enrollment, seed):
        super().__init__(enrollment)
        self.chance = random.Random(seed)
        self.times = TimelineQueries(enrollment.store, enrollment.keyring)
        self.ids = [self.student(school) for school in (HERE, HERE, SAME_PROVINCE, ELSEWHERE)]
        self.ids += [self.student(HERE, **ADULT), self.student(ELSEWHERE, **ADULT)]

    def any_day(self):
        return FIRST + timedelta(days=self.chance.randrange(DAYS))

    def any_instant(self):
        return BEGUN + timedelta(hours=self.chance.randrange(DAYS * 24))

    def happen(self):
        """One thing more, to anybody; sometimes two of them are said in one instant."""
        status = self.base.get(StudentStatus, self.chance.choice(self.ids))
        at, day = self.any_instant(), self.any_day()
        for _ in range(self.chance.choice((1, 1, 2))):
            self._say(status, day)
        self.base.save(status, by=Context.system("happen", at, effective_on=day))

    def _say(self, status, day):
        said = self.chance.random()
        year = self.chance.choice((2023, 2024))
        if said < 0.25:
            common = {"academic_year": year, "registered_on": day, "due_on": day, "late": False}
            fact = self.chance.choice((StudentStatus.YearRegistered, StudentStatus.YearDeferred))
            more = {"resumes": self.chance.random() < 0.3} if fact is StudentStatus.YearRegistered else {}
            status.trigger_event(fact, **common, **more)
        elif said < 0.4:
            status.trigger_event(
                StudentStatus.YearWithdrawn, academic_year=year, restored_year=self.chance.choice((year - 1, year)),
                restored_as=self.chance.choice(("registered", "deferred")), restored_state="active",
                restored_marks=(), restored_records=(), effective_on=day,
            )  # fmt: skip
        elif said < 0.5:
            status.trigger_event(
                StudentStatus.Left, certificate_id=status.id, number="1", conclusion="毕业", left_on=day,
                id_key=status.standing.id_key,
            )  # fmt: skip
        else:
            major = self.chance.choice((None, "物理学", "数学"))
            status.trigger_event(
                StudentStatus.Changed, kind="休学", effective_on=day, decision_no="1", decided_on=day,
                state=self.chance.choice(STATES), grade=self.chance.choice((None, 2022, 2023)), major_code=None,
                major_name=major, expected_graduation_date=None, return_by=None,
            )  # fmt: skip

    def numbers(self, valid_on, recorded_at, divided_by, actor, **within):
        by = asked(actor, "count_statuses")
        asked_for = {"school_code": None, "province": None, "valid_on": valid_on, "recorded_at": recorded_at} | within
        found = self.times.count_statuses(**asked_for, divided_by=divided_by, by=by)
        years = [
            self.times.count_years(**asked_for, academic_year=year, by=asked(actor, "count_years"))
            for year in (2023, 2024)
            if actor.role != "registrar"
        ]
        return found, years


def counted_one_by_one(register):
    """As after an upgrade, before anybody has rebuilt: the counters are not believed."""
    with register.base.store.writing() as cursor:
        cursor.execute("DELETE FROM read_tables WHERE name = ANY(%s)", (list(COUNTERS),))


SCOPES = (
    (registrar(), {"school_code": HERE}),
    (province(), {"province": "11"}),
    (ministry(), {}),
    (replace(ministry("ministry-2"), kind="adult"), {}),
)


@pytest.mark.parametrize("seed", range(2))
def test_the_counters_say_what_counting_every_status_says(enrollment, seed):
    register = Register(enrollment, seed)
    for _ in range(8):
        for _ in range(register.chance.randrange(1, 7)):
            register.happen()
        register.fold()
    assert verify(register.base.store, PROJECTIONS, AGGREGATES) == []
    days = (*(register.any_day() for _ in range(2)), FIRST, FAR.date())
    instants = (*(register.any_instant() for _ in range(2)), BEGUN - timedelta(1), FAR)
    questions = [
        (valid_on, recorded_at, divided_by, actor, within)
        for valid_on in days
        for recorded_at in instants
        for divided_by in ("level", "training", "grade", "major_name", "school_code")
        for actor, within in SCOPES
    ]

    def answers():
        return [register.numbers(*asked_for, **within) for *asked_for, within in questions]

    tallied = answers()
    assert any(each["total"] for each, _ in tallied)
    counted_one_by_one(register)
    one_by_one = answers()
    for question, first, second in zip(questions, tallied, one_by_one, strict=True):
        assert first == second, question
    rebuild(register.base.store, PROJECTIONS)
    register.happen()
    register.fold()
    assert verify(register.base.store, PROJECTIONS, AGGREGATES) == []
    assert tables_of(register) == set(COUNTERS)


def tables_of(register):
    with register.base.store.reading() as cursor:
        cursor.execute("SELECT name FROM read_tables WHERE name = ANY(%s)", (list(COUNTERS),))
        return {name for (name,) in cursor.fetchall()}


def plan_of(register, question, asked_for):
    with register.base.store.reading() as cursor:
        cursor.execute("SET enable_seqscan = on")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {question}", asked_for)
        ((plan,),) = cursor.fetchall()
    return plan[0]["Plan"]


def tables_in(plan):
    found = {plan["Relation Name"]} if "Relation Name" in plan else set()
    return found.union(*(tables_in(each) for each in plan.get("Plans", ())))


def test_a_provinces_count_reads_no_statement(enrollment, monkeypatch):
    """Given a register whose counters are filled, when a province or the nation is counted, then the database's plan
    reads counters alone; and before they are filled, every statement."""
    register = Register(enrollment, 1)
    register.fold()
    asked_for = []
    rows = counting._rows

    def overheard(cursor, question, named):
        asked_for.append((question, dict(named)))
        return rows(cursor, question, named)

    monkeypatch.setattr(counting, "_rows", overheard)
    for actor, within in SCOPES:
        register.numbers(date(2023, 1, 1), FAR, "major_name", actor, **within)
    read = set().union(*(tables_in(plan_of(register, *each)) for each in asked_for))
    assert read == set(COUNTERS)
    asked_for.clear()
    counted_one_by_one(register)
    register.numbers(date(2023, 1, 1), FAR, "level", province(), province="11")
    assert "status_timeline" in tables_in(plan_of(register, *asked_for[0]))
