"""Papers of a record: whoever decides sees them, anybody else unmasks by them, no machine does; each look is told."""

from dataclasses import replace

import pytest

from services.enrollment.queries.evidence import name_of
from services.enrollment.tests.test_jurisdiction import CALLED, WHO, World
from services.enrollment.tests.test_looks import looks
from shared.access.decide import NotPermitted, ReasonNeeded, StepUpNeeded
from shared.access.permissions import ACTIONS
from shared.contracts.rpc.enrollment_evidence import A_DIGEST
from shared.rules.refused import NotFound
from tests.support.actors import asked

pytestmark = pytest.mark.servers
# What rests on papers and the name of its id; who sees them because it is their turn, and who reads it all the same
# and may unmask by them (letters as in the table of who may what)
PLACES = {
    "get_case": ("case_id", "r", "em"),
    "get_transfer": ("transfer_id", "r", "xefm"),
    "get_conflict": ("conflict_id", "rxm", "ef"),
    "get_admission_fix": ("fix_id", "a", "rem"),
    "get_incident": ("incident_id", "em", ""),
}


@pytest.fixture
def world(enrollment, tmp_path):
    return World(enrollment, tmp_path)


def last_look(world):
    fact, context = looks(world)[-1]
    return fact["shown"], context["use_case"], fact["purpose"]


@pytest.mark.asvs("8.2.2", "14.2.6")
@pytest.mark.rule("A25-1", "A24-3")
def test_a_paper_is_seen_in_turn_and_unmasks_for_everybody_else(world):
    """Given papers behind a case, a transfer, a conflict, a correction and an incident, when each office asks for one,
    then whoever has to decide sees it, and anybody else only after a strong factor; each look is recorded as full."""
    for method, (id_name, in_turn, others) in PLACES.items():
        seen = f"see_{method.removeprefix('get_')}_evidence"
        for letter in in_turn:
            assert world.call(method, WHO[letter], paper=A_DIGEST)["paper"] == A_DIGEST, f"{method} by {letter}"
            assert last_look(world) == ("full", seen, "核对")
        for letter in others:
            taken = len(looks(world))
            with pytest.raises(StepUpNeeded):
                world.call(method, WHO[letter], paper=A_DIGEST)
            assert len(looks(world)) == taken
            stronger = replace(WHO[letter], stepped_up=True)
            named = name_of(world.ids[id_name], A_DIGEST)
            assert world.call(method, stronger, paper=named)["paper"] == A_DIGEST, f"{method} by {letter}"
            assert last_look(world) == ("full", seen, "核对")


@pytest.mark.rule("X-REASON-1", "AUD-4")
def test_without_a_reason_nobody_unmasks_by_a_paper_and_what_no_case_explains_alarms(world):
    """Given a refused case, when the ministry asks for its paper, then a reason is needed, and the look alarms."""
    world.call("refuse_case", WHO["r"])
    world.fold()
    ministry = replace(WHO["m"], stepped_up=True)
    request = world.told("get_case", ministry, paper=A_DIGEST)
    ((home, name),) = CALLED["get_case"]
    ask = getattr(getattr(world.edge, home), name)
    with pytest.raises(ReasonNeeded):
        ask(**request, by=asked(ministry, "get_case"))
    assert ask(**request, by=replace(asked(ministry, "get_case"), purpose="信访核查"))["paper"] == A_DIGEST
    assert looks(world)[-1][0]["alarming"]
    with pytest.raises(StepUpNeeded):
        world.call("get_case", WHO["r"], paper=A_DIGEST)


@pytest.mark.rule("A24-1", "A25-1")
def test_no_machine_is_shown_a_paper_whosever_turn_it_is(world):
    """Given a machine client with every scope, when it asks for a paper, then it is refused though its office's turn
    has come, and no look is recorded."""
    before = len(looks(world))
    for method, (_, in_turn, others) in PLACES.items():
        for letter in in_turn + others:
            with pytest.raises(NotPermitted) as refused:
                world.call(method, replace(WHO[letter], scopes=ACTIONS, stepped_up=True), paper=A_DIGEST)
            assert refused.value.as_dict()["rule"] == "A24-1", f"{method} by {letter}"
    assert len(looks(world)) == before


def test_whoever_reads_a_record_learns_what_its_papers_are_called_and_nothing_that_opens_them(world):
    """A digest could be named as evidence of something else, and be opened there."""
    for method, (id_name, in_turn, others) in PLACES.items():
        for letter in in_turn + others:
            answer = world.call(method, WHO[letter])
            assert answer["evidence"] == [name_of(world.ids[id_name], A_DIGEST)]
            assert A_DIGEST not in str(answer), f"{method} by {letter}"
    for method in ("list_cases", "list_transfers", "list_conflicts", "list_admission_fixes", "list_incidents"):
        assert A_DIGEST not in str(world.call(method, WHO["m"])), method


def test_what_is_no_paper_of_the_record_is_not_found(world):
    for method, (_, in_turn, _) in PLACES.items():
        for paper in ("cd" * 32, name_of(world.student_no, A_DIGEST)):
            with pytest.raises(NotFound):
                world.call(method, WHO[in_turn[0]], paper=paper)


def test_a_student_sees_the_papers_of_the_own_case(world):
    before = len(looks(world))
    assert world.call("get_case", world.holder_, paper=A_DIGEST)["paper"] == A_DIGEST
    assert len(looks(world)) == before
    with pytest.raises(NotPermitted):
        world.call("get_case", WHO["s"], paper=A_DIGEST)


@pytest.mark.rule("A24-3")
def test_a_list_of_corrections_says_of_each_whether_it_was_shown_in_full(world):
    """Given a correction that waits for the admissions office, when that office and the ministry list corrections,
    then the first look is recorded as full and the second as masked."""
    asked_for = {"school_code": None, "province": "11", "state": None}
    world.call("list_admission_fixes", WHO["a"], **asked_for)
    assert looks(world)[-1][0]["shown"] == "full"
    world.call("list_admission_fixes", WHO["m"], **asked_for)
    assert looks(world)[-1][0]["shown"] == "masked"
