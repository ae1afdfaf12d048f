"""Tests that share a registry stay in one process, one after the other, and the registry ends with the last of them."""

from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import order

REGISTRIES = {fixture for _, fixture in order.TOGETHER}


def test_whoever_goes_through_a_registry_is_of_its_group(request: pytest.FixtureRequest) -> None:
    """A module calls the registry that it goes through its walk, whichever it is."""
    strays = {
        item.nodeid
        for item in request.session.items
        if (asked := REGISTRIES.intersection(getattr(item, "fixturenames", ())))
        and order.group_of(item.nodeid) not in asked
    }
    assert sorted(strays) == []


def test_the_tests_of_a_group_are_not_torn_apart(request: pytest.FixtureRequest) -> None:
    groups = [order.group_of(item.nodeid) for item in request.session.items]
    begun = [group for before, group in zip([None, *groups], groups, strict=False) if group != before]
    assert len(begun) == len(set(begun))


def items_of(*nodeids: str) -> list[Any]:
    session = SimpleNamespace(stash=pytest.Stash())
    return [SimpleNamespace(nodeid=nodeid, session=session) for nodeid in nodeids]


def test_a_group_stands_where_its_first_test_stood_and_the_longest_first_where_work_is_shared() -> None:
    mixed = ("shared/tests/test_a.py::one", "tests/integration/test_walk.py::one", "tests/test_b.py::one",
             "tests/integration/test_walk_edge.py::two", "tests/integration/test_walk_schools.py::one")  # fmt: skip
    items = items_of(*mixed)
    order.bring_together(items, longest_first=False)
    assert [each.nodeid for each in items] == [mixed[0], mixed[1], mixed[3], mixed[2], mixed[4]]
    order.bring_together(items, longest_first=True)
    assert [each.nodeid for each in items] == [mixed[4], mixed[1], mixed[3], mixed[0], mixed[2]]


def test_a_registry_ends_with_the_last_test_that_goes_through_it() -> None:
    ended: list[str] = []
    first, second, other = items_of(
        "tests/security/test_logs.py::one", "tests/security/test_strangers.py::one", "tests/test_b.py::one"
    )
    stack = first.session.stash.setdefault(order.OPEN, ExitStack())
    stack.callback(ended.append, "grounds")
    order.close_after(first, second)
    assert ended == []
    order.close_after(second, other)
    assert ended == ["grounds"]
    stack.callback(ended.append, "the last")
    order.close_after(other, None)
    assert ended == ["grounds", "the last"]
