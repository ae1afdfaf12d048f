"""The follower: rows and position move together, once, whoever follows."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.follower import Follower, position_of, wait_for
from shared.eventstore.log import LogBroken, head, read_log
from shared.eventstore.projection import Row, on
from shared.eventstore.rebuild import rebuild
from shared.eventstore.sequencer import Fenced, Sequencer
from shared.eventstore.store import Store
from shared.eventstore.tests.pupils import FixedClock, Pupil, PupilBrief, PupilList, School, SchoolYear, by, prepare

pytestmark = pytest.mark.servers


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    opened = prepare(postgres_url)
    yield opened
    opened.close()


def enrol(store: Store, *years: int, name: str = "王小明") -> Pupil:
    one = Pupil(name, "一中", 3, date(2026, 9, 1), uuid4())
    for year in years:
        one.settle_year(year, "registered")
    School(store, FixedClock()).save(one, by=by())
    Sequencer(store).step()
    return one


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.reading() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def follower(store: Store, name: str = "projections", batch: int = 2_000) -> Follower:
    return Follower(store, (PupilList(), SchoolYear()), name, batch=batch)


def test_new_facts_become_rows_and_the_position_moves_with_them(store: Store) -> None:
    one = enrol(store, 2026, 2027)
    assert follower(store).step() == 3
    assert rows(store, "SELECT id, name, years FROM pupil_list") == [(one.id, "王小明", 2)]
    assert rows(store, "SELECT year FROM school_year ORDER BY 1") == [(2026,), (2027,)]
    with store.reading() as cursor:
        assert position_of(cursor) == head(cursor) == 3


def test_values_of_every_kind_come_back_as_they_were(store: Store) -> None:
    enrol(store, name="𠮷·\"\\\t\n'{}")
    following = follower(store)
    following.step()
    assert rows(store, "SELECT name, schools, notes->>'quote' FROM pupil_list") == [
        ("𠮷·\"\\\t\n'{}", ["一中"], 'a "b" \\ c\t\n')
    ]


def test_a_row_is_folded_on_over_several_batches(store: Store) -> None:
    one = enrol(store, 2026, 2027)
    following = follower(store, batch=1)
    assert following.catch_up() == 3
    assert rows(store, "SELECT years FROM pupil_list") == [(2,)]
    one.leave("gone")
    School(store, FixedClock()).save(one, by=by())
    Sequencer(store).step()
    following.catch_up()
    assert rows(store, "SELECT * FROM pupil_list") == []


@pytest.mark.parametrize("batch", [1, 2, 7, 2_000])
def test_rows_that_are_changed_by_columns_are_those_of_a_rebuild(store: Store, batch: int) -> None:
    projections = (PupilList(), PupilBrief(), SchoolYear())
    pupils = [Pupil(f"{number}", "一中", 3, date(2026, 9, 1), uuid4()) for number in range(130)]
    following = Follower(store, projections, batch=batch)
    for lesson in range(3):
        for number, one in enumerate(pupils):
            if (number + lesson) % 3:
                one.settle_year(2026 + lesson, "registered")
            else:
                one.move(f"{lesson}中", 1, date(2027, 1, 1))
            if number % 10 == lesson:
                one.settle_year(2026, "deferred")
        School(store, FixedClock()).save(*pupils, by=by())
        Sequencer(store).step()
        following.catch_up()
    tables = ("pupil_list", "pupil_brief", "school_year")
    found = {table: rows(store, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
    rebuild(store, projections)
    assert found == {table: rows(store, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
    assert len(found["pupil_brief"]) == 130


def test_a_failing_handler_leaves_rows_and_position_as_they_were(store: Store) -> None:
    class Failing(PupilList):
        @on(Pupil.YearSettled)
        def fails(self, row: Row, fact: Pupil.YearSettled) -> Row:
            raise ArithmeticError

    enrol(store, 2026)
    with pytest.raises(ArithmeticError):
        Follower(store, (Failing(),)).step()
    assert rows(store, "SELECT * FROM pupil_list") == []
    with store.reading() as cursor:
        assert position_of(cursor) == 0
    assert follower(store).step() == 2


def test_several_followers_have_positions_of_their_own(store: Store) -> None:
    enrol(store)
    follower(store).step()
    years = Follower(store, (SchoolYear(),), "years")
    assert years.step() == 1
    assert rows(store, "SELECT name, position FROM followers ORDER BY 1") == [("projections", 1), ("years", 1)]


def test_a_zombie_follower_fails_and_changes_nothing(store: Store) -> None:
    enrol(store, 2026)
    zombie, leader = follower(store, batch=1), follower(store)
    zombie.step()
    leader.step()
    one = enrol(store)
    leader.step()
    with pytest.raises(Fenced):
        zombie.step()
    assert rows(store, f"SELECT years FROM pupil_list WHERE id = '{one.id}'") == [(0,)]
    assert zombie.step() == 0


def test_a_reader_waits_for_its_own_write(store: Store) -> None:
    one = enrol(store, 2026)
    following = follower(store)
    assert not wait_for(store, one.id, 2, timeout=0)
    assert wait_for(store, one.id, 2, timeout=5, sleep=lambda _: following.catch_up() and None)
    assert not wait_for(store, one.id, 3, timeout=0.01)


def test_the_log_is_read_typed_and_with_its_context(store: Store) -> None:
    one = enrol(store, 2026)
    with store.reading() as cursor:
        (second,) = read_log(cursor, 1, 10)
    assert isinstance(second.fact, Pupil.YearSettled)
    assert (second.position, second.originator_id, second.originator_version) == (2, one.id, 2)
    assert (second.fact.year, second.context["use_case"]) == (2026, "enrol")


def test_an_event_that_vanished_from_the_store_is_never_passed_over(store: Store) -> None:
    enrol(store, 2026)
    with store.writing() as cursor:
        cursor.execute("DELETE FROM events WHERE originator_version = 2")
    with pytest.raises(LogBroken):
        follower(store).step()


class Note(Aggregate, stored_as="pupils.Note"):
    """Names its subject in every fact, as many do."""

    class Taken(Aggregate.Created):
        status_id: UUID

    class Repeated(Aggregate.Event):
        status_id: UUID

    @event(Taken)
    def __init__(self, status_id: UUID) -> None:
        self.status_id = status_id

    @event(Repeated)
    def repeat(self, status_id: UUID) -> None:
        """Say it again."""


def test_a_subject_named_again_by_many_facts_stands_once_in_the_trail(store: Store) -> None:
    notes = [Note(uuid4()) for _ in range(150)]
    following = follower(store)
    for repeat in (False, True):
        for note in notes:
            if repeat:
                note.repeat(note.status_id)
            School(store, FixedClock()).save(note, by=by())
        Sequencer(store).step()
        following.catch_up()
    found = rows(store, "SELECT subject, originator_id FROM subject_trail")
    assert sorted(found) == sorted((str(note.status_id), note.id) for note in notes)
