"""The whole play in one patched process: a publisher that answers pulls, a hearing container, a relay, a client.

Run by test_containers.py, for only a patched process can hold nameko containers:
`python -m shared.bus.tests.play AMQP_URL PUBLISHER_POSTGRES_URL HEARER_POSTGRES_URL KEYS_FILE`.
"""

import eventlet

if __name__ == "__main__":
    eventlet.monkey_patch()

import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.access.assertion import Assertion, Signer
from shared.access.by import By
from shared.bus import logs
from shared.bus.client import RpcClient
from shared.bus.handlers import answers, hears
from shared.bus.providers import provide
from shared.bus.runner import Services, service_classes
from shared.bus.source import ListParkedV1, ReplayParkedV1, ShowParkedV1, StreamSource
from shared.bus.tests import stage
from shared.bus.tests.stage import Notebook, Publishing, SayV1, Things, ThingToldV1, until_true
from shared.codes.clock import SystemClock
from shared.eventstore.application import Heard
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused


def build_things(environ: Mapping[str, Any]) -> Things:
    return Things(Store(environ["PUBLISHER"], ""), SystemClock())


def build_notebook(environ: Mapping[str, Any]) -> Notebook:
    return Notebook(Store(environ["HEARER"], ""), SystemClock())


class ThingsService(StreamSource):
    """The publisher."""

    name = "things"
    things = provide(build_things)

    @answers(SayV1)
    def say(self, request: dict[str, Any], by: By) -> Any:
        self.things.say(request["word"], thing=request["id"])
        return {"id": request["id"], "version": len(self.things.words_of(request["id"]))}


class NotebookService(StreamSource):
    """The hearer, as far as it answers."""

    name = "notebook"
    notebook = provide(build_notebook)


class NotebookHearing:
    """The hearer, as far as it hears."""

    name = "notebook_hearing"
    notebook = provide(build_notebook)

    @hears(ThingToldV1)
    def write_down(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.notebook.hear_words(facts, heard=heard)


def play(amqp_url: str, publisher_url: str, hearer_url: str, keys: str) -> list[str]:
    """Everything in turn; the names of the scenes that went well."""
    environ = {
        "XUEJI_AMQP_URL": amqp_url,
        "XUEJI_HEAD_SECONDS": "0.2",
        "XUEJI_KEYS_FILE": keys,
        "PUBLISHER": publisher_url,
        "HEARER": hearer_url,
    }
    classes = service_classes(sys.modules[__name__])
    assert {found.__name__ for found in classes} == {"ThingsService", "NotebookService", "NotebookHearing"}
    services = Services(classes, environ)
    services.start()
    publishing = Publishing(publisher_url, amqp_url)
    notebook = build_notebook(environ)
    client = RpcClient(amqp_url)
    scenes = [hear_what_was_said, pull_what_was_lost, park_and_replay]
    done = []
    for scene in scenes:
        scene(client, publishing, notebook, keys)
        done.append(scene.__name__)
    assert services.ready()
    client.close()
    publishing.close()
    services.stop()
    notebook.store.close()
    return done


def hear_what_was_said(client: RpcClient, publishing: Publishing, notebook: Notebook, keys: str) -> None:
    thing = stage.new_thing()
    for version, word in enumerate(("one", "two"), 1):
        assert client.call(SayV1, {"id": thing, "word": word}) == {"id": str(thing), "version": version}
    publishing.relay_all()
    until_true(lambda: notebook.words_of(thing) == ["one", "two"])


def pull_what_was_lost(client: RpcClient, publishing: Publishing, notebook: Notebook, keys: str) -> None:
    """The only message after a while is lost: no gap shows, only the publisher's head does."""
    thing = stage.new_thing()
    client.call(SayV1, {"id": thing, "word": "lost"})
    publishing.sequencer.step()
    publishing.relay.number()
    with publishing.store.writing() as cursor:
        cursor.execute("UPDATE relay SET sent = number")
    until_true(lambda: notebook.words_of(thing) == ["lost"])


def park_and_replay(client: RpcClient, publishing: Publishing, notebook: Notebook, keys: str) -> None:
    """The operator sees what is parked, asks for it again, and nobody else may."""
    thing = stage.new_thing()
    Notebook.poison = "poison"
    for word in ("poison", "after"):
        client.call(SayV1, {"id": thing, "word": word})
    publishing.relay_all()
    until_true(lambda: len(_parked(client, keys)) == 2)
    first = _parked(client, keys)[0]
    shown = client.ask(
        "notebook",
        ShowParkedV1.method,
        {"publisher": "things", "number": first["number"]},
        headers={"assertion": _token(keys, "operator")},
    )
    assert json.loads(shown["parked"][0]["body"]) == {"thing_id": str(thing), "word": "poison"}
    for role in ("registrar", None):
        with pytest.raises(Refused):
            _parked(client, keys, role)
    Notebook.poison = ""
    asked = client.ask(
        "notebook",
        ReplayParkedV1.method,
        {"publisher": "things", "number": first["number"]},
        headers={"assertion": _token(keys, "operator")},
    )
    assert asked == {"asked": 1}
    until_true(lambda: notebook.words_of(thing) == ["poison", "after"])
    until_true(lambda: _parked(client, keys) == [])


def _parked(client: RpcClient, keys: str, role: str | None = "operator") -> list[dict[str, Any]]:
    headers = {"assertion": _token(keys, role) if role else None}
    return list(client.ask("notebook", ListParkedV1.method, {}, headers=headers)["parked"])


def _token(keys: str, role: str) -> str:
    clock = SystemClock()
    actor = Assertion(
        sub="op-1", role=role, level="nation", kind="all", org="moe", amr=("pwd",), jti="1",
        exp=clock.now() + timedelta(minutes=5),
    )  # fmt: skip
    return Signer(Keyring.from_file(keys).assertion_private_pem, clock).sign(actor)


if __name__ == "__main__":
    logs.configure()
    sys.stdout.write(json.dumps(play(*sys.argv[1:])) + "\n")
