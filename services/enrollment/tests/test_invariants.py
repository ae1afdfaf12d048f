"""Random histories of commands never break an invariant, and every prefix of a history is the state of its moment."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.enrollment.application import Enrollment
from services.enrollment.domain.admission import Admission
from services.enrollment.domain.preparatory import PREPARATORY, Preparatory
from services.enrollment.domain.rules.preparatory import annotating_school
from services.enrollment.domain.rules.standing import OPEN_STATES
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.projections import AGGREGATES, PROJECTIONS
from services.enrollment.tests.worlds import PLACES, TRAINS, UNRELEASED, World
from services.enrollment.tests.worlds import PREPARATORY as PREPARED_PLACE
from shared.eventstore import facts
from shared.eventstore.context import read_context
from shared.eventstore.follower import Follower
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.verify import verify
from shared.rules.rulebook import RULES

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

KINDS = ("休学", "复学", "转专业", "保留学籍", "留级", "跳级", "降级", "复学")
ENDINGS = ("退学", "开除学籍", "取消学籍", "死亡")
PHASES = ("recheck_preparatory", "annotate_preparatory", "complete_preparatory")
OUTCOMES = ("", "first_keeps", "second_keeps", "both_keep", "first_corrected", "second_corrected")
FIELDS = ("name", "id_number", "study_form", "ethnicity")
Steps = Sequence[tuple[Any, ...]]


def ending(random: Random) -> Steps:
    """Closed by two persons; a certificate that comes too late, and a closing that is found wrong, or neither."""
    which = random.randrange(9)
    closed: Steps = [("propose", which, random.choice(ENDINGS), random.randint(-10, 0)), ("confirm", 2)]
    late = [("graduate", which, "毕业")] if random.random() < 0.3 else []
    wrong = [("reopen", which, random.random() < 0.9)] if random.random() < 0.7 else []
    return [*closed, *late, *wrong]


def transfer(random: Random) -> Steps:
    """As far as it goes; carried out after its publicity, and perhaps long after."""
    steps = random.choice((0, 2, 4, 4, 4, 4))
    return [("transfer", random.randrange(9), steps), ("wait", random.choice((8, 8, 8, 200))), ("carry_out", 0)]


def year_after(random: Random) -> Steps:
    """A year goes by, and most are settled."""
    kept = [("year", which, 1, random.choice(("registered", "registered", "deferred"))) for which in range(5)]
    return [("wait", 366), *random.sample(kept, 4)]


def conflict(random: Random) -> Steps:
    how = (random.choice(OUTCOMES), random.choice(("取消学籍", "撤回注册", "退学")), random.random() < 0.8)
    return [("conflict", random.randrange(PLACES), *how)]


def prepared(random: Random) -> Steps:
    schools = [random.choice((right, right, right, TRAINS, "")) for right in ("", TRAINS, TRAINS)]
    phases = [("prepare", school, phase) for school, phase in zip(schools, PHASES, strict=True)]
    return [*phases[:2], ("wait", 200), phases[2], ("register", PREPARED_PLACE, random.choice((2022, 2023)), None)]


def taken_back(random: Random) -> Steps:
    which, place = random.randrange(9), random.randrange(PLACES)
    words = ("注册学籍", "放弃入学资格", "保留入学资格")
    filed = random.choice((("file_years", which, 1), ("file_entry", place, random.choice(words))))
    return [filed, *([("year", which, 1, "registered")] if random.random() < 0.3 else []), ("take_back",)]


def entry(random: Random) -> Steps:
    place, year = random.randrange(PLACES), random.choice((2022, 2022, 2022, 2023))
    outcome = random.choice(("abandoned", "deferred", "deferred", "cancelled"))
    return random.choice(
        (
            [("register", place, year, random.choice((None, None, "国家专项计划")))],
            [("entry", place, outcome), ("readmit", place), ("register", place, 2023, None)],
            [("recheck", place, year, random.choice(("", "", "health", "person")), random.random() < 0.4)],
            [("old", random.randrange(3), random.choice((2014, 2019)), random.choice((2018, 2023, None)))],
        )
    )


def study(random: Random) -> Steps:
    which = random.randrange(9)
    return random.choice(
        (
            [("change", which, random.choice(KINDS), random.randint(-20, 1))],
            [("change", which, "休学", 0), ("wait", 40), *([("change", which, "复学", 0)] * random.randrange(2))],
            [("change", which, random.choice(KINDS), 0), ("withdraw", which)],
            [("annotate", which)],
            [("year", which, random.randrange(3), random.choice(("registered", "deferred")))],
            [("correct", which, random.choice(FIELDS))],
            [("paper", which, random.choice(("肄业证书", "学习证明")))],
            [("wait", random.choice((1, 8, 40, 200)))],
        )
    )


def leaving(random: Random) -> Steps:
    which = random.randrange(9)
    left = [("graduate", which, random.choice(("毕业", "结业")))]
    illegal = [("declare", which), ("confirm", random.choice((1, 2, 2)))]
    return random.choice((left, illegal, [*left, *illegal, ("reopen", which, True)]))


PARTS: tuple[tuple[Callable[[Random], Steps], int], ...] = (
    (study, 12), (entry, 6), (year_after, 3), (transfer, 4), (ending, 3), (conflict, 3), (taken_back, 3), (leaving, 2),
    (prepared, 1),
)  # fmt: skip


def story(seed: int, parts: int) -> list[tuple[Any, ...]]:
    """Commands of every kind in any order; what takes several persons is begun, and mostly gone through with."""
    random = Random(seed)
    chosen = random.choices([part for part, _ in PARTS], [weight for _, weight in PARTS], k=parts)
    return [step for part in chosen for step in part(random)]


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


@pytest.mark.rule("A8-9", "A7-3", "A12-3", "A13-4", "A4-1", "A24-2", "A19-2", "A9-1", "A8-6", "A8-7", "A14-2", "R41-23")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), parts=st.integers(10, 25))
def test_no_history_breaks_an_invariant_and_every_prefix_is_the_state_of_its_moment(enrollment, seed, parts):
    """Given people admitted by two schools, under a special plan, in a preparatory class and on a list that nobody
    released, when commands of every kind come in any order, then no full-time periods overlap, no year is settled
    twice, nobody leaves a terminal state, only the own school wrote, nobody is registered without a basis, a plan's
    type or the preparatory phase, and replaying any prefix gives the state that was seen at that moment."""
    world = World(enrollment)
    for step in (("register", 0), ("register", 2), ("register", 5), ("wait", 200), *story(seed, parts)):
        world.do(step)
    everything = histories(enrollment)
    own = {status_id: everything[status_id] for status_id in world.statuses}
    assert all(refusal["rule"] in RULES and refusal["zh"] and refusal["en"] for refusal in world.refusals)
    _no_two_full_time_periods_of_one_person_overlap(own)
    for status_id, history in own.items():
        _years_are_settled_once_and_in_order(own, history)
        _nobody_leaves_a_terminal_state(history)
        _its_own_school_wrote(history)
        _every_prefix_is_its_moment(world, status_id, history)
        _rests_on_a_basis(enrollment, status_id, history)
    _nobody_confirmed_the_own_proposal(enrollment, own)
    _who_annotates_is_said_by_the_programme(world)


@pytest.fixture(autouse=True)
def replayed(enrollment):
    """After all examples: claims, standings and read tables are what the facts alone lead to."""
    yield
    sequencer, follower = Sequencer(enrollment.store), Follower(enrollment.store, PROJECTIONS)
    while sequencer.step():
        pass
    follower.catch_up()
    assert verify(enrollment.store, PROJECTIONS, AGGREGATES) == []


def _held(history: list[Any]) -> tuple[str, date, date | None] | None:
    """Whom a status binds full-time, from when until when: None where it binds nobody."""
    first = history[0][0]
    id_key, start, end = first.id_key, first.holds_from or first.entry_date, first.closed_on
    full_time, binds = first.full_time, not first.contested_in
    for fact, _ in history[1:]:
        if isinstance(fact, StudentStatus.Cancelled | StudentStatus.TransferredOut):
            end = min(end or fact.effective_on, fact.effective_on)
        elif isinstance(fact, StudentStatus.Left):
            end = min(end or fact.left_on, fact.left_on)
        elif isinstance(fact, StudentStatus.Corrected):
            id_key, full_time = fact.id_key, fact.full_time
        elif isinstance(fact, StudentStatus.ContestSettled):
            binds = not fact.voids and (binds or fact.binds)
        elif isinstance(fact, StudentStatus.RegistrationWithdrawn):
            return None
    bound = full_time and binds and (end is None or start < end)
    return (id_key, start, end) if bound else None


def _no_two_full_time_periods_of_one_person_overlap(own: dict[UUID, list[Any]]) -> None:
    """Invariant 1."""
    by_person: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
    for history in own.values():
        if held := _held(history):
            by_person[held[0]].append(held[1:])
    for periods in by_person.values():
        for (_, end), (start, _) in pairwise(sorted(periods, key=lambda each: each[0])):
            assert end is not None
            assert end <= start


def _years_are_settled_once_and_in_order(own: dict[UUID, list[Any]], history: list[Any]) -> None:
    """Invariant 3, of one study: what goes on from another status goes on with its years."""
    settled: dict[int, str] = {}
    for fact, _ in _with_what_it_continues(own, history):
        if isinstance(fact, StudentStatus.YearRegistered | StudentStatus.YearDeferred):
            result = "registered" if isinstance(fact, StudentStatus.YearRegistered) else "deferred"
            assert settled.get(fact.academic_year) in (None, "deferred")
            assert not (settled.get(fact.academic_year) == "deferred" and result == "deferred")
            assert all(year <= fact.academic_year for year in settled)
            settled[fact.academic_year] = result
        elif isinstance(fact, StudentStatus.YearWithdrawn):
            del settled[fact.academic_year]
            if fact.restored_year == fact.academic_year:
                settled[fact.academic_year] = fact.restored_as
    assert history[0][0].entry_date.year not in settled


def _with_what_it_continues(own: dict[UUID, list[Any]], history: list[Any]) -> list[Any]:
    before = history[0][0].continues
    return [*(_with_what_it_continues(own, own[before]) if before else ()), *history]


def _nobody_leaves_a_terminal_state(history: list[Any]) -> None:
    """Invariant 8; that an entry was illegal is found out whenever it is (A26-2)."""
    aggregate: Any = None
    for fact, _ in history:
        was = aggregate and aggregate.standing
        aggregate = fact.mutate(aggregate)
        if was and not was.is_open and aggregate.standing.state != was.state:
            assert isinstance(fact, StudentStatus.Cancelled)
            assert fact.illegal_entry
            assert was.state not in ("cancelled", "deceased", "withdrawn")


_THE_SCHOOLS = (
    StudentStatus.YearRegistered, StudentStatus.YearDeferred, StudentStatus.Changed, StudentStatus.ChangeWithdrawn,
    StudentStatus.Annotated, StudentStatus.PaperIssued, StudentStatus.Rechecked,
)  # fmt: skip


def _its_own_school_wrote(history: list[Any]) -> None:
    """Invariant 9; a file is taken in by the registry for the school that handed it in."""
    first, school = history[0][0], history[0][0].school_code
    assert first.continues or first.origin or history[0][1]["actor_org"] in (school, "")
    for fact, context in history:
        assert not isinstance(fact, _THE_SCHOOLS) or context["actor_org"] in (school, "")


def _every_prefix_is_its_moment(world: World, status_id: UUID, history: list[Any]) -> None:
    aggregate: Any = None
    for fact, _ in history:
        aggregate = fact.mutate(aggregate)
        seen = world.moments.get((status_id, aggregate.version))
        assert seen is None or seen == aggregate.standing
        assert aggregate.standing.is_open == (aggregate.standing.state in OPEN_STATES)
    assert world.moments[status_id, len(history)] == aggregate.standing


def _rests_on_a_basis(enrollment: Enrollment, status_id: UUID, history: list[Any]) -> None:
    """Invariants 2, 12 and 13: a released admission, a plan's type, and the preparatory phase before the study."""
    first = history[0][0]
    if first.origin or first.admission_id in (status_id, first.continues):
        return  # an old register's row is its own basis
    found = enrollment.find(Admission, first.admission_id)
    if found is None:
        return  # goes on from an old register's
    basis = found.standing
    assert enrollment.is_released(basis.batch_id)
    if basis.special_plan:
        assert first.admission_type not in (None, "", "普通")
    if basis.preparatory:
        assert found.id in enrollment.prepared([found.id])


def _nobody_confirmed_the_own_proposal(enrollment: Enrollment, own: dict[UUID, list[Any]]) -> None:
    """Invariant 10."""
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


def _who_annotates_is_said_by_the_programme(world: World) -> None:
    """Invariant 13: another kind than a status, annotated by the school of the programme and no other."""
    enrollment = world.enrollment
    for place, (_, exam_no, _) in enumerate(world.admitted):
        keys = [f"{year}|{exam_no}" for year in (2022, 2023)]
        (admission_id,) = set(enrollment.owners("admission.exam_no", keys).values())
        for preparatory_id in enrollment.owners(PREPARATORY, [str(admission_id)]).values():
            assert place == PREPARED_PLACE
            standing = enrollment.get(Preparatory, preparatory_id).standing
            right = annotating_school(standing.kind, standing.admitting_school, standing.training_school)
            with enrollment.store.reading() as cursor:
                cursor.execute("SELECT context FROM events WHERE originator_id = %s", (str(preparatory_id),))
                assert {read_context(bytes(row[0]))["actor_org"] for row in cursor.fetchall()} == {right}
        assert place != UNRELEASED or enrollment.owners("admission.outcome", [str(admission_id)]) == {}
