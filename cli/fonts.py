"""The Chinese font of the reports: found, installed as Debian's package when root, or asked for in one line."""

import os
import shutil
import subprocess

import click

from services.verification.adapters.fonts import FontMissing, report_fonts

PACKAGE = "fonts-noto-cjk"


def ensure_cjk_font() -> None:
    """Make sure that reports can be printed; stops with one line where a person has to install something."""
    try:
        report_fonts()
    except FontMissing:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise click.ClickException(FontMissing.INSTALL) from None
        click.echo(f"installing Debian's package {PACKAGE}, for the report's Chinese text …")
        _install()
        report_fonts()


def _install() -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE]
    if subprocess.run(install, env=environ, capture_output=True, check=False).returncode == 0:
        return
    subprocess.run(["apt-get", "update", "-qq"], env=environ, capture_output=True, check=False)
    if subprocess.run(install, env=environ, capture_output=True, check=False).returncode != 0:
        raise click.ClickException(FontMissing.INSTALL)
