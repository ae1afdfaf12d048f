"""From which days a correction holds: an error from each day that told it, a change from its own (A14-2, A19-2)."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import takewhile
from typing import Any

Statement = tuple[date, Mapping[str, Any]]
"""From a day on these fields are so; what is not named is not said."""
Holds = tuple[tuple[date, tuple[str, ...]], ...]
"""From which days which fields are so."""


def held_since(fact: Any, decided_on: date) -> Holds:
    """The fields that `StudentStatus.Corrected` states, by day; facts of earlier times hold from their decision."""
    return fact.holds or ((decided_on, tuple(fact.fields)),)


def change_holds(fields: Iterable[str], *, decided_on: date, begun_on: date) -> Holds:
    """What changed is so from the decision on, and before the record begins nothing is."""
    return ((max(decided_on, begun_on), tuple(sorted(fields))),)


def error_holds(fields: Iterable[str], told: Iterable[Statement]) -> Holds:
    """What was wrong is put right from every day that told it; `told` comes in the order in which it was recorded."""
    statements = list(told)
    days: dict[date, list[str]] = {}
    for name in sorted(fields):
        for day in wrong_days([(day, values[name]) for day, values in statements if name in values]):
            days.setdefault(day, []).append(name)
    return tuple((day, tuple(names)) for day, names in sorted(days.items()))


def wrong_days(told: Iterable[tuple[date, Any]]) -> list[date]:
    """The days from which the present value was told, with no other value in between: on all of them it was wrong."""
    latest: dict[date, Any] = {}
    for day, value in told:
        latest[day] = value  # of what is told of one day the last holds
    newest_first = sorted(latest, reverse=True)
    return list(takewhile(lambda day: latest[day] == latest[newest_first[0]], newest_first))
