"""Projections are pure folds: told all at once or bit by bit, the rows are the same."""

from datetime import date
from uuid import UUID

import pytest
from eventsourcing.domain import event
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.facts import encode
from shared.eventstore.fold import Fold, Slot
from shared.eventstore.follower import with_trail
from shared.eventstore.log import StoredFact
from shared.eventstore.projection import Projection, Row, SubjectTrail, on
from shared.eventstore.tests.pupils import NOW, Pupil, PupilBrief, PupilList, SchoolYear, by

STATUS = UUID(int=7)
PROJECTIONS = (PupilList(), PupilBrief(), SchoolYear())


def pupil() -> Pupil:
    return Pupil("王小明", "一中", 3, date(2026, 9, 1), STATUS)


def stored(*pupils: Aggregate) -> list[StoredFact]:
    """The facts of these pupils as the log holds them, one pupil after the other."""
    facts = [fact for one in pupils for fact in one.collect_events()]
    return [
        StoredFact(
            position, fact.originator_id.bytes, fact.originator_version, NOW, fact.TOPIC, by().encoded, encode(fact)
        )
        for position, fact in enumerate(facts, 1)
    ]


def folded(facts: list[StoredFact], projections: tuple[Projection, ...] = PROJECTIONS) -> list[dict[Slot, Row]]:
    fold = Fold(projections)
    for fact in facts:
        fold.take(*fact)
    return fold.rows


def test_a_fact_makes_the_row_of_its_aggregate() -> None:
    one = pupil()
    one.settle_year(2026, "registered")
    (row,), _, (year,) = (list(rows.values()) for rows in folded(stored(one)))
    assert row["id"] == one.id
    assert (row["name"], row["years"], row["seen_by"]) == ("王小明", 1, "system")
    assert year == {"pupil_id": one.id, "year": 2026, "result": "registered"}


def test_none_removes_the_row() -> None:
    one = pupil()
    one.leave("moved abroad")
    assert folded(stored(one))[0] == {}


def test_the_trail_leads_from_a_subject_to_the_histories_that_speak_of_it() -> None:
    one = pupil()
    (rows,) = folded(stored(one), (SubjectTrail(),))
    assert list(rows.values()) == [(str(STATUS), one.id)]


class Roll(Aggregate, stored_as="pupils.Roll"):
    """Bears the id of the status it speaks of, and names it in every fact."""

    class Opened(Aggregate.Created):
        status_id: UUID

    class Called(Aggregate.Event):
        status_id: UUID

    @staticmethod
    def create_id(status_id: UUID) -> UUID:  # type: ignore[override]
        return status_id

    @event(Opened)
    def __init__(self, status_id: UUID) -> None:
        self.called = 0

    @event(Called)
    def call(self, status_id: UUID) -> None:
        self.called += 1


def test_a_history_that_bears_its_subject_s_id_is_on_the_trail_from_its_first_fact_alone() -> None:
    one = Roll(STATUS)
    one.call(STATUS)
    one.call(UUID(int=8))
    facts = stored(one)
    assert folded(facts[1:2], (SubjectTrail(),)) == [{}]
    assert list(folded(facts, (SubjectTrail(),))[0].values()) == [(str(STATUS), STATUS), (str(UUID(int=8)), STATUS)]


def test_every_store_keeps_the_trail_once() -> None:
    assert [type(each) for each in with_trail(with_trail(PROJECTIONS))] == [
        PupilList,
        PupilBrief,
        SchoolYear,
        SubjectTrail,
    ]


def test_one_handler_may_follow_several_facts_each_by_a_key_of_its_own() -> None:
    class Schools(Projection):
        table = "schools"
        key = ("school",)
        columns = ("pupils",)

        @on(Pupil.Enrolled, key=lambda fact: (fact.school,))
        @on(Pupil.Moved, key=lambda fact: (fact.school,))
        def came(self, row: Row | None, fact: Pupil.Enrolled | Pupil.Moved) -> Row:
            return {"pupils": (row["pupils"] if row else 0) + 1}

    one = pupil()
    one.move("二中", 4, date(2027, 1, 1))
    (rows,) = folded(stored(one, pupil()), (Schools(),))
    assert {row["school"]: row["pupils"] for row in rows.values()} == {"一中": 2, "二中": 1}


def test_a_handler_that_fails_names_itself() -> None:
    class Wrong(Projection):
        table = "wrong"

        @on(Pupil.YearSettled)
        def settled(self, row: Row, fact: Pupil.YearSettled) -> Row:
            return row | {"year": fact.year}

    one = pupil()
    one.settle_year(2026, "registered")
    with pytest.raises(TypeError):
        folded(stored(one)[1:], (Wrong(),))


HISTORY = st.lists(st.sampled_from(["settle", "move", "leave"]), max_size=8)


def lived(history: list[str]) -> Pupil:
    one = pupil()
    for number, step in enumerate(history):
        if step == "settle":
            one.settle_year(2026 + number % 3, "registered" if number % 2 else "deferred")
        elif step == "move":
            one.move(f"{number}中", number, date(2027, 1, 1))
        else:
            one.leave("gone")
            break
    return one


@given(st.lists(HISTORY, min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_replay_of_any_prefix_equals_incremental_folding(histories: list[list[str]], chance: object) -> None:
    facts = interleaved([stored(lived(history)) for history in histories], chance)
    rows: list[dict[Slot, Row]] = [{} for _ in PROJECTIONS]
    for at in range(len(facts) + 1):
        assert rows == folded(facts[:at])
        if at < len(facts):
            rows = moved_on(rows, facts[at])


def interleaved(histories: list[list[StoredFact]], chance: object) -> list[StoredFact]:
    """All facts in some order that keeps each history's own."""
    facts: list[StoredFact] = []
    while histories := [history for history in histories if history]:
        facts.append(chance.choice(histories).pop(0))  # type: ignore[attr-defined]
    return facts


def moved_on(rows: list[dict[Slot, Row]], fact: StoredFact) -> list[dict[Slot, Row]]:
    """What a follower does: a fold that holds only what this fact needs."""
    fold = Fold(PROJECTIONS, partly=True)
    typed = fold.read(fact)
    if typed is None:
        return rows
    needs = fold.needs([typed])
    for at, need in enumerate(needs):
        for slot in need.full.keys() & rows[at].keys():
            fold.put(at, dict(rows[at][slot]))
        for slot in need.part.keys() & rows[at].keys():
            fold.parts[at].loaded[slot] = {name: rows[at][slot][name] for name in PROJECTIONS[at].reads()}
    fold.apply(typed)
    after = [dict(each) for each in rows]
    for at, (changed, parts) in enumerate(zip(fold.rows, fold.parts, strict=True)):
        for slot in needs[at].full:
            after[at].pop(slot, None)
        for slot in parts.moved.keys() & after[at].keys():
            after[at][slot] = after[at][slot] | parts.moved[slot][1]
        after[at].update(changed)
    return after


def test_what_only_changes_columns_does_nothing_where_no_row_is() -> None:
    one = pupil()
    one.move("二中", 4, date(2027, 1, 1))
    (rows,) = folded(stored(one)[1:], (PupilBrief(),))
    assert rows == {}
