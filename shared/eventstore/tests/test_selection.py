"""A reader of few kinds of facts gets those, and knows how far it has read."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest

from shared.eventstore.log import LogBroken
from shared.eventstore.selection import read_selected
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store
from shared.eventstore.tests.pupils import FixedClock, Pupil, School, by, prepare

pytestmark = pytest.mark.servers


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    opened = prepare(postgres_url)
    for _ in range(2):
        one = Pupil("王小明", "一中", 3, date(2026, 9, 1), uuid4())
        one.settle_year(2026, "registered")
        School(opened, FixedClock()).save(one, by=by())
    Sequencer(opened).step()
    yield opened
    opened.close()


def test_other_facts_are_passed_over_but_counted(store: Store) -> None:
    topics = {Pupil.YearSettled.TOPIC}  # type: ignore[attr-defined]
    with store.reading() as cursor:
        upto, records = read_selected(cursor, 0, 3, topics)
        assert (upto, [record.position for record in records]) == (3, [2])
        assert records[0].fact.year == 2026
        assert read_selected(cursor, 4, 3, topics) == (4, [])


def test_a_missing_event_stops_the_reader_though_nobody_wanted_it(store: Store) -> None:
    with store.writing() as cursor:
        cursor.execute("DELETE FROM events USING log WHERE log.row_id = events.row_id AND position = 1")
    with store.reading() as cursor, pytest.raises(LogBroken):
        read_selected(cursor, 0, 4, {Pupil.YearSettled.TOPIC})  # type: ignore[attr-defined]
