"""Debian's packages: installed when we are root and may, for the few things that no wheel brings."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def may_install() -> bool:
    """Whether this process can install a package of Debian or Ubuntu."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> bool:
    """Install packages, refreshing the lists if they are stale; False when it cannot be done."""
    if not may_install():
        return False
    with _one_at_a_time():
        return _install(packages)


def _install(packages: Sequence[str]) -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if _run(command, environ):
        return True
    _run(["apt-get", "update", "-qq"], environ)
    return _run(command, environ)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two processes that need something at the same moment wait for each other: lists of packages have no patience."""
    path = os.path.join(tempfile.gettempdir(), "xueji-packages.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _run(command: list[str], environ: dict[str, str]) -> bool:
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0
