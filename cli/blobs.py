"""`xueji blobs`: files of earlier days sealed, one file destroyed, the keys that the front door is given."""

import os
from pathlib import Path
from typing import Any

import click

FOLDER = click.option(
    "--folder", envvar="XUEJI_BLOBS_DIR", required=True, type=click.Path(path_type=Path), help="Where the files lie."
)
KEYS = click.option(
    "--keys", "keys_file", envvar="XUEJI_KEYS_FILE", required=True, type=click.Path(path_type=Path), help="Their keys."
)


@click.group()
def blobs() -> None:
    """Files of an installation: lists, papers, photos, documents; each is sealed under a key of its own."""


@blobs.command()
@FOLDER
@KEYS
def seal(folder: Path, keys_file: Path) -> None:
    """Seal the files that lie there in clear from earlier days. May be run at any time, and again."""
    done, damaged = 0, []
    for digest, sound in _opened(folder, keys_file).seal_clear():
        done += sound
        damaged += [] if sound else [digest]
    click.echo(f"{done} files sealed")
    for digest in damaged:
        click.echo(f"{digest} is not what its name says, and was left as it is")
    if damaged:
        raise SystemExit(1)


@blobs.command()
@FOLDER
@KEYS
@click.argument("digest")
def shred(folder: Path, keys_file: Path, digest: str) -> None:
    """Destroy the key of the file with this digest: it opens nowhere any more, nor does any backup of it."""
    if not _opened(folder, keys_file).shred(digest):
        raise click.ClickException("there is no such file")
    click.echo("the key is gone; keys come back with a backup of keys only")


@blobs.command("keys")
@KEYS
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def keys_of_files(keys_file: Path, path: Path) -> None:
    """Write the keys of files, and no other, to a file for the front door (XUEJI_BLOB_KEYS_FILE)."""
    from shared.blobs.keys import BlobKeys

    text = BlobKeys.from_file(keys_file).extract()
    beside = Path(f"{path}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
    click.echo(f"wrote {path}; whoever has it can read every file, and nothing else")


def _opened(folder: Path, keys_file: Path) -> Any:
    from shared.blobs.sealed_files import SealedBlobs

    return SealedBlobs.at(folder, keys_file)
