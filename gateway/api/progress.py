"""How far a submitted file is, told as it happens: server-sent events that end with the batch."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any, Final
from uuid import UUID

from flask import Response, g, request, stream_with_context
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields
from marshmallow.validate import Range
from werkzeug.exceptions import TooManyRequests

from gateway.platform import platform
from shared.bus.failures import CallFailed
from shared.contracts.rpc.enrollment import GetBatchV1
from shared.rules.refused import Refused

EVENT_STREAM: Final = "text/event-stream"
_PATH: Final = "/batches/<uuid:batch_id>/progress"
# A planned batch waits for somebody to decide, which may take a day: nobody listens that long
AT_REST: Final = ("planned", "lapsed", "finished", "refused", "reviewed", "released", "returned", "undone")
_TOLD: Final = ("state", "rows", "done", "accepted", "unchanged", "refused", "changed", "undone", "plan_id")
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pulse:
    """How often a batch is looked at, how long one stream lasts, and how many there are at once.

    The server answers with a fixed number of threads and a stream holds one of them, so streams are few and short;
    whoever is cut off comes again by itself (`retry`), with the id of the last event it has seen.
    """

    seconds: float = 0.5
    heartbeat: float = 15.0
    lifetime: float = 120.0
    at_once: int = 6
    for_one: int = 2
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep  # under green threads this lets the others run


@dataclass(slots=True)
class Watching:
    """One listener: what it has been told, and the speed as seen from here while the service names none."""

    pulse: Pulse
    seen: str = ""
    begun: float = 0.0
    begun_at: int | None = None
    told: float = 0.0

    def events(self, first: Answer, look: Callable[[], Answer]) -> Iterator[str]:
        """The stream of one batch, from what was found at first; `look` asks how far it is now."""
        self.begun = self.told = self.pulse.now()
        found = first
        yield f"retry: {int(1000 * self.pulse.seconds)}\n\n"
        while True:
            yield from self._news(found)
            if found["state"] in AT_REST or self.pulse.now() - self.begun > self.pulse.lifetime:
                return
            self.pulse.wait(self.pulse.seconds)
            try:
                found = look()
            except (Refused, CallFailed) as failure:
                yield _event("failed", self.seen, {"code": failure.code})
                return

    def _news(self, found: Answer) -> Iterator[str]:
        now, ended = self.pulse.now(), found["state"] in AT_REST
        mark = f"{found['version']}-{found['state']}"
        if mark != self.seen or ended:
            self.seen, self.told = mark, now
            yield _event("progress", mark, self._progress(found, now))
        elif now - self.told >= self.pulse.heartbeat:
            self.told = now
            yield ": still at work\n\n"  # proxies close a connection on which nothing is said
        if ended:
            yield _event("finished", mark, self._progress(found, now))

    def _progress(self, found: Answer, now: float) -> Answer:
        done = found.get("done")
        if done is None:
            done = found["accepted"] + found["refused"] + (found.get("unchanged") or 0)
        if self.begun_at is None:
            self.begun_at = done
        rate = found.get("rate_per_second")
        if rate is None and now > self.begun:
            rate = round((done - self.begun_at) / (now - self.begun), 1)
        left = found.get("remaining_seconds")
        if left is None and rate and found["rows"] is not None:
            left = round(max(found["rows"] - done, 0) / rate, 1)
        told = {name: found.get(name) for name in _TOLD} | {"done": done}
        return told | {"rate_per_second": rate, "remaining_seconds": left}


class Listeners:
    """The places for streams; they are counted, so that listening never keeps others from being answered.

    Nobody has more than a few of them: one listener cannot keep all others away.
    """

    def __init__(self, pulse: Pulse) -> None:
        self.pulse = pulse
        self._taken: Counter[str] = Counter()
        self._one_at_a_time = Lock()

    def take(self, who: str) -> bool:
        with self._one_at_a_time:
            free = self._taken.total() < self.pulse.at_once and self._taken[who] < self.pulse.for_one
            self._taken[who] += free
            return free

    def give_back(self, who: str) -> None:
        with self._one_at_a_time:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]


class ProgressQuerySchema(Schema):
    """From which version on: whoever has just committed a plan does not want to hear of the plan."""

    class Meta:
        unknown = RAISE

    after_version = fields.Integer(load_default=0, validate=Range(0, 2**31 - 1))


def add_progress(api: Blueprint, pulse: Pulse | None = None) -> None:
    """The route of the progress."""
    listeners = Listeners(pulse or Pulse())

    def progress(asked: Answer, batch_id: UUID) -> Response:
        """How far a submitted file is, as server-sent events: `progress` (rows, done, rate, remaining), `finished`.

        The stream ends when the file waits for nothing more or after two minutes; an EventSource comes again by itself.
        Whoever may ask for the batch may listen.
        """
        return listen(listeners, {"batch_id": batch_id, **asked})

    events = {"description": "Events `progress`, `finished`, `failed`; comments as heartbeat."}
    view = api.response(200, events, content_type=EVENT_STREAM, description="The events.")(progress)
    for status in (401, 403, 404, 409, 422, 429, 503, 504):
        view = api.alt_response(status, HTTPStatus(status).name)(view)
    view = api.arguments(ProgressQuerySchema, location="query")(view)
    view = api.doc(operationId="watch_batch", security=[{"assertion": []}])(view)
    api.route(_PATH, methods=["GET"], endpoint="watch_batch", tags=["enrollment"])(view)


def listen(listeners: Listeners, asked: Answer) -> Response:
    """Answer with a stream, when the batch may be seen and there is a place."""
    first = platform().ask(GetBatchV1, asked)
    who = g.actor.sub
    if not listeners.take(who):
        raise TooManyRequests
    watching = Watching(listeners.pulse, seen=request.headers.get("Last-Event-ID", "")[:100])
    stream = watching.events(first, lambda: platform().ask(GetBatchV1, {"batch_id": asked["batch_id"]}))
    # the embedded registry's server would collect 4 KiB before it sends anything; no other reads this
    request.environ["eventlet.minimum_write_chunk_size"] = 1
    response = Response(stream_with_context(stream), content_type=EVENT_STREAM)
    response.call_on_close(lambda: listeners.give_back(who))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy that collects the answer would tell it all at the end
    return response


def _event(name: str, mark: str, content: Answer) -> str:
    return f"event: {name}\nid: {mark}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"
