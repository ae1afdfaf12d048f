"""What is left to do after an upgrade: read tables that a new version reads and nobody has filled yet."""

import importlib
from collections.abc import Mapping

import click

from shared.eventstore.follower import not_filled
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store


def tell_what_to_rebuild(environ: Mapping[str, str], name: str) -> None:
    """Say which read tables of a service an upgrade left half empty, and what fills them."""
    projections = importlib.import_module(f"services.{name}.projections").PROJECTIONS
    store = Store(StoreSettings.from_environ(environ, name), name)
    try:
        tables = not_filled(store, projections)
    finally:
        store.close()
    if tables:
        named = ", ".join(tables)
        click.echo(f"{name}: what is new in {named} is empty until you run `xueji rebuild {name}`", err=True)
