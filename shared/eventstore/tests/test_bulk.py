"""The bulk path writes the same rows as single saves, all of a chunk or nothing of it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg2.extensions
import psycopg2.extras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.eventstore import facts
from shared.eventstore.application import AlreadyHeard, BatchMark, ChangedMeanwhile, Draft, Heard
from shared.eventstore.claims import Settlement
from shared.eventstore.ids import uuid7
from shared.eventstore.store import Store, migrate
from shared.eventstore.tests.students import (
    ENTRY,
    FixedClock,
    SecondFulltimeStatus,
    Student,
    Students,
    StudentStanding,
    by,
    student,
)

pytestmark = pytest.mark.servers
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def students(module_postgres_url: str) -> Iterator[Students]:
    migrate(module_postgres_url)
    store = Store(module_postgres_url)
    yield Students(store, FixedClock())
    store.close()


@pytest.fixture(params=["copy", "green"])
def path(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both ways of filling tables: COPY, and the inserts used where green threads wait."""
    if request.param == "green":
        psycopg2.extensions.set_wait_callback(psycopg2.extras.wait_select)
    yield
    psycopg2.extensions.set_wait_callback(None)


def drafts_of(told: Student) -> list[Draft]:
    """What a bulk append must be given for what this aggregate was told."""
    drafts, aggregate = [], None
    for fact in told.pending_events:
        codec: Any = facts.codec_of(type(fact))  # type: ignore[arg-type]
        values = {name: getattr(fact, name) for name in codec.names}
        aggregate = codec.build(fact.originator_id, fact.originator_version, values).mutate(aggregate)
        assert aggregate is not None
        drafts.append(
            Draft(Student, told.id, fact.originator_version, type(fact), values, aggregate.standing)  # type: ignore[arg-type]
        )
    return drafts


def fresh(count: int) -> list[Draft]:
    return [draft for _ in range(count) for draft in drafts_of(student())]


STORED = {
    "events": "SELECT originator_version, topic, state, context, recorded_at FROM events WHERE originator_id = %s"
    " ORDER BY originator_version",
    "claims": "SELECT scope, key, slot FROM claims WHERE originator_id = %s ORDER BY slot",
    "period_claims": "SELECT scope, key, slot, during FROM period_claims WHERE originator_id = %s"
    " ORDER BY slot, during",
    "contested_claims": "SELECT scope, key, slot, during, contested_in FROM contested_claims WHERE originator_id = %s"
    " ORDER BY slot",
    "standings": "SELECT version, kind, state FROM standings WHERE originator_id = %s",
}


def stored(students: Students, aggregate_id: UUID) -> dict[str, list[Any]]:
    """All rows of one aggregate, as bytes; the id itself left out."""
    found = {}
    with students.store.reading() as cursor:
        for table, sql in STORED.items():
            cursor.execute(sql, (aggregate_id,))
            found[table] = [
                tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
                for row in cursor.fetchall()
            ]
    return found


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """What may happen to a student after registration."""
    years = [("year", year) for year in range(2026, 2026 + draw(st.integers(0, 3)))]
    end = draw(st.sampled_from([None, "leave", "withdraw"]))
    return years + ([] if end is None else [(end, draw(st.dates(ENTRY, date(2030, 7, 1))))])


def live(told: Student, life: list[tuple[str, Any]]) -> None:
    for what, value in life:
        if what == "year":
            told.settle_year(value, ("备注",))
        elif what == "leave":
            told.leave(value)
        else:
            told.withdraw()


@SLOW
@given(life=lives(), contested=st.sampled_from([None, "case-1"]), cut=st.integers(0, 5))
def test_saving_and_appending_leave_the_same_bytes(
    students: Students, path: None, life: list[tuple[str, Any]], contested: str | None, cut: int
) -> None:
    given: dict[str, Any] = {"id_key": uuid4().hex, "admission_id": uuid4(), "contested_in": contested}
    saved = student(**given)
    live(saved, life)
    drafts = [draft._replace(originator_id=uuid7()) for draft in drafts_of(saved)]
    drafts = [draft._replace(originator_id=drafts[0].originator_id) for draft in drafts]
    aggregate_id = drafts[0].originator_id
    students.save(saved, by=by())
    left = stored(students, saved.id)
    with students.store.writing() as cursor:
        for table in STORED:
            cursor.execute(f"DELETE FROM {table} WHERE originator_id = %s", (saved.id,))
    students.append(drafts[:cut], by())
    students.append(drafts[cut:], by())
    assert stored(students, aggregate_id) == left


@SLOW
@given(days=st.lists(st.sampled_from([None, ENTRY, date(2024, 2, 29), date(2030, 7, 1)]), min_size=1, max_size=5))
def test_each_fact_of_an_append_holds_from_its_own_day(students: Students, path: None, days: list[date | None]) -> None:
    drafts = [drafts_of(student())[0]._replace(effective_on=day) for day in days]
    asked = replace(by(), effective_on=date(2026, 9, 20))
    students.append(drafts, asked)
    expected = [replace(asked, effective_on=day or date(2026, 9, 20)).encoded for day in days]
    assert [stored(students, draft.originator_id)["events"][0][3] for draft in drafts] == expected


