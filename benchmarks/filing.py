"""A file on its way, as its office sees it: handed in, tried out, committed, and heard by every other service."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cli.client import Caller
from services.enrollment.domain.registration_batch import RegistrationBatch
from shared.eventstore.lookup import standings
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from tests.support.platform import Platform

PUBLISHER = "enrollment"
# in order, so that the server looks at the end of the log and nowhere else
_UNREAD = (
    "SELECT 1 FROM events WHERE (tx, row_id) > (SELECT l.tx, l.row_id FROM log AS l, followers AS f"
    " WHERE f.name = 'projections' AND l.position = f.position) ORDER BY tx, row_id LIMIT 1"
)
_UNNUMBERED = "SELECT 1 FROM events WHERE (tx, row_id) > (SELECT tx, row_id FROM sequencer) ORDER BY tx, row_id LIMIT 1"


def caller_as(platform: Platform, operator: str) -> Caller:
    """An operator of the demo."""
    return Caller(platform.origin, token_of(platform, operator))


def token_of(platform: Platform, operator: str, kind: str = "session") -> str:
    """Sign an operator of the demo in: `session` for the API, `assertion` for some minutes of calls on the bus."""
    asked = {"operator_id": operator, "key": f"demo-only-{operator}"}
    return str(Caller(platform.origin).post("/api/v1/operator-sessions", asked)[kind])


class Filing:
    """Files of one registry and the seconds of each of their stages; `hearers` are services by their stores."""

    def __init__(self, platform: Platform, hearers: tuple[str, ...], *, patience: float = 900.0) -> None:
        self.stores = {
            name: Store(StoreSettings.from_environ(platform.environ, name), name) for name in (PUBLISHER, *hearers)
        }
        self.seconds: dict[str, float] = {}
        self._hearers = hearers
        self._patience = patience

    def close(self) -> None:
        for store in self.stores.values():
            store.close()

    def submit(
        self, caller: Caller, kind: str, filename: str, content: bytes, params: Mapping[str, str], **owner: str
    ) -> UUID:
        """Hand a file in, to be tried out first."""
        began = time.perf_counter()
        fields = {"kind": kind, "params": json.dumps(params), "plan_first": "true", **owner}
        batch = caller.upload("/api/v1/files", filename, content, **fields)
        self._took("upload", began)
        return UUID(batch["id"])

    def try_out(self, batch_id: UUID, facts: int) -> None:
        """Wait for the plan, which must lead to so many facts."""
        began = time.perf_counter()
        progress = self._reached(batch_id, "planned")
        self._took("dry run", began)
        if progress.plan_facts != facts:
            raise AssertionError(f"the plan is of {progress.plan_facts} facts, not {facts}")

    def commit(self, batch_id: UUID, caller: Caller, rows: int) -> None:
        """Have the plan carried out, and wait for its last row."""
        plan_id = self._progress(batch_id).plan_id
        began = time.perf_counter()
        caller.post(f"/api/v1/batches/{batch_id}/commit", {"plan_id": plan_id, "mode": "good_rows"})
        progress = self._reached(batch_id, "finished")
        self._took("commit", began)
        if progress.accepted != rows:
            raise AssertionError(f"{progress.accepted} of {rows} rows were accepted")

    def wait_for_hearers(self) -> None:
        """Wait until all that enrollment made public can be asked about in every hearing service."""
        began, waiting = time.perf_counter(), set(self._hearers)
        while waiting:
            time.sleep(0.05)
            for name in [name for name in waiting if self._has_heard(self.stores[name])]:
                waiting.remove(name)
                self._took(name, began)
            self._show(f"waiting for {', '.join(sorted(waiting))}")
            if time.perf_counter() > began + self._patience:
                raise AssertionError(f"{waiting} never heard everything")
        self._took("heard", began)

    def tell(self, title: str) -> None:
        """The seconds of all stages, in one line."""
        self._show(f"{title}: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in self.seconds.items()), "\n")

    def _took(self, stage: str, began: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began

    def _reached(self, batch_id: UUID, state: str) -> Any:
        until = time.perf_counter() + self._patience
        while (progress := self._progress(batch_id)).state != state:
            if progress.state == "refused" or time.perf_counter() > until:
                raise AssertionError(f"the file stands at {progress}")
            self._show(f"{progress.state}, {progress.done:,} rows done")
            time.sleep(0.02)
        return progress

    def _progress(self, batch_id: UUID) -> Any:
        with self.stores[PUBLISHER].reading() as cursor:
            return standings(cursor, RegistrationBatch, [batch_id])[batch_id][1]

    def _has_heard(self, hearer: Store) -> bool:
        publisher = self.stores[PUBLISHER]
        if number_of(publisher, _UNNUMBERED):
            return False
        if number_of(publisher, "SELECT sequencer.position - relay.position FROM relay, sequencer"):
            return False
        heard = number_of(hearer, "SELECT max(last) FROM inbox WHERE publisher = %s", PUBLISHER)
        return heard >= number_of(publisher, "SELECT number FROM relay") and not number_of(hearer, _UNREAD)

    def _show(self, line: str, end: str = "") -> None:
        if sys.stderr.isatty() or end:
            print(f"\r  {line:100}", end=end, file=sys.stderr, flush=True)


def number_of(store: Store, query: str, *values: Any) -> int:
    """The one number that a query answers; 0 for none."""
    with store.reading() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else 0
