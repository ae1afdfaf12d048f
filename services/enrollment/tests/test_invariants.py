"""Random histories of commands never break an invariant, and every prefix of a history is the state of its moment."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.application.changes import Changes
from services.enrollment.application.endings import Endings
from services.enrollment.application.papers import Papers
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.rules.changes import ARMY
from services.enrollment.domain.rules.standing import OPEN_STATES, StatusStanding
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.conftest import SCHOOL
from shared.codes.clock import shanghai_date
from shared.eventstore import facts
from shared.eventstore.context import Context, read_context
from shared.intake.columns import CheckedRow
from shared.rules.refused import Refused
from shared.rules.rulebook import RULES
from tests.support.actors import asked, person

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

OTHER = "4133010335"
START = datetime(2022, 9, 5, 2, tzinfo=UTC)
KINDS = ("休学", "复学", "转专业", "保留学籍", "留级", "跳级", "降级")
CAUSES = {"休学": "因病", "保留学籍": ARMY}
STEP = {"留级": 1, "降级": 1, "跳级": -1}
ENDINGS = ("退学", "开除学籍", "取消学籍", "死亡")
STEPS = st.one_of(
    st.tuples(st.just("register"), st.integers(0, 5)),
    st.tuples(st.just("year"), st.integers(0, 5), st.integers(0, 2), st.sampled_from(["registered", "deferred"])),
    st.tuples(st.just("change"), st.integers(0, 5), st.sampled_from(KINDS), st.integers(-20, 1)),
    st.tuples(st.just("withdraw"), st.integers(0, 5)),
    st.tuples(st.just("propose"), st.integers(0, 5), st.sampled_from(ENDINGS), st.integers(-10, 0)),
    st.tuples(st.just("confirm"), st.sampled_from(["reg-1", "reg-2"])),
    st.tuples(st.just("paper"), st.integers(0, 5), st.sampled_from(["肄业证书", "学习证明"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 40, 200, 366])),
)


@dataclass
class World:
    """Three people, each admitted full-time by two schools, and what was done with them."""

    enrollment: Enrollment
    exam_nos: list[tuple[str, str]]  # school and number
    now: datetime = START
    statuses: dict[int, UUID] = field(default_factory=dict)
    proposals: list[tuple[UUID, str]] = field(default_factory=list)
    moments: dict[tuple[UUID, int], StatusStanding] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    numbers: int = 0

    def do(self, step: tuple[Any, ...]) -> None:
        """One command, refused or not; afterwards the standing of every status is remembered with its version."""
        try:
            getattr(self, step[0])(*step[1:])
        except Refused as refused:
            self.refusals.append(refused.as_dict())
        for status_id in self.statuses.values():
            status = self.enrollment.get(StudentStatus, status_id)
            self.moments[status_id, status.version] = status.standing

    def by(self, school: str, use_case: str, sub: str = "reg-1") -> Any:
        return asked(person("registrar", school, sub), use_case, at=self.now)

    def tell(self, application: Any, use_case: str, school: str, sub: str = "reg-1", **named: Any) -> Any:
        cases = application(self.enrollment.store, self.enrollment.clock, self.enrollment.keyring)
        by = self.by(school, use_case, sub)
        return getattr(cases, use_case)(command_id=by.command_id, by=by, **named)

    def number(self) -> str:
        self.numbers += 1
        return f"校字{self.numbers}"

    def known(self, which: int) -> tuple[UUID, str]:
        """One of the statuses there are, and its school."""
        place = sorted(self.statuses)[which % len(self.statuses)]
        return self.statuses[place], self.exam_nos[place][0]

    def register(self, which: int) -> None:
        school, exam_no = self.exam_nos[which]
        saved = self.tell(
            Enrollment, "register_student", school, school_code=school, entry_year=2022, exam_no=exam_no,
            recheck="合格", student_no=None,
        )  # fmt: skip
        self.statuses[which] = UUID(str(saved["id"]))

    def year(self, which: int, ahead: int, result: str) -> None:
        """The last settled year again, the next one, or one too far."""
        status_id, school = self.known(which)
        year = self.enrollment.get(StudentStatus, status_id).standing.settled_year + ahead
        self.tell(
            Enrollment, "settle_year", school, status_id=status_id, academic_year=year, result=result,
            starts_on=date(year, 9, 1),
        )  # fmt: skip

    def change(self, which: int, kind: str, days: int) -> None:
        status_id, school = self.known(which)
        today = shanghai_date(self.now)
        on = today + timedelta(days=days)
        standing = self.enrollment.get(StudentStatus, status_id).standing
        self.tell(
            Changes, "record_change", school, status_id=status_id, kind=kind, decision_no=self.number(),
            decided_on=min(on, today), effective_on=on, cause=CAUSES.get(kind, ""),
            return_by=on + timedelta(days=180), applied_on=on, discharged_on=on if standing.in_service else None,
            grade=standing.grade + STEP.get(kind, 0), major_code=f"0702{self.numbers % 90:02d}",
            major_name=f"物理学{self.numbers}", expected_graduation_date=None, retroactive=days < 0,
        )  # fmt: skip

    def withdraw(self, which: int) -> None:
        status_id, school = self.known(which)
        version = self.enrollment.get(StudentStatus, status_id).version
        self.tell(
            Changes, "withdraw_change", school, status_id=status_id, version=version, reason="误报,予以撤回"
        )  # fmt: skip

    def propose(self, which: int, kind: str, days: int) -> None:
        status_id, school = self.known(which)
        on = shanghai_date(self.now) + timedelta(days=days)
        saved = self.tell(
            Endings, "propose_cancellation", school, status_id=status_id, kind=kind, decision_no=self.number(),
            decided_on=on, effective_on=on, reason="本人申请,学校审定", proof="证明 7",
            asked_on=None, evidence=[],
        )  # fmt: skip
        self.proposals.append((UUID(str(saved["id"])), school))

    def confirm(self, sub: str) -> None:
        """The newest proposal; whoever made it is refused."""
        if self.proposals:
            cancellation_id, school = self.proposals[-1]
            self.tell(Endings, "confirm_cancellation", school, sub, cancellation_id=cancellation_id)

    def paper(self, which: int, kind: str) -> None:
        status_id, school = self.known(which)
        today = shanghai_date(self.now)
        self.tell(Papers, "issue_paper", school, status_id=status_id, kind=kind, number=self.number(), issued_on=today)

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)


def admitted(enrollment: Enrollment) -> list[tuple[str, str]]:
    """A released list of three people at two schools, of this example alone."""
    mark = uuid4().int % 10**8
    rows, named = [], []
    for place in range(6):
        school = (SCHOOL, OTHER)[place % 2]
        exam_no = f"22{mark:08d}{place:04d}"
        named.append((school, exam_no))
        rows.append(
            CheckedRow(place + 2, {**_PERSON, "YXDM": school, "KSH": exam_no, "SFZH": f"{mark:012d}{place // 2:06d}"})
        )
    province = person("province_admissions", "11", "pa-1")
    by = asked(province, "submit_admission_batch", at=START)
    saved = enrollment.submit_admission_batch(
        command_id=by.command_id, digest=f"{mark:064d}", filename="list.csv", province="11", entry_year=2022, by=by
    )
    batch = enrollment.get(AdmissionBatch, UUID(str(saved["id"])))
    decided = AdmissionListKind(enrollment).decide(rows, batch.standing, batch.id)
    enrollment.append([draft for one in decided for draft in one], by=Context.system("take_in", START))
    batch.check(len(rows))
    batch.finish(None)
    enrollment.save(batch, by=Context.system("take_in", START))
    for role, org, use_case in (("province_education", "11", "review"), ("ministry", "moe", "release")):
        by = asked(person(role, org), f"{use_case}_admission_batch", at=START)
        getattr(enrollment, f"{use_case}_admission_batch")(command_id=by.command_id, batch_id=batch.id, by=by)
    return named


_PERSON = {
    "YXMC": "某大学", "XM": "王小明", "XB": "男", "CSRQ": date(2004, 5, 6), "ZJLX": "1", "MZ": "汉族",
    "ZYDM": "010101", "ZYMC": "哲学", "CC": "本科", "XZ": "4", "XXXS": "普通全日制", "XLLB": "普通高等教育",
    "LQLX": None, "RXRQ": date(2022, 9, 1), "YJBYRQ": date(2026, 7, 1),
}  # fmt: skip


def histories(enrollment: Enrollment) -> dict[UUID, list[Any]]:
    """Every status's facts in order, each with its context."""
    with enrollment.store.reading() as cursor:
        cursor.execute(
            "SELECT originator_id, originator_version, topic, state, context FROM events"
            " WHERE topic LIKE 'enrollment.StudentStatus.%' ORDER BY originator_id, originator_version"
        )
        rows = cursor.fetchall()
    found: dict[UUID, list[Any]] = defaultdict(list)
    for originator, version, topic, state, context in rows:
        fact = facts.decode(topic, UUID(str(originator)), version, state)
        found[UUID(str(originator))].append((fact, read_context(context)))
    return found


