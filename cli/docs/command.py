"""`xueji docs`: write the generated pages, or say which are stale."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when a page is not what its source says.")
def docs(check: bool) -> None:
    """Write the generated pages: catalogue, rulebook with its index, access and security tables, AsyncAPI, OpenAPI."""
    from cli.docs.pages import PAGES  # the gateway's framework must not be there when a service patches its process

    stale = [name for name, render in PAGES.items() if not _is_fresh(ROOT / name, render)]
    if check and stale:
        click.echo(f"stale: {', '.join(stale)}; run `make docs`", err=True)
        sys.exit(1)
    if not check:
        for name in stale:
            (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
            click.echo(f"wrote {name}")
    if not stale:
        click.echo("every generated page is fresh")


def _is_fresh(page: Path, render: Callable[[], str]) -> bool:
    return page.exists() and page.read_text(encoding="utf-8") == render()
