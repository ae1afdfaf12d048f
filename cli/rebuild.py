"""`xueji rebuild`: read tables anew from the events, after an upgrade or when the audit found a difference."""

import importlib
import os
from collections.abc import Mapping
from pathlib import Path

import click

from cli.environment import environment
from cli.processes import SERVICES
from shared.eventstore.rebuild import rebuild as rebuild_tables
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store


@click.command()
@click.argument("service", type=click.Choice(SERVICES), required=False)
@click.option("--data", "folder", type=click.Path(path_type=Path), help="The data folder of `xueji run`.")
@click.pass_context
def rebuild(context: click.Context, service: str | None, folder: Path | None) -> None:
    """Write the read tables of SERVICE, or of all, anew beside the live ones and put them in their place.

    Everybody goes on working meanwhile; readers see the old tables until the exchange. It needs the account that owns
    the tables, and memory for all their rows.
    """
    found: Mapping[str, str] = context.with_resource(environment(folder, os.environ))
    for name in [service] if service else SERVICES:
        click.echo(f"{name}: rebuilding …", err=True)
        click.echo(f"{name}: {rebuild_service(found, name)}")


def rebuild_service(environ: Mapping[str, str], name: str) -> str:
    """Rebuild one service's tables; answers in words what was done."""
    projections = importlib.import_module(f"services.{name}.projections").PROJECTIONS
    store = Store(StoreSettings.from_environ(environ, name), name)
    try:
        return f"{len(projections)} tables rebuilt as of position {rebuild_tables(store, projections)}"
    finally:
        store.close()