def periods(history: list[Any]) -> tuple[date, date | None]:
    """From when until when a status holds its person."""
    first = history[0][0]
    start, end = first.holds_from or first.entry_date, first.closed_on
    for fact, _ in history[1:]:
        if isinstance(fact, StudentStatus.Cancelled | StudentStatus.TransferredOut):
            end = fact.effective_on
        elif isinstance(fact, StudentStatus.Left):
            end = fact.left_on
    return start, end


@pytest.mark.rule("A8-9", "A7-3", "A12-3", "A13-4", "A4-1", "A24-2", "A19-2")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=15, max_size=40))
def test_no_history_breaks_an_invariant_and_every_prefix_is_the_state_of_its_moment(enrollment, steps):
    """Given three people admitted by two schools each, when commands of every kind come in any order, then no
    full-time periods overlap, no year is settled twice, nothing follows an ending, only the own school wrote, and
    replaying any prefix gives the state that was seen at that moment."""
    world = World(enrollment, admitted(enrollment))
    for step in (("register", 0), ("register", 2), ("wait", 40), *steps):
        world.do(step)
    everything = histories(enrollment)
    own = {status_id: everything[status_id] for status_id in world.statuses.values()}
    assert all(refusal["rule"] in RULES and refusal["zh"] and refusal["en"] for refusal in world.refusals)
    _no_two_full_time_periods_of_one_person_overlap(own)
    for status_id, history in own.items():
        _years_are_settled_once_and_in_order(history)
        _nothing_but_papers_follows_an_ending(history)
        assert all(context["actor_org"] == history[0][0].school_code for _, context in history)
        _every_prefix_is_its_moment(world, status_id, history)
    _nobody_confirmed_the_own_proposal(enrollment, own)


