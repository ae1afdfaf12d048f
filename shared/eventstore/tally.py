"""Numbers that follow from other read tables: how many are how, changed batch by batch and never counted anew."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from shared.eventstore.fold import Fold, Slot
from shared.eventstore.projection import Key, Projection, Row
from shared.eventstore.table import add_amounts

Group = TypeVar("Group")


class Told:
    """What a fold holds: the rows of each table, what is known in part of others, and what was counted before."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self._at = {projection.table: at for at, projection in enumerate(fold.projections)}
        self.counts: dict[str, Counter[Key]] = {}

    def rows(self, table: str) -> Mapping[Slot, Row]:
        """The rows by slot: of a rebuild all of them, of a batch those that its facts made or loaded."""
        return self._fold.rows[self._at[table]]

    def find(self, table: str, row_id: UUID) -> Row | None:
        """One row, as far as it is known."""
        at = self._at[table]
        found = self._fold.rows[at].get(row_id.int)
        parts = self._fold.parts[at]
        return parts.loaded.get(row_id.int) if found is None and parts is not None else found


class Tally(Projection):
    """A table of numbers, in the column `n`, that sums up rows of tables which facts only ever add to.

    No fact has a way to it. After a batch the follower asks what the new rows amount to and adds that by one statement;
    a rebuild and an audit ask what all rows amount to.
    """

    columns: ClassVar[tuple[str, ...]] = ("n",)

    def whole(self, told: Told) -> Counter[Key]:
        """What all rows amount to."""
        raise NotImplementedError

    def news(self, told: Told, cursor: Cursor) -> Counter[Key]:
        """What a batch changes; its rows are stored already, earlier ones are asked for."""
        raise NotImplementedError


def add_news(cursor: Cursor, fold: Fold) -> None:
    """Change the tallies by what a batch of facts has added to the tables that they sum up."""
    told = Told(fold)
    for projection in fold.projections:
        if isinstance(projection, Tally):
            counted = told.counts[projection.table] = projection.news(told, cursor)
            add_amounts(cursor, projection, counted)


def count_whole(fold: Fold) -> None:
    """Fill the rows of the tallies of a fold that holds every row."""
    told = Told(fold)
    for projection, rows in zip(fold.projections, fold.rows, strict=True):
        if isinstance(projection, Tally):
            counted = told.counts[projection.table] = projection.whole(told)
            names = (*projection.key, "n")
            rows |= {key: dict(zip(names, (*key, n), strict=True)) for key, n in counted.items() if n}


Fact = Mapping[str, Any]
Tell = Callable[[Group | None, Fact], Group | None]
"""How a statement moves a subject on: from one group to another, None being in none."""


def changes(
    known: Sequence[Fact], added: Sequence[Fact], tell: Tell[Group], place: Callable[[Fact], Any]
) -> Iterator[tuple[Any, Any, Group, int]]:
    """What new statements about one subject change in the numbers: (valid from, recorded at, group, more or fewer).

    The numbers of a day as known at an instant are the sum of all changes valid from that day or before and recorded
    at that instant or before. Statements may come in any order of either time; `place` orders those of one day.
    """
    since = min(each["recorded_at"] for each in added)
    if len(added) == 1 and _follows(added[0], known):
        yield from _next(known, added[0], tell, place)
        return
    every = [*known, *added]
    for sign, statements in ((1, every), (-1, known)):
        before = _steps((each for each in statements if each["recorded_at"] < since), tell, place)
        for instant in sorted({each["recorded_at"] for each in statements if each["recorded_at"] >= since}):
            after = _steps((each for each in statements if each["recorded_at"] <= instant), tell, place)
            for (day, group), n in _difference(after, before).items():
                yield day, instant, group, sign * n
            before = after


def _follows(statement: Fact, known: Sequence[Fact]) -> bool:
    """Nothing was said of later days, nor later: so it is nearly always."""
    day, instant = statement["valid_from"], statement["recorded_at"]
    return all(each["valid_from"] <= day and each["recorded_at"] <= instant for each in known)


def _next(
    known: Sequence[Fact], statement: Fact, tell: Tell[Group], place: Callable[[Fact], Any]
) -> Iterator[tuple[Any, Any, Group, int]]:
    before: Group | None = None
    for each in sorted(known, key=lambda each: (each["valid_from"], place(each))):
        before = tell(before, each)
    after = tell(before, statement)
    if after != before:
        for group, n in ((before, -1), (after, 1)):
            if group is not None:
                yield statement["valid_from"], statement["recorded_at"], group, n


def _difference(after: Counter[Any], before: Counter[Any]) -> Counter[Any]:
    found = Counter(after)
    found.subtract(before)
    return found


def _steps(statements: Iterable[Fact], tell: Tell[Group], place: Callable[[Fact], Any]) -> Counter[Any]:
    """From which day on a subject is in which group, and in which no more."""
    found: Counter[Any] = Counter()
    group: Group | None = None
    for each in sorted(statements, key=lambda each: (each["valid_from"], place(each))):
        before, group = group, tell(group, each)
        if before is not None:
            found[each["valid_from"], before] -= 1
        if group is not None:
            found[each["valid_from"], group] += 1
    return found
