"""`xueji dead-letters`: the facts that a service could not hear, in order; look at them, and have them heard again."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.environment import environment
from cli.processes import SERVICES
from shared.bus.parked import ParkedDesk
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store

SERVICE = click.Choice(SERVICES)
NUMBERS = {"ignore_unknown_options": True}  # a body without a number of its own is parked under a negative one


@click.group("dead-letters")
@click.option("--data", "folder", type=click.Path(path_type=Path), help="The data folder of `xueji run`.")
@click.pass_context
def dead_letters(context: click.Context, folder: Path | None) -> None:
    """Parked facts: list them, show one, replay them in order once the cause is mended."""
    context.obj = context.with_resource(environment(folder, os.environ))


@dead_letters.command("list")
@click.argument("service", type=SERVICE, required=False)
@click.pass_obj
def list_parked(environ: Mapping[str, str], service: str | None) -> None:
    """What waits in SERVICE, or everywhere: one JSON line a fact, without its content."""
    for name in [service] if service else SERVICES:
        with _desk(environ, name) as desk:
            for parked in desk.waiting(500):
                click.echo(_line({"service": name, **parked}))


@dead_letters.command(context_settings=NUMBERS)
@click.argument("service", type=SERVICE)
@click.argument("publisher")
@click.argument("number", type=int)
@click.pass_obj
def show(environ: Mapping[str, str], service: str, publisher: str, number: int) -> None:
    """One parked fact with its content; personal data in it is sealed."""
    with _desk(environ, service) as desk:
        found = desk.show(publisher, number)
    if not found:
        raise click.ClickException(f"{service} has parked nothing of {publisher} under {number}")
    for parked in found:
        click.echo(_line(parked))


@dead_letters.command(context_settings=NUMBERS)
@click.argument("service", type=SERVICE)
@click.argument("publisher")
@click.argument("number", type=int, required=False)
@click.pass_obj
def replay(environ: Mapping[str, str], service: str, publisher: str, number: int | None) -> None:
    """Ask SERVICE to hear parked facts of PUBLISHER again: one with all that waits behind it, or every one."""
    with _desk(environ, service) as desk:
        asked = desk.ask_for_replay(publisher, number, now=datetime.now(UTC))
    click.echo(f"{asked} facts will be heard again; `xueji dead-letters list {service}` shows what is left")


@contextmanager
def _desk(environ: Mapping[str, str], name: str) -> Iterator[ParkedDesk]:
    store = Store(StoreSettings.from_environ(environ, name), name)
    try:
        yield ParkedDesk(store)
    finally:
        store.close()


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)
