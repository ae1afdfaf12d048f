"""Which tests stay together, in one process and one after the other, and in which order they are begun."""

from contextlib import ExitStack

import pytest
from xdist.scheduler import LoadScopeScheduling

# Whoever goes through the same registry: beginning of the module's path, name of the fixture that holds the registry
TOGETHER = (
    ("tests/integration/test_walk_schools", "schools"),
    ("tests/integration/test_walk_identity", "identities"),
    ("tests/integration/test_walk", "walk"),
    ("tests/security/", "grounds"),
)
# What takes longest is begun first where several processes share the work
LONGEST = ("schools", "grounds", "identities", "walk", "tests/integration/")
OPEN = pytest.StashKey[ExitStack]()


def group_of(nodeid: str) -> str:
    """The name of those that stay together: a registry's, or else the module's own."""
    module = nodeid.partition("::")[0]
    return next((name for beginning, name in TOGETHER if module.startswith(beginning)), module)


def bring_together(items: list[pytest.Item], *, longest_first: bool) -> None:
    """Put the tests of a group where its first one stands; otherwise the order stays."""
    places: dict[str, tuple[int, int]] = {}
    for item in items:
        group = group_of(item.nodeid)
        places.setdefault(group, (_rank(group) if longest_first else 0, len(places)))
    items.sort(key=lambda item: places[group_of(item.nodeid)])


def close_after(item: pytest.Item, following: pytest.Item | None) -> None:
    """Let a registry end with the last test that goes through it; others run for long after it."""
    if following is None or group_of(following.nodeid) != group_of(item.nodeid):
        item.session.stash.setdefault(OPEN, ExitStack()).close()


def _rank(group: str) -> int:
    return next((rank for rank, name in enumerate(LONGEST) if group.startswith(name)), len(LONGEST))


class GroupScheduling(LoadScopeScheduling):
    """Gives whole groups to the processes, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
