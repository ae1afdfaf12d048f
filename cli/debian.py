"""Debian's packages: installed when we are root and may, for the few things that no wheel brings."""

import os
import shutil
import subprocess


def may_install() -> bool:
    """Whether this process can install a package of Debian or Ubuntu."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> bool:
    """Install packages, refreshing the lists if they are stale; False when it cannot be done."""
    if not may_install():
        return False
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if _run(command, environ):
        return True
    _run(["apt-get", "update", "-qq"], environ)
    return _run(command, environ)


def _run(command: list[str], environ: dict[str, str]) -> bool:
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0
