"""A service for tests: answers, refuses, fails, is slow."""

import sys
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.access.by import By
from shared.bus.handlers import answers
from shared.bus.providers import provide
from shared.bus.tests.words import SECRET, SayV1, WhoV1
from shared.rules.refused import NotFound


class Mouth:
    """Remembers how often it spoke."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.spoken = 0

    def say(self, command_id: UUID, word: str, by: By) -> dict[str, Any]:
        self.spoken += 1
        if word == "refuse":
            raise NotFound(kind="word", id=word)
        if word == "fail":
            raise KeyError(SECRET)
        if word == "wrong":
            return {"id": command_id, "version": 0}
        if word.startswith("slow"):
            time.sleep(float(word.removeprefix("slow ")))
        return {"id": command_id, "version": self.spoken}


class Echo:
    """The service."""

    name = "echo"
    mouth = provide(Mouth)

    @answers(SayV1)
    def say(self, request: dict[str, Any], by: By) -> Any:
        return self.mouth.say(**request, by=by)

    @answers(WhoV1)
    def count(self, request: dict[str, Any], by: By) -> Any:
        return {"id": UUID(by.correlation_id), "version": self.mouth.spoken or 1}


def main(url: str, port: str) -> None:
    """Run the service like the real runner does."""
    from shared.bus import logs
    from shared.bus.health import serve_health
    from shared.bus.runner import Services, _stop_when_told

    logs.configure()
    environ = {"XUEJI_AMQP_URL": url, "XUEJI_METRICS_PORT": port}
    services = Services([Echo], environ)
    services.start()
    with serve_health(environ, ready=services.ready):
        _stop_when_told(services)
        sys.stdout.write("READY\n")
        sys.stdout.flush()
        services.wait()
