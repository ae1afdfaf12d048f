"""`xueji audit`: tell a student's whole life from the five logs, and prove the tables against the events."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console

from cli.environment import environment
from cli.lines import print_line, wide_console
from cli.processes import SERVICES
from shared.codes.id_documents import normalise_id_number
from shared.eventstore.privacy import Keyring
from shared.eventstore.replay import Told, history, tell, trail
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from shared.eventstore.verify import Audit
from shared.eventstore.verify import audit as audit_store

ROUNDS = 3  # person -> status -> photo, certificate, report: three steps reach everything
SEALED = "x1."
LONGEST = 44
HEARING = ("hear_", "open_student", "open_qualification", "note_")
STATES = ("state", "settled_year", "outcome", "conclusion")
TITLES = ("recorded", "effective", "service", "fact", "by", "rules", "before → after")
WIDTHS = (10, 10, 12, 26, 16, 14)
NARROW_WIDTHS = (10, 8, 20, 10)
WIDE = 110
WAYS = ("person_id", "account_id", "status_id", "admission_id", "certificate_id", "photo_id", "report_id")


@dataclass(frozen=True)
class Moment:
    """One fact of a life, as it is told: who, when effective and recorded, why, which rule, before -> after."""

    service: str
    position: int
    fact: str
    aggregate: str
    version: int
    recorded_at: str
    effective_on: str
    actor: str
    role: str
    use_case: str
    rules: tuple[str, ...]
    reason: str | None
    changes: tuple[tuple[str, str, str], ...]


@click.group()
@click.option("--data", "folder", type=click.Path(path_type=Path), help="The data folder of `xueji run` or the demo.")
@click.pass_context
def audit(context: click.Context, folder: Path | None) -> None:
    """Replay histories and verify tables; reads only, and works while the registry runs."""
    context.obj = context.with_resource(environment(folder, os.environ))


@audit.command()
@click.argument("student")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, every fact with all its changes.")
@click.pass_obj
def replay(environ: Mapping[str, str], student: str, as_json: bool) -> None:
    """Tell the whole life of STUDENT: a status, account or record id, or an ID number."""
    moments = life(environ, student)
    if not moments:
        raise click.ClickException("nobody is known under this id or number")
    if as_json:
        click.echo(json.dumps([asdict(moment) for moment in moments], ensure_ascii=False, indent=2))
    else:
        print_life(wide_console(), moments)


@audit.command()
@click.argument("service", type=click.Choice(SERVICES), required=False)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def verify(environ: Mapping[str, str], service: str | None, as_json: bool) -> None:
    """Rebuild read tables, claims and decision rows from the events and compare; names every difference."""
    found = {name: verify_service(environ, name) for name in ([service] if service else SERVICES)}
    if as_json:
        click.echo(json.dumps({name: asdict(one) for name, one in found.items()}, ensure_ascii=False, indent=2))
    else:
        for name, one in found.items():
            click.echo(verdict(name, one))
    if any(one.differences for one in found.values()):
        sys.exit(1)


def verify_service(environ: Mapping[str, str], name: str) -> Audit:
    """The audit of one service's store by the worker's own projections."""
    import importlib

    projections = importlib.import_module(f"services.{name}.projections")
    store = Store(StoreSettings.from_environ(environ, name), name)
    try:
        return audit_store(store, projections.PROJECTIONS, projections.AGGREGATES)
    finally:
        store.close()


def verdict(name: str, found: Audit) -> str:
    """One service's result in words: equal with its numbers, or every difference on a line."""
    if found.differences:
        lines = [f"{name}: {len(found.differences)} differences"]
        return "\n".join([*lines, *(f"  {difference}" for difference in found.differences)])
    rows = sum(table.rebuilt_rows for table in found.tables)
    return f"{name}: {found.events} events replayed, {len(found.tables)} tables with {rows} rows rebuilt: equal"


