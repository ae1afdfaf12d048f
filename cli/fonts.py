"""The Chinese font of the reports: found, installed as Debian's package when root, or asked for in one line."""

import click

from cli import debian

PACKAGE = "fonts-noto-cjk"


def ensure_cjk_font() -> None:
    """Make sure that reports can be printed; stops with one line where a person has to install something."""
    from services.verification.adapters.fonts import FontMissing, report_fonts  # typst is not in every image

    try:
        report_fonts()
    except FontMissing:
        if debian.may_install():
            click.echo(f"installing Debian's package {PACKAGE}, for the report's Chinese text …")
        if not debian.install(PACKAGE):
            raise click.ClickException(FontMissing.INSTALL) from None
        report_fonts()
