"""Names in folders that survive a power cut: given in one step, never taken from anybody."""

import contextlib
import errno
import os
from pathlib import Path

_STALE = 24 * 3600


def give_name(arriving: Path, path: Path) -> bool:
    """Give a whole file its name, only if nobody has it: a link, unlike a rename, never overwrites."""
    make_folder(path.parent)
    try:
        os.link(arriving, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise
        os.replace(arriving, path)  # a file system without links; equal names are equal contents
    sync_folder(path.parent)
    return True


def make_folder(folder: Path) -> None:
    """A folder that is there after a power cut too."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(incoming: Path) -> None:
    """Remove what a killed process left half received; a day is longer than any sending takes."""
    os.utime(incoming)  # asks the file system what time it is there
    now = incoming.stat().st_mtime
    for left in incoming.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if now - left.stat().st_mtime > _STALE:
                left.unlink()
