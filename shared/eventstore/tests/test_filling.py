"""Whatever a row may hold comes back from the table as it was."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.eventstore.filling import fill
from shared.eventstore.store import Store, migrate

pytestmark = pytest.mark.servers

TYPES = (
    "id int, words text, number int, day date, moment timestamptz, yes bool, raw bytea, list text[], tree jsonb,"
    " mark uuid"
)
COLUMNS = [each.split()[0] for each in TYPES.split(", ")]
NOTHING: list[Any] = [None] * (len(COLUMNS) - 2)
NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
ROWS: list[list[Any]] = [
    [1, "王小明·㐀𠀀", -(2**31), date(1, 1, 1), NOON, True, b'\x00\\"', [], {}, UUID(int=7)],
    [2, 'a\tb\nc\rd\\n"e",\x01\x7f\u2028', 0, None, None, False, b"", ["a,b", 'c"d\\', "", "NULL"], {"a": "\n"}, None],
    [3, "null", *NOTHING],
    [4, "", *NOTHING],
    [5, "]\n[", *NOTHING],
    [6, "\\.", *NOTHING],
    [7, None, *NOTHING],
]


@pytest.fixture(scope="module")
def store(module_postgres_url: str) -> Iterator[Store]:
    migrate(module_postgres_url)
    opened = Store(module_postgres_url)
    yield opened
    opened.close()


def kept(store: Store, types: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    with store.writing() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE kept ({types}) ON COMMIT DROP")
        fill(cursor, "kept", columns, rows)
        cursor.execute(f"SELECT {', '.join(columns)} FROM kept ORDER BY 1")
        return [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in cursor.fetchall()
        ]


def test_every_kind_of_value_is_kept(store: Store) -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    assert kept(store, TYPES, COLUMNS, rows) == list(map(tuple, ROWS))


def test_what_a_row_does_not_name_is_null(store: Store) -> None:
    assert kept(store, "a int, b text", ("a", "b"), [{"a": 1, "b": "x"}, {"a": 2}]) == [(1, "x"), (2, None)]


def test_a_row_may_be_a_single_column(store: Store) -> None:
    assert kept(store, "a text", ("a",), [{"a": "]\n["}, {"a": "\\."}]) == [("\\.",), ("]\n[",)]


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_any_text_is_kept(store: Store, words: list[str]) -> None:
    rows = [{"place": place, "words": text} for place, text in enumerate(words)]
    assert kept(store, "place int, words text", ("place", "words"), rows) == list(enumerate(words))


@pytest.mark.parametrize("rows", [[], [{"a": 1}] * 5_001])
def test_there_may_be_no_rows_or_more_than_one_chunk(store: Store, rows: list[dict[str, Any]]) -> None:
    assert len(kept(store, "a int", ("a",), rows)) == len(rows)
