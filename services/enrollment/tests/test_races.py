"""Two schools register one person at the same instant: exactly one wins, two hundred times."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.domain.rules.entry import EntryAlreadyDecided, OneFulltimeStatus
from services.enrollment.tests.conftest import SCHOOL
from services.enrollment.tests.worlds import OTHER, START, World
from shared.eventstore.context import Context
from shared.eventstore.store import Store
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.rules.refused import Refused
from tests.support.actors import asked, person

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

ROUNDS = 200


@pytest.fixture
def rivals(enrollment: Enrollment) -> Iterator[list[Enrollment]]:
    """Two processes' worth of the service: each with connections of its own."""
    stores = [Store(enrollment.store.settings, "enrollment") for _ in range(2)]
    yield [Enrollment(store, enrollment.clock, enrollment.keyring) for store in stores]
    for store in stores:
        store.close()


def register(enrollment: Enrollment, school: str, exam_no: str) -> str:
    by = asked(person("registrar", school), "register_student", at=START)
    saved = enrollment.register_student(
        command_id=by.command_id, school_code=school, entry_year=2022, exam_no=exam_no, recheck="合格",
        student_no=None, by=by,
    )  # fmt: skip
    return str(saved["id"])


def at_once(*acts):
    """Run both at the same instant; each answer, or what it was refused by."""
    start = threading.Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            return act()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as threads:
        return [each.result() for each in [threads.submit(run, act) for act in acts]]


@pytest.mark.asvs("2.3.4")
@pytest.mark.rule("A8-9")
def test_two_schools_register_one_person_two_hundred_times_and_one_wins_each_time(enrollment, rivals):
    """Given a person admitted by two schools, when both register the person at the same instant, then exactly one
    status exists and the other school is told the rule, two hundred times out of two hundred."""
    people = [pair for _ in range(-(-ROUNDS // 3)) for pair in pairs(admitted(enrollment))][:ROUNDS]
    winners = set()
    for mine, theirs in people:
        answers = at_once(
            lambda mine=mine: register(rivals[0], SCHOOL, mine),
            lambda theirs=theirs: register(rivals[1], OTHER, theirs),
        )
        refused = [each for each in answers if isinstance(each, Refused)]
        assert [type(each) for each in refused] == [OneFulltimeStatus], answers
        winners.add(next(place for place, each in enumerate(answers) if not isinstance(each, Refused)))
    with enrollment.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'enrollment.StudentStatus.Registered'")
        assert cursor.fetchone() == (ROUNDS,)
        cursor.execute("SELECT count(*), count(DISTINCT slot) FROM period_claims")
        assert cursor.fetchone() == (ROUNDS, ROUNDS)
    assert winners == {0, 1}  # neither process is always the faster: they did meet


def admitted(enrollment):
    """Three people, each admitted by two schools: the schools and the numbers, the two of a person side by side."""
    return [(school, exam_no) for school, exam_no, _ in World(enrollment).admitted[:6]]


def pairs(named):
    """The two numbers of each person."""
    return [(named[place][1], named[place + 1][1]) for place in range(0, len(named), 2)]


@pytest.mark.rule("A8-4")
def test_a_registrar_and_a_file_meet_at_one_freshman_and_one_status_exists(enrollment, rivals):
    """Given one released admission, when a command and a file register it at the same instant, then one status
    exists, whichever came first."""
    for _ in range(10):
        for exam_no, _ in pairs(admitted(enrollment)):
            answers = at_once(
                lambda exam_no=exam_no: register(rivals[0], SCHOOL, exam_no),
                lambda exam_no=exam_no: from_file(rivals[1], exam_no),
            )
            refused = [each for each in answers if isinstance(each, Refused)]
            assert len(refused) == 1, answers
            assert isinstance(refused[0], EntryAlreadyDecided | OneFulltimeStatus)
    with enrollment.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'enrollment.StudentStatus.Registered'")
        assert cursor.fetchone() == (30,)


def from_file(enrollment: Enrollment, exam_no: str) -> UUID:
    row = CheckedRow(2, {"KSH": exam_no, "RXJG": "注册学籍", "FCJG": "合格", "XH": None})
    progress = Progress(kind="freshman_results", school_code=SCHOOL, submitted_by="r1", params={"entry_year": "2022"})
    (decided,) = FreshmanResultsKind(enrollment).decide([row], progress, uuid4())
    if isinstance(decided, Refused):
        raise decided
    if not decided:
        raise EntryAlreadyDecided(field="KSH", state="registered")  # the file found it as it says
    enrollment.append(decided, by=Context.system("take_in", START))
    return decided[0].originator_id
