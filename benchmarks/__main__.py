"""`make bench`: every figure beside its reference in one run, as a table and in results.json."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks.rows import Row, keep, yardstick
from tests.support.servers import private_postgres, private_rabbitmq

# name -> module, function, what it needs
BENCHMARKS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "append_concurrent": ("benchmarks.append", "append_concurrent", ("postgres",)),
    "append_bulk": ("benchmarks.append", "append_bulk", ("postgres",)),
    "register_bulk": ("benchmarks.register", "register_bulk", ("postgres",)),
    "replay": ("benchmarks.replay", "replay", ("postgres",)),
    "verify": ("benchmarks.verify", "verify", ("postgres",)),
    "bulk_memory": ("benchmarks.intake", "bulk_memory", ("postgres",)),
    "rpc_cpu": ("benchmarks.rpc", "rpc_cpu", ("postgres", "amqp")),
    "end_to_end": ("benchmarks.end_to_end", "end_to_end", ("databases", "amqp")),
    "annual_registration": ("benchmarks.annual", "annual_registration", ("databases", "amqp")),
    "annual_growth": ("benchmarks.growth", "annual_growth", ("databases", "amqp")),
    "sign_in": ("benchmarks.sign_in", "sign_in", ("databases", "amqp")),
    "decision": ("benchmarks.decisions", "decision", ()),
    "sealed_field": ("benchmarks.sealed", "sealed_field", ("postgres",)),
    "initial_load": ("benchmarks.initial_load", "initial_load", ("databases", "amqp")),
}


def main() -> None:
    """Run the named figures, or all; PostgreSQL is durable (fsync and synchronous_commit on)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="figures to measure; all by default")
    chosen = parser.parse_args().names or list(BENCHMARKS)
    console = Console()
    rows: list[Row] = []
    with private_postgres(durable=True) as databases, private_rabbitmq() as rabbit:
        for name in chosen:
            console.print(f"measuring {name} …", style="dim")
            module, function, needs = BENCHMARKS[name]
            measure: Callable[..., list[Row]] = getattr(importlib.import_module(module), function)
            resources = {
                "postgres": databases.admin_url,
                "databases": databases,
                "amqp": rabbit.fresh_vhost() if "amqp" in needs else "",
            }
            before = yardstick()
            found = measure(*(resources[need] for need in needs))
            found = [row | {"yardstick_ms": [before, yardstick()]} for row in found]
            rows += found
            keep(found)
    console.print(_table(rows))
    sys.exit(0)


def _table(rows: list[Row]) -> Table:
    table = Table(show_edge=False)
    for title in ("figure", "value", "unit", "reference", "value", "ratio", "reach", "reached"):
        table.add_column(title, overflow="fold")
    for row in rows:
        sign = "≥" if row["better"] == "higher" else "≤"
        table.add_row(
            row["name"],
            f"{row['value']:,}",
            row["unit"],
            str(row["reference"]),
            str(row["reference_value"]),
            str(row["ratio"]),
            f"{sign} {row['reach']}",
            "yes" if row["reached"] else "no",
        )
    return table


if __name__ == "__main__":
    main()
