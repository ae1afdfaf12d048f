"""The whole registry in one process: every service, every worker and the front door on green threads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Wsgi = Callable[..., Any]
HOST = "127.0.0.1"


def main(
    names: Sequence[str],
    environ: Mapping[str, str],
    *,
    port: int,
    front_door: Callable[[], Wsgi],
    ready: Callable[[], None],
) -> None:
    """Run the services of `names` and their workers until Ctrl-C or SIGTERM, and `front_door()` on 127.0.0.1.

    `ready()` is called once everything answers. Work that was begun is finished before this returns.
    """
    __import__("eventlet").monkey_patch()
    import importlib
    import threading

    from shared.bus import logs
    from shared.bus.collecting import settle
    from shared.bus.runner import Services, service_classes

    logs.configure()
    modules = [importlib.import_module(f"services.{name}.service") for name in names]
    services = Services([found for module in modules for found in service_classes(module)], environ)
    workers = [importlib.import_module(f"services.{name}.worker").build(environ) for name in names]
    stop = threading.Event()
    services.start()
    threads = [
        threading.Thread(target=worker.run, args=(stop,), name=name)
        for name, worker in zip(names, workers, strict=True)
    ]
    for thread in threads:
        thread.start()
    door = _Door(front_door(), port)
    _when_told(stop)
    settle()
    ready()
    stop.wait()
    door.close()
    services.stop()
    for thread, worker in zip(threads, workers, strict=True):
        thread.join()
        worker.close()


def _when_told(stop: Any) -> None:
    import signal

    import eventlet

    def told(*_: Any) -> None:
        eventlet.spawn_n(stop.set)  # a signal handler itself may not switch green threads

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


class _Door:
    """A WSGI application under eventlet's server; closing it lets requests in flight finish."""

    def __init__(self, application: Wsgi, port: int) -> None:
        import eventlet
        import eventlet.wsgi

        self._listener = eventlet.listen((HOST, port), reuse_port=False)
        self._pool = eventlet.GreenPool(64)
        self._thread = eventlet.spawn(
            eventlet.wsgi.server, self._listener, application, custom_pool=self._pool, log_output=False, debug=False
        )

    def close(self) -> None:
        import eventlet

        self._thread.kill()
        self._listener.close()
        with eventlet.Timeout(10, False):
            self._pool.waitall()
