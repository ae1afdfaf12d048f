"""The auditor's door: a history in order, and what each fact changed."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.eventstore.follower import Follower
from shared.eventstore.replay import Change, changes, history, tell, trail
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store
from shared.eventstore.tests.pupils import FixedClock, Pupil, School, by, prepare

STATUS = UUID(int=11)


def test_changes_name_what_differs() -> None:
    assert changes({"a": 1, "b": 2}, {"b": 3, "c": 4}) == (
        Change("a", 1, None),
        Change("b", 2, 3),
        Change("c", None, 4),
    )


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    opened = prepare(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def pupil(store: Store) -> Pupil:
    app = School(store, FixedClock())
    one = Pupil("王小明", "一中", 3, date(2026, 9, 1), STATUS)
    app.save(one, by=by("enrol"))
    app.save(Pupil("李红", "一中", 4, date(2026, 9, 1), uuid4()), by=by("enrol"))
    one.settle_year(2026, "registered")
    app.save(one, by=by("settle_year"))
    Sequencer(store).step()
    Follower(store, ()).step()
    one.move("二中", 5, date(2027, 2, 1))
    app.save(one, by=by("move"))
    return one


@pytest.mark.servers
def test_a_history_is_told_in_order_with_its_circumstances(store: Store, pupil: Pupil) -> None:
    records = history(store, [pupil.id])
    assert [record.position for record in records][:2] == [1, 3]
    assert [record.context["use_case"] for record in records] == ["enrol", "settle_year", "move"]
    assert isinstance(records[0].fact, Pupil.Enrolled)
    assert records[0].context["recorded_at"] == "2026-09-01T01:00:00Z"


@pytest.mark.servers
def test_every_fact_says_what_was_before_and_after(store: Store, pupil: Pupil) -> None:
    told = list(tell(history(store, [pupil.id])))
    assert told[0].changes == (Change("name", None, "王小明"), Change("school", None, "一中"), Change("seat", None, 3))
    assert told[1].changes == (Change("last_year", None, 2026),)
    assert told[2].changes == (Change("school", "一中", "二中"), Change("seat", 3, 5))


@pytest.mark.servers
def test_a_subject_leads_to_the_histories_that_speak_of_it(store: Store, pupil: Pupil) -> None:
    assert trail(store, [str(STATUS)]) == [pupil.id]
    assert trail(store, [str(pupil.id)]) == [pupil.id]
    assert trail(store, ["nobody"]) == []
