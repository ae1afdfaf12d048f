"""The embedded registry: one process, a private PostgreSQL, data in one folder that is kept between runs."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cli.after_upgrade import tell_what_to_rebuild
from cli.embedded_postgres import EmbeddedPostgres
from cli.environment import BLOBS, KEYS, MAILBOX, POSTGRES, announced, embedded_environ
from cli.processes import SERVICES
from shared.eventstore.privacy import Keyring
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import migrate, migrate_keys


class Embedded:
    """A registry whose data lies in `folder`; for a newcomer, a demonstration, a classroom."""

    def __init__(self, folder: Path, *, port: int = 8000, clock: str = "system") -> None:
        self.folder = folder.resolve()
        self.port = port
        self.clock = clock

    def serve(self, ready: Callable[[dict[str, str]], None]) -> None:
        """Run until Ctrl-C or SIGTERM; `ready(environ)` is called when everything answers."""
        for name in (BLOBS, MAILBOX):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        postgres = EmbeddedPostgres(self.folder / POSTGRES)
        environ = embedded_environ(self.folder, postgres.start(), port=self.port, clock=self.clock)
        try:
            self._prepare(environ)
            with announced(self.folder, environ):
                from shared.bus.embedded import main

                # the decision about eventlet and the way out of it stand in ADR 0004; a newcomer need not read it here
                warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
                main(
                    SERVICES,
                    environ,
                    port=self.port,
                    front_door=lambda: front_door(environ),
                    ready=lambda: ready(environ),
                )
        finally:
            postgres.stop()

    def _prepare(self, environ: dict[str, str]) -> None:
        if not Path(environ["XUEJI_KEYS_FILE"]).exists():
            Keyring.generate(self.folder / KEYS)
        if keys_url := environ.get("XUEJI_SUBJECT_KEYS_URL"):
            migrate_keys(keys_url)
        for name in SERVICES:
            migrate(StoreSettings.from_environ(environ, name).url, name)
            tell_what_to_rebuild(environ, name)


def front_door(environ: dict[str, str]) -> Any:
    """The gateway, and public verification behind the same port."""
    from cli.front_door import whole_app

    return whole_app(environ)


def tell_where(environ: dict[str, str]) -> None:
    """Where to look, in a few lines."""
    origin = environ["XUEJI_PUBLIC_ORIGIN"]
    click.echo(f"Xueji runs on {origin}")
    click.echo(f"  public pages    {origin}/zh/  {origin}/en/")
    click.echo(f"  verify a code   {origin}/zh/verify")
    click.echo(f"  HTTP API        {origin}/api/v1/  described at {origin}/en/api")
    click.echo(f"  sent messages   {origin}/zh/demo/mailbox  (files in {environ['XUEJI_MAILBOX_DIR']})")
    click.echo("  Ctrl-C stops it; everything that was answered is kept.")
