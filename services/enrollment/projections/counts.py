"""How many are in which state on which day, as known at which instant: for counts that read no single student."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Final
from uuid import UUID

from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.projections.students import StudentRegister
from services.enrollment.projections.timeline import StatusTimeline, YearTimeline
from shared.eventstore.columns import array_of
from shared.eventstore.projection import Key, Row
from shared.eventstore.store import Cursor
from shared.eventstore.tally import Tally, Told, changes

Group = tuple[Any, ...]
Statements = dict[UUID, list[Row]]
_SAID: Final = ("school_code", "training", "level", "grade", "major_name", "state")
_NOBODY: Final[Group] = (None,) * len(_SAID)
_TIMES: Final = ("valid_from", "recorded_at")
# OFFSET 0 keeps the planner to one step along the index for each status, whatever it believes of the tables
_KNOWN: Final = """
    SELECT t.* FROM unnest(%s::uuid[], %s::integer[]) AS k (id, version)
    CROSS JOIN LATERAL (
        SELECT {columns} FROM {table} WHERE status_id = k.id AND version < k.version OFFSET 0
    ) AS t
"""
_STATEMENTS: Final = _KNOWN.format(
    columns=", ".join(("status_id", "version", "part", *_TIMES, *_SAID)), table="status_timeline"
)
_RESULTS: Final = (
    _KNOWN.format(
        columns=", ".join(("status_id", "version", "academic_year", "result", *_TIMES)), table="year_timeline"
    )
    + " WHERE t.academic_year = ANY(%s)"
)


class StatusCounts(Tally):
    """How many more or fewer statuses are in a state from a day on, as known from an instant on, school by school."""

    table: ClassVar[str] = "status_counts"
    key: ClassVar[tuple[str, ...]] = (*_SAID, *_TIMES)

    def whole(self, told: Told) -> Counter[Key]:
        return _counted(_by_status(told.rows(StatusTimeline.table).values()), {})

    def news(self, told: Told, cursor: Cursor) -> Counter[Key]:
        added = _by_status(told.rows(StatusTimeline.table).values())
        return _counted(added, _known(cursor, _STATEMENTS, added))


class StatusTotals(Tally):
    """How many statuses are in a state by all that is known, divided by one property: what counts begin with."""

    table: ClassVar[str] = "status_totals"
    key: ClassVar[tuple[str, ...]] = ("divided_by", "school_code", "training", "divided", "state")

    def whole(self, told: Told) -> Counter[Key]:
        found: Counter[Key] = Counter()
        for (school_code, training, *divided, state, _, _), n in told.counts[StatusCounts.table].items():
            for name, value in zip(DIVIDED, divided, strict=True):
                found[name, school_code, training, str(value or ""), state] += n
        return found

    def news(self, told: Told, cursor: Cursor) -> Counter[Key]:
        return self.whole(told)


class YearCounts(Tally):
    """How many more or fewer have a result of an academic year from a day on, as known from an instant on."""

    table: ClassVar[str] = "year_counts"
    key: ClassVar[tuple[str, ...]] = ("academic_year", "school_code", "training", "result", *_TIMES)

    def whole(self, told: Told) -> Counter[Key]:
        return _results(told, _by_status(told.rows(YearTimeline.table).values()), {})

    def news(self, told: Told, cursor: Cursor) -> Counter[Key]:
        added = _by_status(told.rows(YearTimeline.table).values())
        years = sorted({row["academic_year"] for rows in added.values() for row in rows})
        return _results(told, added, _known(cursor, _RESULTS, added, years))


DIVIDED: Final = ("level", "grade", "major_name")
"""By what totals are kept apart; each of them is of one school and one kind of training."""


def _counted(added: Statements, known: Mapping[UUID, list[Row]]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for status_id, rows in added.items():
        if len(rows) == 1 and rows[0]["version"] == 1:
            (row,) = rows
            found[*_plain([row[name] for name in _SAID]), row["valid_from"], _instant_of(row)] += 1
            continue
        for day, instant, group, n in changes(known.get(status_id, ()), _timed(rows), _moved, _place):
            if group[0] is not None:  # before its registration is known, a status is nowhere
                found[*_plain(group), day, instant] += n
    return found


def _moved(before: Group | None, row: Mapping[str, Any]) -> Group:
    """The latest that was said of each; None says nothing."""
    return tuple([was if row[name] is None else row[name] for name, was in zip(_SAID, before or _NOBODY, strict=True)])


def _plain(group: Iterable[Any]) -> Group:
    """Nothing is said of a level or a kind of training by an empty text, of a grade by 0."""
    school_code, training, level, grade, major_name, state = group
    return school_code, training or "", level or "", grade or 0, major_name or "", state or ""


def _place(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["version"], row["part"]


def _results(told: Told, added: Statements, known: Mapping[UUID, list[Row]]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for status_id, rows in added.items():
        student = told.find(StudentRegister.table, status_id)
        if student is None:
            continue
        where = student["school_code"], TRAINING.get(student["category"], "")
        if len(rows) == 1 and status_id not in known:
            (row,) = rows
            if row["result"]:
                found[row["academic_year"], *where, row["result"], row["valid_from"], _instant_of(row)] += 1
            continue
        for year, (before, new) in _by_year(known.get(status_id, ()), rows).items():
            for day, instant, result, n in changes(before, _timed(new), _result, _version):
                found[year, *where, result, day, instant] += n
    return found


def _result(_: Any, row: Mapping[str, Any]) -> str | None:
    found: str | None = row["result"]
    return found


def _version(row: Mapping[str, Any]) -> int:
    found: int = row["version"]
    return found


def _by_year(known: Iterable[Row], added: Iterable[Row]) -> dict[int, tuple[list[Row], list[Row]]]:
    found: dict[int, tuple[list[Row], list[Row]]] = {}
    for row in added:
        found.setdefault(row["academic_year"], ([], []))[1].append(row)
    for row in known:
        if row["academic_year"] in found:
            found[row["academic_year"]][0].append(row)
    return found


def _by_status(rows: Iterable[Row]) -> Statements:
    found: Statements = defaultdict(list)
    for row in rows:
        found[row["status_id"]].append(row)
    return found


_instant = lru_cache(maxsize=64)(datetime.fromisoformat)  # facts of one transaction share theirs


def _instant_of(row: Row) -> datetime:
    """A row that was just made says its instant as facts do."""
    said = row["recorded_at"]
    return _instant(said) if type(said) is str else said


def _timed(rows: Iterable[Row]) -> list[Row]:
    return [{**row, "recorded_at": _instant_of(row)} for row in rows]


def _known(cursor: Cursor, question: str, added: Statements, *more: Any) -> Statements:
    """What had been said before of those of whom more is said now."""
    firsts = {status_id: min(row["version"] for row in rows) for status_id, rows in added.items()}
    asked = {status_id: version for status_id, version in firsts.items() if version > 1}
    if not asked:
        return {}
    cursor.execute(question, (array_of(asked, "uuid"), array_of(asked.values(), "integer"), *more))
    names = [column.name for column in cursor.description or ()]
    found: Statements = defaultdict(list)
    for values in cursor.fetchall():
        found[values[0]].append(dict(zip(names, values, strict=True)))
    return found