def life(environ: Mapping[str, str], student: str) -> list[Moment]:
    """Every fact about a student in all five stores, in the order of recording."""
    for name in SERVICES:
        _know_facts_of(name)
    stores = {name: Store(StoreSettings.from_environ(environ, name), name) for name in SERVICES}
    try:
        subjects = {_subject(environ, student)}
        for _ in range(ROUNDS):
            subjects |= {one for store in stores.values() for one in _reached(store, subjects)}
        moments = [moment for name, store in stores.items() for moment in _moments(name, store, subjects)]
    finally:
        for store in stores.values():
            store.close()
    return sorted(moments, key=_in_order)


def _in_order(moment: Moment) -> tuple[str, bool, str, int]:
    """By recording; under a clock that stands, what was said comes before who heard it."""
    return moment.recorded_at, moment.use_case.startswith(HEARING), moment.service, moment.position


def print_life(console: Console, moments: Iterable[Moment]) -> None:
    """The life on a terminal, a line a fact; `--json` has every change in full."""
    narrow = console.width < WIDE
    widths = NARROW_WIDTHS if narrow else WIDTHS
    print_line(console, _chosen(TITLES, narrow), widths, style="dim")
    for moment in moments:
        by = moment.actor if len(moment.actor) <= WIDTHS[4] else moment.role
        rules = " ".join(moment.rules)
        line = (moment.recorded_at[:10], moment.effective_on, moment.service, moment.fact, by or moment.use_case, rules)
        print_line(console, _chosen((*line, _told(moment)), narrow), widths)


def _chosen(cells: Sequence[str], narrow: bool) -> Sequence[str]:
    """On a narrow terminal the day of effect and the rules are left to `--json`."""
    return (cells[0], *cells[2:5], cells[6]) if narrow else cells


def _told(moment: Moment) -> str:
    """What changed, the state first; the many fields of a first fact are counted."""
    changes = sorted(moment.changes, key=lambda change: change[0] not in STATES)
    told = [f"{name}: {before} → {after}" for name, before, after in changes if "{" not in before + after]
    more = len(moment.changes) - 1
    return (told[0] if told else "") + (f" (+{more})" if more > 0 else "")


def _know_facts_of(name: str) -> None:
    import importlib

    importlib.import_module(f"services.{name}.projections")


def _subject(environ: Mapping[str, str], student: str) -> str:
    try:
        return str(UUID(student))
    except ValueError:
        keyring = Keyring.from_file(environ["XUEJI_KEYS_FILE"])
        return keyring.id_key("1", normalise_id_number("1", student))


def _reached(store: Store, subjects: Iterable[str]) -> Iterator[str]:
    """The histories that speak of these subjects, and whatever those facts name in turn."""
    own = trail(store, subjects)
    yield from map(str, own)
    for record in history(store, own):
        yield from (str(found) for name in WAYS if (found := getattr(record.fact, name, None)))


def _moments(service: str, store: Store, subjects: Iterable[str]) -> Iterator[Moment]:
    own = trail(store, subjects)
    records = history(store, own)
    batches = {UUID(batch_id) for record in records if (batch_id := getattr(record.fact, "batch_id", None))}
    for told in tell([*history(store, batches - set(own)), *records]):
        if not told.record.topic.endswith((".Checked", ".Advanced")):
            yield _moment(service, told)


def _moment(service: str, told: Told) -> Moment:
    record, context = told.record, told.record.context
    return Moment(
        service=service,
        position=record.position,
        fact=record.topic.partition(".")[2],
        aggregate=str(record.originator_id),
        version=record.originator_version,
        recorded_at=record.recorded_at.isoformat(),
        effective_on=str(context["effective_on"]),
        actor=context["actor_sub"],
        role=context["actor_role"],
        use_case=context["use_case"],
        rules=tuple(context["rules"]),
        reason=context["reason"],
        changes=tuple((change.name, _shown(change.before), _shown(change.after)) for change in told.changes),
    )


def _shown(value: Any) -> str:
    """A value as an auditor sees it: personal data stays sealed (AUD-1)."""
    text = "–" if value is None else str(value)
    if SEALED in text[:4]:
        return "(sealed)"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
