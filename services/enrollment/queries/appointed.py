"""Whose records an operator is shown: those of the kind of training appointed for, listed or by their id (A24-1)."""

from collections.abc import Iterable
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


def concerning(by: By, categories: Iterable[str]) -> str | None:
    """As of which kind of training a record of several students is asked for: of the asker's own where one of it is."""
    kinds = sorted({TRAINING[category] for category in categories if category in TRAINING})
    return next((kind for kind in kinds if trains(by.actor, kind)), kinds[0] if kinds else None)


def appointed_for(by: By) -> str:
    """The one kind of training whose records an operator is shown; empty for all of them."""
    kind = by.actor.kind if by.actor else ""
    return "" if kind == "all" else kind
