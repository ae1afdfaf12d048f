"""The Chinese font of the reports: found, installed as Debian's package when root, or asked for in one line."""

import os
import shutil
import subprocess

import click

PACKAGE = "fonts-noto-cjk"


def ensure_cjk_font() -> None:
    """Make sure that reports can be printed; stops with one line where a person has to install something."""
    from services.verification.adapters.fonts import FontMissing, report_fonts  # typst is not in every image

    try:
        report_fonts()
    except FontMissing:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise click.ClickException(FontMissing.INSTALL) from None
        click.echo(f"installing Debian's package {PACKAGE}, for the report's Chinese text …")
        if not _install():
            raise click.ClickException(FontMissing.INSTALL) from None
        report_fonts()


def _install() -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE]
    if subprocess.run(install, env=environ, capture_output=True, check=False).returncode == 0:
        return True
    subprocess.run(["apt-get", "update", "-qq"], env=environ, capture_output=True, check=False)
    return subprocess.run(install, env=environ, capture_output=True, check=False).returncode == 0
