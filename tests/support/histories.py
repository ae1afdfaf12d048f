"""Stored event histories: written from a registry once, read by every later version of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from cli.processes import SERVICES
from shared.eventstore.settings import StoreSettings

FOLDER = Path(__file__).resolve().parents[1] / "histories"
_HISTORY = "SELECT topic, originator_version, state, context FROM events WHERE originator_id = %s ORDER BY 2"
# Every aggregate with the topics it went through, the shortest and oldest first.
_CANDIDATES = (
    "SELECT originator_id::text, array_agg(DISTINCT topic) FROM events GROUP BY originator_id"
    " ORDER BY count(*), min(row_id)"
)


@dataclass(frozen=True)
class History:
    """One aggregate: its events as they were stored, and the decision row that they left."""

    aggregate_id: str
    events: list[dict[str, Any]]
    kind: str | None
    standing: dict[str, Any] | None


def write(environ: Mapping[str, str], folder: Path = FOLDER, *, name: str = "{service}") -> None:
    """For each service so many histories that every kind of fact in its store is in one of them."""
    for service in SERVICES:
        connection = psycopg2.connect(StoreSettings.from_environ(environ, service).url)
        try:
            with connection, connection.cursor() as cursor:
                lines = [json.dumps(_history(cursor, one), ensure_ascii=False) for one in _chosen(cursor)]
        finally:
            connection.close()
        path = folder / f"{name.format(service=service)}.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(service: str, folder: Path = FOLDER) -> list[History]:
    """The stored histories of one service, of every story that was told."""
    paths = sorted(folder.glob(f"{service}*.jsonl"))
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [History(**json.loads(line)) for line in lines]


def _chosen(cursor: Any) -> list[str]:
    cursor.execute(_CANDIDATES)
    chosen: list[str] = []
    covered: set[str] = set()
    for aggregate_id, topics in sorted(cursor.fetchall(), key=lambda each: -len(each[1])):
        if not covered.issuperset(topics):
            covered.update(topics)
            chosen.append(aggregate_id)
    return chosen


def _history(cursor: Any, aggregate_id: str) -> dict[str, Any]:
    cursor.execute(_HISTORY, (aggregate_id,))
    events = [
        {"topic": topic, "version": version, "state": _json(state), "context": _json(context)}
        for topic, version, state, context in cursor.fetchall()
    ]
    cursor.execute("SELECT kind, state FROM standings WHERE originator_id = %s", (aggregate_id,))
    kind, standing = cursor.fetchone() or (None, None)
    return {
        "aggregate_id": aggregate_id,
        "events": events,
        "kind": kind,
        "standing": None if standing is None else _json(standing),
    }


def _json(stored: memoryview) -> Any:
    return json.loads(bytes(stored))
