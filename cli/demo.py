"""`xueji demo`: one cohort's whole life on the files of examples/, with no server to install."""

import csv
import io
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.audit import life, print_life, verdict, verify_service
from cli.client import Caller, until
from cli.cohort import demo_cohort
from cli.embedded_postgres import EmbeddedPostgres
from cli.environment import CLOCK, MAILBOX, POSTGRES, running_environ
from cli.fonts import ensure_cjk_font
from cli.lines import print_line, wide_console
from cli.offices import found_all, read
from cli.postgres_cluster import free_port
from cli.processes import SERVICES
from cli.story import Story
from shared.codes.clock import SetClock
from shared.intake.tables import ADMISSION_LIST

T = TypeVar("T")
FOLDER = Path("var/demo")
SHOWN_ERRORS = 12


class Terminal:
    """Tells the story on a terminal: chapters, sentences, progress bars; plain lines where there is no terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def chapter(self, title: str) -> None:
        self.console.print(title, style="bold", highlight=False)

    def say(self, text: str) -> None:
        self.console.print(f"  {text}", highlight=False)

    def follow(self, items: Iterable[T], total: int, what: str) -> Iterable[T]:
        bars = (TextColumn("  {task.description}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*bars, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            yield from progress.track(items, total=total, description=what)


@click.command()
@click.option("--data", "folder", default=FOLDER, show_default=True, type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    """Walk 500 people from the admission list to a verified report, then audit it all; no server needed."""
    started = time.monotonic()
    console = wide_console()
    ensure_cjk_font()
    _begin_anew(folder)
    clock = SetClock(folder.resolve() / CLOCK)
    terminal = Terminal(console)
    terminal.chapter("学籍 Xueji: one cohort's life, from the admission list to a verified report")
    with registry(folder, clock) as environ:
        story = Story(demo_cohort(), Caller(environ["XUEJI_PUBLIC_ORIGIN"]), folder / MAILBOX, terminal, clock.set)
        terminal.say(f"{_found_offices(story)} offices founded by the ministry, by their codes and names")
        story.admit()
        _show_wrong_rows(console, story)
        story.walk_on()
        outcome = story.outcome
        pdf = folder / "report.pdf"
        pdf.write_bytes(outcome.pdf)
        _show_verification(terminal, outcome.verified, outcome.report["code"], pdf)
        _show_life(console, terminal, environ, outcome.status_id, folder)
        _show_audit(terminal, environ)
    terminal.say(f"done in {time.monotonic() - started:.0f} s; data in {folder}, `xueji run --demo` serves the cohort")


def load(folder: Path) -> None:
    """Load the demo cohort into a data folder that has none yet: the walk, told in silence."""
    if (folder / POSTGRES).exists():
        return
    ensure_cjk_font()
    clock = SetClock(folder.resolve() / CLOCK)
    console = Console()
    with registry(folder, clock) as environ, console.status("loading the demo cohort …"):
        from cli.story import Silent

        story = Story(demo_cohort(), Caller(environ["XUEJI_PUBLIC_ORIGIN"]), folder / MAILBOX, Silent(), clock.set)
        _found_offices(story)
        story.tell()


def _found_offices(story: Story) -> int:
    """The offices of those who act in the demo; answers how many."""
    story.on("2022-08-09")
    offices = Path(__file__).parents[1] / "examples/offices/demo.csv"
    return found_all(story.operator("ministry"), list(read(offices.read_bytes(), "2022-01-01")))[0]


@contextmanager
def registry(folder: Path, clock: SetClock) -> Iterator[dict[str, str]]:
    """`xueji run` as a process of its own on `folder`, under a clock that is set; stopped like Ctrl-C at the end."""
    from datetime import UTC, datetime

    folder.mkdir(parents=True, exist_ok=True)
    clock.set(datetime(2022, 8, 1, tzinfo=UTC))
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "run", "--port", str(port), "--data", str(folder)]
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--clock", f"set:{folder.resolve() / CLOCK}"], stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield until(_answering(process, folder, port), "the registry to start")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _answering(process: "subprocess.Popen[bytes]", folder: Path, port: int) -> Callable[[], dict[str, str] | None]:
    origin = f"http://127.0.0.1:{port}"

    def ask() -> dict[str, str] | None:
        if process.poll() is not None:
            raise click.ClickException(f"the registry did not start; its words are in {folder / 'registry.log'}")
        environ = running_environ(folder)
        if environ is None:
            return None
        try:
            Caller(origin).fetch("/livez")
        except Exception:  # not yet listening, whatever the reason
            return None
        return environ

    return ask


def _begin_anew(folder: Path) -> None:
    if (folder / POSTGRES).exists():
        EmbeddedPostgres(folder / POSTGRES).remove()
    shutil.rmtree(folder, ignore_errors=True)


def _show_wrong_rows(console: Console, story: Story) -> None:
    """Each refused row by number, field, masked value and rule, a line each."""
    for row in wrong_rows_of(story.outcome.errors_file)[:SHOWN_ERRORS]:
        print_line(
            console, (f"  row {row['row']}", row["field"], row["value"], row["rule"], row["why"]), (9, 13, 20, 9)
        )


def wrong_rows_of(errors_file: bytes) -> list[dict[str, Any]]:
    """The refused rows of an admission list, values masked as they are shown to anybody else."""
    reader = csv.DictReader(io.StringIO(errors_file.decode("utf-8-sig")))
    return [_wrong_row(row) for row in reader]


def _wrong_row(row: dict[str, str]) -> dict[str, Any]:
    reason, number = row.pop("错误原因"), row.pop("原行号")
    title, _, rest = reason.partition("(")
    code, _, words = rest.partition("):")
    why, _, rule = words.partition(" [")
    value = ADMISSION_LIST.mask(code, row.get(title) or row.get(code) or "")
    return {"row": number, "field": f"{title} {code}", "value": value, "rule": rule.partition("]")[0], "why": why}


def _show_verification(terminal: Terminal, verified: dict[str, Any], code: str, pdf: Path) -> None:
    terminal.say(f"the report: {pdf} ({pdf.stat().st_size // 1024} KiB), code {code[:4]} … {code[-4:]}")
    said = {each["code"]: each["zh"] for each in verified["report"]["particulars"]}
    shown = "  ".join(said[name] for name in ("name", "school_name", "major_name", "conclusion", "number"))
    terminal.say(f"a stranger who was given the code is told: {shown}, valid until {verified['report']['valid_until']}")


def _show_life(console: Console, terminal: Terminal, environ: dict[str, str], status_id: str, folder: Path) -> None:
    moments = life(environ, status_id)
    services = sorted({moment.service for moment in moments})
    terminal.chapter(f"审计 audit: {len(moments)} facts of one student, from {len(services)} services")
    print_life(console, moments)
    terminal.say(f"all of it: xueji audit --data {folder} replay {status_id} --json")


def _show_audit(terminal: Terminal, environ: dict[str, str]) -> None:
    equal = True
    for name in SERVICES:
        found = verify_service(environ, name)
        equal = equal and not found.differences
        terminal.say(verdict(name, found))
    terminal.say("every read table, claim and decision row equals its events" if equal else "DIFFERENCES were found")
    if not equal:
        sys.exit(1)
