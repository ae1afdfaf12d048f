"""Lines of a table for a terminal: cells of fixed width, one line each, whatever the width of Chinese characters."""

from collections.abc import Sequence

from rich.cells import set_cell_size
from rich.console import Console
from rich.text import Text


def print_line(console: Console, cells: Sequence[str], widths: Sequence[int], *, style: str = "") -> None:
    """One line; the last cell takes what is left of the console and is cut there."""
    padded = [set_cell_size(cell, width) for cell, width in zip(cells, widths, strict=False)]
    line = Text(" ".join([*padded, *cells[len(widths) :]]), style=style)
    line.truncate(console.width, overflow="ellipsis")
    console.print(line, no_wrap=True, crop=True)


def wide_console() -> Console:
    """The terminal as wide as it is; a file or a pipe gets room for whole lines."""
    console = Console()
    return console if console.is_terminal else Console(width=160)
