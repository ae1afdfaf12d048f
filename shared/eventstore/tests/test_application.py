"""Load, tell, save on a real PostgreSQL: everything that one save keeps true."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg2.extensions
import pytest

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import AlreadyHeard, AlreadyTaken, ChangedMeanwhile, CommandReused, Heard
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Connection, Store, migrate
from shared.eventstore.tests.students import (
    ENTRY,
    NOW,
    FixedClock,
    SecondFulltimeStatus,
    Student,
    Students,
    StudentStanding,
    by,
    student,
)
from shared.rules.refused import NotFound

pytestmark = pytest.mark.servers


class OtherKind(Aggregate, stored_as="application.OtherKind"):
    """Nobody is of this kind."""


@pytest.fixture(scope="module")
def url(module_postgres_url: str) -> str:
    migrate(module_postgres_url)
    return module_postgres_url


@pytest.fixture(scope="module")
def students(url: str) -> Iterator[Students]:
    store = Store(StoreSettings(url, pool_size=8))
    yield Students(store, FixedClock())
    store.close()


def rows(students: Students, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with students.store.reading() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def test_what_was_saved_is_loaded(students: Students) -> None:
    told = student()
    told.settle_year(2026, ("late",))
    answer = students.save(told, by=by())
    assert answer == {"id": str(told.id), "version": 2}
    assert students.get(Student, told.id) == told


@pytest.mark.asvs("16.2.1")
@pytest.mark.rule("A24-3")
def test_every_event_carries_its_context(students: Students) -> None:
    """Given an actor with a use case and a reason, when something is saved, then every event says who, when, why and
    by which rules."""
    told = student()
    students.save(told, by=by())
    [(context, recorded_at)] = rows(
        students,
        "SELECT convert_from(context, 'UTF8')::jsonb, recorded_at FROM events WHERE originator_id = %s",
        told.id,
    )
    assert recorded_at == NOW
    assert (context["actor_sub"], context["rules"], context["effective_on"]) == ("op-1", ["A7-3"], "2026-09-01")


def test_nobody_is_found_under_an_unknown_id_or_another_type(students: Students) -> None:
    with pytest.raises(NotFound):
        students.get(Student, uuid4())
    students.save(told := student(), by=by())
    assert students.find(Aggregate, told.id) is not None
    assert students.find(OtherKind, told.id) is None


@pytest.mark.rule("X-CONFLICT-1")
def test_who_reads_before_another_saves_is_told_so(students: Students) -> None:
    """Given two who read the same record, when both save, then the second is told that it changed meanwhile."""
    told = student()
    students.save(told, by=by())
    first, second = students.get(Student, told.id), students.get(Student, told.id)
    first.settle_year(2026)
    second.settle_year(2026)
    students.save(first, by=by())
    with pytest.raises(ChangedMeanwhile):
        students.save(second, by=by())
    assert students.get(Student, told.id).version == 2


def test_a_save_is_one_round_trip(url: str) -> None:
    executed: list[str] = []

    class Counting(psycopg2.extensions.cursor):
        def execute(self, query: Any, parameters: Any = None) -> None:
            executed.append(query)
            super().execute(query, parameters)

    class CountingStore(Store):
        def connect(self, *, prepare: bool = True) -> Connection:
            connection = super().connect(prepare=prepare)
            connection.cursor_factory = Counting
            return connection

    store = CountingStore(url)
    students = Students(store, FixedClock())
    told = student()
    told.settle_year(2026)
    students.save(told, by=by(command_id=uuid4()), heard=Heard("neighbour", 1, 3))
    assert len(executed) == 1
    assert executed[0].count("EXECUTE") == 6  # command, inbox, two events, the last with the standing, two claims
    store.close()


def test_a_saved_standing_is_read_for_many(students: Students) -> None:
    settled, fresh = student(), student()
    students.save(settled, fresh, by=by())
    settled = students.get(Student, settled.id)
    settled.settle_year(2026)
    students.save(settled, by=by())
    assert students.standings(Student, [settled.id, fresh.id, uuid4()]) == {
        settled.id: (2, StudentStanding("s", 2026)),
        fresh.id: (1, StudentStanding("s")),
    }


# claims


@pytest.mark.asvs("2.3.3")
def test_a_second_claim_is_refused_in_the_applications_words(students: Students) -> None:
    key = uuid4().hex
    students.save(student(key), by=by())
    second = student(key)
    with pytest.raises(SecondFulltimeStatus):
        students.save(second, by=by())
    assert rows(students, "SELECT count(*) FROM events WHERE originator_id = %s", second.id) == [(0,)]


def test_a_claim_without_words_of_its_own_is_refused_all_the_same(students: Students) -> None:
    admission = uuid4()
    students.save(student(admission_id=admission), by=by())
    with pytest.raises(AlreadyTaken):
        students.save(student(admission_id=admission), by=by())


def test_a_period_is_free_again_from_the_day_it_was_left(students: Students) -> None:
    key = uuid4().hex
    leaving = student(key)
    leaving.leave(ENTRY + timedelta(days=10))
    students.save(leaving, by=by())
    with pytest.raises(SecondFulltimeStatus):
        students.save(student(key, entry=ENTRY + timedelta(days=9)), by=by())
    students.save(student(key, entry=ENTRY + timedelta(days=10)), by=by())


def test_a_transfer_closes_and_opens_in_one_save(students: Students) -> None:
    key = uuid4().hex
    students.save(leaving := student(key), by=by())
    leaving = students.get(Student, leaving.id)
    leaving.leave(date(2027, 3, 1))
    arriving = student(key, entry=date(2027, 3, 1), school="t")
    students.save(arriving, leaving, by=by())
    found = rows(
        students,
        "SELECT originator_id, lower(during), upper(during) FROM period_claims WHERE key = %s ORDER BY during",
        key,
    )
    assert found == [(leaving.id, ENTRY, date(2027, 3, 1)), (arriving.id, date(2027, 3, 1), None)]


def test_a_swap_of_one_key_for_good_is_one_save(students: Students) -> None:
    admission = uuid4()
    first = student(admission_id=admission)
    students.save(first, by=by())
    first = students.get(Student, first.id)
    first.withdraw()
    second = student(admission_id=admission)
    students.save(second, first, by=by())
    assert students.owners("students.admission", [str(admission)]) == {str(admission): second.id}


def test_a_contested_claim_is_recorded_beside_the_one_it_contests(students: Students) -> None:
    key = uuid4().hex
    students.save(student(key), by=by())
    contesting = student(key, contested_in="case-1")
    students.save(contesting, by=by())
    assert rows(students, "SELECT originator_id, contested_in FROM contested_claims WHERE key = %s", key) == [
        (contesting.id, "case-1")
    ]
    contesting = students.get(Student, contesting.id)
    contesting.leave(ENTRY + timedelta(days=5))
    students.save(contesting, by=by())
    assert rows(students, "SELECT upper(during) FROM contested_claims WHERE key = %s", key) == [
        (ENTRY + timedelta(days=5),)
    ]


def test_owners_are_those_who_hold_now(students: Students) -> None:
    keys = [uuid4().hex for _ in range(3)]
    staying, leaving = student(keys[0]), student(keys[1])
    leaving.leave(ENTRY)
    students.save(staying, leaving, by=by())
    assert students.owners_today("students.fulltime", keys) == {keys[0]: staying.id}


# commands


def test_asking_twice_answers_twice_the_same_and_acts_once(students: Students) -> None:
    command_id, key = uuid4(), uuid4().hex
    first = students.register(command_id=command_id, by=by(command_id), id_key=key)
    again = students.register(command_id=command_id, by=by(command_id), id_key=key)
    assert first == again
    assert rows(students, "SELECT count(*) FROM claims WHERE originator_id = %s", UUID(first["id"])) == [(1,)]


@pytest.mark.rule("X-CMD-1")
def test_a_command_id_is_not_used_for_another_request(students: Students) -> None:
    """Given a command id that was used, when another request comes under it, then it is refused."""
    command_id = uuid4()
    students.register(command_id=command_id, by=by(command_id), id_key=uuid4().hex)
    with pytest.raises(CommandReused) as refused:
        students.register(command_id=command_id, by=by(command_id, request_hash="other"), id_key=uuid4().hex)
    assert refused.value.as_dict()["status"] == 422


def test_the_command_id_asked_with_is_the_one_that_is_kept(students: Students) -> None:
    command_id = uuid4()
    answer = students.register(command_id=command_id, by=by(), id_key=uuid4().hex)
    assert students.answered(command_id, "h") == answer


@pytest.mark.asvs("2.3.3")
def test_a_refused_command_leaves_no_answer(students: Students) -> None:
    key, command_id = uuid4().hex, uuid4()
    students.save(student(key), by=by())
    with pytest.raises(SecondFulltimeStatus):
        students.register(command_id=command_id, by=by(command_id), id_key=key)
    assert students.answered(command_id, "h") is None


def test_one_command_raced_by_four_threads_acts_once(students: Students) -> None:
    for _ in range(25):
        command_id, key = uuid4(), uuid4().hex
        answers = raced(4, lambda: students.register(command_id=command_id, by=by(command_id), id_key=key))  # noqa: B023
        assert [answer for answer in answers if answer != answers[0]] == []
        assert isinstance(answers[0], dict)


@pytest.mark.asvs("2.3.4")
def test_two_hundred_races_for_one_claim_have_one_winner_each(students: Students) -> None:
    for _ in range(200):
        key = uuid4().hex
        outcomes = raced(3, lambda: students.save(student(key), by=by()))  # noqa: B023
        assert sorted(type(outcome).__name__ for outcome in outcomes) == [
            "SecondFulltimeStatus",
            "SecondFulltimeStatus",
            "dict",
        ]


def raced(threads: int, work: Any) -> list[Any]:
    """Let threads start together; their answers, or the exceptions they ended with."""
    gate, outcomes = threading.Barrier(threads), []

    def run() -> None:
        gate.wait()
        try:
            outcomes.append(work())
        except Exception as error:
            outcomes.append(error)

    started = [threading.Thread(target=run) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return outcomes


# hearing


def test_what_was_heard_is_heard_once(students: Students) -> None:
    heard = Heard(f"neighbour-{uuid4()}", 1, 3)
    students.save(student(), by=by(), heard=heard)
    second = student()
    with pytest.raises(AlreadyHeard):
        students.save(second, by=by(), heard=heard)
    assert students.find(Student, second.id) is None


@pytest.mark.parametrize("late", [(2, 5), (3, 3), (1, 2), (1, 9)])
def test_of_two_hearers_that_read_on_from_different_places_one_is_too_late(
    students: Students, late: tuple[int, int]
) -> None:
    neighbour = f"neighbour-{uuid4()}"
    students.save(student(), by=by(), heard=Heard(neighbour, 1, 4))
    second = student()
    with pytest.raises(AlreadyHeard):
        students.save(second, by=by(), heard=Heard(neighbour, *late))
    assert students.find(Student, second.id) is None


def test_hearing_without_consequence_is_kept_too(students: Students) -> None:
    heard = Heard(f"neighbour-{uuid4()}", 4, 4)
    assert students.save(by=by(), heard=heard) == {}
    assert rows(students, "SELECT first, last FROM inbox WHERE publisher = %s", heard.publisher) == [(4, 4)]
