"""`xueji offices`: begin a registry with its ministry and its first owner; load the nation's schools from a file."""

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID, uuid5

import click

from cli.client import Caller, Problem
from cli.environment import environment
from services.identity.application.founding import Founding
from services.identity.domain.office_kinds import KINDS, org_of
from shared.codes.clock import clock_from, shanghai_date
from shared.contracts.rpc.identity import ID_TYPES
from shared.eventstore.privacy import Keyring
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from shared.rules.refused import Refused

OFFICES: Final = "/api/v1/offices"
SPACE: Final = UUID("01930f3a-0000-7000-8000-00000000f0f0")  # a line has one command id, however often it is loaded
TITLES: Final = {
    "code": ("code", "机构代码", "学校标识码", "学校代码"),
    "name": ("name", "机构名称", "学校名称"),
    "kind": ("kind", "机构类别"),
    "valid_from": ("valid_from", "启用日期"),
    "scope": ("scope", "授权范围"),
    "valid_until": ("valid_until", "截止日期"),
}


@dataclass(frozen=True)
class Line:
    """One office of a file, and where it stands there."""

    number: int
    office: Mapping[str, str]

    @property
    def key(self) -> str:
        """The same for the same line of every try."""
        return str(uuid5(SPACE, "\0".join(f"{name}={self.office[name]}" for name in sorted(self.office))))


@click.group()
def offices() -> None:
    """The register of offices: found it, load it."""


@offices.command()
@click.option("--data", "folder", type=click.Path(path_type=Path), help="The data folder of `xueji run`.")
@click.option("--ministry", required=True, help="The name of the ministry's office.")
@click.option("--owner", prompt="Name of its owner", help="The person who answers for it.")
@click.option("--mail", prompt="Mail address of the owner")
@click.option("--id-type", type=click.Choice(ID_TYPES), default="1", show_default=True)
def found(folder: Path | None, ministry: str, owner: str, mail: str, id_type: str) -> None:
    """Write the ministry's office and the invitation of its owner, once, into a registry where nothing is yet."""
    # asked for, never an argument: what stands in a command line is read by every user of the machine
    number = click.prompt("Number of the owner's identity document (only a keyed hash is kept)", hide_input=True)
    with environment(folder, os.environ) as environ, _founding(environ) as founding:
        now = founding.clock.now()
        try:
            founded = founding.found_registry(
                ministry=ministry, name=owner, mail=mail, id_type=id_type, id_number=number, now=now
            )
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
    click.echo(f"founded: office moe, owner {founded['operator_id']}")
    click.echo("The invitation goes out by mail as soon as identity's worker runs; it lives for seven days.")
    click.echo("Until the owner has handed in the written procedure and the statement of the year, moe only reads.")


@offices.command("invite-owner")
@click.option("--data", "folder", type=click.Path(path_type=Path), help="The data folder of `xueji run`.")
def invite_owner(folder: Path | None) -> None:
    """Invite the ministry's owner once more: the mail was lost, or the way to sign in. Everybody else asks an owner."""
    with environment(folder, os.environ) as environ, _founding(environ) as founding:
        try:
            invited = founding.invite_owner_again(founding.clock.now())
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
    click.echo(f"a new invitation goes out to {invited['operator_id']}; the one before is worth nothing any more")


@offices.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--origin", default="http://127.0.0.1:8000", show_default=True, help="Where the gateway listens.")
@click.option(
    "--session-file", type=click.File(), help="The ministry's session token; `-` reads it from standard input."
)
@click.option("--valid-from", help="For lines that name no day; today by default.")
@click.option("--check", is_flag=True, help="Only say what is wrong in the file.")
def load(file: Path, origin: str, session_file: TextIO | None, valid_from: str | None, check: bool) -> None:
    """Found the offices of FILE (CSV: code, name, and where needed kind, valid_from, scope, valid_until).

    Schools unless a line says otherwise. Loading a file again founds only what is not there yet.
    """
    lines = list(read(file.read_bytes(), valid_from or shanghai_date(clock_from("system").now()).isoformat()))
    wrong = [(line, reason) for line in lines if (reason := objection(line))]
    for line, reason in wrong:
        click.echo(f"line {line.number}: {reason}", err=True)
    if wrong:
        raise click.ClickException(f"{len(wrong)} of {len(lines)} lines are wrong; nothing was loaded")
    if check:
        click.echo(f"{len(lines)} offices, nothing wrong")
        return
    if session_file is None:
        raise click.UsageError("--session-file: somebody of the ministry founds offices, in the own name")
    new, known = found_all(Caller(origin, session_file.read().strip()), lines)
    click.echo(f"{new} offices founded, {known} were there already")


def found_all(ministry: Caller, lines: Sequence[Line]) -> tuple[int, int]:
    """Found every office; answers how many are new and how many were there."""
    known = 0
    for line in lines:
        try:
            ministry.post(OFFICES, line.office, key=line.key)
        except Problem as problem:
            if problem.body.get("code") != "OFFICE_TAKEN":
                raise click.ClickException(f"line {line.number}: {problem}") from None
            known += 1
    return len(lines) - known, known


def read(content: bytes, valid_from: str) -> Iterator[Line]:
    """The offices of a CSV file in UTF-8 or GB 18030."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    rows = csv.reader(io.StringIO(text))
    titles = [_column(title) for title in next(rows, [])]
    if missing := {"code", "name"} - set(titles):
        raise click.ClickException(f"the first line names no column {', '.join(sorted(missing))}")
    for row in rows:
        values = {name: value.strip() for name, value in zip(titles, row, strict=False) if name and value.strip()}
        if values:
            yield Line(rows.line_num, {"kind": "school", "valid_from": valid_from, **values})


def objection(line: Line) -> str | None:
    """What is wrong with a line, as far as the line itself says."""
    office = line.office
    try:
        if office.get("kind") not in KINDS:
            return f"there is no kind of office {office.get('kind')!r}"
        org_of(office["kind"], office.get("code", ""), office.get("scope"))
        date.fromisoformat(office["valid_from"])
        if not 0 < len(office.get("name", "")) <= 80:
            return "the name is missing or too long"
    except Refused as refused:
        return str(refused)
    except ValueError:
        return f"{office['valid_from']!r} is no day"
    return None


def _column(title: str) -> str:
    plain = title.strip().lower()
    return next((name for name, titles in TITLES.items() if plain in titles), "")


@contextmanager
def _founding(environ: Mapping[str, Any]) -> Iterator[Founding]:
    store = Store(StoreSettings.from_environ(environ, "identity"), "identity")
    try:
        yield Founding(
            store, clock_from(environ.get("XUEJI_CLOCK", "system")), Keyring.from_file(environ["XUEJI_KEYS_FILE"])
        )
    finally:
        store.close()
