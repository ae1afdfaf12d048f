"""Whose records an operator is shown in lists and counts: those of the kind of training appointed for (A24-1)."""

from typing import Final

from services.enrollment.domain.rules.standing import TRAINING
from shared.access.by import By
from shared.access.decide import trains

OF_CATEGORY: Final = "(%(categories)s::text[] IS NULL OR {0}category = ANY(%(categories)s))"
"""The condition on a table of records; `{0}` is the table's name with its dot."""


def categories_of(by: By) -> list[str] | None:
    """The categories of study that fall under an operator's kind of training; None for all of them."""
    found = [category for category, training in TRAINING.items() if trains(by.actor, training)]
    return None if len(found) == len(TRAINING) else found


def appointed_for(by: By) -> str:
    """The one kind of training whose records an operator is shown; empty for all of them."""
    kind = by.actor.kind if by.actor else ""
    return "" if kind == "all" else kind
