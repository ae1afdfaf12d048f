"""The processes of the registry: services, workers, the gateway, public verification, and all of them in one."""

import importlib
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click

SERVICES = ("identity", "enrollment", "imaging", "credentials", "verification")
NAME = click.Choice(SERVICES)


@click.command()
@click.argument("name", type=NAME)
def service(name: str) -> None:
    """Answer calls and hear the neighbours: the nameko process of one service."""
    from shared.bus.runner import main

    main(name)


@click.command()
@click.argument("name", type=NAME)
def worker(name: str) -> None:
    """Number the log, feed the read tables, relay to the bus: the worker of one service."""
    from shared.bus import logs
    from shared.bus.collecting import settle
    from shared.bus.health import serve_health

    logs.configure()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    built: Any = importlib.import_module(f"services.{name}.worker").build(os.environ)
    settle()
    with serve_health(os.environ, ready=built.ready):
        built.run(stop)
    built.close()


@click.command()
@click.argument("name", type=NAME, required=False)
def migrate(name: str | None) -> None:
    """Bring the databases up to date; safe beside the running version, and when started twice."""
    from cli.after_upgrade import tell_what_to_rebuild
    from shared.eventstore.settings import StoreSettings
    from shared.eventstore.store import migrate as bring_up_to_date
    from shared.eventstore.store import migrate_keys

    if keys_url := os.environ.get("XUEJI_SUBJECT_KEYS_URL"):
        click.echo(f"keys: {', '.join(migrate_keys(keys_url)) or 'up to date'}")
    for each in [name] if name else SERVICES:
        applied = bring_up_to_date(StoreSettings.from_environ(os.environ, each).url, each)
        click.echo(f"{each}: {', '.join(applied) or 'up to date'}")
        tell_what_to_rebuild(os.environ, each)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes; each answers with --threads threads.")
@click.option("--threads", default=16, show_default=True)
def gateway(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the HTTP API and the public pages."""
    from cli.front_door import gateway_app

    _serve(gateway_app, host, port, workers, threads)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True)
@click.option("--workers", default=1, show_default=True)
@click.option("--threads", default=48, show_default=True, help="An answer waits for its evidence to be kept.")
def public(host: str, port: int, workers: int, threads: int) -> None:
    """Serve public verification by code, straight from the read tables."""
    from cli.front_door import public_app

    _serve(public_app, host, port, workers, threads)


def _serve(build: Any, host: str, port: int, workers: int, threads: int) -> None:
    """Run a WSGI application under gunicorn; it is built in each worker process, after the fork."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"{host}:{port}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": threads,
                "graceful_timeout": 20,
                "accesslog": None,
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            return build(os.environ)

    sys.argv = sys.argv[:1]
    Server().run()


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--data", "folder", default="var/run", show_default=True, type=click.Path(path_type=Path))
@click.option("--demo", "load_demo", is_flag=True, help="Load the demo cohort of examples/ first.")
@click.option("--clock", default="system", show_default=True, help="`system`, or `set:FILE` with an ISO instant.")
def run(port: int, folder: Path, load_demo: bool, clock: str) -> None:
    """Run the whole registry in this one process, with a private PostgreSQL; Ctrl-C stops it, nothing is lost."""
    from cli.embedded import Embedded, tell_where

    if load_demo:
        from cli.demo import load

        load(folder)
    Embedded(folder, port=port, clock=clock).serve(tell_where)
