"""`xueji keys`: a new file of keys, another wrapping key, every subject's key wrapped by it."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import click

from cli.processes import SERVICES

_PRIVATE_HALF = re.compile(r'^private_pem = """.*?"""\n', re.DOTALL | re.MULTILINE)
PATH = click.argument("path", type=click.Path(dir_okay=False, path_type=Path))


class _NewUnlessNamed(click.Group):
    """`xueji keys FILE` writes a new file, as it always did."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["new", *args]
        found: list[str] = super().parse_args(ctx, args)
        return found


@click.group(cls=_NewUnlessNamed)
def keys() -> None:
    """Keys of an installation: `xueji keys FILE` writes a new file of them."""


@keys.command()
@PATH
def new(path: Path) -> None:
    """Write a new file of keys (sealing, look-up, assertions); refuses to touch an existing one."""
    from shared.eventstore.privacy import Keyring

    if path.exists():
        raise click.ClickException(f"{path} exists; keys are rotated, never overwritten")
    Keyring.generate(path)
    click.echo(f"wrote {path}; keep it secret, and keep a copy: without it nothing sealed can be read again")


@keys.command("for")
@click.argument("service", type=click.Choice(SERVICES))
@PATH
@click.option(
    "--keys", "keys_file", envvar="XUEJI_KEYS_FILE", required=True, type=click.Path(path_type=Path), help="All of them."
)
def keys_for(service: str, path: Path, keys_file: Path) -> None:
    """Write what one service is given of a file of keys: only identity's can sign who acts."""
    text = keys_file.read_text(encoding="utf-8")
    if service != "identity":
        text = _PRIVATE_HALF.sub("", text)
        if "private_pem" in tomllib.loads(text)["assertion"]:
            raise click.ClickException(f"{keys_file}: private_pem is not written as `xueji keys new` writes it")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{path} exists; name another file, or delete this one") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


@keys.command("new-kek")
@PATH
def new_kek(path: Path) -> None:
    """Add a wrapping key to a file of keys; it wraps from the next start on, those before it go on unwrapping."""
    from shared.eventstore.privacy import add_wrapping_key

    try:
        name = add_wrapping_key(path)
    except FileExistsError:
        raise click.ClickException(
            f"{path}.new is there: another new-kek is at work, or was cut off; then delete it and begin again"
        ) from None
    click.echo(
        f"{name} wraps from now on: restart the services of identity, give the front door its keys"
        " anew (`xueji blobs keys`), then `xueji keys rewrap`"
    )


@keys.command()
@click.option("--at-once", default=500, show_default=True, help="Keys of one step.")
def rewrap(at_once: int) -> None:
    """Wrap every key of subjects and of files by the active wrapping key; what was shredded stays so, and it may be
    run again at any time."""
    store, subject_keys = _of_identity()
    try:
        done = 0
        while step := subject_keys.rewrap(at_once=at_once):
            done += step
        lost = subject_keys.lost()
    finally:
        store.close()
    click.echo(f"{done} keys wrapped anew")
    for name, count in lost.items():
        click.echo(f"{count} keys are wrapped by {name}, which is not in the file: they open for nobody", err=True)
    if folder := os.environ.get("XUEJI_BLOBS_DIR"):
        from shared.blobs.sealed_files import SealedBlobs

        files = SealedBlobs.at(folder, os.environ["XUEJI_KEYS_FILE"]).rewrap()
        click.echo(f"{files} keys of files wrapped anew")


@keys.command()
def reshred() -> None:
    """Destroy again every key that the facts say is over: right after a backup of keys was restored."""
    import services.identity.projections  # every fact is known by its name  # noqa: F401
    from services.identity.application.forgetting import shred_again

    store, subject_keys = _of_identity()
    try:
        done = shred_again(store, subject_keys)
    finally:
        store.close()
    click.echo(f"{done} keys are gone")


def _of_identity() -> tuple[Any, Any]:
    """Identity's store and the keys of its subjects."""
    from shared.eventstore.privacy import Keyring, SubjectKeys
    from shared.eventstore.settings import StoreSettings
    from shared.eventstore.store import Store

    store = Store(StoreSettings.from_environ(os.environ, "identity"), "identity")
    return store, SubjectKeys(store, Keyring.from_file(os.environ["XUEJI_KEYS_FILE"]))
