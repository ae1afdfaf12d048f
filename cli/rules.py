"""`xueji rules`: every rule, and what stands behind one of them."""

import json
from datetime import datetime
from typing import Any

import click
from rich.console import Console

from cli.lines import print_line, wide_console
from shared.rules.explained import explained, listed
from shared.rules.rule import MEASURE

_WIDTHS = (12, 22, 8, 12, 10, 7, 5)
_HEADS = ("rule", "article", "", "kept by", "in force", "state", "tests", "what it says")


@click.group()
def rules() -> None:
    """The rulebook: what each rule says, whether it is built, which code decides it, which tests prove it."""


@rules.command("list")
@click.option("--article", type=click.IntRange(1, 28), help="Only the rules of one article of the Measure.")
@click.option("--owner", help="Only the rules that one service keeps.")
@click.option("--state", type=click.Choice(["built", "not_yet"]), help="Only the rules in this state.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Only the rules in force on this day.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def list_rules(article: int | None, owner: str | None, state: str | None, on: datetime | None, as_json: bool) -> None:
    """Every rule in the order of the rulebook."""
    found = listed(article=article, owner=owner, state=state, on=on.date() if on else None)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    console = wide_console()
    print_line(console, _HEADS, _WIDTHS, style="bold")
    for rule in found:
        print_line(console, _cells(rule), _WIDTHS, style="" if rule["state"] == "built" else "dim")
    built = sum(rule["state"] == "built" for rule in found)
    console.print(f"{len(found)} rules: {built} built, {len(found) - built} not yet", highlight=False)


@rules.command()
@click.argument("rule_id")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def explain(rule_id: str, as_json: bool) -> None:
    """What RULE_ID says in both languages, where it comes from, which code decides it, which tests prove it."""
    found = explained(rule_id)
    if found is None:
        raise click.ClickException(f"there is no rule {rule_id}; `xueji rules list` shows them all")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(Console(highlight=False, soft_wrap=True), found)


def _cells(rule: dict[str, Any]) -> tuple[str, ...]:
    return (
        rule["id"],
        rule["article"].removeprefix(f"{MEASURE} "),
        _origin(rule),
        rule["owner"],
        rule["valid_from"] or "always",
        _state(rule),
        str(len(rule["tests"])),
        f"{rule['zh']} {rule['en']}",
    )


def _origin(rule: dict[str, Any]) -> str:
    if rule["article"] == "house":
        return ""
    return "literal" if rule["literal"] else "inferred"


def _state(rule: dict[str, Any]) -> str:
    return str(rule["state"]).replace("_", " ")


def _print(console: Console, rule: dict[str, Any]) -> None:
    console.print(f"{rule['id']}  {_state(rule)}", style="bold")
    console.print(f"{rule['zh']}\n{rule['en']}\n", markup=False)
    until = f" until {rule['valid_to']}" if rule["valid_to"] else ""
    origin = " ".join(part for part in (rule["article"], _origin(rule)) if part)
    since = f"since {rule['valid_from']}" if rule["valid_from"] else "always"
    console.print(f"from     {origin}\nin force {since}{until}\nkept by  {rule['owner']}", markup=False)
    if rule["refusals"]:
        console.print(f"refusals {', '.join(rule['refusals'])}", markup=False)
    _print_part(console, "code", [f"{place['how']:8} {place['file']}: {place['name']}" for place in rule["code"]])
    _print_part(
        console, "tests", [f"{proof['words'] or proof['name']}\n    {_where(proof)}" for proof in rule["tests"]]
    )


def _print_part(console: Console, title: str, lines: list[str]) -> None:
    console.print(f"\n{title}", style="bold")
    for line in lines or ["none yet"]:
        console.print(f"  {line}", markup=False)


def _where(proof: dict[str, str]) -> str:
    return f"{proof['file']}::{proof['name']}"