@SLOW
@given(st.lists(lives(), min_size=1, max_size=4))
def test_claims_stored_are_claims_rebuilt_from_the_facts(students: Students, all_lives: list[Any]) -> None:
    ids = set()
    for life in all_lives:
        told = student()
        live(told, life)
        students.save(told, by=by())
        ids.add(told.id)
    with students.store.reading() as cursor:
        cursor.execute(
            "SELECT originator_id, originator_version, topic, state FROM events WHERE originator_id = ANY(%s::uuid[])"
            " ORDER BY row_id",
            ([str(each) for each in ids],),
        )
        recorded = [facts.decode(row[2], row[0], row[1], row[3]) for row in cursor.fetchall()]
        rebuilt = Settlement(
            (fact.originator_id, entry) for fact in recorded for entry in Student.claims_of(fact, fact.originator_id)
        )
        cursor.execute(
            "SELECT slot, originator_id, scope, key, NULL::date, NULL::date FROM claims"
            " WHERE originator_id = ANY(%(ids)s::uuid[])"
            " UNION ALL SELECT slot, originator_id, scope, key, lower(during), upper(during) FROM period_claims"
            " WHERE originator_id = ANY(%(ids)s::uuid[])",
            {"ids": [str(each) for each in ids]},
        )
        kept = {(row[0].bytes, *row[1:]) for row in cursor.fetchall()}
    assert kept == {
        (held.slot, held.originator_id, held.claim.scope, held.claim.key, *(held.claim.during or (None, None)))
        for held in rebuilt.held
    }


def test_a_taken_claim_refuses_the_whole_chunk(students: Students, path: None) -> None:
    key = uuid4().hex
    students.save(student(key), by=by())
    drafts = [*fresh(3), *drafts_of(student(key))]
    mark = BatchMark(uuid4(), 4)
    with pytest.raises(SecondFulltimeStatus):
        students.append(drafts, by(), mark=mark)
    assert students.standings(Student, [draft.originator_id for draft in drafts]) == {}
    with students.store.reading() as cursor:
        cursor.execute("SELECT done FROM batches WHERE batch_id = %s", (mark.batch_id,))
        assert cursor.fetchall() == []


def test_two_claims_on_one_key_in_a_chunk_refuse_it(students: Students, path: None) -> None:
    key = uuid4().hex
    with pytest.raises(SecondFulltimeStatus):
        students.append([*drafts_of(student(key)), *drafts_of(student(key))], by())


def test_a_chunk_decided_on_an_old_version_is_refused(students: Students, path: None) -> None:
    [draft] = drafts_of(student())
    students.append([draft], by())
    next_year = Draft(Student, draft.originator_id, 2, Student.YearSettled, {"year": 2026}, StudentStanding("s", 2026))
    students.append([next_year], by())
    with pytest.raises(ChangedMeanwhile):
        students.append([next_year], by())


def test_the_mark_moves_with_the_chunk(students: Students, path: None) -> None:
    batch_id = uuid4()
    for done in (2, 4):
        students.append(fresh(2), by(), mark=BatchMark(batch_id, done))
    with students.store.reading() as cursor:
        cursor.execute("SELECT done FROM batches WHERE batch_id = %s", (batch_id,))
        assert cursor.fetchall() == [(4,)]


def test_a_chunk_is_heard_once(students: Students, path: None) -> None:
    heard = Heard(f"neighbour-{uuid4()}", 1, 2)
    students.append(fresh(2), by(), heard=heard)
    late = fresh(2)
    with pytest.raises(AlreadyHeard):
        students.append(late, by(), heard=heard)
    assert students.standings(Student, [draft.originator_id for draft in late]) == {}


def test_a_chunk_that_answers_a_command_keeps_the_answer(students: Students) -> None:
    command_id = uuid4()
    students.append(fresh(1), by(command_id), answer={"rows": 1, "on": ENTRY})
    assert students.answered(command_id, "h") == {"rows": 1, "on": "2026-09-01"}


def test_a_chunk_has_its_limit(students: Students) -> None:
    with pytest.raises(ValueError, match="5000"):
        students.append(fresh(1) * 5001, by())


def test_chunks_that_cross_each_other_are_settled_and_one_wins(students: Students) -> None:
    keys = [uuid4().hex for _ in range(20)]
    outcomes: list[str] = []

    def append() -> None:
        try:
            students.append([draft for key in keys for draft in drafts_of(student(key))], by())
            outcomes.append("stored")
        except SecondFulltimeStatus:
            outcomes.append("refused")

    threads = [threading.Thread(target=append) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "refused", "stored"]
    assert len(students.owners_today("students.fulltime", keys)) == 20


def test_an_aggregate_appended_in_bulk_goes_on_as_any_other(students: Students, path: None) -> None:
    [draft] = drafts_of(student())
    students.append([draft], by())
    told = students.get(Student, draft.originator_id)
    told.leave(ENTRY + timedelta(days=1))
    students.save(told, by=by())
    assert students.get(Student, draft.originator_id).standing == StudentStanding("s", left=True)
