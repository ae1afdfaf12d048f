"""Three ways to the same end: a plan committed, a file taken in at once, and its rows one by one."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.eventstore.privacy import Keyring
from shared.eventstore.store import migrate
from shared.intake import planning, proof, taking_in
from shared.intake.tests.beads import String
from tests.support.servers import Databases

pytestmark = pytest.mark.servers

COLOURS = ("blue", "green", "red", "=cmd", "")
_starts = count(13 * 1000, 13 * 1000)  # numbers of its own for each way of each example


@pytest.fixture(scope="module")
def string(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[String]:
    folder = tmp_path_factory.mktemp("ways")
    url = databases.fresh("intake", migrate)
    found = String(url, folder / "blobs", Keyring.generate(folder / "keys.toml"))
    yield found
    found.app.store.close()
    databases.drop(url)


def rows_of(file: list[tuple[int, str]], start: int) -> list[str]:
    return [f"{start + number},{colour}," for number, colour in file]


def end(string: String, start: int) -> tuple[list[tuple[str, str, int]], dict[int, str]]:
    """What was recorded and what stands afterwards, as if the numbers began at nought."""
    facts = [
        (name, values["colour"], values.get("number", start) - start)
        for name, values in string.facts()
        if start <= values.get("number", start) < start + 1000 and name == "Found"
    ]
    beads = {number - start: colour for number, colour in string.beads().items() if 0 <= number - start < 1000}
    return facts, beads


@pytest.mark.parametrize("mode", ["good_rows", "all_or_nothing"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    known=st.dictionaries(st.integers(0, 40), st.sampled_from(("blue", "green")), max_size=8),
    file=st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(COLOURS)), min_size=1, max_size=25, unique_by=lambda row: row[0]
    ),
    chunk=st.integers(1, 7),
)
def test_planned_at_once_and_one_by_one_end_alike(
    string: String, mode: str, known: dict[int, str], file: list[tuple[int, str]], chunk: int
) -> None:
    before = [(number, colour) for number, colour in known.items() if number % 13]
    with pytest.MonkeyPatch.context() as patch:
        for module in (planning, proof, taking_in):
            patch.setattr(module, "CHUNK", chunk)
        patch.setattr(proof, "ONE_TRANSACTION", chunk)
        starts = [next(_starts) for _ in range(3)]
        for start in starts:
            if before:
                string.directly(rows_of(before, start))
        planned = string.submit(rows_of(file, starts[0]))
        string.run()
        refused = string.progress(planned).plan_refused
        string.commit(planned, mode)
        string.run()
        direct = string.directly(rows_of(file, starts[1]))
        singles = [string.directly([row]) for row in rows_of(file, starts[2])]
    ends = [end(string, start) for start in starts]
    assert ends[1] == ends[2]
    now, at_once = string.progress(planned), string.progress(direct)
    if mode == "all_or_nothing" and refused:
        assert (now.state, now.accepted) == ("refused", 0)
        return
    assert ends[0] == ends[1]
    counts = [(each.accepted, each.unchanged, each.refused) for each in (now, at_once)]
    assert counts[0] == counts[1]
    each_one = [string.progress(single) for single in singles]
    assert sum(one.accepted for one in each_one) == now.accepted
    assert sum(one.unchanged for one in each_one) == now.unchanged
    assert now.changed == 0
