"""docs/bulk.md: text by hand, and between its marks the limits, kinds and columns as the code has them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from cli.docs.command import ROOT
from services.enrollment.application.bulk.kinds import kinds
from shared.access.permissions import PERMISSIONS
from shared.contracts.rpc.enrollment_templates import ROSTERS
from shared.intake.catalogue import tables
from shared.intake.columns import REASON_COLUMNS, REFERENCE_COLUMNS, Table
from shared.intake.kind import Traits
from shared.intake.limits import LIMITS, MEBIBYTE
from shared.intake.templates import accepted

PAGE: Final = "docs/bulk.md"
_NOBODY: Any = None  # a kind says of itself what is asked here, without an application behind it


def bulk_page() -> str:
    """The page with everything between its marks written anew."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    for name, lines in _PARTS.items():
        before, begun, rest = text.partition(f"<!-- {name} -->\n")
        _, ended, after = rest.partition(f"<!-- /{name} -->\n")
        if not ended:
            raise ValueError(f"{PAGE} has not both marks of {name!r}")
        text = "".join((before, begun, *(f"{line}\n" for line in lines()), ended, after))
    return text


def _limits() -> Iterable[str]:
    yield f"At most {LIMITS.rows:,} rows and {LIMITS.size // MEBIBYTE} MiB a file."


def _rosters() -> Iterable[str]:
    return (f"- `{kind}`" for kind in ROSTERS)


def _read_over() -> Iterable[str]:
    yield f"- of a template: {', '.join(f'`{zh}` (`{code}`)' for code, zh in REFERENCE_COLUMNS.items())}"
    pairs = zip(REASON_COLUMNS[1::2], REASON_COLUMNS[::2], strict=True)
    yield f"- of refused rows: {', '.join(f'`{zh}` (`{code}`)' for zh, code in pairs)}"


def _kinds() -> Iterator[str]:
    yield "| kind | what | who submits | parameters | way |"
    yield "|---|---|---|---|---|"
    for name, kind in kinds(_NOBODY).items():
        traits = Traits(kind)
        who = sorted({permission.role for permission in PERMISSIONS if permission.action == traits.action})
        params = ", ".join(f"`{param}`" for param in traits.params)
        way = "planned, committed by a second person" if traits.irreversible else "direct or planned"
        undo = "; can be taken back" if traits.undoable else f"; {traits.put_right}" if traits.put_right else ""
        yield f"| `{name}` | {kind.table.zh} {kind.table.en} | {', '.join(who)} | {params} | {way}{undo} |"


def _columns() -> Iterator[str]:
    for table in tables().values():
        yield ""
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"### {table.zh} `{table.name}`"
    yield ""
    yield f"{table.en[:1].upper()}{table.en[1:]}; wrong rows are put right by {table.fixed_by}."
    yield ""
    yield "| code | 列 | column | required | content |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        required = "✔" if column.required else ""
        content = accepted(column).replace("|", "\\|")
        yield f"| {column.code} | {column.zh} | {column.en} | {required} | {content} |"


_PARTS: Final[dict[str, Callable[[], Iterable[str]]]] = {
    "limits": _limits,
    "rosters": _rosters,
    "read over": _read_over,
    "kinds": _kinds,
    "columns": _columns,
}
