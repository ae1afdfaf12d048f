"""Stored names, plain JSON, upcasts: what a fact looks like on disk and how it comes back."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore import facts
from shared.eventstore.aggregate import Aggregate, facts_of
from shared.eventstore.context import Context, read_context
from shared.eventstore.ids import uuid7
from shared.eventstore.tests.students import ENTRY, NOW, Student, StudentStanding, student

ROOT = Path(__file__).parents[3]
MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.datetimes(
    timezones=st.just(timezone(timedelta(hours=8))),
)


class Sample(Aggregate, stored_as="facts.Sample"):
    """One fact of every kind of value."""

    class Taken(Aggregate.Created):
        at: datetime
        on: date
        who: UUID
        words: tuple[str, ...]
        note: str | None
        ratio: float
        pairs: dict[str, int]
        flag: bool = False


class Renamed(Aggregate, stored_as="facts.Renamed"):
    """A fact whose shape changed twice."""

    class Named(Aggregate.Created):
        first: str
        last: str
        full: str

        class_version = 3

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["first"], _, state["last"] = state.pop("name").partition(" ")

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["full"] = f"{state['first']} {state['last']}"


def test_a_stored_name_is_chosen_not_derived() -> None:
    assert {fact.TOPIC for fact in facts_of(Student).values()} - {"students.Student.Created"} == {  # type: ignore[attr-defined]
        "students.Student.Registered",
        "students.Student.YearSettled",
        "students.Student.Left",
        "students.Student.Withdrawn",
    }


def test_a_fresh_process_that_imported_the_domain_reads_the_stored_name() -> None:
    fact = student("k").collect_events()[0]
    program = (
        "import sys; from uuid import UUID;"
        "import shared.eventstore.tests.students; from shared.eventstore import facts;"
        "fact = facts.decode('students.Student.Registered', UUID(int=1), 1, sys.stdin.buffer.read());"
        "print(fact.id_key, fact.mutate(None).standing.school)"
    )
    read = subprocess.run(
        [sys.executable, "-c", program], input=facts.encode(fact), cwd=ROOT, capture_output=True, check=True
    )
    assert read.stdout.split() == [b"k", b"s"]


def test_a_domain_reaches_neither_database_nor_bus() -> None:
    program = (
        "import sys; import shared.eventstore.aggregate;"
        "print({'psycopg2', 'kombu', 'nameko', 'eventlet', 'marshmallow'} & set(sys.modules))"
    )
    seen = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, text=True)
    assert seen.stdout.strip() == "set()"


def test_a_fact_is_plain_json_of_its_own_fields() -> None:
    fact = student("k", admission_id=UUID(int=7)).collect_events()[0]
    assert msgspec.json.decode(facts.encode(fact)) == {
        "admission_id": "00000000-0000-0000-0000-000000000007",
        "id_key": "k",
        "school": "s",
        "entry": "2026-09-01",
        "contested_in": None,
    }


@given(
    at=MOMENTS,
    on=st.dates(),
    who=st.uuids(),
    words=st.lists(st.text(), max_size=4).map(tuple),
    note=st.none() | st.text(),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    pairs=st.dictionaries(st.text(), st.integers(-(2**53), 2**53), max_size=3),
    flag=st.booleans(),
)
def test_every_value_comes_back_as_it_was(**values: Any) -> None:
    codec = facts.codec_of(Sample.Taken)
    fact = codec.build(uuid4(), 1, values)
    back = codec.decode(fact.originator_id, 1, codec.encode(fact))
    assert back == fact
    assert {name: type(getattr(back, name)) for name in values} == {name: type(values[name]) for name in values}


def test_a_replayed_aggregate_equals_the_one_that_was_told() -> None:
    told = student("k")
    told.settle_year(2026, ("late",))
    pending = told.collect_events()
    replayed: Any = None
    for fact in pending:
        replayed = facts.decode(fact.TOPIC, told.id, fact.originator_version, facts.encode(fact)).mutate(replayed)  # type: ignore[attr-defined,arg-type]
    assert replayed == told


def test_an_old_shape_is_upcast_step_by_step() -> None:
    decoded = facts.decode("facts.Renamed.Named", uuid4(), 1, b'{"name": "Li Hua"}')
    assert (decoded.first, decoded.last, decoded.full) == ("Li", "Hua", "Li Hua")
    half_old = b'{"first": "Li", "last": "Hua", "class_version": 2}'
    assert facts.decode("facts.Renamed.Named", uuid4(), 1, half_old).full == "Li Hua"


def test_todays_shape_says_its_version() -> None:
    codec = facts.codec_of(Renamed.Named)
    stored = codec.encode(codec.build(uuid4(), 1, {"first": "Li", "last": "Hua", "full": "Li Hua"}))
    assert msgspec.json.decode(stored)["class_version"] == 3
    assert codec.decode(uuid4(), 1, stored).last == "Hua"


def test_a_field_that_was_added_with_a_default_is_filled_in() -> None:
    stored = (
        b'{"admission_id": "00000000-0000-0000-0000-000000000007", "id_key": "k", "school": "s", "entry": "2026-09-01"}'
    )
    assert facts.decode("students.Student.Registered", uuid4(), 1, stored).contested_in is None


def test_bytes_that_do_not_fit_name_the_fact() -> None:
    with pytest.raises(facts.UnreadableFact, match=r"students\.Student\.YearSettled"):
        facts.decode("students.Student.YearSettled", uuid4(), 2, b'{"year": "soon"}')


def test_a_name_that_nobody_gave_is_unknown() -> None:
    with pytest.raises(facts.UnknownFact):
        facts.decode("students.Student.Vanished", uuid4(), 1, b"{}")


@pytest.mark.parametrize("values", [{}, {"year": 1, "month": 2}, {"remarks": ()}])
def test_a_draft_with_the_wrong_fields_is_a_mistake(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="YearSettled has the fields"):
        facts.codec_of(Student.YearSettled).build(uuid4(), 2, values)


def test_a_standing_comes_back_typed() -> None:
    standing = StudentStanding("s", 2026)
    assert facts.decode_standing(StudentStanding, facts.encode_standing(standing)) == standing


def test_two_aggregates_cannot_take_one_stored_name() -> None:
    with pytest.raises(Exception, match="already registered"):
        type("Other", (Aggregate,), {"__module__": __name__}, stored_as="facts.Sample")  # type: ignore[call-overload]


def test_ids_are_version_7_and_rise_without_a_tie() -> None:
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}


def test_a_context_is_stored_without_its_empty_fields_and_read_with_them() -> None:
    context = Context.system("due", NOW, reason="overdue")
    stored = msgspec.json.decode(context.encoded)
    assert stored.keys() == {
        "actor_sub",
        "actor_role",
        "use_case",
        "correlation_id",
        "recorded_at",
        "effective_on",
        "reason",
    }
    read = read_context(context.encoded)
    assert (read["rules"], read["command_id"], read["effective_on"]) == ((), None, ENTRY.isoformat())


def test_a_context_takes_effect_on_the_day_in_china() -> None:
    evening = datetime(2026, 8, 31, 16, 30, tzinfo=UTC)
    assert Context.system("due", evening).effective_on == date(2026, 9, 1)


def test_a_changed_context_is_encoded_anew() -> None:
    context = Context.system("due", NOW)
    assert b"A12-1" not in context.encoded
    assert b"A12-1" in context.with_(rules=("A12-1",)).encoded
