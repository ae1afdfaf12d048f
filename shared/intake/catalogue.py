"""Every table that a file may be of, by the name of its kind."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import shared.intake
from shared.intake.columns import Table

_PREFIX: Final = "tables"


def tables() -> dict[str, Table]:
    """The tables of all modules named `tables…`, in the order of the modules and of their lines."""
    found: dict[str, Table] = {}
    for module in sorted(each.name for each in iter_modules(shared.intake.__path__)):
        if module == _PREFIX or module.startswith(f"{_PREFIX}_"):
            members = vars(import_module(f"{shared.intake.__name__}.{module}")).values()
            found.update({table.name: table for table in members if isinstance(table, Table)})
    return found
