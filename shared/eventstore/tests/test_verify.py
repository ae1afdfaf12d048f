"""The audit finds what was planted and names it; a rebuild repairs the read tables."""

import random
from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest

from shared.eventstore.follower import Follower
from shared.eventstore.rebuild import rebuild
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store
from shared.eventstore.tests.pupils import FixedClock, Pupil, PupilList, School, SchoolYear, by, prepare
from shared.eventstore.verify import Difference, audit, verify

pytestmark = pytest.mark.servers

PROJECTIONS = (PupilList(), SchoolYear())


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    opened = prepare(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def pupil(store: Store) -> Pupil:
    one = Pupil("王小明", "一中", 3, date(2026, 9, 1), uuid4())
    one.settle_year(2026, "registered")
    School(store, FixedClock()).save(one, by=by())
    follow(store)
    return one


def follow(store: Store, batch: int = 2_000) -> None:
    Sequencer(store).step()
    Follower(store, PROJECTIONS, batch=batch).catch_up()


def plant(store: Store, sql: str) -> None:
    with store.writing() as cursor:
        cursor.execute(sql)


def test_what_follows_from_the_facts_is_equal(store: Store, pupil: Pupil) -> None:
    found = audit(store, PROJECTIONS)
    assert found.differences == []
    assert (found.position, found.events) == (2, 2)
    assert {compared.table: compared.live_rows for compared in found.tables} == {
        "pupil_list": 1,
        "school_year": 1,
        "subject_trail": 1,
        "claims": 1,
        "period_claims": 1,
        "contested_claims": 0,
        "standings": 1,
    }
    assert all(compared.live_digest == compared.rebuilt_digest for compared in found.tables)


def test_a_follower_that_is_behind_is_compared_at_its_own_position(store: Store, pupil: Pupil) -> None:
    pupil.leave("gone")
    School(store, FixedClock()).save(pupil, by=by())
    assert verify(store, PROJECTIONS) == []
    Sequencer(store).step()
    assert verify(store, PROJECTIONS) == []


@pytest.mark.asvs("16.4.2")
def test_a_planted_value_is_named_to_table_key_and_column(store: Store, pupil: Pupil) -> None:
    plant(store, "UPDATE pupil_list SET school = '三中'")
    assert verify(store, PROJECTIONS) == [Difference("pupil_list", (f"id={pupil.id}",), "school", "三中", "一中")]


def test_a_planted_and_a_missing_row_are_named(store: Store, pupil: Pupil) -> None:
    plant(store, f"UPDATE school_year SET pupil_id = '{'0' * 32}'")
    assert [(each.table, each.column, each.live, each.rebuilt) for each in verify(store, PROJECTIONS)] == [
        ("school_year", "(row)", "there", None),
        ("school_year", "(row)", None, "there"),
    ]


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("claims", "DELETE FROM claims"),
        ("period_claims", "UPDATE period_claims SET during = daterange('2020-01-01', NULL)"),
        ("standings", 'UPDATE standings SET state = convert_to(\'{"school":"x","seat":3}\', \'UTF8\')'),
        ("standings", "UPDATE standings SET version = 7"),
        ("subject_trail", "DELETE FROM subject_trail"),
    ],
)
def test_planted_claims_standings_and_trails_are_found(store: Store, pupil: Pupil, table: str, sql: str) -> None:
    plant(store, sql)
    assert {each.table for each in verify(store, PROJECTIONS)} == {table}


def test_a_log_out_of_version_order_is_found(store: Store, pupil: Pupil) -> None:
    plant(store, "UPDATE log SET position = -position")
    plant(store, "UPDATE log SET position = 3 + position")
    assert "log" in {each.table for each in verify(store, (PupilList(),), name="nobody")}


def test_long_and_sealed_values_are_shortened(store: Store, pupil: Pupil) -> None:
    plant(store, "UPDATE pupil_list SET school = 'x1.k1.c2VhbGVk', name = repeat('王', 100)")
    told = " ".join(str(each) for each in verify(store, PROJECTIONS))
    assert "c2VhbGVk" not in told
    assert "王" * 50 not in told


def test_a_rebuild_repairs_the_tables_and_keeps_indexes_and_grants(
    store: Store, pupil: Pupil, request: pytest.FixtureRequest
) -> None:
    role = f"auditor_{uuid4().hex[:8]}"
    plant(store, f'CREATE ROLE "{role}"')
    plant(store, f'GRANT SELECT ON pupil_list TO "{role}"')
    before = described(store)
    plant(store, "UPDATE pupil_list SET school = '三中'")
    with store.reading() as cursor:
        cursor.execute("ALTER TABLE pupil_list SET (fillfactor = 50)")
    assert rebuild(store, PROJECTIONS) == 2
    with store.reading() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = 'pupil_list'::regclass")
        assert cursor.fetchone() == (["fillfactor=50"],)
    assert verify(store, PROJECTIONS) == []
    assert described(store) == before
    plant(store, f'DROP OWNED BY "{role}"')
    plant(store, f'DROP ROLE "{role}"')


def described(store: Store) -> list[tuple[object, ...]]:
    with store.reading() as cursor:
        cursor.execute(
            "SELECT relname, relacl::text, NULL FROM pg_class WHERE relname IN ('pupil_list', 'school_year')"
            " UNION ALL SELECT indexname, indexdef, NULL FROM pg_indexes"
            " WHERE tablename IN ('pupil_list', 'school_year')"
            " UNION ALL SELECT table_name || '.' || column_name, is_nullable, data_type"
            " FROM information_schema.columns WHERE table_name IN ('pupil_list', 'school_year') ORDER BY 1"
        )
        return cursor.fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_following_in_batches_equals_rebuilding_whatever_happened(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    app = School(store, FixedClock())
    pupils = [Pupil(f"{number}\t\\N", "一中", number, date(2026, 9, 1), uuid4()) for number in range(20)]
    for _ in range(60):
        one = chance.choice(pupils)
        chance.choice(
            [
                lambda one=one: one.settle_year(chance.randint(2026, 2029), chance.choice(["registered", "deferred"])),
                lambda one=one: one.move(chance.choice(["二中", "三\\中"]), 1, date(2027, 1, 1)),
            ]
        )()
        if chance.random() < 0.1:
            one.leave("gone")
            pupils.remove(one)
            app.save(one, by=by())
        if chance.random() < 0.5:
            app.save(one, by=by())
        if chance.random() < 0.3:
            follow(store, batch=chance.randint(1, 9))
    follow(store)
    assert verify(store, PROJECTIONS) == []
    rebuild(store, PROJECTIONS)
    assert verify(store, PROJECTIONS) == []
