"""`xueji …`: one command group for those who run, watch and audit the registry."""

import click

from cli.audit import audit
from cli.blobs import blobs
from cli.dead_letters import dead_letters
from cli.demo import demo
from cli.docs.command import docs
from cli.keys import keys
from cli.offices import offices
from cli.processes import gateway, migrate, public, run, service, worker
from cli.rebuild import rebuild
from cli.rules import rules

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="xueji", message="xueji %(version)s")
def xueji() -> None:
    """Xueji 学籍: a national register of students and academic credentials, to run yourself."""


for command in (
    demo,
    run,
    service,
    worker,
    gateway,
    public,
    migrate,
    keys,
    blobs,
    audit,
    rebuild,
    dead_letters,
    offices,
    rules,
    docs,
):
    xueji.add_command(command)


if __name__ == "__main__":
    xueji()
