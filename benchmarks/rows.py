"""What a benchmark answers: one row a figure, beside its reference in the same run."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

Row = dict[str, Any]
RESULTS = Path(__file__).with_name("results.json")


def compared(
    name: str,
    pairs: Sequence[tuple[float, float]],
    *,
    unit: str,
    reference: str,
    reach: float,
    better: str = "higher",
    digits: int = 1,
) -> Row:
    """A figure from interleaved rounds of (ours, reference): medians, and the median of the rounds' ratios."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return {
        "name": name,
        "value": round(statistics.median(ours for ours, _ in pairs), digits),
        "unit": unit,
        "better": better,
        "reference": reference,
        "reference_value": round(statistics.median(theirs for _, theirs in pairs), digits),
        "ratio": round(ratio, 3),
        "reach": reach,
        "reached": ratio >= reach if better == "higher" else ratio <= reach,
    }


def absolute(name: str, value: float, unit: str, *, reach: float, better: str = "higher", **more: Any) -> Row:
    """A figure that stands for itself: nothing else does the same job."""
    return {
        "name": name,
        "value": round(value, 2 if value < 100 else 1),
        "unit": unit,
        "better": better,
        "reference": "–",
        "reference_value": None,
        "ratio": None,
        "reach": reach,
        "reached": value >= reach if better == "higher" else value <= reach,
        **more,
    }


def yardstick() -> float:
    """Milliseconds of a fixed loop in plain Python, the best of seven: how fast the machine was just then."""
    best = float("inf")
    for _ in range(7):
        began = time.perf_counter()
        sum(number * number for number in range(1_000_000))
        best = min(best, time.perf_counter() - began)
    return round(best * 1e3, 1)


@contextmanager
def fresh_database(url: str, name: str) -> Iterator[str]:
    """A database of its own on the server of `url`, dropped at the end."""
    _execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _execute(url, f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        _execute(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def keep(rows: Sequence[Row], path: Path = RESULTS) -> None:
    """Write the rows of this run over those of the same names; the others stay."""
    known = {row["name"]: row for row in json.loads(path.read_text(encoding="utf-8"))} if path.exists() else {}
    known.update({row["name"]: row for row in rows})
    path.write_text(json.dumps(list(known.values()), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
