"""The progress of a file is told as it happens, to whoever may ask for it, and never keeps others waiting."""

import json
from uuid import uuid4

import pytest
from werkzeug.test import create_environ

from gateway.api.progress import Listeners, Pulse, Watching
from shared.access.decide import NotPermitted
from shared.bus.failures import ServiceMissing
from shared.contracts.rpc.enrollment import GetBatchV1

# an answer that names neither what is done nor a speed: both are seen from here
_UNTOLD = {"done": None, "unchanged": None, "rate_per_second": None, "remaining_seconds": None}
BATCH = {**GetBatchV1.answer.example, "rows": 1000, "errors_digest": None, **_UNTOLD}


class Hands:
    """A clock that goes on when somebody waits, and a batch that goes on when somebody looks."""

    def __init__(self, *answers, **pulse):
        self.time = 100.0
        self.answers = list(answers)
        self.pulse = Pulse(now=lambda: self.time, wait=self.wait, **pulse)

    def wait(self, seconds):
        self.time += seconds

    def look(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def events(self, seen=""):
        return list(Watching(self.pulse, seen=seen).events(self.look(), self.look))


def at(done, version, state="running", **more):
    return {**BATCH, "state": state, "accepted": done, "refused": 0, "version": version, **more}


def told(events, name):
    """The contents of the events of one name."""
    lines = [event.split("\n") for event in events if event.startswith(f"event: {name}\n")]
    return [json.loads(line[2].removeprefix("data: ")) for line in lines]


def ids(events):
    return [event.split("\n")[1].removeprefix("id: ") for event in events if event.startswith("event")]


def test_progress_is_told_with_its_speed_until_the_batch_is_finished():
    events = Hands(at(0, 2), at(100, 3), at(300, 4), at(1000, 5, "finished"), seconds=1.0).events()
    progress = told(events, "progress")
    assert [each["done"] for each in progress] == [0, 100, 300, 1000]
    assert [each["rate_per_second"] for each in progress] == [None, 100.0, 150.0, 333.3]
    assert [each["remaining_seconds"] for each in progress] == [None, 9.0, 4.7, 0.0]
    (finished,) = told(events, "finished")
    assert (finished["state"], finished["done"]) == ("finished", 1000)
    assert events[0].startswith("retry: ")


def test_what_the_service_knows_better_is_handed_on():
    better = {"done": 40, "unchanged": 30, "plan_id": "p", "rate_per_second": 8000.0, "remaining_seconds": 0.1}
    answer = at(10, 2) | better
    progress = told(Hands(answer, at(0, 3, "planned")).events(), "progress")[0]
    assert (progress["done"], progress["unchanged"], progress["rate_per_second"]) == (40, 30, 8000.0)
    assert (progress["remaining_seconds"], progress["plan_id"]) == (0.1, "p")


@pytest.mark.parametrize("state", ["planned", "finished", "refused", "returned", "undone", "lapsed"])
def test_a_batch_that_waits_for_nothing_ends_the_stream_at_once(state):
    events = Hands(at(7, 2, state)).events()
    assert [event.split("\n")[0] for event in events[1:]] == ["event: progress", "event: finished"]


def test_who_comes_again_is_not_told_twice():
    events = Hands(at(5, 3), at(5, 3), at(9, 4, "finished")).events(seen="3-running")
    assert ids(events) == ["4-finished", "4-finished"]


def test_a_quiet_batch_has_a_heartbeat_and_a_stream_has_an_end():
    events = Hands(at(5, 3), seconds=5.0, heartbeat=10.0, lifetime=30.0).events()
    assert ids(events) == ["3-running"]
    assert [event for event in events if event.startswith(":")] == [": still at work\n\n"] * 3


@pytest.mark.parametrize("failure", [NotPermitted(), ServiceMissing("enrollment.get_batch")])
def test_a_stream_that_cannot_go_on_says_so_and_ends(failure):
    events = Hands(at(5, 3), failure).events()
    assert told(events, "failed") == [{"code": failure.code}]
    assert ids(events)[-1] == "3-running"


def test_the_route_streams_a_finished_batch(client, services, signed_in):
    batch_id = uuid4()
    response = client.get(f"/api/v1/batches/{batch_id}/progress?after_version=2", headers=signed_in("registrar"))
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.headers["X-Accel-Buffering"] == "no"
    assert told(response.get_data(as_text=True).split("\n\n"), "finished")[0]["state"] == "finished"
    ((contract, asked, assertion, _),) = services.asked
    assert (contract, asked["batch_id"], asked["after_version"]) == (GetBatchV1, str(batch_id), 2)
    assert assertion


def test_who_may_not_ask_may_not_listen(client, services, signed_in):
    assert client.get(f"/api/v1/batches/{uuid4()}/progress").status_code == 401
    services.failure = NotPermitted()
    response = client.get(f"/api/v1/batches/{uuid4()}/progress", headers=signed_in("registrar"))
    assert (response.status_code, response.content_type) == (403, "application/problem+json")


def test_listeners_never_take_every_place(client, signed_in):
    listeners = Listeners(Pulse(at_once=2))
    assert [listeners.take(who) for who in "abc"] == [True, True, False]
    listeners.give_back("a")
    assert listeners.take("c")


def test_one_listener_keeps_nobody_else_away():
    listeners = Listeners(Pulse(at_once=6, for_one=2))
    assert [listeners.take("a") for _ in range(6)] == [True, True, False, False, False, False]
    assert listeners.take("b")
    listeners.give_back("a")
    assert listeners.take("a")


def test_a_place_is_given_back_when_the_listener_goes(client, services, signed_in):
    for _ in range(3 * Pulse().at_once):
        headers = {**signed_in("registrar"), "Last-Event-ID": "1-running"}
        response = client.get(f"/api/v1/batches/{uuid4()}/progress", headers=headers, buffered=False)
        assert response.status_code == 200
        response.close()


def test_the_embedded_server_sends_each_event_by_itself(app, signed_in):
    environ = create_environ(f"/api/v1/batches/{uuid4()}/progress", headers=signed_in("registrar"))
    body = app.wsgi_app(environ, lambda status, headers: None)
    assert b"event: finished" in b"".join(body)
    body.close()
    assert environ["eventlet.minimum_write_chunk_size"] == 1