def _no_two_full_time_periods_of_one_person_overlap(own: dict[UUID, list[Any]]) -> None:
    by_person: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for history in own.values():
        if history[0][0].full_time and not history[0][0].contested_in:
            by_person[history[0][0].id_key].append(periods(history))
    for held in by_person.values():
        ordered = sorted(held)
        for (_, end), (start, _) in pairwise(ordered):
            assert end is not None
            assert end <= start


def _years_are_settled_once_and_in_order(history: list[Any]) -> None:
    settled: dict[int, str] = {}
    for fact, _ in history:
        if isinstance(fact, StudentStatus.YearRegistered | StudentStatus.YearDeferred):
            result = "registered" if isinstance(fact, StudentStatus.YearRegistered) else "deferred"
            assert settled.get(fact.academic_year) in (None, "deferred")
            assert not (settled.get(fact.academic_year) == "deferred" and result == "deferred")
            assert all(year <= fact.academic_year for year in settled)
            settled[fact.academic_year] = result
    assert history[0][0].entry_date.year not in settled


def _nothing_but_papers_follows_an_ending(history: list[Any]) -> None:
    ended = False
    for fact, _ in history:
        assert not ended or isinstance(fact, StudentStatus.PaperIssued)
        ended = ended or isinstance(fact, StudentStatus.Cancelled | StudentStatus.Left | StudentStatus.TransferredOut)


def _every_prefix_is_its_moment(world: World, status_id: UUID, history: list[Any]) -> None:
    aggregate: Any = None
    for fact, _ in history:
        aggregate = fact.mutate(aggregate)
        seen = world.moments.get((status_id, aggregate.version))
        assert seen is None or seen == aggregate.standing
        assert aggregate.standing.is_open == (aggregate.standing.state in OPEN_STATES)
    assert world.moments[status_id, len(history)] == aggregate.standing


def _nobody_confirmed_the_own_proposal(enrollment: Enrollment, own: dict[UUID, list[Any]]) -> None:
    with enrollment.store.reading() as cursor:
        for history in own.values():
            for fact, context in history:
                if isinstance(fact, StudentStatus.Cancelled):
                    cursor.execute(
                        "SELECT context FROM events WHERE originator_id = %s AND originator_version = 1",
                        (fact.cancellation_id,),
                    )
                    (stored,) = cursor.fetchone() or (b"{}",)
                    assert read_context(bytes(stored))["actor_sub"] != context["actor_sub"]
