"""The process of a service: its classes in nameko containers, its health on a private port, a graceful end."""

import os
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any


def main(name: str, environ: Mapping[str, str] | None = None, *, module: str = "") -> None:
    """Run one service until SIGTERM or Ctrl-C: the classes of `services.<name>.service`, or of another module."""
    __import__("eventlet").monkey_patch()
    import importlib

    from shared.bus import logs
    from shared.bus.collecting import settle
    from shared.bus.health import serve_health

    logs.configure()
    given = dict(os.environ if environ is None else environ)
    services = Services(service_classes(importlib.import_module(module or f"services.{name}.service")), given)
    services.start()
    settle()
    with serve_health(given, ready=services.ready):
        _stop_when_told(services)
        services.wait()
    sys.exit(0)


def _stop_when_told(services: "Services") -> None:
    import signal

    import eventlet

    def told(*_: Any) -> None:
        eventlet.spawn_n(services.stop)  # a signal handler itself may not switch green threads

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


def service_classes(module: ModuleType) -> list[type]:
    """The service classes that a module defines: those with a name and an entrypoint."""
    from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

    return [
        found
        for found in vars(module).values()
        if isinstance(found, type)
        and found.__module__ == module.__name__
        and isinstance(getattr(found, "name", None), str)
        and any(hasattr(getattr(found, attribute), ENTRYPOINT_EXTENSIONS_ATTR) for attribute in dir(found))
    ]


def nameko_config(environ: Mapping[str, Any]) -> dict[str, Any]:
    """What a container gets: the environment, nameko's own settings, and our edge.

    The keys file may be missing where nobody signs in, as in a test of the bus.
    """
    from shared.access.assertion import Verifier
    from shared.bus import connect
    from shared.bus.handlers import EDGE, Edge
    from shared.bus.settings import BusSettings
    from shared.codes.clock import clock_from
    from shared.eventstore.privacy import Keyring

    settings = BusSettings.from_environ(environ)
    clock = clock_from(environ.get("XUEJI_CLOCK", "system"))
    keys = environ.get("XUEJI_KEYS_FILE")
    verifier = Verifier(Keyring.from_file(keys).assertion_public_pem, clock) if keys else None
    return {
        **environ,
        "AMQP_URI": settings.amqp_url,
        "HEARTBEAT": connect.HEARTBEAT,
        "max_workers": settings.max_workers,
        EDGE: Edge(settings, clock, verifier),
    }


class Services:
    """Service classes running in this process. The process must have been patched by eventlet before."""

    def __init__(self, classes: list[type], environ: Mapping[str, Any]) -> None:
        from nameko.runners import ServiceRunner

        self._config = nameko_config(environ)
        self._runner = ServiceRunner(self._config)
        for found in classes:
            self._runner.add_service(found)
        self._started = self._stopping = False

    def start(self) -> None:
        """Start all containers; returns when every one consumes."""
        self._runner.start()
        self._started = True

    def ready(self) -> bool:
        """Whether calls are taken and the stores answer."""
        from shared.bus.handlers import injected_stores

        if not self._started or self._stopping:
            return False
        for container in self._runner.containers:
            for store in injected_stores(container):
                with store.reading() as cursor:
                    cursor.execute("SELECT 1")
        return True

    def wait(self) -> None:
        """Until all containers have stopped."""
        self._runner.wait()

    def stop(self) -> None:
        """Take no new work, finish what was begun; after the drain time, end what is left."""
        import eventlet

        if self._stopping:
            return
        self._stopping = True
        from shared.bus.handlers import EDGE

        with eventlet.Timeout(self._config[EDGE].settings.drain_seconds, False):
            self._runner.stop()
            return
        self._runner.kill()
